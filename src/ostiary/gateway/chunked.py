"""Bodies in `aws-chunked`: unwrapped, their chunk signatures and trailing checksums verified.

Source: AWS, "Signature calculations for the Authorization header: transferring payload in multiple chunks", and the
same with trailing headers.
"""

import hashlib
import hmac

from ostiary.aws.sigv4 import EMPTY_HASH, MISMATCH, Signed, signing_key
from ostiary.gateway.body import CHECKSUMS, Digest, Pieces, bad_digest, incomplete, matches
from ostiary.gateway.errors import S3Error

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
KINDS = frozenset({SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER})
MOST_CHUNK_BYTES = 16 * 1024 * 1024
"""Of a signed chunk, which must be whole before a byte of it may go on."""
_LONGEST_LINE = 8192
_MOST_TRAILERS = 20


class ChunkSigner:
    """Verifies the chain of signatures that begins with the request's."""

    def __init__(self, signed: Signed, secret: str) -> None:
        credential = signed.credential
        self._key = signing_key(secret, credential.date, credential.region, credential.service)
        self._head = f"{signed.amz_date}\n{signed.scope}"
        self._previous = signed.signature

    def check(self, chunk: bytes, signature: str) -> None:
        """Refuse a chunk whose signature does not follow from the one before; raises S3Error."""
        chunk_hash = hashlib.sha256(chunk).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-PAYLOAD\n{self._head}\n{self._previous}\n{EMPTY_HASH}\n{chunk_hash}", signature)

    def check_trailer(self, trailer: bytes, signature: str) -> None:
        """Refuse trailers whose signature does not follow from the last chunk's; raises S3Error."""
        trailer_hash = hashlib.sha256(trailer).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-TRAILER\n{self._head}\n{self._previous}\n{trailer_hash}", signature)

    def _check(self, text: str, signature: str) -> None:
        expected = hmac.new(self._key, text.encode(), "sha256").hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise S3Error("SignatureDoesNotMatch", 403, MISMATCH)
        self._previous = signature


class _Reader:
    """Reads lines and counted bytes from pieces."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._buffer = bytearray()

    async def line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE:
                raise incomplete()
            await self._more()
        found = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return found

    async def exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._more()
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    async def up_to(self, count: int) -> bytes:
        if not self._buffer:
            await self._more()
        found = bytes(self._buffer[:count])
        del self._buffer[: len(found)]
        return found

    async def _more(self) -> None:
        async for piece in self._pieces:
            self._buffer += piece
            return
        raise incomplete()

    async def end(self) -> None:
        """Refuse what comes after the end, which nobody signed."""
        if self._buffer:
            raise incomplete()
        async for _ in self._pieces:
            raise incomplete()


async def unwrapped(pieces: Pieces, length: int, trailers: frozenset[str], signer: ChunkSigner | None) -> Pieces:
    """Pass on the `length` bytes that a body wraps; `trailers` are the names that it announces (lower case).

    Raises S3Error, always before the last piece, when a signature, a checksum or the framing is wrong.
    """
    reader, held = _Reader(pieces), b""
    digests = {name: CHECKSUMS[name]() for name in trailers if name in CHECKSUMS}
    async for piece in _chunks(reader, length, signer, trailing=bool(trailers)):
        for digest in digests.values():
            digest.update(piece)
        if held:
            yield held
        held = piece
    if trailers:
        await _check_trailers(reader, trailers, digests, signer)
    await reader.end()
    if held:
        yield held


async def _chunks(reader: _Reader, left: int, signer: ChunkSigner | None, *, trailing: bool) -> Pieces:
    """Yield the content of every chunk; together they must be `left` bytes."""
    while True:
        size, signature = _chunk_header(await reader.line(), signed=signer is not None)
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
    if not trailing and await reader.line():
        raise incomplete()


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


def _chunk_header(line: bytes, *, signed: bool) -> tuple[int, str]:
    digits, _, extension = line.partition(b";")
    if not digits or len(digits) > 16 or digits.translate(None, b"0123456789abcdefABCDEF"):  # noqa: PLR2004 - 64 bits
        raise incomplete()
    name, _, signature = extension.partition(b"=")
    if signed and name.strip() != b"chunk-signature":
        raise S3Error("SignatureDoesNotMatch", 403, MISMATCH)
    return int(digits, 16), signature.decode("latin-1")


async def _check_trailers(
    reader: _Reader, announced: frozenset[str], digests: dict[str, Digest], signer: ChunkSigner | None
) -> None:
    found, canonical, signature = set[str](), b"", ""
    while line := await reader.line():
        name, _, value = (part.strip() for part in line.decode("latin-1").partition(":"))
        name = name.lower()
        if name == "x-amz-trailer-signature":
            signature = value
            continue
        if name not in announced or name in found or len(found) > _MOST_TRAILERS:
            raise S3Error("MalformedTrailerError", 400, "The request contained trailing data that was not well-formed.")
        found.add(name)
        canonical += f"{name}:{value}\n".encode("latin-1")
        if name in digests and not matches(digests[name], value):
            raise bad_digest(name)
    if found != announced:
        raise S3Error("MalformedTrailerError", 400, "The request contained trailing data that was not well-formed.")
    if signer is not None:
        signer.check_trailer(canonical, signature)
