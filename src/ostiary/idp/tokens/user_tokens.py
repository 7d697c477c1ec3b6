"""Tokens of users: how long a client's live, what they say, and how answers show them."""

from collections.abc import Sequence

from ostiary.aws.types.cognito_idp import AuthenticationResultType
from ostiary.context import Context
from ostiary.idp.clients.client_settings import rotates, validity
from ostiary.idp.directory import attributes
from ostiary.idp.factors import assurance
from ostiary.idp.tokens import session_tracking
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.groups import Group
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import issue
from ostiary.tokens.issue import Issued, Lifetimes
from ostiary.tokens.override import groups_of
from ostiary.tokens.refresh import RefreshToken
from ostiary.triggers import pre_token_generation
from ostiary.triggers.event import Occasion
from ostiary.triggers.pre_token_generation import Source


def lifetimes_of(pool: UserPool, client: AppClient) -> Lifetimes:
    """Return how long the client's tokens live."""
    settings = client.configuration
    return Lifetimes(
        access=validity(settings, "AccessToken"),
        id=validity(settings, "IdToken"),
        refresh=validity(settings, "RefreshToken"),
        revocable=settings.get("EnableTokenRevocation", True)
        or rotates(settings)
        or session_tracking.is_tracking(pool),
    )


def tokens_of(
    ctx: Context,
    client: AppClient,
    occasion: Occasion,
    token: RefreshToken,
    *,
    user: User,
    groups: Sequence[Group],
    source: Source,
) -> Issued:
    """Return ID and access tokens as PreTokenGeneration, which is told of the `occasion`, has them."""
    override = pre_token_generation.override(
        ctx, source, occasion, groups=groups_of(groups), scopes=token.scope.split()
    )
    return issue.tokens(
        ctx,
        token,
        user,
        attributes=attributes.readable(client, user.attributes),
        groups=groups,
        lifetimes=lifetimes_of(occasion.pool, client),
        acr=assurance.name_of(occasion.pool, token.level) if token.level else "",
        override=override,
    )


def result_of(issued: Issued) -> AuthenticationResultType:
    """Return a user's tokens as answers show them."""
    shown: AuthenticationResultType = {
        "AccessToken": issued.access_token,
        "IdToken": issued.id_token,
        "ExpiresIn": issued.expires_in,
        "TokenType": "Bearer",
    }
    if issued.refresh_token:
        shown["RefreshToken"] = issued.refresh_token
    if issued.new_device:
        shown["NewDeviceMetadata"] = issued.new_device
    return shown
