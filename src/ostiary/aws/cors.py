"""Cross-origin requests: any page may call, and read, what AWS's endpoints let it (behaviour/clients.md 11)."""

import re

from ostiary.aws.wire import Headers, Response

EXPOSED = "x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage, Date, ETag, x-amz-request-id"
ANSWER_HEADERS: Headers = [("access-control-allow-origin", "*"), ("access-control-expose-headers", EXPOSED)]
"""What every answer carries, errors included."""
METHODS = "GET, POST, PUT, DELETE, HEAD, OPTIONS"
ALLOWED = (
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "cache-control",
    "content-type",
    "x-amz-checksum-crc32",
    "x-amz-checksum-mode",
    "x-amz-client-context",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-target",
    "x-amz-user-agent",
)
_SECONDS = 86_400
_NAMES = re.compile(r"[a-z0-9-]{1,64}")


def preflight(requested: str) -> Response:
    """Return the answer to `OPTIONS`. `requested` is Access-Control-Request-Headers: names there are allowed too."""
    names = [name.strip().lower() for name in requested.split(",")[:50]]
    more = [name for name in names if name not in ALLOWED and _NAMES.fullmatch(name)]
    return Response(
        200,
        [
            *ANSWER_HEADERS,
            ("access-control-allow-methods", METHODS),
            ("access-control-allow-headers", ", ".join([*ALLOWED, *more])),
            ("access-control-max-age", str(_SECONDS)),
            ("vary", "Access-Control-Request-Headers"),
        ],
    )
