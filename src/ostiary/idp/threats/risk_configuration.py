"""What a pool, or one of its clients, does about risky sign-ins and leaked passwords."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    DescribeRiskConfigurationRequest,
    DescribeRiskConfigurationResponse,
    InvalidParameterException,
    RiskConfigurationType,
    SetRiskConfigurationRequest,
    SetRiskConfigurationResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_client
from ostiary.idp.threats.enforcement import ALL, KIND, check_protected
from ostiary.store.db import Tx
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.user_pools import UserPool

_SETTINGS = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)
_EVENTS = ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]
_NOTIFICATIONS = ("BlockEmail", "NoActionEmail", "MfaEmail")


def _described(pool_id: str, client_id: str | None, found: Part | None) -> RiskConfigurationType:
    described: dict[str, Any] = {"UserPoolId": pool_id, **({} if client_id is None else {"ClientId": client_id})}
    if found is not None:
        described |= {**found.configuration, "LastModifiedDate": found.modified_at}
    return described  # type: ignore[return-value]


def _settings(req: Mapping[str, Any]) -> dict[str, Any]:
    settings = {name: req[name] for name in _SETTINGS if name in req}
    compromised = settings.get("CompromisedCredentialsRiskConfiguration")
    if compromised is not None:
        compromised = {**compromised, "EventFilter": compromised.get("EventFilter") or _EVENTS}
        settings["CompromisedCredentialsRiskConfiguration"] = compromised
    takeover = settings.get("AccountTakeoverRiskConfiguration")
    if takeover is not None:
        _check_takeover(takeover)
    exceptions = settings.get("RiskExceptionConfiguration", {})
    for cidr in (*exceptions.get("BlockedIPRangeList", []), *exceptions.get("SkippedIPRangeList", [])):
        try:
            ip_network(cidr, strict=False)
        except ValueError:
            raise InvalidParameterException(f"{cidr} is not a valid CIDR range.") from None
    return settings


def _check_takeover(takeover: Mapping[str, Any]) -> None:
    notify = takeover.get("NotifyConfiguration")
    if notify is None and any(action.get("Notify") for action in takeover["Actions"].values()):
        raise InvalidParameterException("NotifyConfiguration is required when an action notifies.")
    for name in _NOTIFICATIONS:
        template = (notify or {}).get(name)
        if template is not None and not (template.get("HtmlBody") or template.get("TextBody")):
            raise InvalidParameterException(f"{name} must have an HtmlBody or a TextBody.")


def _check_scope(ctx: Context, tx: Tx, req: Mapping[str, Any]) -> UserPool:
    pool = fresh_pool(ctx, tx, req["UserPoolId"])
    if "ClientId" in req:
        own_client(ctx, tx, pool.pool_id, req["ClientId"])
    return pool


@operation("cognito-idp", resource=POOL_ARN)
def describe_risk_configuration(
    ctx: Context, req: DescribeRiskConfigurationRequest
) -> DescribeRiskConfigurationResponse:
    """Return the configuration of a pool or a client; only the ids when it has none."""
    with ctx.store.read() as tx:
        pool = _check_scope(ctx, tx, req)
        check_protected(pool)
        found = pool_parts.find(tx, pool.pool_id, KIND, req.get("ClientId", ALL))
    return {"RiskConfiguration": _described(pool.pool_id, req.get("ClientId"), found)}


@operation("cognito-idp", resource=POOL_ARN)
def set_risk_configuration(ctx: Context, req: SetRiskConfigurationRequest) -> SetRiskConfigurationResponse:
    """Replace the configuration of a pool or a client; without any setting it goes back to the default."""
    settings = _settings(req)
    key, now = req.get("ClientId", ALL), ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        pool = _check_scope(ctx, tx, req)
        check_protected(pool)
        part = Part(pool.pool_id, KIND, key, settings, now, now)
        if settings:
            pool_parts.put(tx, part)
        else:
            pool_parts.delete(tx, pool.pool_id, KIND, key)
    return {"RiskConfiguration": _described(pool.pool_id, req.get("ClientId"), part)}
