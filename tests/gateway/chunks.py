"""Bodies in aws-chunked as clients send them, signed by the published rules and not by the code under test."""

import hashlib
import hmac
import zlib
from base64 import b64encode
from collections.abc import Sequence

from botocore.awsrequest import AWSRequest

EMPTY = hashlib.sha256(b"").hexdigest()


def crc32(body: bytes) -> str:
    """Return a CRC-32 as a header holds it."""
    return b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def unsigned(pieces: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return the pieces as unsigned chunks, with lines of trailers."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + b"0\r\n" + trailer + b"\r\n"


def signed(request: AWSRequest, secret: str, pieces: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return the pieces as chunks whose signatures follow from the one in the request's header."""
    authorization = request.headers["Authorization"]
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/", 1)[1]
    previous = authorization.partition("Signature=")[2]
    head = f"{request.headers['X-Amz-Date']}\n{scope}"
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    body = b""
    for piece in [*pieces, b""]:
        hashed = hashlib.sha256(piece).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{head}\n{previous}\n{EMPTY}\n{hashed}"
        previous = hmac.new(key, text.encode(), "sha256").hexdigest()
        body += b"%x;chunk-signature=%s\r\n" % (len(piece), previous.encode())
        body += piece + b"\r\n" if piece else b""
    if trailer:
        canonical = trailer.replace(b"\r\n", b"\n")
        text = f"AWS4-HMAC-SHA256-TRAILER\n{head}\n{previous}\n{hashlib.sha256(canonical).hexdigest()}"
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        body += trailer + b"x-amz-trailer-signature:" + signature.encode() + b"\r\n"
    return body + b"\r\n"
