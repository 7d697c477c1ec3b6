"""What a client that must not learn which users exist is told about somebody who does not (ENU-01, ENU-03).

A stranger has a stable id, so that codes "sent" to one are counted, expire and run out of tries like anybody's.
"""

from ostiary.aws.types.cognito_idp import CodeDeliveryDetailsType
from ostiary.context import Context
from ostiary.idp.directory import names
from ostiary.idp.messages import codes
from ostiary.idp.messages.codes import Attribute, Purpose
from ostiary.runtime.randomness import LOWER_ALPHANUMERIC
from ostiary.store.db import Tx
from ostiary.store.idp.codes import sweep
from ostiary.store.idp.user_pools import UserPool

_PURPOSE = "stranger"
_BUCKET = len("stranger ") + 3
"""So much of an id names the strangers, one in 4096, whose expired rows go when one of them asks for a code."""


def stranger(ctx: Context, pool: UserPool, name: str) -> str:
    """Return the id of somebody who is not there: the same for the same name, and never a user's sub."""
    return f"stranger {_digest(ctx, pool, name).hex()}"


def is_stranger(subject: str) -> bool:
    """Whether this is such an id, and not a user's sub."""
    return subject.startswith("stranger ")


def neighbours(subject: str) -> str:
    """Return how the ids begin whose expired rows go when `subject` gets one: a stranger may never come again."""
    return subject[:_BUCKET] if is_stranger(subject) else subject


def _digest(ctx: Context, pool: UserPool, name: str) -> bytes:
    return ctx.keyring.mac(f"{pool.pool_id}\n{names.user_key(pool, name)}".encode(), _PURPOSE)


def simulated_delivery(tx: Tx, ctx: Context, pool: UserPool, name: str, purpose: Purpose) -> CodeDeliveryDetailsType:
    """Return where a code for `name` would have gone, and remember that it was asked for."""
    sub = stranger(ctx, pool, name)
    sweep(tx, pool.pool_id, neighbours(sub), ctx.clock.now_seconds())
    codes.check_requests(tx, ctx, pool, sub, purpose)
    attribute = _attribute(pool, name)
    codes.remember(tx, ctx, pool, sub, purpose, to=attribute, digits=ctx.random.text(22))
    return codes.delivery(attribute, simulated_address(ctx, pool, name, attribute))


def _attribute(pool: UserPool, name: str) -> Attribute:
    if names.is_email(name):
        return "email"
    verified = pool.configuration.get("AutoVerifiedAttributes", [])
    return "phone_number" if names.is_phone_number(name) or verified == ["phone_number"] else "email"


def simulated_address(ctx: Context, pool: UserPool, name: str, attribute: Attribute) -> str:
    """Return the address that somebody of this name would have: what was typed where it is one, else a stable one."""
    digest = _digest(ctx, pool, name)
    if attribute == "phone_number":
        known = names.is_phone_number(name)
        return name if known else f"+{int.from_bytes(digest[:5], 'big') % 10**11:011d}"
    if names.is_email(name):
        return name
    first, second = (LOWER_ALPHANUMERIC[byte % 26] for byte in digest[:2])
    return f"{first}@{second}"
