"""Request bodies, as they stream through: held to their declared hash and checksums, and counted.

No body of more than SMALL bytes is ever whole in memory. Its last piece is sent on only when all of it has proved
right: a body that does not is broken off before its announced length, so the server behind stores nothing.
"""

import hashlib
import hmac
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ostiary.aws.sigv4 import EMPTY_HASH, UNSIGNED_PAYLOAD
from ostiary.gateway.errors import S3Error

Pieces = AsyncIterator[bytes]
SMALL = 64 * 1024
"""A body up to here is read and proved before the server behind hears of it."""
_HASH_CHARACTERS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Body:
    """A body on its way: its length in bytes, and either the small whole of it or its pieces."""

    length: int = 0
    content: bytes = b""
    pieces: Pieces | None = None


class Digest(Protocol):
    """What a checksum is computed with."""

    def update(self, piece: bytes, /) -> None:
        """Add a piece."""

    def digest(self) -> bytes:
        """Return the checksum of all that was added."""


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytes, /) -> None:
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def _sha1() -> Digest:
    return hashlib.sha1(usedforsecurity=False)


def _md5() -> Digest:
    return hashlib.md5(usedforsecurity=False)


CHECKSUMS: dict[str, Callable[[], Digest]] = {
    "content-md5": _md5,
    "x-amz-checksum-crc32": _Crc32,
    "x-amz-checksum-md5": _md5,
    "x-amz-checksum-sha1": _sha1,
    "x-amz-checksum-sha256": hashlib.sha256,
    "x-amz-checksum-sha512": hashlib.sha512,
}
"""The checksums that are held to, by the header or trailer that declares them."""


def incomplete() -> S3Error:
    """Return what S3 says of a body that breaks off or is malformed."""
    return S3Error("IncompleteBody", 400, "The request body terminated unexpectedly")


def bad_digest(name: str) -> S3Error:
    """Return what S3 says of a body that has another checksum than the header or trailer `name` declares."""
    if name == "content-md5":
        return S3Error("BadDigest", 400, "The Content-MD5 you specified did not match what we received.")
    kind = name.removeprefix("x-amz-checksum-").upper()
    return S3Error("BadDigest", 400, f"The {kind} you specified did not match the calculated checksum.")


def matches(digest: Digest, declared: str) -> bool:
    """Whether a checksum is the declared one, in base64."""
    return hmac.compare_digest(b64encode(digest.digest()), declared.strip().encode("utf-8", "surrogateescape"))


def md5_of(content: bytes) -> str:
    """Return the Content-MD5 of a body."""
    return b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def check_hash_form(declared: str) -> None:
    """Refuse an `x-amz-content-sha256` that is not a hash; raises S3Error."""
    if len(declared) != 64 or not _HASH_CHARACTERS.issuperset(declared):  # noqa: PLR2004 - SHA-256 in hex
        text = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING type or a valid sha256 value."
        raise S3Error("InvalidArgument", 400, text, ArgumentName="x-amz-content-sha256", ArgumentValue=declared)


def check_empty(declared: str) -> None:
    """Refuse a request without a body that was signed with one; raises S3Error."""
    if declared not in {"", UNSIGNED_PAYLOAD, EMPTY_HASH}:
        raise mismatch(declared, EMPTY_HASH)


def mismatch(declared: str, computed: str) -> S3Error:
    """Return what S3 says of a body that is not the one that was signed."""
    text = "The provided 'x-amz-content-sha256' header does not match what was computed."
    members = {"ClientComputedContentSHA256": declared, "S3ComputedContentSHA256": computed}
    return S3Error("XAmzContentSHA256Mismatch", 400, text, **members)


async def hashed(pieces: Pieces, declared: str) -> Pieces:
    """Pass a body on, and break it off when its SHA-256 is not the declared one (SIG-06)."""
    digest, held = hashlib.sha256(), b""
    async for piece in pieces:
        digest.update(piece)
        if held:
            yield held
        held = piece
    computed = digest.hexdigest()
    if not hmac.compare_digest(computed, declared):
        raise mismatch(declared, computed)
    if held:
        yield held


async def checked(pieces: Pieces, declared: Mapping[str, str]) -> Pieces:
    """Pass a body on, and break it off when it has not the checksums that its headers declare."""
    digests, held = {name: CHECKSUMS[name]() for name in declared}, b""
    async for piece in pieces:
        for digest in digests.values():
            digest.update(piece)
        if held:
            yield held
        held = piece
    for name, digest in digests.items():
        if not matches(digest, declared[name]):
            raise bad_digest(name)
    if held:
        yield held


async def ready(pieces: Pieces, length: int) -> Body:
    """Return a body of `length` bytes as it goes on: read and proved here when it is small. Raises S3Error."""
    if length > SMALL:
        return Body(length, pieces=pieces)
    content = bytearray()
    async for piece in pieces:
        content += piece
    if len(content) != length:
        raise incomplete()
    return Body(length, bytes(content))
