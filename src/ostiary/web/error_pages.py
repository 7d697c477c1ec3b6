"""Errors as people see them in a browser, where programs get JSON or a line of text."""

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ostiary.web.status_pages import PAGE_HEADERS, TEMPLATES

_ERRORS = {
    403: ("You may not see this", "This address is not for the page or the name that you came by."),
    404: ("There is nothing here", "Look at the address once more: a part of it may be missing or misspelt."),
    503: ("Not available now", "Try again in a moment."),
}
_OTHER_FAULT = ("This did not work", "The address is for programs, or a part of it is missing.")
_OUR_FAULT = ("Something went wrong", "It is not your fault. Try again; if it stays so, tell the operator.")


@dataclass(frozen=True, slots=True)
class ErrorPages:
    """Shows errors of an application to people as a page; programs hear of them as the application has it."""

    application: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not is_of_browser(scope):
            await self.application(scope, receive, send)
            return
        refused: Message | None = None
        body = b""

        async def show(message: Message) -> None:
            nonlocal refused, body
            if message["type"] == "http.response.start" and _is_error_for_programs(message):
                refused = message
            elif refused is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await _error_page(refused, body)(scope, receive, send)

        await self.application(scope, receive, show)


def is_of_browser(scope: Scope) -> bool:
    """Whether somebody opens an address in a browser: what clients of the API and scripts fetch asks for no HTML."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_error_for_programs(start: Message) -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    return bool(start["status"] >= 400 and not kind.startswith(b"text/html"))  # noqa: PLR2004 - where errors begin


def _error_page(refused: Message, body: bytes) -> Response:
    """Return the page of an error; an operation that is unknown or was not named is an address without anything."""
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        told = {}
    status = int(refused["status"])
    if "UnknownOperation" in str(told.get("__type", "")):
        status, told = 404, {}
    heading, advice = _ERRORS.get(status, _OTHER_FAULT if status < 500 else _OUR_FAULT)  # noqa: PLR2004
    request_id = dict(refused["headers"]).get(b"x-amzn-requestid", b"").decode()
    page = TEMPLATES.get_template("error.html").render(
        heading=heading, advice=advice, reason=told.get("message", ""), request_id=request_id
    )
    told_id = {"x-amzn-requestid": request_id} if request_id else {}
    return HTMLResponse(page, status, headers={**PAGE_HEADERS, "cache-control": "no-store", **told_id})
