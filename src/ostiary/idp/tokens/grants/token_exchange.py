"""Token exchange (RFC 8693; behaviour/additions.md 5): a token for a narrower one, for somebody downstream.

Without an actor the client acts as the user (impersonation); with one the new token names who acts for the user
(delegation). No refresh token, no new sign-in: when the subject's sign-in ends, what was derived from it ends too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    ResourceNotFoundException,
    TokenTypeIdentifierType,
    UserNotFoundException,
)
from ostiary.context import Context
from ostiary.idp.access import pool_of
from ostiary.idp.clients.client_settings import validity
from ostiary.idp.clients.scopes import KIND as RESOURCE_SERVER
from ostiary.idp.directory import attributes
from ostiary.idp.factors import assurance
from ostiary.idp.tokens.grants.grant import Parameters
from ostiary.idp.tokens.presented_tokens import Given, Presented, Role, presented, spend
from ostiary.store.idp import groups, pool_parts
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.groups import Group
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import issue
from ostiary.tokens.claims import Sign, access_claims, id_claims
from ostiary.tokens.issue import Issued
from ostiary.tokens.issuer import issuer
from ostiary.tokens.override import Override, groups_of
from ostiary.triggers import pre_token_generation
from ostiary.triggers.event import occasion_of

NAME = "urn:ietf:params:oauth:grant-type:token-exchange"
Kind = TokenTypeIdentifierType
TYPES: Mapping[Kind, str] = {
    "ACCESS_TOKEN": "urn:ietf:params:oauth:token-type:access_token",
    "ID_TOKEN": "urn:ietf:params:oauth:token-type:id_token",
    "SAML2": "urn:ietf:params:oauth:token-type:saml2",
}
"""What a TokenTypeIdentifierType is called outside AWS (RFC 8693 3)."""
_ROLES: tuple[Role, ...] = ("Subject", "Actor")
MOST_ACTORS = 10
"""How many may have acted one after another: a token names them all."""


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """What is exchanged, by whom, for what. `audience` is empty where the token is for anybody."""

    pool: UserPool
    client: AppClient
    subject: Presented
    actor: Presented | None
    user: User
    memberships: Sequence[Group]
    scopes: Sequence[str]
    audience: str

    @property
    def presented(self) -> dict[Role, Presented]:
        """The tokens that were presented, by what they stand for."""
        return {"Subject": self.subject, **({} if self.actor is None else {"Actor": self.actor})}


def grant(ctx: Context, client: AppClient, parameters: Parameters) -> Issued:
    """Return an access or ID token derived from the `subject_token`; an `actor_token` makes it a delegation.

    `…_token_provider_name` names the pool's identity provider that issued a token, where it is not the pool's own.
    """
    pool = pool_of(ctx, client.pool_id)
    kind = _kind(parameters.get("requested_token_type", TYPES["ACCESS_TOKEN"]))
    if kind == "SAML2":
        raise InvalidParameterException("A pool issues access tokens and ID tokens only.")
    return _exchanged(ctx, _exchange(ctx, pool, client, parameters), kind)


def _exchange(ctx: Context, pool: UserPool, client: AppClient, parameters: Parameters) -> TokenExchange:
    audience = _audience(ctx, pool, parameters)
    given = [_given(parameters, role) for role in _ROLES if role == "Subject" or _name(role) in parameters]
    # The pool's own first: a provider is not asked when one of them is wrong.
    in_order = sorted(given, key=lambda token: token.provider is not None)
    found = {token.role: presented(ctx, pool, token) for token in in_order}
    subject, actor = found["Subject"], found.get("Actor")
    user = subject.user
    if user is None:  # a client's own token
        raise UserNotFoundException("User does not exist.")
    with ctx.store.read() as tx:
        memberships = groups.groups_of(tx, pool.pool_id, user.sub)
    scopes = _granted(client, subject, parameters.get("scope", "").split())
    return TokenExchange(pool, client, subject, actor, user, memberships, scopes, audience)


def _given(parameters: Parameters, role: Role) -> Given:
    name = _name(role)
    for needed in (name, f"{name}_type"):
        if needed not in parameters:
            raise InvalidParameterException(f"Missing required parameter {needed}")
    kind = _kind(parameters[f"{name}_type"])
    return Given(role, parameters[name], kind, parameters.get(f"{name}_provider_name"))


def _name(role: Role) -> str:
    return f"{role.lower()}_token"


def _kind(token_type: str) -> Kind:
    found = next((kind for kind, name in TYPES.items() if name == token_type), None)
    if found is None:
        raise InvalidParameterException(f"{token_type} is no type of tokens that is known here.")
    return found


def _granted(client: AppClient, subject: Presented, wanted: Sequence[str]) -> list[str]:
    """Return the scopes that the subject's token has and the client may have; of these, those wanted (OAU-13)."""
    allowed = set(subject.scopes) & set(client.configuration.get("AllowedOAuthScopes", []))
    found = [scope for scope in dict.fromkeys(wanted or subject.scopes) if scope in allowed]
    if wanted and not found:
        raise InvalidParameterException("None of the requested scopes can be granted.")
    return found


def _audience(ctx: Context, pool: UserPool, parameters: Parameters) -> str:
    identifier = parameters.get("resource", "")
    if identifier and pool_parts.cached(ctx.store, pool.pool_id, RESOURCE_SERVER, identifier) is None:
        raise ResourceNotFoundException(f"Resource server {identifier} does not exist.")
    return identifier or parameters.get("audience", "")


def _exchanged(ctx: Context, exchange: TokenExchange, kind: Literal["ACCESS_TOKEN", "ID_TOKEN"]) -> Issued:
    override = pre_token_generation.override(
        ctx,
        "TokenGeneration_TokenExchange",
        occasion_of(exchange.pool, exchange.user, exchange.client.client_id),
        groups=groups_of(exchange.memberships),
        scopes=exchange.scopes,
    )
    is_access = kind == "ACCESS_TOKEN"
    claims = _claims(ctx, exchange, override or Override(), is_access=is_access)
    now = ctx.clock.now_seconds()
    member = "AccessToken" if is_access else "IdToken"
    # What is derived never outlives what it was derived from.
    seconds = min(validity(exchange.client.configuration, member), exchange.subject.expires_at - now)
    spend(ctx, exchange.pool, exchange.presented)
    token = issue.signed(ctx, exchange.pool.pool_id, "access" if is_access else "id", claims, now + seconds)
    return Issued(
        access_token=token if is_access else "",
        id_token="" if is_access else token,
        expires_in=seconds,
        scopes=tuple(str(claims.get("scope", "")).split()),
    )


def _claims(ctx: Context, exchange: TokenExchange, override: Override, *, is_access: bool) -> dict[str, Any]:
    known = exchange.subject.claims if exchange.subject.provider is None else {}
    sign = Sign(
        issuer=issuer(ctx.settings, exchange.pool.pool_id),
        client_id=exchange.client.client_id,
        origin_jti=str(known.get("origin_jti", "")),
        event_id=str(known.get("event_id") or ctx.random.uuid()),
        scope=" ".join(exchange.scopes),
        auth_time=exchange.subject.authenticated_at,
        by_oauth=True,
        **_assurance(exchange.pool, exchange.subject),
    )
    actors = _actors(exchange)
    act = {"act": _nested(actors)} if actors else {}
    if not is_access:
        shown = attributes.readable(exchange.client, exchange.user.attributes)
        return override.of_id({**id_claims(sign, exchange.user, shown, exchange.memberships), **act})
    aud = {"aud": exchange.audience} if exchange.audience else {}
    return override.of_access({**access_claims(sign, exchange.user, exchange.memberships), **aud, **act})


def _assurance(pool: UserPool, subject: Presented) -> dict[str, Any]:
    """Return how sure the subject's sign-in was: as the pool's token says, or as the pool reads its provider's word."""
    if subject.provider is None:
        amr = subject.claims.get("amr")
        return {"acr": str(subject.claims.get("acr", "")), "amr": amr if isinstance(amr, list) else ()}
    mapping = subject.provider.configuration.get("AcrMapping", {})
    return {"acr": assurance.name_of(pool, assurance.level_at_provider(mapping, subject.claims.get("acr")))}


def _actors(exchange: TokenExchange) -> list[dict[str, Any]]:
    """Return who acts for the user now, then who did before (RFC 8693 4.1); raises InvalidParameterException."""
    found = [] if exchange.actor is None else [_actor(exchange.actor), *_before(exchange.actor)]
    found += _before(exchange.subject)
    if len(found) > MOST_ACTORS:
        raise InvalidParameterException(f"No more than {MOST_ACTORS} can act for a user one after another.")
    return found


def _actor(actor: Presented) -> dict[str, Any]:
    if actor.provider is None:
        return {"sub": actor.subject}
    return {"sub": actor.subject, "iss": actor.claims["iss"]}


def _before(token: Presented) -> list[dict[str, Any]]:
    """Return the actors that a token of the pool names, the last one first; a provider's word counts for nothing."""
    found: list[dict[str, Any]] = []
    act: Any = token.claims.get("act") if token.provider is None else None
    while isinstance(act, Mapping) and len(found) <= MOST_ACTORS:
        found.append({name: value for name, value in act.items() if name != "act"})
        act = act.get("act")
    return found


def _nested(actors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the actors as one claim: each holds the one before."""
    claim: dict[str, Any] = {}
    for actor in reversed(actors):
        claim = {**actor, **({"act": claim} if claim else {})}
    return claim
