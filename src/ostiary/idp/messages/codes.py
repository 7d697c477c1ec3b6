"""Codes that prove an address: made, sent, tried. Six digits, single use, few tries, a short life (PWD-07, PWD-08)."""

from dataclasses import dataclass
from typing import NoReturn

from ostiary.aws.types.cognito_idp import (
    CodeDeliveryDetailsType,
    CodeMismatchException,
    ExpiredCodeException,
    LimitExceededException,
)
from ostiary.context import Context
from ostiary.idp.directory.stranger_ids import neighbours
from ostiary.idp.messages import texts
from ostiary.idp.messages.texts import Kind, Letter, Wording, send
from ostiary.store.db import Tx
from ostiary.store.idp import codes
from ostiary.store.idp.codes import Code, Outcome
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

Attribute = texts.Attribute
HOUR = 3600
DAY = 86400
_DIGITS = 6
_PURPOSE = "code"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a code is for: how long it lives, and how often per hour it may be asked for and tried."""

    name: str
    kind: Kind
    lifetime: int
    requests: int
    tries: int
    digits: int = _DIGITS


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a code; when it is redeemed, also the attribute and the address that it proves."""

    outcome: Outcome
    attribute: str = ""
    address: str = ""

    def proven(self, user: User) -> dict[str, str]:
        """Return the user's attributes with this address verified, if it is still the user's."""
        if user.attributes.get(self.attribute) != self.address:
            return user.attributes
        return {**user.attributes, f"{self.attribute}_verified": "true"}


SIGN_UP = Purpose("sign_up", "verification", DAY, requests=5, tries=15)
RESET = Purpose("reset", "reset", HOUR, requests=20, tries=20)


def verification_of(attribute: str) -> Purpose:
    """Return the purpose of a code that proves a user's changed address."""
    return Purpose(f"verify {attribute}", "verification", DAY, requests=5, tries=15)


def issue(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    user: User,
    purpose: Purpose,
    *,
    attribute: Attribute,
    wording: Wording,
    recipient: str = "",
) -> CodeDeliveryDetailsType:
    """Make a code, which kills an older one of the same purpose, and put it into the outbox, told as `wording` says.

    It goes to the user's `attribute`, or to `recipient` when that is an address the user does not have yet.
    """
    digits = ctx.random.digits(purpose.digits)
    to = recipient or user.attributes[attribute]
    remember(tx, ctx, pool, user.sub, purpose, to=f"{attribute}:{to}", digits=digits)
    expires_at = ctx.clock.now_seconds() + purpose.lifetime
    send(tx, ctx, pool, Letter(purpose.kind, wording, attribute, to, user.username, digits, expires_at))
    return delivery(attribute, to)


def pretend(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    subject: str,
    purpose: Purpose,
    *,
    attribute: Attribute,
    wording: Wording,
    recipient: str,
) -> CodeDeliveryDetailsType:
    """Do for a stranger what `issue` does for a user, with a code that nobody can type and a letter that stays here."""
    remember(tx, ctx, pool, subject, purpose, to=attribute, digits=ctx.random.text(22))
    shown, expires_at = ctx.random.digits(purpose.digits), ctx.clock.now_seconds() + purpose.lifetime
    letter = Letter(purpose.kind, wording, attribute, recipient, wording.occasion.username, shown, expires_at)
    texts.pretend(tx, ctx, pool, subject, letter)
    return delivery(attribute, recipient)


def delivery(attribute: Attribute, recipient: str) -> CodeDeliveryDetailsType:
    """Return how answers tell where a code went."""
    return {
        "Destination": masked(attribute, recipient),
        "DeliveryMedium": "EMAIL" if attribute == "email" else "SMS",
        "AttributeName": attribute,
    }


def remember(tx: Tx, ctx: Context, pool: UserPool, sub: str, purpose: Purpose, *, to: str, digits: str) -> None:
    """Store a code, hashed under the master key; `to` is the attribute and the address it goes to."""
    now = ctx.clock.now_seconds()
    hashed = _hash(ctx, pool, sub, purpose, digits)
    codes.put(tx, Code(pool.pool_id, sub, purpose.name, hashed, to, now, now + purpose.lifetime))


def _hash(ctx: Context, pool: UserPool, sub: str, purpose: Purpose, digits: str) -> str:
    return ctx.keyring.mac(f"{pool.pool_id}\n{sub}\n{purpose.name}\n{digits}".encode(), _PURPOSE).hex()


def forget(tx: Tx, pool: UserPool, sub: str, purpose: Purpose) -> None:
    """Make an outstanding code of this purpose worthless."""
    codes.discard(tx, pool.pool_id, sub, purpose.name)


def check_requests(tx: Tx, ctx: Context, pool: UserPool, sub: str, purpose: Purpose) -> None:
    """Count a request for a code, and refuse it when there were too many in this hour."""
    codes.sweep(tx, pool.pool_id, neighbours(sub), ctx.clock.now_seconds())
    if not codes.spend(
        tx,
        pool.pool_id,
        sub,
        f"{purpose.name} requests",
        limit=purpose.requests,
        window=HOUR,
        now=ctx.clock.now_seconds(),
    ):
        _too_many()


def try_code(tx: Tx, ctx: Context, pool: UserPool, sub: str, purpose: Purpose, *, digits: str) -> Tried:
    """Try a code once.

    Whatever the outcome, the transaction must be left to commit; `refuse` turns a bad outcome into an error after it.
    """
    now = ctx.clock.now_seconds()
    window = {"limit": purpose.tries, "window": HOUR, "now": now}
    if not codes.spend(tx, pool.pool_id, sub, f"{purpose.name} tries", **window):
        return Tried("exhausted")
    return redeem(tx, ctx, pool, sub, purpose, digits=digits)


def redeem(tx: Tx, ctx: Context, pool: UserPool, sub: str, purpose: Purpose, *, digits: str) -> Tried:
    """Try a code once, whatever was tried before at others; as for `try_code`, the transaction must commit."""
    hashed = _hash(ctx, pool, sub, purpose, digits)
    now = ctx.clock.now_seconds()
    outcome, to = codes.redeem(tx, pool.pool_id, sub, purpose.name, code_hash=hashed, now=now)
    attribute, _, address = to.partition(":")
    return Tried(outcome, attribute, address)


def refuse(outcome: Outcome) -> None:
    """Raise the error of a try that did not redeem a code."""
    if outcome == "mismatch":
        raise CodeMismatchException("Invalid verification code provided, please try again.")
    if outcome == "expired":
        raise ExpiredCodeException("Invalid code provided, please request a code again.")
    if outcome == "exhausted":
        _too_many()


def _too_many() -> NoReturn:
    raise LimitExceededException("Attempt limit exceeded, please try after some time.")


def masked(attribute: str, value: str) -> str:
    """Return where a message went without telling it: `a***@e***`, `+*******9934`."""
    if attribute == "phone_number":
        return f"+{'*' * max(len(value) - 5, 0)}{value[-4:]}"
    local, _, domain = value.partition("@")
    return f"{local[:1]}***@{domain[:1]}***"
