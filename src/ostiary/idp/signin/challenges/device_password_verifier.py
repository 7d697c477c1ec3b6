"""DEVICE_PASSWORD_VERIFIER: a remembered device proves its secret by SRP; all state is in SECRET_BLOCK."""

import base64
import binascii
from dataclasses import dataclass

import msgspec

from ostiary.aws.types.cognito_idp import NotAuthorizedException, ResourceNotFoundException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp import device_secrets, names
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, device_group_key, wrong_password
from ostiary.idp.signin.proofs import check_timestamp, is_claim
from ostiary.idp.signin.session import Passed, Progress
from ostiary.store import devices, sign_in_failures
from ostiary.store.devices import Device

NAME = "DEVICE_PASSWORD_VERIFIER"
_PURPOSE = "device-secret-block"


@dataclass(frozen=True, slots=True)
class DeviceBlock:
    """What SECRET_BLOCK says: whose device proves itself, at which client, until when, and the numbers of the SRP."""

    block_id: str
    pool_id: str
    client_id: str
    sub: str
    progress: Progress
    client_public: bytes
    public: bytes
    private: bytes
    expires_at: int


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress, *, public: int) -> Answer:
    """Return the challenge to a device whose public value is `public`."""
    user = person.known()
    with ctx.store.read() as tx:
        device = devices.find(tx, user.pool_id, user.sub, progress.device_key)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    salt, verifier = device_secrets.opened(ctx, device)
    private = ctx.random.bytes(srp.PRIVATE_BYTES)
    ours = srp.server_public(verifier, int.from_bytes(private, "big"))
    block = DeviceBlock(
        block_id=ctx.random.uuid(),
        pool_id=user.pool_id,
        client_id=attempt.client.client_id,
        sub=user.sub,
        progress=progress,
        client_public=public.to_bytes(srp.NUMBER_BYTES, "big"),
        public=ours.to_bytes(srp.NUMBER_BYTES, "big"),
        private=private,
        expires_at=ctx.clock.now_seconds() + attempt.session_seconds,
    )
    return {
        "ChallengeName": NAME,
        "ChallengeParameters": {
            "SALT": f"{salt:x}",
            "SECRET_BLOCK": base64.b64encode(ctx.keyring.seal(msgspec.msgpack.encode(block), _PURPOSE)).decode(),
            "SRP_B": f"{ours:x}",
            "DEVICE_KEY": progress.device_key,
            "USERNAME": user.username,
        },
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, _session: str | None) -> Passed:
    """Take the proof. A wrong one counts as a failed sign-in and uses up the block."""
    raw, block = _open(ctx, attempt, responses.get("PASSWORD_CLAIM_SECRET_BLOCK", ""))
    check_timestamp(ctx, responses.get("TIMESTAMP", ""))
    with ctx.store.read() as tx:
        user = names.find_user(tx, attempt.pool, responses["USERNAME"])
        device = devices.find(tx, block.pool_id, block.sub, block.progress.device_key)
        failures = sign_in_failures.find(tx, block.pool_id, block.sub)
    lockout.check(ctx, failures)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    once = block.block_id, block.expires_at
    named = (
        user is not None
        and user.sub == block.sub
        and responses.get("DEVICE_KEY", device.device_key) == device.device_key
    )
    if _proves(ctx, attempt, block, device, raw=raw, responses=responses) and named and user is not None:
        return Passed(user, block.progress.with_passed(NAME), once)
    raise wrong_password(ctx, attempt, Person(responses["USERNAME"], block.sub, user, failures), once)


def _proves(
    ctx: Context, attempt: Attempt, block: DeviceBlock, device: Device, *, raw: bytes, responses: Parameters
) -> bool:
    _, verifier = device_secrets.opened(ctx, device)
    client_public, public = int.from_bytes(block.client_public, "big"), int.from_bytes(block.public, "big")
    key = srp.session_key(client_public, public, verifier, int.from_bytes(block.private, "big"))
    group = device_group_key(attempt.pool)
    return is_claim(srp.claim(key, group, device.device_key, raw, responses["TIMESTAMP"]), responses)


def _open(ctx: Context, attempt: Attempt, text: str) -> tuple[bytes, DeviceBlock]:
    try:
        raw = base64.b64decode(text, validate=True)
        block = msgspec.msgpack.decode(ctx.keyring.open(raw, _PURPOSE), type=DeviceBlock)
    except (binascii.Error, ValueError, SealBrokenError):
        raise NotAuthorizedException("Incorrect username or password.") from None
    if (block.pool_id, block.client_id) != (attempt.pool.pool_id, attempt.client.client_id):
        raise NotAuthorizedException("Incorrect username or password.")
    if block.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Invalid session for the user, session is expired.")
    return raw, block
