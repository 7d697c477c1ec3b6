"""`/confirmUser`: where the link of a sign-up's mail leads (behaviour/hosted.md 1)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ostiary.aws.errors import ServiceError
from ostiary.context import Services
from ostiary.idp.account.confirmation import confirm_by_link
from ostiary.web.status_pages import PAGE_HEADERS, TEMPLATES

PARAMETERS = ("client_id", "user_name", "confirmation_code")
_HEADERS = {**PAGE_HEADERS, "cache-control": "no-store"}


def confirm_user(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the page. Opening it confirms, as AWS's does; only asking what is there (HEAD) does not."""
    template = TEMPLATES.get_template("confirm_user.html")

    def confirm(request: Request) -> str:
        given = [request.query_params.get(name, "") for name in PARAMETERS]
        if not all(given) or any("\0" in value for value in given):
            return "The link is not whole."
        if request.method == "HEAD":
            return ""
        ctx = services.anonymous()
        try:
            confirm_by_link(ctx, *given)
        except ServiceError as error:
            return error.message
        return ""

    async def show(request: Request) -> Response:
        fault = await services.tasks.run(confirm, request)
        return HTMLResponse(template.render(fault=fault), 400 if fault else 200, headers=_HEADERS)

    return show
