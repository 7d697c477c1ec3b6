"""Taking back a change of one's e-mail address, from the old one, for some days (guide beyond-cognito).

Each change has a token of its own. Whoever uses one undoes that change and all later ones: a thief's further changes
give the thief nothing that the owner's older token does not take back.
"""

from urllib.parse import urlencode

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.directory import attributes
from ostiary.idp.messages import account_notices, codes
from ostiary.idp.messages.account_notices import Notice
from ostiary.store.db import Tx
from ostiary.store.idp import codes as stored_codes
from ostiary.store.idp import passkeys, users
from ostiary.store.idp.codes import Code
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import revoke

PATH = "/{pool_id}/email-revert"
_PURPOSE = "email revert "
_MAC = "email-revert"
_LENGTH = 32
_PASSKEYS = 20
"""As many as a user may have."""
_INVALID = "This link is not good, or not any more."


def offer(tx: Tx, ctx: Context, pool: UserPool, before: User, after: User) -> None:
    """Tell the old address that it was replaced, with the link that undoes that; nothing if it was not proven."""
    days = switches.value(pool, switches.EMAIL_REVERT)
    old, new = before.attributes.get("email", ""), after.attributes.get("email", "")
    if not days or old == new or not attributes.is_verified(before, "email"):
        return
    now = ctx.clock.now()
    token, change = ctx.random.text(_LENGTH), f"{int(now * 1_000_000):016x}"
    expires_at = int(now) + int(days) * codes.DAY
    hashed = _hash(ctx, pool, after.sub, change, token)
    stored_codes.put(tx, Code(pool.pool_id, after.sub, _PURPOSE + change, hashed, old, int(now), expires_at))
    page = ctx.settings.base_url + PATH.format(pool_id=pool.pool_id)
    link = f"{page}?{urlencode({'user': after.sub, 'change': change})}&token="
    what = f"is now {codes.masked('email', new)}" if new else "was removed"
    text = (
        f"The e-mail address of your account {what}. If it was not you, take it back within {days} days; "
        "everybody is signed out then, and you set a new password:"
    )
    notice = Notice("Your e-mail address was changed", text, link, token)
    account_notices.tell(tx, ctx, pool, after, notice, to=old)
    account_notices.note(tx, ctx, pool, after, "EmailChanged")


def revert(ctx: Context, pool: UserPool, sub: str, change: str, token: str) -> None:
    """Give a user the address back that this token was mailed to, and end what anybody else holds of the account.

    Raises NotAuthorizedException for a token that is not good, AliasExistsException when the address is another
    user's by now.
    """
    purpose = _PURPOSE + change
    with ctx.store.write() as tx:
        user = users.lock(tx, users.find(tx, pool.pool_id, sub))
        if user is None:
            raise NotAuthorizedException(_INVALID)
        hashed = _hash(ctx, pool, sub, change, token)
        now = ctx.clock.now_seconds()
        found = stored_codes.find(tx, pool.pool_id, sub, purpose)
        outcome, _ = stored_codes.redeem(tx, pool.pool_id, sub, purpose, code_hash=hashed, now=now)
        if outcome == "redeemed" and found is not None:
            _restore(tx, ctx, pool, user, found)
    if outcome != "redeemed":
        raise NotAuthorizedException(_INVALID)


def _restore(tx: Tx, ctx: Context, pool: UserPool, user: User, change: Code) -> None:
    """Write the address, and undo what a thief could have made since: sessions, codes, passkeys, the password."""
    now = ctx.clock.now_seconds()
    restored = {**user.attributes, "email": change.destination, attributes.verified_flag("email"): "true"}
    status = "RESET_REQUIRED" if user.status == "CONFIRMED" and user.sealed_verifier is not None else user.status
    user = attributes.write(tx, pool, user, restored, now, status=status)
    revoke.sign_out_everywhere(tx, ctx, user)
    stored_codes.discard_from(tx, pool.pool_id, user.sub, change.purpose, _PURPOSE)
    for purpose in (codes.RESET, codes.verification_of("email"), codes.verification_of("phone_number")):
        codes.forget(tx, pool, user.sub, purpose)
    for passkey in passkeys.page(tx, pool.pool_id, user.sub, None, _PASSKEYS):
        if passkey.created_at >= change.created_at:
            passkeys.delete(tx, pool.pool_id, user.sub, passkey.credential_id)
    account_notices.note(tx, ctx, pool, user, "EmailReverted")


def _hash(ctx: Context, pool: UserPool, sub: str, change: str, token: str) -> str:
    return ctx.keyring.mac(f"{pool.pool_id}\n{sub}\n{change}\n{token}".encode(), _MAC).hex()
