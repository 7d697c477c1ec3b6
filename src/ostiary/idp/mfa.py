"""A pool's settings of multi-factor authentication; it can only be off yet."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.errors import NotYetImplementedError
from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    GetUserPoolMfaConfigRequest,
    GetUserPoolMfaConfigResponse,
    SetUserPoolMfaConfigRequest,
    SetUserPoolMfaConfigResponse,
)
from ostiary.context import Context
from ostiary.idp.pools import POOL_ARN, locked_pool, own_pool, write_pool


@operation("cognito-idp", resource=POOL_ARN)
def get_user_pool_mfa_config(ctx: Context, req: GetUserPoolMfaConfigRequest) -> GetUserPoolMfaConfigResponse:
    """Return which factors a pool asks for."""
    return {"MfaConfiguration": own_pool(ctx, req["UserPoolId"]).configuration["MfaConfiguration"]}


@operation("cognito-idp", resource=POOL_ARN)
def set_user_pool_mfa_config(ctx: Context, req: SetUserPoolMfaConfigRequest) -> SetUserPoolMfaConfigResponse:
    """Switch multi-factor authentication off; anything else is refused rather than stored and not obeyed."""
    if _asks_for_factors(req):
        raise NotYetImplementedError("Multi-factor authentication is not supported yet.")
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        write_pool(ctx, tx, pool, {**pool.configuration, "MfaConfiguration": "OFF"})
    return {"MfaConfiguration": "OFF"}


def _asks_for_factors(req: Mapping[str, Any]) -> bool:
    software_token = req.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False)
    others = {"SmsMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"} & req.keys()
    return req.get("MfaConfiguration", "OFF") != "OFF" or software_token or bool(others)
