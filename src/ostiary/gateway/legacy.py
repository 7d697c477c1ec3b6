"""Presigned addresses of Signature Version 2, which boto3 still makes unless told otherwise.

Source: AWS, "Signing and authenticating REST requests (AWS signature version 2)", query string authentication. It signs
no parameters but the ones listed here, so nothing else of a query is taken from it; only objects are reached with it.
"""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote

from ostiary.aws.canonical import pairs
from ostiary.aws.sigv4 import LONGEST_PRESIGN, MISMATCH
from ostiary.aws.wire import Request, wire
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import bucket_of_host

_SIGNED = frozenset(
    {
        "acl",
        "partNumber",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
    }
)
_OWN = frozenset({"AWSAccessKeyId", "Signature", "Expires"})
_MOVED = ("x-amz-", "content-md5", "content-type")


@dataclass(frozen=True, slots=True)
class Presigned:
    """What such an address says; nothing of it is proven before `verify`. `expires_at` is seconds since the epoch."""

    access_key_id: str
    session_token: str | None
    signature: str
    expires_at: int
    text: str
    """What is signed."""


def is_presigned(query_string: str) -> bool:
    """Whether a query is of this kind."""
    return "AWSAccessKeyId=" in query_string and "Signature=" in query_string


def parse(request: Request, s3_domain: str) -> Presigned:
    """Return what a request says about its signature; raises S3Error."""
    query = dict[str, str]()
    for name, value in pairs(request.query_string):
        if name in query:
            raise S3Error("InvalidArgument", 400, f"The query parameter {name} must be given once.")
        query[name] = value
    unsigned = [name for name in query if name not in _SIGNED | _OWN and not name.lower().startswith(_MOVED)]
    if unsigned or "X-Amz-Signature" in query or "authorization" in request.named:
        raise S3Error("AccessDenied", 403, "This signature does not cover the whole request; use AWS4-HMAC-SHA256.")
    expires = query.get("Expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 16):  # noqa: PLR2004 - a time, not a riddle
        raise S3Error("AccessDenied", 403, "Query-string authentication requires the Expires parameter.")
    moved = {name.lower(): value for name, value in query.items() if name.lower().startswith(_MOVED)}
    return Presigned(
        query["AWSAccessKeyId"],
        moved.get("x-amz-security-token"),
        query.get("Signature", ""),
        int(expires),
        _text(request, moved | request.named, expires, s3_domain),
    )


def verify(presigned: Presigned, secret: str, now: float) -> None:
    """Return if `secret` made the signature and it is still good; raises S3Error."""
    if now > presigned.expires_at:
        raise S3Error("AccessDenied", 403, "Request has expired")
    if presigned.expires_at > now + LONGEST_PRESIGN:
        raise S3Error("AccessDenied", 403, f"Expires must be within {LONGEST_PRESIGN} seconds.")
    made = b64encode(hmac.digest(wire(secret), wire(presigned.text), "sha1"))
    if not hmac.compare_digest(made, wire(presigned.signature)):
        raise S3Error("SignatureDoesNotMatch", 403, MISMATCH)


def _text(request: Request, headers: dict[str, str], expires: str, s3_domain: str) -> str:
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), expires]
    lines += [f"{name}:{value.strip()}" for name, value in sorted(headers.items()) if name.startswith("x-amz-")]
    bucket = bucket_of_host(request.header("host"), s3_domain)
    path = f"/{bucket}{request.raw_path}" if bucket else request.raw_path
    signed = sorted(part.partition("=") for part in request.query_string.split("&"))
    query = "&".join(f"{name}{sign}{unquote(value)}" for name, sign, value in signed if name in _SIGNED)
    return "\n".join([*lines, f"{path}?{query}" if query else path])
