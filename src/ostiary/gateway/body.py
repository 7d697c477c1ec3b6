"""Request bodies, as they stream through: held to their declared hash, unwrapped from aws-chunked, counted.

No body is ever whole in memory. The last piece is sent on only when all of it has proved right: a body that does not is
broken off before its announced length, so the server behind stores nothing.
"""

import hashlib
import hmac
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from typing import Any

from ostiary.aws.sigv4 import EMPTY_HASH, Signed, signing_key
from ostiary.gateway.errors import S3Error

Pieces = AsyncIterator[bytes]
SIGNED_CHUNKS = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
}
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
MOST_CHUNK_BYTES = 16 * 1024 * 1024
_LONGEST_LINE = 8192


def incomplete() -> S3Error:
    """Return what S3 says of a body that breaks off or is malformed."""
    return S3Error("IncompleteBody", 400, "The request body terminated unexpectedly")


async def hashed(pieces: Pieces, declared: str) -> Pieces:
    """Pass a body on, and break it off when its SHA-256 is not the declared one (SIG-06)."""
    digest, held = hashlib.sha256(), b""
    async for piece in pieces:
        digest.update(piece)
        if held:
            yield held
        held = piece
    if not hmac.compare_digest(digest.hexdigest(), declared):
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise S3Error("XAmzContentSHA256Mismatch", 400, text)
    if held:
        yield held


class ChunkSigner:
    """Verifies the chain of chunk signatures (AWS, "Signature calculations: transferring payload in chunks")."""

    def __init__(self, signed: Signed, secret: str) -> None:
        credential = signed.credential
        self._key = signing_key(secret, credential[1], credential[2], credential[3]) if secret else b""
        self._head = f"{signed.amz_date}\n{signed.scope}"
        self._previous = signed.signature

    def check(self, chunk: bytes, signature: str) -> None:
        """Refuse a chunk whose signature does not follow from the one before."""
        chunk_hash = hashlib.sha256(chunk).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-PAYLOAD\n{self._head}\n{self._previous}\n{EMPTY_HASH}\n{chunk_hash}", signature)

    def check_trailer(self, trailer: bytes, signature: str) -> None:
        """Refuse trailers whose signature does not follow from the last chunk's."""
        trailer_hash = hashlib.sha256(trailer).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-TRAILER\n{self._head}\n{self._previous}\n{trailer_hash}", signature)

    def _check(self, text: str, signature: str) -> None:
        expected = hmac.new(self._key, text.encode(), "sha256").hexdigest()
        if self._key and not hmac.compare_digest(expected.encode(), signature.encode()):
            text = "The request signature we calculated does not match the signature you provided."
            raise S3Error("SignatureDoesNotMatch", 403, text)
        self._previous = signature


class _Reader:
    """Reads lines and counted bytes from pieces."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._buffer = bytearray()

    async def line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE or not await self._more():
                raise incomplete()
        found = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return found

    async def exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not await self._more():
                raise incomplete()
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    async def up_to(self, count: int) -> bytes:
        if not self._buffer and not await self._more():
            raise incomplete()
        found = bytes(self._buffer[:count])
        del self._buffer[: len(found)]
        return found

    async def _more(self) -> bool:
        async for piece in self._pieces:
            self._buffer += piece
            return True
        return False


_CHECKSUMS: dict[str, Callable[[], Any]] = {
    "x-amz-checksum-sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "x-amz-checksum-sha256": hashlib.sha256,
}


class _Crc32:
    """CRC-32 with the interface of a hash."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytes) -> None:
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_CHECKSUMS["x-amz-checksum-crc32"] = _Crc32


async def unwrapped(pieces: Pieces, length: int, trailer_names: set[str], signer: ChunkSigner | None) -> Pieces:
    """Pass on what an aws-chunked body wraps: `length` bytes, checked by chunk signatures and trailing checksums."""
    reader, held = _Reader(pieces), b""
    checksums = {name: _CHECKSUMS[name]() for name in trailer_names if name in _CHECKSUMS}
    async for piece in _chunks(reader, length, signer):
        for checksum in checksums.values():
            checksum.update(piece)
        if held:
            yield held
        held = piece
    if trailer_names:
        await _check_trailers(reader, checksums, signer)
    if held:
        yield held


async def _chunks(reader: _Reader, left: int, signer: ChunkSigner | None) -> Pieces:
    """Yield the content of every chunk; together they must be `left` bytes."""
    while True:
        size, signature = _chunk_header(await reader.line())
        if size > left or (signer is not None and size > MOST_CHUNK_BYTES):
            raise incomplete()
        if size == 0:
            break
        left -= size
        async for piece in _chunk(reader, size, signature, signer):
            yield piece
        if await reader.exactly(2) != b"\r\n":
            raise incomplete()
    if left:
        raise incomplete()
    if signer is not None:
        signer.check(b"", signature)


async def _chunk(reader: _Reader, size: int, signature: str, signer: ChunkSigner | None) -> Pieces:
    """Yield a chunk: whole when it is signed, as it comes when it is not."""
    if signer is not None:
        chunk = await reader.exactly(size)
        signer.check(chunk, signature)
        yield chunk
        return
    while size:
        piece = await reader.up_to(size)
        size -= len(piece)
        yield piece


def _chunk_header(line: bytes) -> tuple[int, str]:
    size, _, extension = line.partition(b";")
    try:
        return int(size, 16), extension.removeprefix(b"chunk-signature=").decode()
    except ValueError:
        raise incomplete() from None


async def _check_trailers(reader: _Reader, checksums: dict[str, Any], signer: ChunkSigner | None) -> None:
    canonical, signature = b"", ""
    while line := await reader.line():
        name, _, value = line.decode("latin-1").partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "x-amz-trailer-signature":
            signature = value
            continue
        canonical += f"{name}:{value}\n".encode("latin-1")
        if name in checksums and b64encode(checksums[name].digest()).decode() != value:
            raise S3Error("BadDigest", 400, "The checksum did not match the calculated checksum.")
    if signer is not None:
        signer.check_trailer(canonical, signature)
