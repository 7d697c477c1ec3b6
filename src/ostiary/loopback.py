"""What `--dev` takes for this machine's own: its hosts, and the programs and web pages that may make up access keys.

A browser lets every page send requests to this machine. Three of its headers tell whose page it is, and no page can
forge them: `Origin`, which comes with all but some GETs; `Sec-Fetch-Site`; `Referer`, which can be left out, not set.
`Host` tells by which name we were found, which with a name of somebody else's is DNS rebinding.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from ostiary.aws.errors import SerializationError
from ostiary.aws.wire import Request
from ostiary.config import Settings

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::\d{1,5})?", re.IGNORECASE)
_BROWSERS = "Mozilla/"
"""How every browser's name begins."""


def is_known_host(settings: Settings, host: str) -> bool:
    """Whether a Host header names this machine, or what settings say that it is called."""
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["name"].strip("[]").rstrip(".").lower()
    return _is_loopback(name) or any(_matches(name, known) for known in _known_names(settings))


def is_known_origin(settings: Settings, origin: str) -> bool:
    """Whether an Origin header is of a page of this machine, or of one that settings name.

    Objects in buckets have names of this machine too, and what people upload is nobody's page.
    """
    if origin.lower() in _listed(settings.dev_origins):
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    name = host.partition(":")[0].lower()
    return is_known_host(settings, host) and not name.endswith(f".{settings.s3_domain}")


def is_own(settings: Settings, request: Request) -> bool:
    """Whether a request comes from a program or from a page of this machine, and not from another site's page."""
    origin = request.header("origin")
    if origin:
        return is_known_origin(settings, origin)
    site = request.header("sec-fetch-site")
    is_old_browser = request.method in {"GET", "HEAD"} and request.header("user-agent").startswith(_BROWSERS)
    if not site and not is_old_browser:
        return True
    if site == "same-origin":
        return is_known_origin(settings, f"http://{request.header('host')}")
    if _calls_operation(request):
        return False
    page = request.header("referer")
    return is_known_origin(settings, _origin_of(page)) if page else site == "none"


def _calls_operation(request: Request) -> bool:
    """Whether the address calls an operation, which pictures and links could: only scripts say their origin."""
    try:
        return any(name == "Action" for name, _ in request.query)
    except SerializationError:
        return True


def _origin_of(page: str) -> str:
    try:
        parts = urlsplit(page)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _known_names(settings: Settings) -> Iterable[str]:
    yield from _listed(settings.dev_hosts)
    yield settings.s3_domain
    yield f"*.{settings.s3_domain}"
    yield urlsplit(settings.base_url).hostname or ""


def _matches(name: str, known: str) -> bool:
    return name.endswith(known[1:]) if known.startswith("*.") else name == known


def _listed(setting: str) -> list[str]:
    return [item.strip().lower() for item in setting.split(",") if item.strip()]
