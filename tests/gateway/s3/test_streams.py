"""Bodies as they stream through: what proves wrong is broken off before its last piece goes on."""

import asyncio
import hashlib
import hmac
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from ostiary.aws.canonical import Credential
from ostiary.aws.sigv4 import EMPTY_HASH, Signed, signing_key
from ostiary.gateway import body, chunked
from ostiary.gateway.body import Pieces
from ostiary.gateway.errors import S3Error

SECRET, DATE, SEED = "secret", "20261123T000000Z", "0" * 64
CONTENT = [b"first piece", b"second piece", b"last piece"]
WHOLE = b"".join(CONTENT)


async def _pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


def passed(pieces: Pieces) -> tuple[bytes, str]:
    """Return what went on, and the code of the error it ended with."""

    async def collect() -> tuple[bytes, str]:
        seen = b""
        try:
            async for piece in pieces:
                seen += piece
        except S3Error as error:
            return seen, str(error.query_code)
        return seen, ""

    return asyncio.run(collect())


def crc32(content: bytes) -> str:
    """Return a CRC32 as a trailer has it."""
    return b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def signer() -> chunked.ChunkSigner:
    """Return what verifies chunks that follow SEED."""
    credential = Credential("AKID", DATE[:8], "us-east-1", "s3", "aws4_request")
    return chunked.ChunkSigner(Signed("PUT", "/", "", [], credential, DATE, (), SEED, None, None), SECRET)


def signed_chunks(*chunks: bytes) -> list[bytes]:
    """Return chunks as a client wraps and signs them, and the end."""
    key, previous, wrapped = signing_key(SECRET, DATE[:8], "us-east-1", "s3"), SEED, []
    for chunk in (*chunks, b""):
        scope = f"{DATE}\n{DATE[:8]}/us-east-1/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{scope}\n{previous}\n{EMPTY_HASH}\n{hashlib.sha256(chunk).hexdigest()}"
        previous = hmac.new(key, text.encode(), "sha256").hexdigest()
        wrapped.append(f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n")
    return wrapped


def unsigned(*trailers: str) -> bytes:
    """Return CONTENT in chunks that nobody signed, with these trailers."""
    chunks = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in CONTENT)
    return chunks + b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"


def unwrapped(wire: bytes, length: int = len(WHOLE), *, cut: int = 7) -> tuple[bytes, str]:
    """Return what goes on of an unsigned body with a CRC32 trailer that arrives in pieces of `cut` bytes."""
    pieces = _pieces(*(wire[at : at + cut] for at in range(0, len(wire), cut)))
    return passed(chunked.unwrapped(pieces, length, frozenset({"x-amz-checksum-crc32"}), None))


def test_a_body_with_the_hash_that_was_signed_goes_on() -> None:
    assert passed(body.hashed(_pieces(*CONTENT), hashlib.sha256(WHOLE).hexdigest())) == (WHOLE, "")


def test_of_another_body_the_last_piece_does_not_go_on() -> None:
    went, code = passed(body.hashed(_pieces(*CONTENT), hashlib.sha256(b"other").hexdigest()))
    assert (went, code) == (b"".join(CONTENT[:-1]), "XAmzContentSHA256Mismatch")


@pytest.mark.parametrize("name", sorted(body.CHECKSUMS))
def test_a_declared_checksum_is_held_to(name: str) -> None:
    digest = body.CHECKSUMS[name]()
    digest.update(WHOLE)
    good = b64encode(digest.digest()).decode()
    assert passed(body.checked(_pieces(*CONTENT), {name: good})) == (WHOLE, "")
    assert passed(body.checked(_pieces(*CONTENT, b"!"), {name: good})) == (WHOLE, "BadDigest")


def test_signed_chunks_are_unwrapped() -> None:
    wire = b"".join(signed_chunks(*CONTENT))
    for cut in (1, 10, len(wire)):
        pieces = _pieces(*(wire[at : at + cut] for at in range(0, len(wire), cut)))
        assert passed(chunked.unwrapped(pieces, len(WHOLE), frozenset(), signer())) == (WHOLE, "")


@pytest.mark.parametrize("number", range(4))
def test_a_chunk_that_was_changed_does_not_go_on(number: int) -> None:
    chunks = signed_chunks(*CONTENT)
    if number < len(CONTENT):
        chunks[number] = chunks[number].replace(b"piece", b"peace")
    else:
        chunks[number] = chunks[number].replace(b"signature=", b"signature=0")
    went, code = passed(chunked.unwrapped(_pieces(*chunks), len(WHOLE), frozenset(), signer()))
    assert code == "SignatureDoesNotMatch"
    assert b"peace" not in went
    assert CONTENT[-1] not in went


def test_chunks_in_another_order_do_not_go_on() -> None:
    first, second, *rest = signed_chunks(*CONTENT)
    pieces = _pieces(second, first, *rest)
    assert passed(chunked.unwrapped(pieces, len(WHOLE), frozenset(), signer())) == (b"", "SignatureDoesNotMatch")


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_a_trailing_checksum_that_is_right(cut: int) -> None:
    assert unwrapped(unsigned(f"x-amz-checksum-crc32:{crc32(WHOLE)}"), cut=cut) == (WHOLE, "")


@pytest.mark.parametrize(
    ("trailers", "expected"),
    [
        ([f"x-amz-checksum-crc32:{crc32(b'other')}"], "BadDigest"),
        (["x-amz-checksum-crc32:"], "BadDigest"),
        ([], "MalformedTrailerError"),
        ([f"x-amz-checksum-crc32:{crc32(WHOLE)}", "x-amz-meta-more: 1"], "MalformedTrailerError"),
    ],
)
def test_a_trailer_that_is_wrong_breaks_the_body_off(trailers: list[str], expected: str) -> None:
    went, code = unwrapped(unsigned(*trailers))
    assert code == expected
    assert len(went) < len(WHOLE)


def test_a_body_that_breaks_off_or_has_another_length_is_incomplete() -> None:
    wire = unsigned(f"x-amz-checksum-crc32:{crc32(WHOLE)}")
    for at in range(len(wire)):
        went, code = unwrapped(wire[:at])
        assert code in {"IncompleteBody", "MalformedTrailerError"}, at
        assert len(went) < len(WHOLE)
    assert unwrapped(wire, len(WHOLE) + 1)[1] == "IncompleteBody"
    assert unwrapped(wire, len(WHOLE) - 1)[1] == "IncompleteBody"
    assert unwrapped(wire + b"more")[1] == "IncompleteBody"


def test_a_small_body_must_have_its_length() -> None:
    assert asyncio.run(body.ready(_pieces(*CONTENT), len(WHOLE))).content == WHOLE
    with pytest.raises(S3Error):
        asyncio.run(body.ready(_pieces(*CONTENT), len(WHOLE) + 1))
