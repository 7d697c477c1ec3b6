"""Identities: one per person across providers (behaviour/identity-pools.md 3, 4)."""

from collections.abc import Mapping, Sequence

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_identity import (
    DeleteIdentitiesInput,
    DeleteIdentitiesResponse,
    DescribeIdentityInput,
    GetIdInput,
    GetIdResponse,
    IdentityDescription,
    ListIdentitiesInput,
    ListIdentitiesResponse,
    NotAuthorizedException,
    ResourceConflictException,
    ResourceNotFoundException,
    UnlinkIdentityInput,
    UnprocessedIdentityId,
)
from ostiary.context import Context
from ostiary.federation.web_identity import WebIdentity
from ostiary.identity import logins
from ostiary.identity.pools import POOL_ARN, own_pool, page_start, pool_of
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.identity import identities
from ostiary.store.identity.identities import Identity, Login
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.store.paging import next_token

MISMATCH = "Logins don't match. Please include at least one valid login for this identity or identity pool."


@operation("cognito-identity")
def get_id(ctx: Context, req: GetIdInput) -> GetIdResponse:
    """Return whose logins these are, or a new identity; a guest gets a new one each time."""
    pool = pool_of(ctx, req["IdentityPoolId"])
    given = req.get("Logins", {})
    if not given:
        if not pool.configuration["AllowUnauthenticatedIdentities"]:
            raise NotAuthorizedException("Unauthenticated access is not supported for this identity pool.")
        with ctx.store.write() as tx:
            return {"IdentityId": _new(tx, ctx, pool).identity_id}
    presented = logins.verified(ctx, pool, given)
    return {"IdentityId": identity_for(ctx, pool, [logins.login_of(identity) for identity in presented])}


def identity_for(ctx: Context, pool: IdentityPool, presented: Sequence[Login], preferred: str | None = None) -> str:
    """Return the id of the identity whose logins these are, linking what is not linked and merging what is apart.

    `preferred` is the identity the caller believes to be, already checked to be in the pool and the caller's. Known
    logins of one identity write nothing.
    """
    with ctx.store.read() as tx:
        owners = {identities.owner(tx, pool.pool_id, login) for login in presented}
    if len(owners) == 1 and None not in owners and preferred in {None, *owners}:
        return str(owners.pop())
    with ctx.store.write() as tx:
        return _joined(tx, ctx, pool, presented, preferred)


def _joined(tx: Tx, ctx: Context, pool: IdentityPool, presented: Sequence[Login], preferred: str | None) -> str:
    now = ctx.clock.now_seconds()
    owned = {login: identities.owner(tx, pool.pool_id, login) for login in presented}
    known = list(dict.fromkeys(owner for owner in owned.values() if owner is not None))
    alive = _survivor(tx, pool, known, preferred)
    joining = [*dict.fromkeys([*known, *([preferred] if preferred else [])])]
    # One after the other, always in the same order: two merges at once wait for each other, and never in a circle.
    if not all(identities.change(tx, pool.pool_id, identity_id, now) for identity_id in sorted(joining)):
        raise Retry("Somebody merged or deleted one of these identities meanwhile.")
    survivor = alive or _new(tx, ctx, pool).identity_id
    for identity_id in joining:
        if identity_id != survivor:
            _merge(tx, pool, identity_id, survivor, now)
    providers = {login.provider for login in identities.logins_of(tx, pool.pool_id, survivor)}
    for login in (login for login, owner in owned.items() if owner is None):
        if login.provider in providers:
            raise ResourceConflictException("Login already exists.")
        if not identities.link(tx, pool.pool_id, login, survivor, now):
            raise Retry("Somebody linked this login meanwhile.")
        providers.add(login.provider)
    return survivor


def _survivor(tx: Tx, pool: IdentityPool, known: Sequence[str], preferred: str | None) -> str | None:
    """Return which identity the others are merged into: the one asked for, but never a guest instead of somebody."""
    if preferred and (not known or identities.logins_of(tx, pool.pool_id, preferred)):
        return preferred
    return known[0] if known else None


def _merge(tx: Tx, pool: IdentityPool, source: str, survivor: str, now: int) -> None:
    """Give one identity's logins to another and disable it; two logins of one provider stay apart (IDP-10)."""
    mine = {login.provider for login in identities.logins_of(tx, pool.pool_id, survivor)}
    theirs = {login.provider for login in identities.logins_of(tx, pool.pool_id, source)}
    if mine & theirs:
        raise ResourceConflictException("Login already exists.")
    identities.move_logins(tx, pool.pool_id, source, survivor)
    identities.change(tx, pool.pool_id, source, now, merged_into=survivor)


def authenticated(
    ctx: Context, identity_id: str, given: Mapping[str, str]
) -> tuple[IdentityPool, str, list[WebIdentity]]:
    """Return the pool and the identity that logins open, and who they are; none for a guest.

    The identity may be another than the one asked for: the survivor of a merge. Raises ResourceNotFoundException and
    NotAuthorizedException (IDP-03).
    """
    with ctx.store.read() as tx:
        found = identities.find(tx, identity_id)
        alive = None if found is None else identities.survivor(tx, found)
        linked = [] if alive is None else identities.logins_of(tx, alive.pool_id, alive.identity_id)
    if found is None or alive is None or (found.merged_into and not given):
        raise _not_found(identity_id)
    pool = pool_of(ctx, found.pool_id)
    if not given:
        _check_guest(pool, found, linked)
        return pool, identity_id, []
    presented = logins.verified(ctx, pool, given)
    stored = [logins.login_of(identity) for identity in presented]
    if set(stored) <= set(linked):
        return pool, alive.identity_id, presented
    if linked and set(linked).isdisjoint(stored):
        raise NotAuthorizedException(MISMATCH)
    return pool, identity_for(ctx, pool, stored, alive.identity_id), presented


def pool_of_identity(ctx: Context, identity_id: str) -> IdentityPool:
    """Return the pool of an identity that is there and was not merged; raises ResourceNotFoundException."""
    with ctx.store.read() as tx:
        found = identities.find(tx, identity_id)
    if found is None or found.merged_into:
        raise _not_found(identity_id)
    return pool_of(ctx, found.pool_id)


def _check_guest(pool: IdentityPool, found: Identity, linked: Sequence[Login]) -> None:
    if linked:
        raise NotAuthorizedException(f"Access to Identity '{found.identity_id}' is forbidden.")
    if not pool.configuration["AllowUnauthenticatedIdentities"]:
        raise NotAuthorizedException("Unauthenticated access is not supported for this identity pool.")


def _not_found(identity_id: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Identity '{identity_id}' not found.")


@operation("cognito-identity")
def describe_identity(ctx: Context, req: DescribeIdentityInput) -> IdentityDescription:
    """Return an identity and the providers it signs in with."""
    with ctx.store.read() as tx:
        found = _own_identity(tx, ctx, req["IdentityId"])
        return _described(found, identities.providers_of(tx, found.pool_id, [found.identity_id]))


@operation("cognito-identity", resource=POOL_ARN)
def list_identities(ctx: Context, req: ListIdentitiesInput) -> ListIdentitiesResponse:
    """Return a pool's identities, a page at a time."""
    pool = own_pool(ctx, req["IdentityPoolId"])
    scope = f"identities:{pool.pool_id}"
    after, limit = page_start(ctx, scope, req.get("NextToken")), req["MaxResults"]
    with ctx.store.read() as tx:
        hide = req.get("HideDisabled", False)
        found = identities.page(tx, pool.pool_id, after, limit + 1, hide_merged=hide)
        providers = identities.providers_of(tx, pool.pool_id, [identity.identity_id for identity in found[:limit]])
    shown = [_described(identity, providers) for identity in found[:limit]]
    answer: ListIdentitiesResponse = {"IdentityPoolId": pool.pool_id, "Identities": shown}
    if len(found) > limit:
        answer["NextToken"] = next_token(ctx.keyring, scope, found[limit - 1].identity_id)
    return answer


@operation("cognito-identity")
def delete_identities(ctx: Context, req: DeleteIdentitiesInput) -> DeleteIdentitiesResponse:
    """Delete identities; those that are not the caller's account's come back unprocessed."""
    unprocessed: list[UnprocessedIdentityId] = []
    for identity_id in req["IdentityIdsToDelete"]:
        try:
            with ctx.store.write() as tx:
                identities.delete(tx, _own_identity(tx, ctx, identity_id), ctx.clock.now())
        except ResourceNotFoundException:
            unprocessed.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
    return {"UnprocessedIdentityIds": unprocessed}


@operation("cognito-identity")
def unlink_identity(ctx: Context, req: UnlinkIdentityInput) -> None:
    """Take logins from the identity that the given logins open."""
    pool, identity_id, presented = authenticated(ctx, req["IdentityId"], req["Logins"])
    if not presented:
        raise NotAuthorizedException(f"Access to Identity '{identity_id}' is forbidden.")
    providers = {logins.canonical(ctx, provider) for provider in req["LoginsToRemove"]}
    with ctx.store.write() as tx:
        if not identities.change(tx, pool.pool_id, identity_id, ctx.clock.now_seconds()):
            raise Retry("Somebody merged or deleted this identity meanwhile.")
        identities.unlink(tx, pool.pool_id, identity_id, providers)
        if not identities.logins_of(tx, pool.pool_id, identity_id):
            identities.close(tx, pool.pool_id, identity_id, ctx.clock.now_seconds())


def _new(tx: Tx, ctx: Context, pool: IdentityPool) -> Identity:
    region, now = pool.pool_id.partition(":")[0], ctx.clock.now_seconds()
    identity = Identity(pool.pool_id, f"{region}:{ctx.random.uuid()}", "", now, now)
    identities.create(tx, identity)
    return identity


def _own_identity(tx: Tx, ctx: Context, identity_id: str) -> Identity:
    found = identities.find(tx, identity_id)
    if found is None or pool_of(ctx, found.pool_id).account_id != ctx.account:
        raise _not_found(identity_id)
    return found


def _described(identity: Identity, providers: Mapping[str, list[str]]) -> IdentityDescription:
    described: IdentityDescription = {
        "IdentityId": identity.identity_id,
        "CreationDate": identity.created_at,
        "LastModifiedDate": identity.modified_at,
    }
    if identity.identity_id in providers:
        described["Logins"] = providers[identity.identity_id]
    return described
