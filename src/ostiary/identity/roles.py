"""Which role somebody gets: the pool's two, role mappings, and principal tags (behaviour/identity-pools.md 6, 8)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_identity import (
    GetIdentityPoolRolesInput,
    GetIdentityPoolRolesResponse,
    GetPrincipalTagAttributeMapInput,
    GetPrincipalTagAttributeMapResponse,
    InvalidIdentityPoolConfigurationException,
    InvalidParameterException,
    MappingRule,
    NotAuthorizedException,
    ResourceNotFoundException,
    SetIdentityPoolRolesInput,
    SetPrincipalTagAttributeMapInput,
    SetPrincipalTagAttributeMapResponse,
)
from ostiary.context import Context
from ostiary.federation.web_identity import WebIdentity
from ostiary.iam.authorize import authorize
from ostiary.identity import logins
from ostiary.identity.pools import POOL_ARN, change, own_pool
from ostiary.store.identity.identity_pools import IdentityPool

MOST_RULES = 25
DEFAULT_TAGS = {"username": "sub", "client": "aud"}
_ROLE_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:role/[\w+=,.@/-]+")
_INVALID = "Invalid identity pool configuration. Check assigned IAM roles for this pool."


@operation("cognito-identity", resource=POOL_ARN)
def set_identity_pool_roles(ctx: Context, req: SetIdentityPoolRolesInput) -> None:
    """Replace a pool's roles and role mappings; the caller must be allowed to pass each role on."""
    pool = own_pool(ctx, req["IdentityPoolId"])
    mappings = req.get("RoleMappings", {})
    for provider, mapping in mappings.items():
        _check_mapping(provider, mapping)
    rules = [rule for mapping in mappings.values() for rule in _rules(mapping)]
    for arn in {*req["Roles"].values(), *(rule["RoleARN"] for rule in rules)}:
        if not _ROLE_ARN.fullmatch(arn):
            raise InvalidParameterException(f"{arn} is not the ARN of a role.")
        account_id = arn.split(":")[4]
        passed_to = {"iam:PassedToService": "cognito-identity.amazonaws.com"}
        authorize(ctx, "iam:PassRole", arn, passed_to, resource_account=account_id)
    given = {"Roles": req["Roles"], "RoleMappings": mappings}
    change(ctx, pool.pool_id, lambda pool: replace(pool, roles={**pool.roles, **given}))


@operation("cognito-identity", resource=POOL_ARN)
def get_identity_pool_roles(ctx: Context, req: GetIdentityPoolRolesInput) -> GetIdentityPoolRolesResponse:
    """Return a pool's roles and role mappings."""
    pool = own_pool(ctx, req["IdentityPoolId"])
    answer: GetIdentityPoolRolesResponse = {"IdentityPoolId": pool.pool_id, "Roles": pool.roles.get("Roles", {})}
    if pool.roles.get("RoleMappings"):
        answer["RoleMappings"] = pool.roles["RoleMappings"]
    return answer


@operation("cognito-identity", resource=POOL_ARN)
def set_principal_tag_attribute_map(
    ctx: Context, req: SetPrincipalTagAttributeMapInput
) -> SetPrincipalTagAttributeMapResponse:
    """Say which claims of a provider become session tags."""
    defaults = req.get("UseDefaults", False)
    tags = DEFAULT_TAGS if defaults else req.get("PrincipalTags", {})
    provider, given = req["IdentityProviderName"], {"UseDefaults": defaults, "PrincipalTags": tags}

    def mapped(pool: IdentityPool) -> IdentityPool:
        others = pool.roles.get("PrincipalTags", {}).items()
        mine = logins.canonical(ctx, provider)
        maps = {name: item for name, item in others if logins.canonical(ctx, name) != mine}
        return replace(pool, roles={**pool.roles, "PrincipalTags": {**maps, provider: given}})

    return _tag_map(change(ctx, req["IdentityPoolId"], mapped), provider, given)  # type: ignore[return-value]


@operation("cognito-identity", resource=POOL_ARN)
def get_principal_tag_attribute_map(
    ctx: Context, req: GetPrincipalTagAttributeMapInput
) -> GetPrincipalTagAttributeMapResponse:
    """Return which claims of a provider become session tags; raises ResourceNotFoundException before that was set."""
    pool, provider = own_pool(ctx, req["IdentityPoolId"]), req["IdentityProviderName"]
    maps = {logins.canonical(ctx, name): item for name, item in pool.roles.get("PrincipalTags", {}).items()}
    found = maps.get(logins.canonical(ctx, provider))
    if found is None:
        raise ResourceNotFoundException(f"No Principal Tags configured for Provider {provider}")
    return _tag_map(pool, provider, found)  # type: ignore[return-value]


def role_for(ctx: Context, pool: IdentityPool, presented: Sequence[WebIdentity], custom: str | None) -> str:
    """Return the ARN of the role that somebody gets; raises when the pool gives none (IDP-08, IDP-09)."""
    roles = pool.roles.get("Roles", {})
    identity, mapping = _mapping(ctx, pool, presented) if presented else (None, None)
    if identity is None or mapping is None:
        default = _existing(roles.get("authenticated" if presented else "unauthenticated"))
        if custom not in {None, default}:
            raise NotAuthorizedException("CustomRoleArn is not allowed for this identity.")
        return default
    chosen = _by_token(identity, custom) if mapping["Type"] == "Token" else _by_rules(identity, mapping, custom)
    if chosen is not None:
        return chosen
    if mapping.get("AmbiguousRoleResolution") == "AuthenticatedRole":
        return _existing(roles.get("authenticated"))
    raise NotAuthorizedException(f"Ambiguous role mapping rules for: {identity.provider} and no default role.")


def tags_for(ctx: Context, pool: IdentityPool, presented: Sequence[WebIdentity]) -> dict[str, str]:
    """Return the session tags that verified claims become (IDP-11)."""
    maps = pool.roles.get("PrincipalTags", {})
    named = {logins.canonical(ctx, name): item["PrincipalTags"] for name, item in maps.items()}
    tags: dict[str, str] = {}
    for identity in presented:
        wanted = named.get(identity.login) or named.get(identity.federated, {})
        values = {tag: identity.claims.get(claim) for tag, claim in wanted.items()}
        tags |= {tag: value for tag, value in values.items() if isinstance(value, str) and value}
    return tags


def _existing(arn: str | None) -> str:
    if arn is None:
        raise InvalidIdentityPoolConfigurationException(_INVALID)
    return arn


def _mapping(
    ctx: Context, pool: IdentityPool, presented: Sequence[WebIdentity]
) -> tuple[WebIdentity, Mapping[str, Any] | None]:
    """Return the first login that has a mapping; a user pool's is keyed by its name and the client."""
    mappings = {_mapping_key(ctx, key): mapping for key, mapping in pool.roles.get("RoleMappings", {}).items()}
    for identity in presented:
        for key in (f"{identity.login}:{identity.audience}", identity.login, identity.federated):
            if key in mappings:
                return identity, mappings[key]
    return presented[0], None


def _mapping_key(ctx: Context, key: str) -> str:
    provider, colon, client_id = key.rpartition(":")
    canonical = logins.canonical(ctx, provider)
    return f"{canonical}{colon}{client_id}" if canonical != provider else key


def _by_token(identity: WebIdentity, custom: str | None) -> str | None:
    offered = identity.claims.get("cognito:roles")
    if custom is not None:
        if not isinstance(offered, list) or custom not in offered:
            raise NotAuthorizedException("CustomRoleArn is not one of the roles in the token.")
        return custom
    preferred = identity.claims.get("cognito:preferred_role")
    return preferred if isinstance(preferred, str) and _ROLE_ARN.fullmatch(preferred) else None


def _by_rules(identity: WebIdentity, mapping: Mapping[str, Any], custom: str | None) -> str | None:
    matching = [rule["RoleARN"] for rule in _rules(mapping) if _matches(rule, identity.claims)]
    if custom is None:
        return matching[0] if matching else None
    if custom not in matching:
        raise NotAuthorizedException("CustomRoleArn is not the role of a rule that matches.")
    return custom


def _matches(rule: MappingRule, claims: Mapping[str, Any]) -> bool:
    found, wanted = claims.get(rule["Claim"]), rule["Value"]
    if found is None:
        return False
    values = [_text(item) for item in (found if isinstance(found, list) else [found])]
    match rule["MatchType"]:
        case "Equals":
            return wanted in values
        case "Contains":
            return any(wanted in value for value in values)
        case "StartsWith":
            return any(value.startswith(wanted) for value in values)
    return wanted not in values


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _check_mapping(provider: str, mapping: Mapping[str, Any]) -> None:
    if "AmbiguousRoleResolution" not in mapping:
        raise InvalidParameterException(f"AmbiguousRoleResolution is required in the role mapping of {provider}.")
    rules = _rules(mapping)
    if mapping["Type"] == "Rules" and not 0 < len(rules) <= MOST_RULES:
        raise InvalidParameterException(f"The role mapping of {provider} must have 1 to {MOST_RULES} rules.")


def _rules(mapping: Mapping[str, Any]) -> list[MappingRule]:
    rules: list[MappingRule] = mapping.get("RulesConfiguration", {}).get("Rules", [])
    return rules


def _tag_map(pool: IdentityPool, provider: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {"IdentityPoolId": pool.pool_id, "IdentityProviderName": provider, **found}
