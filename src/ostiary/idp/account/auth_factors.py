"""Which factors a user has, as an application asks before it offers them."""

from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminGetUserAuthFactorsRequest,
    AdminGetUserAuthFactorsResponse,
    GetUserAuthFactorsRequest,
    GetUserAuthFactorsResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool, signed_in
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.factors import second_factors
from ostiary.idp.signin.challenges import choice
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User


@operation("cognito-idp")
def get_user_auth_factors(ctx: Context, req: GetUserAuthFactorsRequest) -> GetUserAuthFactorsResponse:
    """Return the factors of the user whose access token this is."""
    pool, _, user = signed_in(ctx, req["AccessToken"])
    return _described(ctx, pool, user)  # type: ignore[return-value]


@operation("cognito-idp", resource=POOL_ARN)
def admin_get_user_auth_factors(ctx: Context, req: AdminGetUserAuthFactorsRequest) -> AdminGetUserAuthFactorsResponse:
    """Return the factors of a user."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        user = known_user(tx, pool, req["Username"])
    return _described(ctx, pool, user)  # type: ignore[return-value]


def _described(ctx: Context, pool: UserPool, user: User) -> dict[str, Any]:
    shown = {name: value for name, value in second_factors.shown(user).items() if name != "MFAOptions"}
    return {"Username": user.username, **shown, "ConfiguredUserAuthFactors": choice.configured(ctx, pool, user)}
