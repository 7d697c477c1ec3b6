"""PASSWORD_VERIFIER: the user proves the password by SRP. All state is in SECRET_BLOCK: answers need no Session."""

import hashlib
from dataclasses import dataclass

from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.idp.directory import lookup, names
from ostiary.idp.factors import passwords
from ostiary.idp.signin import lockout, proofs
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, device_given, wrong_password
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.proofs import Block, SrpExchange, public_value
from ostiary.idp.signin.session import Passed, Progress
from ostiary.store.db import Tx
from ostiary.store.idp import sign_in_failures, users
from ostiary.store.idp.users import User

NAME = "PASSWORD_VERIFIER"
_PURPOSE = "secret-block"
_FAKE = "absent-user"
_SALT_BYTES = 16
_SUBJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SecretBlock(Block):
    """Whose password is proven; the block is as long for a stranger as for a user, `known` is whether it is one.

    `subject` is where failures are counted, a user's sub or a stranger's id, padded with spaces.
    """

    subject: str
    known: bool
    username: str
    flow: str
    target: int


@dataclass(frozen=True, slots=True)
class _Secret:
    """A salt (16 bytes) and an SRP verifier; `known` unless they were made up."""

    salt: bytes
    verifier: int
    known: bool


def ask(ctx: Context, attempt: Attempt, name: str, person: Person, srp_a: str, *, progress: Progress) -> Answer:
    """Return the challenge; a stranger gets one that looks the same, with the same salt each time (ENU-02)."""
    client_public = public_value(srp_a)
    username = _shown(ctx, attempt, name) if person.user is None else person.user.username
    secret = _secret(ctx, attempt, username, person.user)
    exchange = SrpExchange.begun(ctx, client_public, secret.verifier)
    block = SecretBlock(
        block_id=ctx.random.uuid(),
        pool_id=attempt.pool.pool_id,
        client_id=attempt.client.client_id,
        subject=person.subject.ljust(_SUBJECT_LENGTH),
        known=person.user is not None,
        username=username,
        flow=progress.flow,
        target=progress.target,
        exchange=exchange,
        expires_at=ctx.clock.now_seconds() + attempt.session_seconds,
    )
    return {
        "ChallengeName": NAME,
        "ChallengeParameters": {
            "SALT": f"{int.from_bytes(secret.salt, 'big'):x}",
            "SECRET_BLOCK": proofs.sealed(ctx, block, _PURPOSE),
            "SRP_B": exchange.srp_b,
            "USERNAME": username,
            "USER_ID_FOR_SRP": username,
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, _session: str | None) -> Passed:
    """Return who proved the password, and what must now be used up: the block.

    Raises NotAuthorizedException; a wrong proof counts as a failed sign-in and uses up the block.
    """
    raw, block = proofs.opened(ctx, attempt, responses, SecretBlock, _PURPOSE)
    with ctx.store.read() as tx:
        subject = block.subject.rstrip()
        user = _named(tx, attempt, block, responses["USERNAME"])
        failures = sign_in_failures.find(tx, block.pool_id, subject)
    lockout.check(ctx, failures)
    once = block.block_id, block.expires_at
    if _proves(ctx, attempt, block, user, raw=raw, responses=responses) and user is not None:
        return Passed(user, Progress(block.flow, (NAME,), device_given(attempt, responses), block.target), once)
    raise wrong_password(ctx, attempt, Person(responses["USERNAME"], subject, user, failures), once)


def _named(tx: Tx, attempt: Attempt, block: SecretBlock, name: str) -> User | None:
    """Return the user of the block, if the answer names them too (MFA-05), by whichever of their names."""
    sub = block.subject.rstrip()
    user = users.find(tx, block.pool_id, sub) if name == block.username else lookup.find_user(tx, attempt.pool, name)
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


def _proves(
    ctx: Context, attempt: Attempt, block: SecretBlock, user: User | None, *, raw: bytes, responses: Parameters
) -> bool:
    """Whether the claim is right; the work is the same for a stranger (ENU-04)."""
    secret = _secret(ctx, attempt, block.username, user)
    who = attempt.pool.short_name, block.username
    return block.exchange.proven(secret.verifier, who, raw, responses) and secret.known


CHALLENGE = Challenge(
    name=NAME,
    answer=answer,
    needed=("PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"),
    kind="knowledge",
    amr=("pwd",),
)
