"""Provisioned limits: how many requests per second of an API category an account may make."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    GetProvisionedLimitRequest,
    GetProvisionedLimitResponse,
    InvalidParameterException,
    LimitDefinitionType,
    LimitType,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    UpdateProvisionedLimitRequest,
    UpdateProvisionedLimitResponse,
)
from ostiary.context import Context
from ostiary.store.db import Store
from ostiary.store.idp import provisioned_limits

FREE = {
    "UserAuthentication": 120,
    "UserCreation": 50,
    "UserFederation": 25,
    "UserAccountRecovery": 30,
    "UserRead": 120,
    "UserUpdate": 25,
    "UserToken": 120,
    "UserResourceRead": 50,
    "UserResourceUpdate": 25,
    "UserList": 30,
    "UserPoolRead": 15,
    "UserPoolUpdate": 15,
    "UserPoolResourceRead": 20,
    "UserPoolResourceUpdate": 15,
    "UserPoolClientRead": 15,
    "UserPoolClientUpdate": 15,
    "ClientAuthentication": 150,
}
"""The default of each category, in requests per second (behaviour/user-pools.md 22)."""
MAXIMUM = 100_000
"""The largest limit that can be asked for."""


def limit_of(store: Store, account_id: str, category: str) -> int:
    """Return an account's limit of a category, in requests per second, from the configuration cache."""
    found = store.cached(
        ("provisioned_limit", account_id, category),
        lambda tx: provisioned_limits.find(tx, account_id, category) or FREE[category],
    )
    return FREE[category] if found is None else found


def _category(definition: LimitDefinitionType) -> str:
    category = definition["Attributes"].get("Category")
    if category is None or len(definition["Attributes"]) > 1:
        raise InvalidParameterException("Attributes must have exactly the key Category.")
    if category not in FREE:
        raise ResourceNotFoundException(f"Limit category {category} does not exist.")
    return category


def _limit(definition: LimitDefinitionType, category: str, value: int | None) -> LimitType:
    return {
        "LimitDefinition": definition,
        "ProvisionedLimitValue": FREE[category] if value is None else value,
        "FreeLimitValue": FREE[category],
    }


@operation("cognito-idp")
def get_provisioned_limit(ctx: Context, req: GetProvisionedLimitRequest) -> GetProvisionedLimitResponse:
    """Return the account's limit of a category."""
    category = _category(req["LimitDefinition"])
    with ctx.store.read() as tx:
        value = provisioned_limits.find(tx, ctx.account, category)
    return {"Limit": _limit(req["LimitDefinition"], category, value)}


@operation("cognito-idp")
def update_provisioned_limit(ctx: Context, req: UpdateProvisionedLimitRequest) -> UpdateProvisionedLimitResponse:
    """Change the account's limit of a category, between the default and MAXIMUM."""
    category, value = _category(req["LimitDefinition"]), req["RequestedLimitValue"]
    if value < FREE[category]:
        raise InvalidParameterException(f"The limit of {category} cannot be less than {FREE[category]}.")
    if value > MAXIMUM:
        raise ServiceQuotaExceededException(f"The limit of {category} cannot be more than {MAXIMUM}.")
    with ctx.store.write() as tx:
        provisioned_limits.put(tx, ctx.account, category, value)
    return {"Limit": _limit(req["LimitDefinition"], category, value)}
