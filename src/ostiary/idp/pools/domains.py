"""Domains of a user pool: where its pages and its authorization server are."""

from collections.abc import Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateUserPoolDomainRequest,
    CreateUserPoolDomainResponse,
    DeleteUserPoolDomainRequest,
    DeleteUserPoolDomainResponse,
    DescribeUserPoolDomainRequest,
    DescribeUserPoolDomainResponse,
    DomainDescriptionType,
    FeatureUnavailableInTierException,
    InvalidParameterException,
    UpdateUserPoolDomainRequest,
    UpdateUserPoolDomainResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, locked_pool
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import domains, user_pools
from ostiary.store.idp.domains import Domain
from ostiary.store.idp.user_pools import UserPool

_RESERVED = ("aws", "amazon", "cognito")
_CLASSIC, _MANAGED = 1, 2
_VERSION = "20260101000000"
_LONGEST_PREFIX = 63


def _settings(pool: UserPool, req: Mapping[str, Any], *, custom: bool) -> dict[str, Any]:
    version = req.get("ManagedLoginVersion", _CLASSIC)
    if version not in {_CLASSIC, _MANAGED}:
        raise InvalidParameterException("ManagedLoginVersion must be 1 or 2.")
    if version == _MANAGED and pool.configuration["UserPoolTier"] == "LITE":
        raise FeatureUnavailableInTierException("Managed login is not available in the user pool's feature plan.")
    if "Routing" in req and not custom:
        raise InvalidParameterException("Routing is only supported for custom domains.")
    settings = {name: req[name] for name in ("CustomDomainConfig", "Routing") if name in req}
    return {"ManagedLoginVersion": version, **settings}


def _check_name(domain: str, *, custom: bool) -> None:
    if custom and "." not in domain:
        raise InvalidParameterException("Custom domain is not a valid subdomain: it must have a parent domain.")
    if custom:
        return
    if "." in domain or len(domain) > _LONGEST_PREFIX:
        raise InvalidParameterException("Domain prefix must be a single label.")
    for word in _RESERVED:
        if word in domain:
            raise InvalidParameterException(f"Domain cannot contain reserved word: {word}")


def _no_such_domain() -> NoReturn:
    raise InvalidParameterException("No such domain or user pool exists.")


def _own_domain(tx: Tx, pool: UserPool, name: str) -> Domain:
    domain = domains.find(tx, name)
    if domain is None or domain.pool_id != pool.pool_id:
        _no_such_domain()
    return domain


def _answer(ctx: Context, domain: Domain) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: domain.configuration[name] for name in ("ManagedLoginVersion", "Routing") if name in domain.configuration
    }
    return {**shown, **({"CloudFrontDomain": _front(ctx)} if domain.is_custom else {})}


def _front(ctx: Context) -> str:
    """Return the name that a custom domain's alias record points to: this server itself."""
    return ctx.settings.base_url.partition("://")[2]


@operation("cognito-idp", resource=POOL_ARN)
def create_user_pool_domain(ctx: Context, req: CreateUserPoolDomainRequest) -> CreateUserPoolDomainResponse:
    """Give a pool a domain: one prefix and one name of its own at most."""
    custom = "CustomDomainConfig" in req
    _check_name(req["Domain"], custom=custom)
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        domain = Domain(pool.pool_id, req["Domain"], _settings(pool, req, custom=custom), ctx.clock.now_seconds())
        if any(other.is_custom == custom for other in domains.of_pool(tx, pool.pool_id)):
            raise InvalidParameterException("User pool already has a domain configured.")
        try:
            domains.create(tx, domain)
        except AlreadyExists as error:
            raise InvalidParameterException("Domain already associated with another user pool.") from error
    return _answer(ctx, domain)  # type: ignore[return-value]


@operation("cognito-idp")
def describe_user_pool_domain(ctx: Context, req: DescribeUserPoolDomainRequest) -> DescribeUserPoolDomainResponse:
    """Return a domain; an empty description when no pool of the account has it."""
    with ctx.store.read() as tx:
        domain = domains.find(tx, req["Domain"])
        pool = None if domain is None else user_pools.find(tx, domain.pool_id)
    if domain is None or pool is None or pool.account_id != ctx.account:
        return {"DomainDescription": {}}
    described: DomainDescriptionType = {
        "CustomDomainConfig": {},
        **domain.configuration,  # type: ignore[typeddict-item]
        "UserPoolId": pool.pool_id,
        "AWSAccountId": pool.account_id,
        "Domain": domain.domain,
        "S3Bucket": f"ostiary-{pool.region}-pages",
        "CloudFrontDistribution": _front(ctx),
        "Version": _VERSION,
        "Status": "ACTIVE",
    }
    return {"DomainDescription": described}


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool_domain(ctx: Context, req: UpdateUserPoolDomainRequest) -> UpdateUserPoolDomainResponse:
    """Change a domain's branding version, certificate or routing; what is omitted stays."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        domain = _own_domain(tx, pool, req["Domain"])
        if "CustomDomainConfig" in req and not domain.is_custom:
            raise InvalidParameterException("CustomDomainConfig can only be changed for custom domains.")
        settings = _settings(pool, {**domain.configuration, **req}, custom=domain.is_custom)
        domains.update(tx, domain, settings)
    updated = Domain(domain.pool_id, domain.domain, settings, domain.created_at)
    return _answer(ctx, updated)  # type: ignore[return-value]


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool_domain(ctx: Context, req: DeleteUserPoolDomainRequest) -> DeleteUserPoolDomainResponse:
    """Take a domain from a pool; another pool may have it then."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        domains.delete(tx, _own_domain(tx, pool, req["Domain"]))
    return {}
