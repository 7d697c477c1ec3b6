"""Tokens that somebody presents for an exchange: of the pool itself, or of an identity provider of the pool.

The first must be live: signed, not expired, not revoked. The second is verified with what the pool knows of the
provider, and stands for the user whom that provider signs in (FED-12).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException, UserNotFoundException
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.crypto.jws import Claims
from ostiary.federation.keys import key_finder, spellings
from ostiary.federation.openid import verify_openid
from ostiary.federation.saml import Expected, verify_saml
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.idp.directory.names import user_key
from ostiary.idp.providers import links_by_email
from ostiary.idp.providers.links import SUBJECT
from ostiary.idp.providers.lookup import KIND, details, identities_of
from ostiary.store import spent
from ostiary.store.idp import clients, domains, linked_users, pool_parts, users
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import verify

Role = Literal["Subject", "Actor"]
MOST_CLAIMS = 100
"""How many claims of a provider are looked at for links."""
_ANSWER_PATH = "/saml2/idpresponse"
"""Where SAML providers send their answers."""
_USES: dict[str, Literal["access", "id"]] = {"ACCESS_TOKEN": "access", "ID_TOKEN": "id"}


@dataclass(frozen=True, slots=True)
class Given:
    """A token as it came; `kind` is a TokenTypeIdentifierType, `provider` the name of who issued it if not the pool."""

    role: Role
    token: str = field(repr=False)
    kind: str
    provider: str | None


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that is good now. Times are epoch seconds.

    `provider` is None for one of the pool's own. `user` is whom it stands for: None for a client's own token, and for
    an actor whom the pool does not know. `single_use` names what counts once only, and is empty for the rest.
    """

    claims: Claims = field(repr=False)
    provider: Part | None
    user: User | None
    expires_at: int
    authenticated_at: int
    single_use: str = ""

    @property
    def subject(self) -> str:
        """Who the token is about, as its issuer names them."""
        return str(self.claims["sub"])

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of an access token of the pool; a provider's own mean nothing here."""
        return verify.scopes_of(self.claims) if self.provider is None else ()


def presented(ctx: Context, pool: UserPool, given: Given) -> Presented:
    """Return what a token says. Raises NotAuthorizedException, UserNotFoundException or InvalidParameterException."""
    if given.provider is None:
        if given.kind == "SAML2":
            raise InvalidParameterException(f"{given.role}TokenProviderName is required for a SAML2 token.")
        return _of_pool(ctx, pool, given)
    provider = pool_parts.cached(ctx.store, pool.pool_id, KIND, given.provider)
    if provider is None:
        raise InvalidParameterException(f"The provider {given.provider} does not exist for User Pool {pool.pool_id}.")
    read = _of_saml if given.kind == "SAML2" else _of_provider
    return read(ctx, pool, provider, given)


def spend(ctx: Context, pool: UserPool, tokens: Mapping[Role, Presented]) -> None:
    """Let tokens that count once not count again; raises NotAuthorizedException when one did before (FED-06)."""
    single = {role: token for role, token in tokens.items() if token.single_use}
    if single:
        with ctx.store.write() as tx:
            for role, token in single.items():
                if not spent.spend(tx, pool.pool_id, token.single_use, token.expires_at):
                    raise NotAuthorizedException(f"{role} Token has been used")


def _of_pool(ctx: Context, pool: UserPool, given: Given) -> Presented:
    try:
        claims = verify.pool_token(ctx.services, pool.pool_id, _USES[given.kind], given.token)
        expires_at, since = (int(jws.seconds(claims, name) or 0) for name in ("exp", "auth_time"))
    except jws.JwsError:
        raise NotAuthorizedException(f"Invalid {given.role} Token") from None
    if expires_at <= ctx.clock.now():
        raise NotAuthorizedException(f"{given.role} Token has expired")
    user = None
    if _is_clients_own(claims):
        ended = clients.cached(ctx.store, str(claims["client_id"])) is None
    else:
        with ctx.store.read() as tx:
            user = users.find(tx, pool.pool_id, str(claims["sub"]))
        _check_user(user, given)
        ended = verify.is_revoked(ctx.services, pool.pool_id, claims)
    if ended:
        raise NotAuthorizedException(f"{given.role} Token has been revoked")
    return Presented(claims, None, user, expires_at, since)


def _is_clients_own(claims: Claims) -> bool:
    return "client_id" in claims and "username" not in claims


def _of_provider(ctx: Context, pool: UserPool, provider: Part, given: Given) -> Presented:
    known = details(ctx, provider)
    issuer = known.get("oidc_issuer")
    if not issuer:
        raise InvalidParameterException(f"The provider {provider.key} issues no tokens that can be verified.")
    try:
        identity = verify_openid(
            ctx,
            given.token,
            provider=provider.key,
            issuers=spellings(issuer),
            find_key=key_finder(
                ctx.http_of(pool.account_id), keys_url=known.get("jwks_uri", ""), issuers=spellings(issuer)
            ),
            audiences=[known["client_id"]],
        )
        told = jws.seconds(identity.claims, "auth_time") or jws.seconds(identity.claims, "iat")
    except (InvalidTokenError, jws.JwsError) as error:
        raise NotAuthorizedException(_refusal(given.role, error)) from None
    mapped = provider.configuration["AttributeMapping"].get("username", "sub")
    since = int(told or ctx.clock.now_seconds())
    user = _user_of(ctx, pool, provider, given, Claimed(str(identity.claims.get(mapped, "")), identity.claims, since))
    return Presented(identity.claims, provider, user, int(identity.expires_at), since)


def _of_saml(ctx: Context, pool: UserPool, provider: Part, given: Given) -> Presented:
    if provider.configuration["ProviderType"] != "SAML":
        raise InvalidParameterException(f"The provider {provider.key} issues no SAML assertions.")
    wanted = Expected(f"urn:amazon:cognito:sp:{pool.pool_id}", _recipients(ctx, pool))
    try:
        found = verify_saml(ctx, given.token, details(ctx, provider), wanted, pool.account_id)
    except InvalidTokenError as error:
        raise NotAuthorizedException(_refusal(given.role, error)) from None
    since = int(found.authenticated_at)
    user = _user_of(ctx, pool, provider, given, Claimed(found.subject, found.attributes, since))
    claims: Claims = {"sub": found.subject, "iss": found.issuer}
    # An actor's assertion only tells who acts: it may do so for many, unless its provider says otherwise.
    is_single = given.role == "Subject" or found.is_for_one_use
    named = f"{provider.key} {found.assertion_id}"
    single_use = f"saml {hashlib.sha256(named.encode()).hexdigest()}" if is_single else ""
    return Presented(claims, provider, user, int(found.expires_at), since, single_use)


def _recipients(ctx: Context, pool: UserPool) -> list[str]:
    """Return where the pool takes assertions: at the server's own address, and at the pool's own domain."""
    with ctx.store.read() as tx:
        own = [f"https://{domain.domain}" for domain in domains.of_pool(tx, pool.pool_id) if domain.is_custom]
    return [f"{base}{_ANSWER_PATH}" for base in (ctx.settings.base_url, *own)]


def _refusal(role: Role, error: Exception) -> str:
    reason = error.reason if isinstance(error, InvalidTokenError) else ""
    if reason == "unreachable":
        return f"{role} Token could not be verified: the identity provider does not answer."
    if reason == "encrypted":
        return f"{role} Token is encrypted: only assertions that are signed and not encrypted are supported."
    return f"{role} Token has expired" if reason == "expired" else f"Invalid {role} Token"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a provider tells of somebody: as whom it knows them, what else, and since when (epoch seconds)."""

    subject: str
    claims: Mapping[str, Any] = field(repr=False)
    since: int


def _user_of(ctx: Context, pool: UserPool, provider: Part, given: Given, told: Claimed) -> User | None:
    """Return whom a provider's token stands for; only an actor may be nobody of the pool."""
    user = _known_user(ctx, pool, provider, told.subject, told.claims.items())
    if user is None and given.role == "Subject":
        user = _linked(ctx, pool, provider, told)
        if user is not None:
            return user  # linking ended all that there was before, but not what comes now
    if user is not None or given.role == "Subject":
        _check_user(user, given, told.since)
    return user


def _linked(ctx: Context, pool: UserPool, provider: Part, told: Claimed) -> User | None:
    """Link who comes for the first time to the user who has proven the same address, where the pool wants that."""
    if not links_by_email.is_wanted(pool, provider.key):
        return None
    mapping = provider.configuration["AttributeMapping"]
    mapped = {name: str(told.claims[claim]) for name, claim in mapping.items() if claim in told.claims}
    with ctx.store.write() as tx:
        return links_by_email.link_by_email(
            tx, ctx, pool, provider_name=provider.key, subject=told.subject, mapped=mapped
        )


def _known_user(
    ctx: Context, pool: UserPool, provider: Part, subject: str, claims: Iterable[tuple[str, Any]]
) -> User | None:
    """Return whom a provider means: by a link, or by the name that the provider's users get (FED-12).

    A link of the subject comes before links of other claims; of these, nobody is meant when they are of several users.
    """
    told = {name: value for name, value in claims if _may_be_linked(name, value)}
    named = list(told.items())[:MOST_CLAIMS]
    with ctx.store.read() as tx:
        links = linked_users.of_claims(tx, pool.pool_id, provider.key, [*named, (SUBJECT, subject)])
        subs = {link.sub for link in links if link.attribute == SUBJECT} or {link.sub for link in links}
        if subs:
            return users.find(tx, pool.pool_id, subs.pop()) if len(subs) == 1 else None
        found = users.find_by_username(tx, pool.pool_id, user_key(pool, f"{provider.key}_{subject}"))
    # Anybody may have signed up under a name that is written like theirs.
    return found if found is not None and _came_from(found, provider.key, subject) else None


def _may_be_linked(name: str, value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and name.isprintable() and name != SUBJECT


def _came_from(user: User, provider: str, value: str) -> bool:
    return any((each["providerName"], each["userId"]) == (provider, value) for each in identities_of(user))


def _check_user(user: User | None, given: Given, since: int | None = None) -> None:
    if user is None:
        raise UserNotFoundException("User does not exist.")
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if since is not None and since <= user.tokens_valid_after:
        raise NotAuthorizedException(f"{given.role} Token has been revoked")
