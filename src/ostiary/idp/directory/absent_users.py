"""What a client that must not learn which users exist is told about somebody who does not (ENU-01, ENU-03).

A stranger has a stable id, so that codes "sent" to one are counted, expire and run out of tries like anybody's.
"""

from ostiary.aws.types.cognito_idp import CodeDeliveryDetailsType
from ostiary.context import Context
from ostiary.idp.directory import names
from ostiary.idp.directory.stranger_ids import STRANGER
from ostiary.idp.messages import codes
from ostiary.idp.messages.codes import Attribute, Purpose
from ostiary.idp.messages.texts import Wording
from ostiary.runtime.randomness import LOWER_ALPHANUMERIC
from ostiary.store.db import Tx
from ostiary.store.idp.user_pools import UserPool
from ostiary.triggers.custom_message import Source
from ostiary.triggers.event import Occasion

_PURPOSE = "stranger"
_SOURCES: dict[Purpose, Source] = {codes.RESET: "ForgotPassword", codes.SIGN_UP: "ResendCode"}


def stranger(ctx: Context, pool: UserPool, name: str) -> str:
    """Return the id of somebody who is not there: the same for the same name, and never a user's sub."""
    return f"{STRANGER}{_digest(ctx, pool, name).hex()}"


def _digest(ctx: Context, pool: UserPool, name: str) -> bytes:
    return ctx.keyring.mac(f"{pool.pool_id}\n{names.user_key(pool, name)}".encode(), _PURPOSE)


def simulated_delivery(tx: Tx, ctx: Context, pool: UserPool, name: str, purpose: Purpose) -> CodeDeliveryDetailsType:
    """Return where a code for `name` would have gone, after as much work as one that leaves takes."""
    sub = stranger(ctx, pool, name)
    codes.check_requests(tx, ctx, pool, sub, purpose)
    attribute = _attribute(pool, name)
    return codes.pretend(
        tx,
        ctx,
        pool,
        sub,
        purpose,
        attribute=attribute,
        wording=Wording(_SOURCES[purpose], Occasion(pool, name, {})),
        recipient=simulated_address(ctx, pool, name, attribute),
    )


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
