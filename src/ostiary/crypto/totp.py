"""Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA-1, 30 seconds, six digits."""

import base64
import hmac

SEED_BYTES = 32
STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""How many steps before and after the present one count (RFC 6238, 5.2)."""


def step_at(epoch_seconds: float) -> int:
    """Return the time step of a moment."""
    return int(epoch_seconds // STEP_SECONDS)


def code(seed: bytes, step: int) -> str:
    """Return the code of a time step (RFC 4226, 5.3)."""
    digest = hmac.digest(seed, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(seed: bytes, digits: str, epoch_seconds: float) -> int | None:
    """Return the latest time step within the window whose code this is, or None, in the same time for either."""
    present = step_at(epoch_seconds)
    steps = [step for step in range(max(present - WINDOW, 0), present + WINDOW + 1) if _same(code(seed, step), digits)]
    return max(steps, default=None)


def written(seed: bytes) -> str:
    """Return a seed as it is typed into an app: base32 without padding."""
    return base64.b32encode(seed).decode().rstrip("=")


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
