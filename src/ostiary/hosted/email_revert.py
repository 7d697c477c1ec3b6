"""`/{pool_id}/email-revert`: takes a change of an e-mail address back; a button, because mail scanners open links."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ostiary.aws.errors import ServiceError
from ostiary.context import Client, Services
from ostiary.idp.access import pool_of
from ostiary.idp.account import email_reverts
from ostiary.web.status_pages import PAGE_HEADERS, TEMPLATES

_HEADERS = {
    **PAGE_HEADERS,
    "content-security-policy": f"{PAGE_HEADERS['content-security-policy']}; form-action 'self'",
    "cache-control": "no-store",
}
_PARAMETERS = ("user", "change", "token")


def email_revert(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the page; GET asks, POST does it."""
    template = TEMPLATES.get_template("email_revert.html")

    def revert(request: Request) -> str:
        given = [request.query_params.get(name, "") for name in _PARAMETERS]
        if not all(given) or any("\0" in value for value in given):
            return "The link is not whole."
        if request.method != "POST":
            return ""
        client = Client(request.client.host if request.client else "", request.headers.get("user-agent", ""))
        ctx = services.anonymous(client)
        try:
            email_reverts.revert(ctx, pool_of(ctx, request.path_params["pool_id"]), *given)
        except ServiceError as error:
            return error.message
        return ""

    async def show(request: Request) -> Response:
        fault = await services.tasks.run(revert, request)
        page = template.render(fault=fault, done=request.method == "POST")
        return HTMLResponse(page, 400 if fault else 200, headers=_HEADERS)

    return show
