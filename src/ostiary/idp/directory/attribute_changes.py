"""A user's attributes change, and with them perhaps an address: it is not verified then, and gets a code."""

from collections.abc import Mapping
from dataclasses import replace

from ostiary.aws.types.cognito_idp import CodeDeliveryDetailsType
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.directory import attributes
from ostiary.idp.messages import codes
from ostiary.idp.messages.texts import Attribute, Wording, wording
from ostiary.store.db import Tx
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers.event import Occasion, occasion_of

_ADDRESSES: tuple[Attribute, ...] = ("phone_number", "email")


def change(
    tx: Tx, ctx: Context, pool: UserPool, user: User, written: Mapping[str, str], *, worded: Wording | None = None
) -> tuple[User, list[CodeDeliveryDetailsType]]:
    """Write attributes of a user who exists; an empty value deletes. Returns the user and where codes went.

    A new address that is not said to be verified gets a code if the pool verifies it. The old one stays until that code
    comes back where the pool wants that (AttributesRequireVerificationBeforeUpdate, ATT-03).
    """
    attributes.check_mutable(pool, written)
    unproven = _unproven(user, written)
    settings = pool.configuration.get("UserAttributeUpdateSettings", {})
    kept: set[str] = set(settings.get("AttributesRequireVerificationBeforeUpdate", []))
    if switches.is_on(pool, switches.EMAIL_REVERT):
        kept |= {"email"} & set(pool.configuration.get("AutoVerifiedAttributes", []))
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
            wording=worded or Wording("UpdateUserAttribute", occasion_of(pool, user)),
            recipient=written[name],
        )
        for name in unproven
        if name in pool.configuration.get("AutoVerifiedAttributes", [])
    ]
    return user, sent


def worded_change(ctx: Context, occasion: Occasion, user: User, written: Mapping[str, str]) -> Wording | None:
    """Ask the pool's function how the codes are told that `change` will send, before its transaction."""
    verified = occasion.pool.configuration.get("AutoVerifiedAttributes", [])
    sent = [name for name in _unproven(user, written) if name in verified]
    occasion = replace(occasion, attributes={**occasion.attributes, **written})
    return wording(ctx, "UpdateUserAttribute", occasion, sent) if sent else None


def _unproven(user: User, written: Mapping[str, str]) -> list[Attribute]:
    return [name for name in _ADDRESSES if _is_unproven(user, written, name)]


def _is_unproven(user: User, written: Mapping[str, str], name: str) -> bool:
    changed = bool(written.get(name)) and written[name] != user.attributes.get(name)
    return changed and written.get(attributes.verified_flag(name)) != "true"
