"""Identity providers of a user pool: who else may sign its users in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateIdentityProviderRequest,
    CreateIdentityProviderResponse,
    DeleteIdentityProviderRequest,
    DescribeIdentityProviderRequest,
    DescribeIdentityProviderResponse,
    DuplicateProviderException,
    GetIdentityProviderByIdentifierRequest,
    GetIdentityProviderByIdentifierResponse,
    IdentityProviderType,
    InvalidParameterException,
    LimitExceededException,
    ListIdentityProvidersRequest,
    ListIdentityProvidersResponse,
    ResourceNotFoundException,
    UpdateIdentityProviderRequest,
    UpdateIdentityProviderResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_pool
from ostiary.idp.directory.schema import spelled
from ostiary.idp.list_pages import listed
from ostiary.idp.providers.kinds import KINDS, ProviderKind
from ostiary.idp.providers.lookup import KIND, PURPOSE, details, find_provider
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.user_pools import UserPool

IDENTIFIER = "identity_provider_identifier"
MOST = 300
_RESERVED = frozenset({"COGNITO", "Cognito"})


def copied(ctx: Context, pool: UserPool, described: Mapping[str, Any]) -> list[Part]:
    """Return the parts that another pool's provider, as it was described, is here: itself and its identifiers."""
    kind = KINDS[described["ProviderType"]]
    told = {key: value for key, value in described["ProviderDetails"].items() if key not in kind.elsewhere}
    kept, sealed = _parted(ctx, kind, told)
    configuration = {
        "ProviderType": kind.type,
        "ProviderDetails": kept,
        "AttributeMapping": described.get("AttributeMapping", {}),
        "IdpIdentifiers": described.get("IdpIdentifiers", []),
        **_levels_of(described),
    }
    at = (described["CreationDate"], described["LastModifiedDate"])
    name = described["ProviderName"]
    identifiers = [
        Part(pool.pool_id, IDENTIFIER, identifier, {"ProviderName": name}, *at)
        for identifier in configuration["IdpIdentifiers"]
    ]
    return [Part(pool.pool_id, KIND, name, configuration, *at, sealed=sealed), *identifiers]


def _described(ctx: Context, provider: Part) -> IdentityProviderType:
    kind = KINDS[provider.configuration["ProviderType"]]
    shown = {name: value for name, value in details(ctx, provider).items() if name not in kind.never_shown}
    described: IdentityProviderType = {
        **provider.configuration,  # type: ignore[typeddict-item]
        "UserPoolId": provider.pool_id,
        "ProviderName": provider.key,
        "ProviderDetails": shown,
        "CreationDate": provider.created_at,
        "LastModifiedDate": provider.modified_at,
    }
    return described


def _not_found(name: str) -> NoReturn:
    raise ResourceNotFoundException(f"Identity provider {name} does not exist.")


def _built(ctx: Context, pool: UserPool, name: str, members: Mapping[str, Any], created_at: int) -> Part:
    """Return the provider that the members make, whose details are complete; raises InvalidParameterException."""
    kind, mapping = KINDS[members["ProviderType"]], _check_members(pool, members)
    kept, sealed = _parted(ctx, kind, members["ProviderDetails"])
    configuration = {
        "ProviderType": kind.type,
        "ProviderDetails": kept,
        "AttributeMapping": mapping,
        "IdpIdentifiers": members.get("IdpIdentifiers", []),
        **_levels_of(members),
    }
    return Part(pool.pool_id, KIND, name, configuration, created_at, ctx.clock.now_seconds(), sealed=sealed)


def _check_members(pool: UserPool, members: Mapping[str, Any]) -> dict[str, str]:
    """Return the mapping of a provider's claims, when that and its levels can be those of a provider of the pool."""
    kind = KINDS[members["ProviderType"]]
    _check_levels(kind, members)
    return _checked_mapping(pool, kind.username_mapping(members.get("AttributeMapping", {})))


def _parted(ctx: Context, kind: ProviderKind, given: Mapping[str, str]) -> tuple[dict[str, str], bytes | None]:
    """Return the details that are kept as they are, and the others, sealed; None where there are none."""
    secret = {name: value for name, value in given.items() if name in kind.sealed}
    kept = {name: value for name, value in given.items() if name not in secret}
    return kept, ctx.keyring.seal(json.dumps(secret).encode(), PURPOSE) if secret else None


def _levels_of(members: Mapping[str, Any]) -> dict[str, Any]:
    return {"AcrMapping": members["AcrMapping"]} if "AcrMapping" in members else {}


def _check_levels(kind: ProviderKind, members: Mapping[str, Any]) -> None:
    """Refuse an AcrMapping of what is no OIDC provider, and one by which a provider's word means two levels."""
    if "AcrMapping" not in members:
        return
    if not kind.maps_levels:
        raise InvalidParameterException("AcrMapping is only supported for OIDC identity providers.")
    told = list(members["AcrMapping"].values())
    if len(set(told)) < len(told):
        raise InvalidParameterException("AcrMapping must map each level to a value of its own.")


def _checked_mapping(pool: UserPool, mapping: Mapping[str, str]) -> dict[str, str]:
    known = {attribute["Name"] for attribute in pool.configuration["SchemaAttributes"]} | {"username"}
    checked = {spelled(name, known): claim for name, claim in mapping.items()}
    for name in checked:
        if name not in known:
            raise InvalidParameterException(f"Invalid attribute mapping: {name} is not an attribute of the user pool.")
    return checked


def _check_room(tx: Tx, pool_id: str, name: str) -> None:
    if pool_parts.count(tx, pool_id, KIND) >= MOST:
        raise LimitExceededException(f"A user pool cannot have more than {MOST} identity providers.")
    if find_provider(tx, pool_id, name) is not None:
        raise DuplicateProviderException(f"Identity provider {name} already exists.")


def _name_identifiers(tx: Tx, provider: Part, before: Iterable[str] = ()) -> None:
    """Let the provider be found by its identifiers, and by those from `before` no more."""
    for identifier in before:
        pool_parts.delete(tx, provider.pool_id, IDENTIFIER, identifier)
    for identifier in provider.configuration["IdpIdentifiers"]:
        at = (provider.modified_at, provider.modified_at)
        try:
            pool_parts.create(tx, Part(provider.pool_id, IDENTIFIER, identifier, {"ProviderName": provider.key}, *at))
        except AlreadyExists as error:
            raise InvalidParameterException(f"Identifier {identifier} is already in use.") from error


@operation("cognito-idp", resource=POOL_ARN)
def create_identity_provider(ctx: Context, req: CreateIdentityProviderRequest) -> CreateIdentityProviderResponse:
    """Add an identity provider; client secrets and private keys are sealed at rest."""
    name, kind = req["ProviderName"], KINDS[req["ProviderType"]]
    of_one = {other.type for other in KINDS.values() if other.alone}
    if name in _RESERVED or (name != kind.type if kind.alone else name in of_one):
        raise InvalidParameterException(f"Provider name {name} cannot be used for the provider type {kind.type}.")
    # Nobody is asked for the details of what is refused by what is known here.
    _check_members(own_pool(ctx, req["UserPoolId"]), req)
    with ctx.store.read() as tx:
        _check_room(tx, req["UserPoolId"], name)
    members = {**req, "ProviderDetails": kind.completed(ctx, req["ProviderDetails"])}
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        provider = _built(ctx, pool, name, members, ctx.clock.now_seconds())
        _check_room(tx, pool.pool_id, name)
        pool_parts.create(tx, provider)
        _name_identifiers(tx, provider)
    return {"IdentityProvider": _described(ctx, provider)}


@operation("cognito-idp", resource=POOL_ARN)
def describe_identity_provider(ctx: Context, req: DescribeIdentityProviderRequest) -> DescribeIdentityProviderResponse:
    """Return an identity provider."""
    with ctx.store.read() as tx:
        fresh_pool(ctx, tx, req["UserPoolId"])
        provider = find_provider(tx, req["UserPoolId"], req["ProviderName"])
    return _not_found(req["ProviderName"]) if provider is None else {"IdentityProvider": _described(ctx, provider)}


@operation("cognito-idp", resource=POOL_ARN)
def get_identity_provider_by_identifier(
    ctx: Context, req: GetIdentityProviderByIdentifierRequest
) -> GetIdentityProviderByIdentifierResponse:
    """Return the identity provider that has this identifier."""
    with ctx.store.read() as tx:
        fresh_pool(ctx, tx, req["UserPoolId"])
        named = pool_parts.find(tx, req["UserPoolId"], IDENTIFIER, req["IdpIdentifier"])
        name = req["IdpIdentifier"] if named is None else named.configuration["ProviderName"]
        provider = None if named is None else find_provider(tx, req["UserPoolId"], name)
    return _not_found(name) if provider is None else {"IdentityProvider": _described(ctx, provider)}


@operation("cognito-idp", resource=POOL_ARN)
def update_identity_provider(ctx: Context, req: UpdateIdentityProviderRequest) -> UpdateIdentityProviderResponse:
    """Change an identity provider: members that are given replace, members that are omitted stay."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        known = find_provider(tx, req["UserPoolId"], req["ProviderName"])
    if known is None:
        _not_found(req["ProviderName"])
    provider_type = known.configuration["ProviderType"]
    given: dict[str, Any] = {**req}
    _check_members(pool, {**known.configuration, **given})
    if "ProviderDetails" in req:
        given["ProviderDetails"] = KINDS[provider_type].completed(ctx, req["ProviderDetails"])
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        before = find_provider(tx, pool.pool_id, req["ProviderName"])
        if before is None or before.configuration["ProviderType"] != provider_type:
            _not_found(req["ProviderName"])
        kept = {**before.configuration, "ProviderDetails": details(ctx, before)}
        provider = _built(ctx, pool, before.key, {**kept, **given}, before.created_at)
        pool_parts.put(tx, provider)
        _name_identifiers(tx, provider, before.configuration["IdpIdentifiers"])
    return {"IdentityProvider": _described(ctx, provider)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_identity_provider(ctx: Context, req: DeleteIdentityProviderRequest) -> None:
    """Delete an identity provider."""
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        provider = find_provider(tx, req["UserPoolId"], req["ProviderName"])
        if provider is None:
            _not_found(req["ProviderName"])
        for identifier in provider.configuration["IdpIdentifiers"]:
            pool_parts.delete(tx, provider.pool_id, IDENTIFIER, identifier)
        pool_parts.delete(tx, provider.pool_id, KIND, provider.key)


@operation("cognito-idp", resource=POOL_ARN)
def list_identity_providers(ctx: Context, req: ListIdentityProvidersRequest) -> ListIdentityProvidersResponse:
    """List a pool's identity providers by name."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, following = listed(
        ctx,
        req,
        f"ListIdentityProviders {pool.pool_id}",
        read=lambda tx, after, limit: pool_parts.page(tx, pool.pool_id, KIND, after, limit),
        key=lambda provider: provider.key,
    )
    return {
        "Providers": [
            {
                "ProviderName": provider.key,
                "ProviderType": provider.configuration["ProviderType"],
                "CreationDate": provider.created_at,
                "LastModifiedDate": provider.modified_at,
            }
            for provider in found
        ],
        **following,
    }
