"""Seeds of authenticator apps: made, sealed, and compared with a code."""

import hashlib

from ostiary.context import Context
from ostiary.crypto import totp

_PURPOSE = "totp-seed"


def new_seed(ctx: Context) -> tuple[str, bytes]:
    """Return a fresh seed of 256 bits (MFA-02) as an app takes it, and sealed."""
    seed = ctx.random.bytes(totp.SEED_BYTES)
    return totp.written(seed), ctx.keyring.seal(seed, _PURPOSE)


def matching_step(ctx: Context, sealed: bytes | None, digits: str) -> int | None:
    """Return the time step whose code this is, or None when it is none of now."""
    if sealed is None:
        return None
    return totp.matching_step(ctx.keyring.open(sealed, _PURPOSE), digits, ctx.clock.now())


def name(sealed: bytes) -> str:
    """Return what tells this seed from another without saying anything of it."""
    return hashlib.sha256(sealed).hexdigest()[:16]
