"""What a user pool of Amazon Cognito has that a copy of it does not: told, so that nobody finds out from users."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

_NONE = frozenset(
    {
        "ResourceNotFoundException",
        "UserPoolAddOnNotEnabledException",
        "FeatureUnavailableInTierException",
        "OperationNotEnabledException",
        "NotImplementedException",
        "UnknownOperationException",
    }
)
"""Errors by which a Cognito says that a pool does not have such a thing."""


def left_behind(aws: Any, pool_id: str, described: dict[str, Any], client_ids: Sequence[str]) -> list[str]:
    """Return a line for each thing of a pool that is not copied; `described` is what DescribeUserPool says of it."""
    pool = {"UserPoolId": pool_id}
    return [
        *_domains(described),
        *_of_pages(aws, pool, client_ids),
        *_found("settings of threat protection", aws.describe_risk_configuration, _risks, **pool),
        *_found("where logs go", aws.get_log_delivery_configuration, _log_targets, **pool),
        *_found("terms", aws.list_terms, lambda answer: [each["TermsName"] for each in answer["Terms"]], **pool),
        *_found("replicas", aws.list_user_pool_replicas, _replicas, **pool),
        *_found("client ID metadata documents", aws.list_cimd_policies, _policies, **pool),
        *_secrets(aws, pool, client_ids),
        *_functions(described),
        *_of_users(described),
    ]


def _found(what: str, call: Callable[..., Any], named: Callable[[Any], list[str]], **request: Any) -> Iterator[str]:
    """Yield a line when there is any of it; what may not be read is told as well."""
    try:
        names = named(call(**request))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in _NONE:
            yield f"{what}: could not be read ({code})"
        return
    if names:
        listed = ", ".join(filter(None, names))
        yield f"{what}: {listed}" if listed else what


def _domains(described: dict[str, Any]) -> Iterator[str]:
    for member, what in (("Domain", "the domain"), ("CustomDomain", "the custom domain")):
        if described.get(member):
            yield f"{what}: {described[member]}"


def _of_pages(aws: Any, pool: dict[str, str], client_ids: Sequence[str]) -> Iterator[str]:
    yield from _found("CSS and logo of the hosted pages", aws.get_ui_customization, _customized, **pool)
    for client_id in client_ids:
        of_client = {**pool, "ClientId": client_id}
        what = f"CSS and logo of the hosted pages of client {client_id}"
        yield from _found(what, aws.get_ui_customization, partial(_customized, client_id=client_id), **of_client)
        what = f"branding of managed login of client {client_id}"
        yield from _found(what, aws.describe_managed_login_branding_by_client, _branded, **of_client)


def _secrets(aws: Any, pool: dict[str, str], client_ids: Sequence[str]) -> Iterator[str]:
    for client_id in client_ids:
        what = f"the older secret of client {client_id}"
        yield from _found(what, aws.list_user_pool_client_secrets, _older, **pool, ClientId=client_id)


def _functions(described: dict[str, Any]) -> Iterator[str]:
    triggers = [name for name in described.get("LambdaConfig", {}) if name != "KMSKeyID"]
    if triggers:
        yield f"the code of functions: {', '.join(triggers)}"


def _of_users(described: dict[str, Any]) -> Iterator[str]:
    factors = [what for member, what in _FACTORS.items() if described.get(member)]
    if factors:
        yield f"of users, because it cannot be read: {', '.join(factors)}"


_FACTORS = {
    "SoftwareTokenMfaConfiguration": "authenticator apps",
    "WebAuthnConfiguration": "passkeys",
    "DeviceConfiguration": "remembered devices",
}


def _customized(answer: Any, client_id: str = "") -> list[str]:
    """Whether there is any; a client that has none of its own is answered with the pool's."""
    found = answer.get("UICustomization", {})
    is_own = not client_id or found.get("ClientId") == client_id
    return [""] if is_own and (found.get("CSS") or found.get("ImageUrl")) else []


def _branded(answer: Any) -> list[str]:
    return [""] if answer.get("ManagedLoginBranding") else []


def _risks(answer: Any) -> list[str]:
    kinds = ("CompromisedCredentials", "AccountTakeover", "RiskException")
    found = answer.get("RiskConfiguration", {})
    return [kind for kind in kinds if found.get(f"{kind}Configuration") or found.get(f"{kind}RiskConfiguration")]


def _log_targets(answer: Any) -> list[str]:
    found = answer.get("LogDeliveryConfiguration", {}).get("LogConfigurations", [])
    return [str(each["EventSource"]) for each in found]


def _replicas(answer: Any) -> list[str]:
    others = [each for each in answer.get("UserPoolReplicas", []) if each.get("Role") != "PRIMARY"]
    return [str(each.get("RegionName", "")) for each in others]


def _policies(answer: Any) -> list[str]:
    return [str(each["PolicyName"]) for each in answer.get("CIMDPolicies", [])]


def _older(answer: Any) -> list[str]:
    return [str(each["ClientSecretId"]) for each in answer.get("ClientSecrets", [])[:-1]]
