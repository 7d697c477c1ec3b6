"""Linking by verified e-mail: whom somebody is who comes through a provider for the first time (guide beyond-cognito).

FED-12 forbids to find an account by an address. A pool may lift that for providers that it names, where both sides
have proven the address; against whoever prepared an account for somebody else's arrival, linking ends what they hold.
"""

from collections.abc import Mapping

from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.directory import attributes
from ostiary.idp.directory.names import user_key
from ostiary.idp.factors import second_factors
from ostiary.idp.messages import account_notices, codes
from ostiary.idp.messages.account_notices import Notice
from ostiary.idp.providers import links
from ostiary.idp.providers.lookup import find_provider
from ostiary.store.db import Tx
from ostiary.store.idp import linked_users, token_families, users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import Filter, User

MOST_COMPARED = 50
"""Users with one address that are looked at; where there are more, nobody is linked."""


def is_wanted(pool: UserPool, provider_name: str) -> bool:
    """Whether the pool links those who come through this provider."""
    return provider_name in switches.value(pool, switches.LINK_BY_EMAIL).split()


def link_by_email(
    tx: Tx, ctx: Context, pool: UserPool, *, provider_name: str, subject: str, mapped: Mapping[str, str]
) -> User | None:
    """Link who comes as `subject` of a provider to the one user who has proven the same address; None for nobody.

    `mapped` are the provider's claims after its AttributeMapping: the address counts only where `email_verified` is
    mapped and true (FED-13). To be called where neither a link nor a user of this subject is there yet.
    """
    if not is_wanted(pool, provider_name):
        return None
    provider = find_provider(tx, pool.pool_id, provider_name)
    address = mapped.get("email", "")
    if provider is None or not subject or not address or mapped.get("email_verified", "").lower() != "true":
        return None
    if users.find_by_username(tx, pool.pool_id, user_key(pool, f"{provider_name}_{subject}")) is not None:
        return None
    user = users.lock(tx, _owner(tx, pool, address))
    if user is None or not _may_be_linked(tx, pool, user, address):
        return None
    if not links.link_subject(tx, ctx, user, provider, subject):
        return None
    return _taken_over(tx, ctx, pool, user, provider_name)


def _owner(tx: Tx, pool: UserPool, address: str) -> User | None:
    found = users.page(tx, pool.pool_id, Filter("email", address, prefix=False), None, MOST_COMPARED + 1)
    owners = [user for user in found if _has_proven(user, address)]
    return owners[0] if len(owners) == 1 and len(found) <= MOST_COMPARED else None


def _has_proven(user: User, address: str) -> bool:
    local = user.status == "CONFIRMED" and attributes.is_verified(user, "email")
    return local and is_same_address(user.attributes["email"], address)


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are one: case does not count among ASCII letters, and nothing else is taken for another."""
    if one.isascii() and other.isascii():
        return one.lower() == other.lower()
    return one == other


def _may_be_linked(tx: Tx, pool: UserPool, user: User, address: str) -> bool:
    """Nobody who is disabled, has a second factor that a provider would go past, or five links."""
    known = len(linked_users.of_user(tx, pool.pool_id, user.sub))
    return _has_proven(user, address) and user.enabled and not second_factors.active(pool, user) and known < links.MOST


def _taken_over(tx: Tx, ctx: Context, pool: UserPool, user: User, provider_name: str) -> User:
    """End every session and outstanding code from before: whoever holds one may not be who has just come.

    The sign-in that is under way stays good: tokens are dead up to the second before it.
    """
    until = max(ctx.clock.now_seconds() - 1, user.tokens_valid_after)
    token_families.revoke_all(tx, pool.pool_id, user.sub, until)
    users.update(tx, user, tokens_valid_after=until)
    for purpose in (codes.RESET, codes.verification_of("email"), codes.verification_of("phone_number")):
        codes.forget(tx, pool, user.sub, purpose)
    text = (
        f"You signed in with {provider_name}, which is now linked to your account because both have this address. "
        "Other devices were signed out. If you did not set the account's password yourself, reset it now."
    )
    account_notices.note(tx, ctx, pool, user, "LinkedByEmail")
    account_notices.tell(tx, ctx, pool, user, Notice(f"{provider_name} was linked to your account", text))
    return users.find(tx, pool.pool_id, user.sub) or user
