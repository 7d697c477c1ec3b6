"""PreTokenGeneration: changes what tokens say, in versions 1, 2 and 3 (behaviour/tokens.md 7)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Context
from ostiary.tokens.override import ClaimChanges, GroupOverride, Override
from ostiary.triggers.event import UNRECOGNIZABLE, Occasion, ask, function_of

NAME = "PreTokenGeneration"
CONFIG = "PreTokenGenerationConfig"
MOST_CHANGES = 5000
Source = Literal[
    "TokenGeneration_Authentication",
    "TokenGeneration_NewPasswordChallenge",
    "TokenGeneration_AuthenticateDevice",
    "TokenGeneration_RefreshTokens",
    "TokenGeneration_HostedAuth",
    "TokenGeneration_ClientCredentials",
    "TokenGeneration_TokenExchange",
]


def override(
    ctx: Context, source: Source, occasion: Occasion, *, groups: GroupOverride, scopes: Sequence[str]
) -> Override | None:
    """Return what the pool's function changes of the tokens; None where it has none for this source.

    `groups` and `scopes` are what would be written.
    """
    version = _version(occasion)
    if not version or (source == "TokenGeneration_ClientCredentials" and version != "3"):
        return None
    request: dict[str, Any] = {
        **occasion.about,
        "groupConfiguration": {
            "groupsToOverride": list(groups.groups),
            "iamRolesToOverride": list(groups.roles),
            "preferredRole": groups.preferred_role or None,
        },
    }
    if version != "1":
        request["scopes"] = list(scopes)
    member = "claimsOverrideDetails" if version == "1" else "claimsAndScopeOverrideDetails"
    response = ask(ctx, NAME, source, occasion, request=request, defaults={member: None}, version=version)
    details = _object(response.get(member))
    found = _version_1(details) if version == "1" else _version_2(details)
    return _without_id_token(found) if source == "TokenGeneration_ClientCredentials" else found


def _version(occasion: Occasion) -> str:
    config = occasion.pool.configuration["LambdaConfig"].get("PreTokenGenerationConfig")
    if config is not None:
        return str(config["LambdaVersion"])[1]
    return "1" if function_of(occasion.pool, NAME) else ""


def _version_1(details: Mapping[str, Any]) -> Override:
    claims = _object(details.get("claimsToAddOrOverride"))
    if not all(isinstance(value, str) for value in claims.values()):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return Override(
        id_token=_bounded(ClaimChanges(claims, _names(details, "claimsToSuppress"))), groups=_groups(details)
    )


def _version_2(details: Mapping[str, Any]) -> Override:
    of_id, of_access = _object(details.get("idTokenGeneration")), _object(details.get("accessTokenGeneration"))
    return Override(
        id_token=_changes(of_id),
        access_token=_changes(of_access),
        scopes_to_add=_names(of_access, "scopesToAdd"),
        scopes_to_suppress=_names(of_access, "scopesToSuppress"),
        groups=_groups(details),
    )


def _without_id_token(found: Override) -> Override:
    return Override(
        access_token=found.access_token,
        scopes_to_add=found.scopes_to_add,
        scopes_to_suppress=found.scopes_to_suppress,
    )


def _changes(generation: Mapping[str, Any]) -> ClaimChanges:
    claims = _object(generation.get("claimsToAddOrOverride"))
    return _bounded(ClaimChanges(claims, _names(generation, "claimsToSuppress")))


def _bounded(changes: ClaimChanges) -> ClaimChanges:
    if len(changes.add) + len(changes.suppress) > MOST_CHANGES:
        raise InvalidLambdaResponseException("Too many claims to add or to suppress")
    return changes


def _groups(details: Mapping[str, Any]) -> GroupOverride | None:
    if "groupOverrideDetails" not in details:
        return None
    given = _object(details["groupOverrideDetails"])
    preferred = given.get("preferredRole") or ""
    if not isinstance(preferred, str):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return GroupOverride(_names(given, "groupsToOverride"), _names(given, "iamRolesToOverride"), preferred)


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return value


def _names(given: Mapping[str, Any], member: str) -> tuple[str, ...]:
    found = given.get(member) or []
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return tuple(found)
