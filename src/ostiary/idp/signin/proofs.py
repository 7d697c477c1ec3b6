"""The parts of an SRP proof that passwords and devices have in common: the public value, the time, the claim."""

import base64
import hmac
import re
from datetime import UTC, datetime

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.idp.signin.attempt import Parameters

WINDOW_SECONDS = 300
"""How far a client's clock may be from ours (PWD-02)."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMESTAMP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) UTC ([0-9]{4})"
)
_HEX = re.compile(r"[0-9A-Fa-f]{1,800}")


def is_claim(expected: bytes, responses: Parameters) -> bool:
    """Whether the responses carry this proof."""
    claimed = responses.get("PASSWORD_CLAIM_SIGNATURE", "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(base64.b64encode(expected), claimed)


def public_value(srp_a: str) -> int:
    """Return the number of an SRP_A; raises InvalidParameterException for what is none, or gives the secret away."""
    number = int(srp_a, 16) if _HEX.fullmatch(srp_a) else 0
    if not 0 < number < srp.N:
        raise InvalidParameterException("SRP_A is invalid.")
    return number


def check_timestamp(ctx: Context, timestamp: str) -> None:
    """Refuse a proof of another time, or that does not say of which time it is."""
    then = _seconds(timestamp)
    if then is None:
        text = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english"
        raise InvalidParameterException(text)
    # A client goes by its own clock, which is not moved when development moves ours.
    if min(abs(then - ctx.clock.now()), abs(then - ctx.clock.system_now())) > WINDOW_SECONDS:
        raise NotAuthorizedException("TIMESTAMP is too far from the time of the server.")


def _seconds(timestamp: str) -> float | None:
    match = _TIMESTAMP.fullmatch(timestamp)
    if match is None or match[1] not in _MONTHS:
        return None
    day, hour, minute, second, year = map(int, match.groups()[1:])
    try:
        return datetime(year, _MONTHS.index(match[1]) + 1, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
