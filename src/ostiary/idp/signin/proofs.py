"""What the SRP proofs of passwords and of devices share: the exchange, its SECRET_BLOCK, the time, the claim."""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.crypto.seal import SealBrokenError
from ostiary.idp.signin.attempt import Attempt, Parameters
from ostiary.runtime.execution import compute

WINDOW_SECONDS = 300
"""How far a client's clock may be from ours (PWD-02)."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMESTAMP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) UTC ([0-9]{4})"
)
_HEX = re.compile(r"[0-9A-Fa-f]{1,800}")


@dataclass(frozen=True, slots=True)
class SrpExchange:
    """The numbers of one SRP exchange, as bytes: the client's public one, ours, and what is behind ours."""

    client_public: bytes
    public: bytes
    private: bytes

    @classmethod
    def begun(cls, ctx: Context, client_public: int, verifier: int) -> "SrpExchange":
        """Answer a client's public value for somebody with this verifier."""
        private = ctx.random.bytes(srp.PRIVATE_BYTES)
        public = srp.server_public(verifier, int.from_bytes(private, "big"))
        return cls(client_public.to_bytes(srp.NUMBER_BYTES, "big"), public.to_bytes(srp.NUMBER_BYTES, "big"), private)

    @property
    def srp_b(self) -> str:
        """Our public value as the challenge says it."""
        return f"{int.from_bytes(self.public, 'big'):x}"

    def proven(self, verifier: int, who: tuple[str, str], raw_block: bytes, responses: Parameters) -> bool:
        """Whether the responses prove the secret behind the verifier; `who` is its group and name."""
        client_public, public = int.from_bytes(self.client_public, "big"), int.from_bytes(self.public, "big")
        key = compute(srp.session_key, client_public, public, verifier, int.from_bytes(self.private, "big"))
        expected = base64.b64encode(srp.claim(key, *who, raw_block, responses["TIMESTAMP"]))
        claimed = responses["PASSWORD_CLAIM_SIGNATURE"].encode("utf-8", "surrogatepass")
        return hmac.compare_digest(expected, claimed)


@dataclass(frozen=True, slots=True)
class Block:
    """What every SECRET_BLOCK says: its id, at which client of which pool it is good, until when (epoch seconds)."""

    block_id: str
    pool_id: str
    client_id: str
    expires_at: int
    exchange: SrpExchange


B = TypeVar("B", bound=Block)


def public_value(srp_a: str) -> int:
    """Return the number of an SRP_A; raises InvalidParameterException for what is none, or gives the secret away."""
    number = int(srp_a, 16) if _HEX.fullmatch(srp_a) else 0
    if not 0 < number < srp.N:
        raise InvalidParameterException("SRP_A is invalid.")
    return number


def sealed(ctx: Context, block: Block, purpose: str) -> str:
    """Return a block as SECRET_BLOCK."""
    return base64.b64encode(ctx.keyring.seal(msgspec.msgpack.encode(block), purpose)).decode()


def opened(ctx: Context, attempt: Attempt, responses: Parameters, kind: type[B], purpose: str) -> tuple[bytes, B]:
    """Return the SECRET_BLOCK of a proof of now, its bytes and what it says; raises NotAuthorizedException."""
    try:
        raw = base64.b64decode(responses["PASSWORD_CLAIM_SECRET_BLOCK"], validate=True)
        block = msgspec.msgpack.decode(ctx.keyring.open(raw, purpose), type=kind)
    except (binascii.Error, ValueError, SealBrokenError):
        raise NotAuthorizedException("Incorrect username or password.") from None
    if (block.pool_id, block.client_id) != (attempt.pool.pool_id, attempt.client.client_id):
        raise NotAuthorizedException("Incorrect username or password.")
    if block.expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Invalid session for the user, session is expired.")
    _check_timestamp(ctx, responses["TIMESTAMP"])
    return raw, block


def _check_timestamp(ctx: Context, timestamp: str) -> None:
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
