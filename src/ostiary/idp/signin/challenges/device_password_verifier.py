"""DEVICE_PASSWORD_VERIFIER: a remembered device proves its secret by SRP; all state is in SECRET_BLOCK."""

from dataclasses import dataclass

from ostiary.aws.types.cognito_idp import ResourceNotFoundException
from ostiary.context import Context
from ostiary.idp.directory import lookup
from ostiary.idp.factors import device_secrets
from ostiary.idp.factors.devices import device_group_key, trusts_devices
from ostiary.idp.signin import lockout, proofs
from ostiary.idp.signin.attempt import (
    Answer,
    Attempt,
    Parameters,
    Person,
    wrong_password,
)
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.proofs import Block, SrpExchange
from ostiary.idp.signin.session import Passed, Progress, check_alive
from ostiary.store.idp import devices, sign_in_failures

NAME = "DEVICE_PASSWORD_VERIFIER"
SHOWN = "DEVICE_SRP_AUTH"
"""Passed by a device that has proven itself, whether or not it stands for the second factor."""
_PURPOSE = "device-secret-block"


@dataclass(frozen=True, slots=True)
class DeviceBlock(Block):
    """Whose device proves itself, and how far its sign-in came."""

    sub: str
    progress: Progress
    began_at: int = 0


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress, *, public: int) -> Answer:
    """Return the challenge to a device whose public value is `public`."""
    user = person.known()
    with ctx.store.read() as tx:
        device = devices.find(tx, user.pool_id, user.sub, progress.device_key)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    salt, verifier = device_secrets.opened(ctx, device)
    exchange = SrpExchange.begun(ctx, public, verifier)
    now = ctx.clock.now_seconds()
    block = DeviceBlock(
        block_id=ctx.random.uuid(),
        pool_id=user.pool_id,
        client_id=attempt.client.client_id,
        sub=user.sub,
        progress=progress,
        exchange=exchange,
        expires_at=now + attempt.session_seconds,
        began_at=now,
    )
    return {
        "ChallengeName": NAME,
        "ChallengeParameters": {
            "SALT": f"{salt:x}",
            "SECRET_BLOCK": proofs.sealed(ctx, block, _PURPOSE),
            "SRP_B": exchange.srp_b,
            "DEVICE_KEY": progress.device_key,
            "USERNAME": user.username,
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, _session: str | None) -> Passed:
    """Take the proof. A wrong one counts as a failed sign-in and uses up the block."""
    raw, block = proofs.opened(ctx, attempt, responses, DeviceBlock, _PURPOSE)
    with ctx.store.read() as tx:
        user = lookup.find_user(tx, attempt.pool, responses["USERNAME"])
        device = devices.find(tx, block.pool_id, block.sub, block.progress.device_key)
        failures = sign_in_failures.find(tx, block.pool_id, block.sub)
    lockout.check(ctx, failures)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    once = block.block_id, block.expires_at
    named = user is not None and user.sub == block.sub and responses["DEVICE_KEY"] == device.device_key
    _, verifier = device_secrets.opened(ctx, device)
    who = device_group_key(attempt.pool), device.device_key
    if block.exchange.proven(verifier, who, raw, responses) and named and user is not None:
        check_alive(block.began_at, user)
        progress = block.progress.with_passed(SHOWN)
        # Elsewhere the proof only says which device it is: it is no second factor.
        return Passed(user, progress.with_passed(NAME) if trusts_devices(attempt.pool) else progress, once)
    raise wrong_password(ctx, attempt, Person(responses["USERNAME"], block.sub, user, failures), once)


CHALLENGE = Challenge(
    name=NAME,
    answer=answer,
    needed=("PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP", "DEVICE_KEY"),
    kind="device",
    amr=("swk",),
    is_second_factor=True,
    credited_by=frozenset({"swk"}),
    source="TokenGeneration_AuthenticateDevice",
)
