"""Endpoints of apps as devices register them."""

from ostiary.aws.types.sns import NotFoundException
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.sns.arns import application_account, endpoint_account, invalid
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists, Retry
from ostiary.store.sns import platform_applications, platform_endpoints
from ostiary.store.sns.platform_endpoints import PlatformEndpoint


def register(
    tx: Tx, ctx: Context, application_arn: str, token: str, *, user_data: str = "", enabled: bool = True
) -> tuple[PlatformEndpoint, bool]:
    """Return the endpoint of an app that has a token, made when it is new, and whether it is.

    Raises NotFoundException when there is no such app.
    """
    account_id = application_account(application_arn)
    if platform_applications.find(tx, account_id, application_arn) is None:
        raise NotFoundException("PlatformApplication does not exist")
    now = ctx.clock.now_seconds()
    arn = f"{application_arn.replace(':app/', ':endpoint/', 1)}/{ctx.random.uuid()}"
    blank = PlatformEndpoint(account_id, arn, application_arn, "", b"", enabled, user_data, now, now)
    made = push.with_token(ctx.keyring, blank, token)
    there = platform_endpoints.find_by_token(tx, account_id, application_arn, made.token_key)
    if there is not None:
        return there, False
    try:
        platform_endpoints.create(tx, made)
    except AlreadyExists:
        raise Retry("The same token was registered meanwhile.") from None
    return made, True


def known(tx: Tx, ctx: Context, arn: str, parameter: str = "EndpointArn") -> PlatformEndpoint:
    """Return one of the account's endpoints; raises NotFoundException and InvalidParameterException."""
    account_id = endpoint_account(arn, parameter)
    found = platform_endpoints.find(tx, account_id, arn) if account_id == ctx.account else None
    if found is None:
        raise NotFoundException("Endpoint does not exist")
    return found


def _check_free(tx: Tx, endpoint: PlatformEndpoint) -> None:
    other = platform_endpoints.find_by_token(tx, endpoint.account_id, endpoint.application_arn, endpoint.token_key)
    if other is not None and other.arn != endpoint.arn:
        raise invalid("Token", f"Endpoint {other.arn} already exists with the same Token, but different attributes.")
