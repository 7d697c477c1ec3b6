"""A pool's settings of multi-factor authentication and passkeys (behaviour/user-pools.md 11.1)."""

from collections.abc import Mapping
from typing import Any, cast

from ostiary.aws.operations import operation
from ostiary.aws.shapes import members
from ostiary.aws.types.cognito_idp import (
    FeatureUnavailableInTierException,
    GetUserPoolMfaConfigRequest,
    GetUserPoolMfaConfigResponse,
    InvalidParameterException,
    SetUserPoolMfaConfigRequest,
    SetUserPoolMfaConfigResponse,
    SmsMfaConfigType,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, write_pool
from ostiary.idp.factors import second_factors
from ostiary.idp.factors.relying_party import check_id
from ostiary.idp.pools.pool_settings import FACTORS
from ostiary.store.idp.user_pools import PoolConfiguration

_OF_SMS = ("SmsAuthenticationMessage", "SmsConfiguration")


@operation("cognito-idp", resource=POOL_ARN)
def get_user_pool_mfa_config(ctx: Context, req: GetUserPoolMfaConfigRequest) -> GetUserPoolMfaConfigResponse:
    """Return which factors a pool asks for."""
    with ctx.store.read() as tx:
        pool = fresh_pool(ctx, tx, req["UserPoolId"])
    return _shown(pool.configuration)


@operation("cognito-idp", resource=POOL_ARN)
def set_user_pool_mfa_config(ctx: Context, req: SetUserPoolMfaConfigRequest) -> SetUserPoolMfaConfigResponse:
    """Set which factors a pool asks for; what is omitted stays."""
    _check_messages(req)
    check_id(req.get("WebAuthnConfiguration", {}).get("RelyingPartyId", ""))
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        given = members(req, ("MfaConfiguration", *FACTORS))
        changes = {**req.get("SmsMfaConfiguration", {}), **given}
        configuration = cast("PoolConfiguration", {**pool.configuration, **changes})
        _check(configuration, given)
        write_pool(ctx, tx, pool, configuration)
    return _shown(configuration)


def _shown(configuration: PoolConfiguration) -> GetUserPoolMfaConfigResponse:
    shown: GetUserPoolMfaConfigResponse = members(configuration, ("MfaConfiguration", *FACTORS))
    sms: SmsMfaConfigType = members(configuration, _OF_SMS)
    if sms:
        shown["SmsMfaConfiguration"] = sms
    return shown


def _check_messages(req: SetUserPoolMfaConfigRequest) -> None:
    sms = req.get("SmsMfaConfiguration", {}).get("SmsAuthenticationMessage", "{####}")
    email = req.get("EmailMfaConfiguration", {}).get("Message", "{####}")
    for text in (sms, email):
        if "{####}" not in text:
            raise InvalidParameterException("The authentication message must contain the placeholder {####}.")


def _check(configuration: PoolConfiguration, given: Mapping[str, Any]) -> None:
    second_factors.check(configuration, "Invalid MFA configuration given, can't turn on MFA and disable all MFA types.")
    needs_plan = "EmailMfaConfiguration" in given or "FactorConfiguration" in given.get("WebAuthnConfiguration", {})
    if needs_plan and configuration.get("UserPoolTier") == "LITE":
        raise FeatureUnavailableInTierException("This feature is not available in the user pool's feature plan.")
