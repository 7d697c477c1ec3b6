"""`/{pool_id}/recovery-codes`: where a signed-in user's app gets recovery codes (POST), and how many are left (GET)."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ostiary.aws import cors
from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Client, Services
from ostiary.idp.access import signed_in
from ostiary.idp.factors import recovery_codes

PATH = "/{pool_id}/recovery-codes"
_HEADERS = {**dict(cors.ANSWER_HEADERS), "cache-control": "no-store"}


def recovery_codes_of_user(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the address; the access token comes as `Authorization: Bearer …`, errors go as the API's."""

    def answer(request: Request) -> dict[str, Any]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthorizedException("Invalid Access Token")
        client = Client(request.client.host if request.client else "", request.headers.get("user-agent", ""))
        ctx = services.anonymous(client)
        pool, _, user = signed_in(ctx, token)
        if pool.pool_id != request.path_params["pool_id"]:
            raise NotAuthorizedException("Invalid Access Token")
        if request.method == "POST":
            return {"RecoveryCodes": recovery_codes.make(ctx, pool, user)}
        return {"RecoveryCodesLeft": recovery_codes.left(ctx, pool, user)}

    async def show(request: Request) -> Response:
        try:
            return JSONResponse(await services.tasks.run(answer, request), headers=_HEADERS)
        except ServiceError as error:
            return JSONResponse({"__type": error.code, "message": error.message}, error.status, _HEADERS)

    return show
