"""The page that a message about an unusual sign-in leads to: a button, because mail scanners open links."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ostiary.aws.errors import ServiceError
from ostiary.aws.types.cognito_idp import UpdateAuthEventFeedbackRequest
from ostiary.context import Services
from ostiary.idp.users.auth_events import update_auth_event_feedback
from ostiary.web.status_pages import PAGE_HEADERS, TEMPLATES

_HEADERS = {
    **PAGE_HEADERS,
    "content-security-policy": f"{PAGE_HEADERS['content-security-policy']}; form-action 'self'",
    "cache-control": "no-store",
}
_VALUES = ("Valid", "Invalid")


def auth_event_feedback(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the page; GET asks, POST notes."""
    template = TEMPLATES.get_template("feedback.html")

    def note(request: Request) -> bool:
        query = request.query_params
        req: UpdateAuthEventFeedbackRequest = {
            "UserPoolId": request.path_params["pool_id"],
            "Username": query.get("username", ""),
            "EventId": query.get("event_id", ""),
            "FeedbackToken": query.get("token", ""),
            "FeedbackValue": "Valid" if query.get("value") == "Valid" else "Invalid",
        }
        ctx = services.anonymous()
        try:
            update_auth_event_feedback(ctx, req)
        except ServiceError:
            return False
        return True

    async def show(request: Request) -> Response:
        value = request.query_params.get("value", "")
        done = request.method == "POST" and value in _VALUES and await services.tasks.run(note, request)
        refused = value not in _VALUES or (request.method == "POST" and not done)
        page = template.render(value=value, done=done, refused=refused)
        return HTMLResponse(page, 400 if refused else 200, headers=_HEADERS)

    return show
