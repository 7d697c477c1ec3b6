"""PASSWORD_VERIFIER: the user proves the password by SRP. All state is in SECRET_BLOCK: answers need no Session."""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass

import msgspec

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp import passwords
from ostiary.idp.names import user_key
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, person_of
from ostiary.store.spent import spend

NAME = "PASSWORD_VERIFIER"
_PURPOSE = "secret-block"
_FAKE = "absent-user"
_SALT_BYTES = 16
_NUMBER_BYTES = 384
_TIMESTAMP = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC [0-9]{4}")


@dataclass(frozen=True, slots=True)
class SecretBlock:
    """What SECRET_BLOCK says. `sub` is empty for somebody who does not exist."""

    block_id: str
    pool_id: str
    client_id: str
    sub: str
    username: str
    client_public: bytes
    public: bytes
    private: bytes
    expires_at: int


def ask(ctx: Context, attempt: Attempt, name: str, person: Person | None, srp_a: str) -> Answer:
    """Return the challenge; a user who does not exist gets one that looks the same (ENU-02)."""
    client_public = _number(srp_a)
    username, salt, verifier = _known(ctx, attempt, person) or _fake(ctx, attempt, name)
    private = ctx.random.bytes(srp.PRIVATE_BYTES)
    public = srp.server_public(verifier, int.from_bytes(private, "big"))
    block = SecretBlock(
        block_id=ctx.random.uuid(),
        pool_id=attempt.pool.pool_id,
        client_id=attempt.client.client_id,
        sub="" if person is None else person.user.sub,
        username=username,
        client_public=client_public.to_bytes(_NUMBER_BYTES, "big"),
        public=public.to_bytes(_NUMBER_BYTES, "big"),
        private=private,
        expires_at=ctx.clock.now_seconds() + attempt.session_seconds,
    )
    return {
        "ChallengeName": NAME,
        "ChallengeParameters": {
            "SALT": f"{int.from_bytes(salt, 'big'):x}",
            "SECRET_BLOCK": base64.b64encode(ctx.keyring.seal(msgspec.msgpack.encode(block), _PURPOSE)).decode(),
            "SRP_B": f"{public:x}",
            "USERNAME": username,
            "USER_ID_FOR_SRP": username,
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters) -> tuple[Person, tuple[str, int]]:
    """Return who proved the password, and the id and expiry of the block that must now be spent.

    Raises NotAuthorizedException; a wrong proof counts as a failed sign-in and spends the block.
    """
    raw, block = _open(ctx, attempt, responses.get("PASSWORD_CLAIM_SECRET_BLOCK", ""))
    timestamp = responses.get("TIMESTAMP", "")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise InvalidParameterException("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english")
    with ctx.store.read() as tx:
        person = person_of(tx, block.pool_id, block.sub) if block.sub else None
    if person is not None:
        lockout.check(ctx, person)
    if not _proves(ctx, attempt, block, person, raw=raw, responses=responses):
        with ctx.store.write() as tx:
            if spend(tx, block.pool_id, block.block_id, block.expires_at) and person is not None:
                lockout.count(tx, ctx, person)
        raise NotAuthorizedException("Incorrect username or password.")
    assert person is not None  # noqa: S101 - _proves says no for nobody
    return person, (block.block_id, block.expires_at)


def _known(ctx: Context, attempt: Attempt, person: Person | None) -> tuple[str, bytes, int] | None:
    if person is None:
        return None
    found = passwords.open_verifier(ctx, person.user)
    if found is None:
        return (person.user.username, *_fake(ctx, attempt, person.user.username)[1:])
    return person.user.username, *found


def _fake(ctx: Context, attempt: Attempt, name: str) -> tuple[str, bytes, int]:
    """Return a user id, a salt and a verifier that stay the same for a name that nobody has."""
    seed = f"{attempt.pool.pool_id}\n{user_key(attempt.pool, name)}\n"
    parts = [ctx.keyring.mac(f"{seed}{part}".encode(), _FAKE) for part in range(2 + _NUMBER_BYTES // 32)]
    digest = parts[0].hex()
    user_id = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
    username = user_id if attempt.pool.configuration.get("UsernameAttributes") else name
    salt = bytes([parts[1][0] & 0x7F or 1, *parts[1][1:_SALT_BYTES]])
    return username, salt, int.from_bytes(b"".join(parts[2:]), "big") % srp.N


def _number(srp_a: str) -> int:
    try:
        number = int(srp_a, 16)
    except ValueError:
        number = 0
    if not 0 < number < srp.N:
        raise InvalidParameterException("SRP_A is invalid.")
    return number


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
    ctx: Context, attempt: Attempt, block: SecretBlock, person: Person | None, *, raw: bytes, responses: Parameters
) -> bool:
    """Whether the claim is right; the work is the same for somebody who does not exist."""
    known = None if person is None else passwords.open_verifier(ctx, person.user)
    verifier = known[1] if known else _fake(ctx, attempt, block.username)[2]
    client_public, public = int.from_bytes(block.client_public, "big"), int.from_bytes(block.public, "big")
    key = srp.session_key(client_public, public, verifier, int.from_bytes(block.private, "big"))
    expected = srp.claim(key, attempt.pool.short_name, block.username, raw, responses["TIMESTAMP"])
    claimed = responses.get("PASSWORD_CLAIM_SIGNATURE", "").encode()
    return hmac.compare_digest(base64.b64encode(expected), claimed) and known is not None
