"""Links between users and the identities they have at identity providers."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminDisableProviderForUserRequest,
    AdminDisableProviderForUserResponse,
    AdminLinkProviderForUserRequest,
    AdminLinkProviderForUserResponse,
    InvalidParameterException,
    LimitExceededException,
    ProviderUserIdentifierType,
    ResourceNotFoundException,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool
from ostiary.idp.directory.lookup import locked_user
from ostiary.idp.directory.names import user_key
from ostiary.idp.providers.links import MOST, SUBJECT, _write_identities, link_subject
from ostiary.idp.providers.lookup import find_provider, identities_of
from ostiary.store.db import Tx
from ostiary.store.idp import linked_users, users
from ostiary.store.idp.linked_users import Link
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

LOCAL = "Cognito"


def _member(identifier: ProviderUserIdentifierType, name: str) -> str:
    value: str = identifier.get(name, "")  # type: ignore[assignment]
    if not value:
        raise InvalidParameterException(f"{name} is required.")
    return value


def _destination(tx: Tx, pool: UserPool, identifier: ProviderUserIdentifierType) -> User:
    name, value = _member(identifier, "ProviderName"), _member(identifier, "ProviderAttributeValue")
    if name == LOCAL:
        return locked_user(tx, pool, value)
    link = linked_users.find(tx, pool.pool_id, name, identifier.get("ProviderAttributeName", SUBJECT), value)
    known = None if link is None else users.find(tx, pool.pool_id, link.sub)
    known = known or users.find_by_username(tx, pool.pool_id, user_key(pool, f"{name}_{value}"))
    user = users.lock(tx, known)
    if user is None:
        raise UserNotFoundException("User does not exist.")
    return user


@operation("cognito-idp", resource=POOL_ARN)
def admin_link_provider_for_user(
    ctx: Context, req: AdminLinkProviderForUserRequest
) -> AdminLinkProviderForUserResponse:
    """Let somebody who signs in through a provider be an existing user. Trust the provider: it signs the user in."""
    pool = own_pool(ctx, req["UserPoolId"])
    source = req["SourceUser"]
    name, value = _member(source, "ProviderName"), _member(source, "ProviderAttributeValue")
    attribute = _member(source, "ProviderAttributeName")
    with ctx.store.write() as tx:
        provider = find_provider(tx, pool.pool_id, name)
        if name == LOCAL or provider is None:
            raise ResourceNotFoundException(f"Identity provider {name} does not exist.")
        user = _destination(tx, pool, req["DestinationUser"])
        if users.find_by_username(tx, pool.pool_id, user_key(pool, f"{name}_{value}")) is not None:
            raise InvalidParameterException(
                "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link"
            )
        now = ctx.clock.now_seconds()
        taken = linked_users.find(tx, pool.pool_id, name, attribute, value)
        if taken is not None:
            same = "DestinationUser" if taken.sub == user.sub else "another user"
            raise InvalidParameterException(f"SourceUser is already linked to {same}")
        if len(linked_users.of_user(tx, pool.pool_id, user.sub)) >= MOST:
            raise LimitExceededException(f"A user cannot be linked to more than {MOST} identities.")
        if attribute == SUBJECT:
            link_subject(tx, ctx, user, provider, value)
        else:
            linked_users.create(tx, Link(pool.pool_id, name, attribute, value, user.sub, now))
    return {}


@operation("cognito-idp", resource=POOL_ARN)
def admin_disable_provider_for_user(
    ctx: Context, req: AdminDisableProviderForUserRequest
) -> AdminDisableProviderForUserResponse:
    """Keep a user from signing in through a provider; with the provider `Cognito`, by password."""
    pool = own_pool(ctx, req["UserPoolId"])
    identifier = req["User"]
    name, value = _member(identifier, "ProviderName"), _member(identifier, "ProviderAttributeValue")
    with ctx.store.write() as tx:
        if name == LOCAL:
            user = locked_user(tx, pool, value)
            users.update(tx, user, sealed_verifier=None, modified_at=ctx.clock.now_seconds())
            return {}
        link = linked_users.find(tx, pool.pool_id, name, _member(identifier, "ProviderAttributeName"), value)
        if link is None:
            raise UserNotFoundException("User does not exist.")
        linked_users.delete(tx, link)
        user_found = users.lock(tx, users.find(tx, pool.pool_id, link.sub))
        if user_found is not None:
            kept = [
                each for each in identities_of(user_found) if (each["providerName"], each["userId"]) != (name, value)
            ]
            _write_identities(tx, ctx, user_found, kept)
    return {}
