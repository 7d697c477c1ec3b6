"""PASSWORD_VERIFIER: the user proves the password by SRP. All state is in SECRET_BLOCK: answers need no Session."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

import msgspec

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp import names, passwords
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, wrong_password
from ostiary.idp.signin.proofs import check_timestamp, is_claim, public_value
from ostiary.idp.signin.session import Passed, Progress
from ostiary.store import sign_in_failures, users
from ostiary.store.db import Tx
from ostiary.store.users import User

NAME = "PASSWORD_VERIFIER"
_PURPOSE = "secret-block"
_FAKE = "absent-user"
_SALT_BYTES = 16
_SUBJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SecretBlock:
    """What SECRET_BLOCK says; it is as long for a stranger as for a user, `known` is whether it is one.

    `subject` is where failures are counted, a user's sub or a stranger's id, padded with spaces.
    """

    block_id: str
    pool_id: str
    client_id: str
    subject: str
    known: bool
    username: str
    flow: str
    client_public: bytes
    public: bytes
    private: bytes
    expires_at: int


@dataclass(frozen=True, slots=True)
class _Secret:
    """A salt (16 bytes) and an SRP verifier; `known` unless they were made up."""

    salt: bytes
    verifier: int
    known: bool


def ask(ctx: Context, attempt: Attempt, name: str, person: Person, srp_a: str, *, flow: str) -> Answer:
    """Return the challenge; a stranger gets one that looks the same, with the same salt each time (ENU-02)."""
    client_public = public_value(srp_a)
    username = _shown(ctx, attempt, name) if person.user is None else person.user.username
    secret = _secret(ctx, attempt, username, person.user)
    private = ctx.random.bytes(srp.PRIVATE_BYTES)
    public = srp.server_public(secret.verifier, int.from_bytes(private, "big"))
    block = SecretBlock(
        block_id=ctx.random.uuid(),
        pool_id=attempt.pool.pool_id,
        client_id=attempt.client.client_id,
        subject=person.subject.ljust(_SUBJECT_LENGTH),
        known=person.user is not None,
        username=username,
        flow=flow,
        client_public=client_public.to_bytes(srp.NUMBER_BYTES, "big"),
        public=public.to_bytes(srp.NUMBER_BYTES, "big"),
        private=private,
        expires_at=ctx.clock.now_seconds() + attempt.session_seconds,
    )
    return {
        "ChallengeName": NAME,
        "ChallengeParameters": {
            "SALT": f"{int.from_bytes(secret.salt, 'big'):x}",
            "SECRET_BLOCK": base64.b64encode(ctx.keyring.seal(msgspec.msgpack.encode(block), _PURPOSE)).decode(),
            "SRP_B": f"{public:x}",
            "USERNAME": username,
            "USER_ID_FOR_SRP": username,
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, _session: str | None) -> Passed:
    """Return who proved the password, and what must now be used up: the block.

    Raises NotAuthorizedException; a wrong proof counts as a failed sign-in and uses up the block.
    """
    raw, block = _open(ctx, attempt, responses.get("PASSWORD_CLAIM_SECRET_BLOCK", ""))
    check_timestamp(ctx, responses.get("TIMESTAMP", ""))
    with ctx.store.read() as tx:
        subject = block.subject.rstrip()
        user = _named(tx, attempt, block, responses["USERNAME"])
        failures = sign_in_failures.find(tx, block.pool_id, subject)
    lockout.check(ctx, failures)
    once = block.block_id, block.expires_at
    if _proves(ctx, attempt, block, user, raw=raw, responses=responses) and user is not None:
        return Passed(user, Progress(block.flow, (NAME,), responses.get("DEVICE_KEY", "")), once)
    raise wrong_password(ctx, attempt, Person(responses["USERNAME"], subject, user, failures), once)


def _named(tx: Tx, attempt: Attempt, block: SecretBlock, name: str) -> User | None:
    """Return the user of the block, if the answer names them too (MFA-05), by whichever of their names."""
    sub = block.subject.rstrip()
    user = users.find(tx, block.pool_id, sub) if name == block.username else names.find_user(tx, attempt.pool, name)
    if user is None:
        users.decoy(tx)
    return user if user is not None and block.known and user.sub == sub else None


def _secret(ctx: Context, attempt: Attempt, username: str, user: User | None) -> _Secret:
    """Return what a user's password is kept as; for somebody without one, what stays the same for the name."""
    seed = ctx.keyring.mac(f"{attempt.pool.pool_id}\n{names.user_key(attempt.pool, username)}".encode(), _FAKE)
    made_up = hashlib.shake_256(seed).digest(_SALT_BYTES + srp.NUMBER_BYTES)
    found = passwords.open_verifier(ctx, user)
    if found is not None:
        return _Secret(*found, known=True)
    salt = bytes([made_up[0] & 0x7F or 1, *made_up[1:_SALT_BYTES]])
    return _Secret(salt, int.from_bytes(made_up[_SALT_BYTES:], "big") % srp.N, known=False)


def _shown(ctx: Context, attempt: Attempt, name: str) -> str:
    """Return the user name that somebody who does not exist would have: not the one typed where that is an address."""
    if names.attribute_of(attempt.pool, name) in {None, "preferred_username"}:
        return names.shown(attempt.pool, name)
    digest = ctx.keyring.mac(f"{attempt.pool.pool_id}\n{names.user_key(attempt.pool, name)}".encode(), _FAKE).hex()
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _open(ctx: Context, attempt: Attempt, text: str) -> tuple[bytes, SecretBlock]:
    try:
        raw = base64.b64decode(text, validate=True)
        block = msgspec.msgpack.decode(ctx.keyring.open(raw, _PURPOSE), type=SecretBlock)
    except (binascii.Error, ValueError, SealBrokenError):
        raise NotAuthorizedException("Incorrect username or password.") from None
    if (block.pool_id, block.client_id) != (attempt.pool.pool_id, attempt.client.client_id):
        raise NotAuthorizedException("Incorrect username or password.")
    if block.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Invalid session for the user, session is expired.")
    return raw, block


def _proves(
    ctx: Context, attempt: Attempt, block: SecretBlock, user: User | None, *, raw: bytes, responses: Parameters
) -> bool:
    """Whether the claim is right; the work is the same for a stranger (ENU-04)."""
    secret = _secret(ctx, attempt, block.username, user)
    client_public, public = int.from_bytes(block.client_public, "big"), int.from_bytes(block.public, "big")
    key = srp.session_key(client_public, public, secret.verifier, int.from_bytes(block.private, "big"))
    expected = srp.claim(key, attempt.pool.short_name, block.username, raw, responses["TIMESTAMP"])
    return is_claim(expected, responses) and secret.known
