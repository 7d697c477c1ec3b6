"""Pools, their tags, factors, domains, and what else they are configured with."""

from collections.abc import Callable
from typing import Any

from tests.contract.idp.home import Home, unique
from tests.contract.idp.rows import Refuses, Succeeds, after

LITE = {"UserPoolTier": "LITE"}
PROTECTED = {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
HISTORY = {"Policies": {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}}}
FILES = "files"
SCOPES = [{"ScopeName": "read", "ScopeDescription": "r"}]
LEVEL = {"Name": "level", "AttributeDataType": "Number"}
LOGS = {
    "LogLevel": "ERROR",
    "EventSource": "userNotification",
    "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:us-east-1:111111111111:log-group:people"},
}
ACTIVITY = {**LOGS, "LogLevel": "INFO", "EventSource": "userAuthEvents"}
CATEGORY = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserAuthentication"}}
NO_CATEGORY = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "Nothing"}}


def arn(home: Home, **tags: str) -> str:
    """Return the ARN of a new pool with these tags."""
    pool_id = home.other(UserPoolTags=tags).pool
    return f"arn:aws:cognito-idp:us-east-1:{home.account}:userpool/{pool_id}"


def of_pool(more: dict[str, str]) -> Callable[[Home], dict[str, str]]:
    """Return what makes a request that names the pool and more."""
    return lambda home: {**home.in_pool, **more}


def domain(home: Home, pool: dict[str, str] | None = None) -> dict[str, str]:
    """Return the members that name a new domain, of a new pool by default."""
    named = {**(pool or {"UserPoolId": home.new_pool()}), "Domain": unique(home.client[:9])}
    home.admin.create_user_pool_domain(**named)
    return named


def importing(home: Home) -> str:
    """Return a pool into which users are being imported."""
    from tests.contract.idp import imports  # noqa: PLC0415 - it makes pools by this module

    return imports.started(home)["UserPoolId"]


def server(home: Home, identifier: str = "") -> dict[str, Any]:
    """Return the members that name a new resource server."""
    named = {"Identifier": identifier or unique(FILES), **home.in_pool}
    home.admin.create_resource_server(**named, Name=FILES, Scopes=SCOPES)
    return named


def by_mail(home: Home) -> dict[str, Any]:
    """Return the request for a plan that does not have what is turned on."""
    pool = {"UserPoolId": home.new_pool()}
    home.admin.set_user_pool_mfa_config(**pool, EmailMfaConfiguration={})
    return {**pool, **LITE}


SUCCEEDS: Succeeds = {
    "CreateUserPool": lambda _: {"PoolName": "p"},
    "DescribeUserPool": lambda home: home.in_pool,
    "UpdateUserPool": lambda home: home.scratch,
    "DeleteUserPool": lambda home: {"UserPoolId": home.new_pool()},
    "ListUserPools": lambda _: {"MaxResults": 10},
    "AddCustomAttributes": lambda home: {**home.scratch, "CustomAttributes": [LEVEL]},
    "GetUserPoolMfaConfig": lambda home: home.in_pool,
    "SetUserPoolMfaConfig": lambda home: {
        **home.scratch,
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": True},
    },
    "TagResource": lambda home: {"ResourceArn": arn(home), "Tags": {"team": "blue"}},
    "UntagResource": lambda home: {"ResourceArn": arn(home, team="blue"), "TagKeys": ["team"]},
    "ListTagsForResource": lambda home: {"ResourceArn": arn(home, team="blue")},
    "CreateUserPoolDomain": lambda home: {
        "UserPoolId": home.new_pool(),
        "Domain": unique(home.client[:9]),
    },
    "DescribeUserPoolDomain": lambda home: {"Domain": domain(home)["Domain"]},
    "UpdateUserPoolDomain": lambda home: {**domain(home), "ManagedLoginVersion": 2},
    "DeleteUserPoolDomain": domain,
    "CreateResourceServer": lambda home: {**home.in_pool, "Identifier": unique(FILES), "Name": FILES, "Scopes": SCOPES},
    "DescribeResourceServer": server,
    "UpdateResourceServer": lambda home: {**server(home), "Name": "other", "Scopes": []},
    "DeleteResourceServer": server,
    "ListResourceServers": lambda home: after(lambda: server(home), home.in_pool),
    "GetSigningCertificate": lambda home: home.in_pool,
    "GetLogDeliveryConfiguration": lambda home: home.in_pool,
    "SetLogDeliveryConfiguration": lambda home: {**home.in_pool, "LogConfigurations": [LOGS, ACTIVITY]},
    "GetProvisionedLimit": lambda _: {"LimitDefinition": CATEGORY},
    "UpdateProvisionedLimit": lambda _: {"LimitDefinition": CATEGORY, "RequestedLimitValue": 500},
    "DescribeRiskConfiguration": lambda home: home.in_pool,
    "SetRiskConfiguration": lambda home: {
        **home.in_pool,
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.0/24"]},
    },
    "GetUserPoolSessionConfiguration": lambda home: home.in_pool,
    "SetUserPoolSessionConfiguration": lambda home: {
        **home.scratch,
        "UserSessionTracking": "ENABLED",
        "TokenSession": {"MaxPerUser": 3},
    },
}

REFUSES: Refuses = {
    ("CreateUserPool", "FeatureUnavailableInTierException"): lambda _: {"PoolName": "p", **LITE, **PROTECTED},
    ("UpdateUserPool", "FeatureUnavailableInTierException"): lambda home: {
        **home.other(**LITE).in_pool,
        **LITE,
        **HISTORY,
    },
    ("UpdateUserPool", "TierChangeNotAllowedException"): by_mail,
    ("UpdateUserPool", "UserImportInProgressException"): lambda home: {"UserPoolId": importing(home)},
    ("DeleteUserPool", "UserImportInProgressException"): lambda home: {"UserPoolId": importing(home)},
    ("AddCustomAttributes", "UserImportInProgressException"): lambda home: {
        "UserPoolId": importing(home),
        "CustomAttributes": [LEVEL],
    },
    ("SetUserPoolMfaConfig", "FeatureUnavailableInTierException"): lambda home: {
        **home.other(**LITE).in_pool,
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {},
    },
    ("CreateUserPoolDomain", "FeatureUnavailableInTierException"): lambda home: {
        **home.other(**LITE).in_pool,
        "Domain": unique(home.client[:9]),
        "ManagedLoginVersion": 2,
    },
    ("UpdateUserPoolDomain", "FeatureUnavailableInTierException"): lambda home: {
        **domain(home, home.other(**LITE).in_pool),
        "ManagedLoginVersion": 2,
    },
    ("DescribeResourceServer", "ResourceNotFoundException"): lambda home: {**home.in_pool, "Identifier": "none"},
    ("UpdateResourceServer", "ResourceNotFoundException"): lambda home: {
        **home.in_pool,
        "Identifier": "none",
        "Name": "none",
    },
    ("DeleteResourceServer", "ResourceNotFoundException"): lambda home: {**home.in_pool, "Identifier": "none"},
    ("SetUserPoolSessionConfiguration", "FeatureUnavailableInTierException"): lambda home: {
        **home.other(**LITE).in_pool,
        "UserSessionTracking": "ENABLED",
        "TokenSession": {"MaxPerUser": 3},
    },
    ("SetLogDeliveryConfiguration", "FeatureUnavailableInTierException"): lambda home: {
        **home.scratch,
        "LogConfigurations": [ACTIVITY],
    },
    ("GetProvisionedLimit", "ResourceNotFoundException"): lambda _: {"LimitDefinition": NO_CATEGORY},
    ("UpdateProvisionedLimit", "ResourceNotFoundException"): lambda _: {
        "LimitDefinition": NO_CATEGORY,
        "RequestedLimitValue": 500,
    },
    ("UpdateProvisionedLimit", "ServiceQuotaExceededException"): lambda _: {
        "LimitDefinition": CATEGORY,
        "RequestedLimitValue": 10**8,
    },
    ("DescribeRiskConfiguration", "UserPoolAddOnNotEnabledException"): lambda home: home.scratch,
    ("SetRiskConfiguration", "UserPoolAddOnNotEnabledException"): lambda home: home.scratch,
    **{
        (f"{verb}UserPoolReplica{plural}", "OperationNotEnabledException"): of_pool(more)
        for verb, plural, more in (
            ("Create", "", {"RegionName": "eu-west-1"}),
            ("Delete", "", {"RegionName": "eu-west-1"}),
            ("Update", "", {"RegionName": "eu-west-1", "Status": "ACTIVE"}),
            ("List", "s", {}),
        )
    },
}
