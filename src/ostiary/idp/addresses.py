"""A user's attributes change, and with them perhaps an address: it is not verified then, and gets a code."""

from collections.abc import Mapping
from typing import Literal

from ostiary.aws.types.cognito_idp import CodeDeliveryDetailsType
from ostiary.context import Context
from ostiary.idp import attributes, codes
from ostiary.store.db import Tx
from ostiary.store.user_pools import UserPool
from ostiary.store.users import User

_ADDRESSES: tuple[Literal["phone_number", "email"], ...] = ("phone_number", "email")


def change(
    tx: Tx, ctx: Context, pool: UserPool, user: User, written: Mapping[str, str]
) -> tuple[User, list[CodeDeliveryDetailsType]]:
    """Write attributes of a user who exists; an empty value deletes. Returns the user and where codes went.

    A new address that is not said to be verified gets a code if the pool verifies it. The old one stays until that code
    comes back where the pool wants that (AttributesRequireVerificationBeforeUpdate, ATT-03).
    """
    attributes.check_mutable(pool, written)
    unproven = [name for name in _ADDRESSES if _is_unproven(user, written, name)]
    settings = pool.configuration.get("UserAttributeUpdateSettings", {})
    kept = set(settings.get("AttributesRequireVerificationBeforeUpdate", []))
    pending = {name for name in unproven if name in kept and name in user.attributes}
    after = attributes.merged(user.attributes, {name: value for name, value in written.items() if name not in pending})
    attributes.check_required(pool, after, before=user.attributes)
    user = attributes.write(tx, pool, user, after, ctx.clock.now_seconds())
    sent = [
        codes.issue(
            tx,
            ctx,
            pool,
            user,
            codes.verification_of(name),
            attribute=name,
            trigger_source="CustomMessage_UpdateUserAttribute",
            recipient=written[name],
        )
        for name in unproven
        if name in pool.configuration.get("AutoVerifiedAttributes", [])
    ]
    return user, sent


def _is_unproven(user: User, written: Mapping[str, str], name: str) -> bool:
    changed = bool(written.get(name)) and written[name] != user.attributes.get(name)
    return changed and written.get(attributes.verified_flag(name)) != "true"
