"""The chain of chunk signatures, by AWS's published example, and the framing, by what can be wrong with it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws.canonical import Credential, Signed
from ostiary.gateway.chunked import ChunkSigner, unwrapped
from ostiary.gateway.errors import S3Error
from tests.gateway.chunks import crc32, unsigned

SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = [
    (b"a" * 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (b"a" * 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (b"", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
]
CRC = "x-amz-checksum-crc32"


def signer() -> ChunkSigner:
    """Return the signer of the example in AWS's documentation."""
    credential = Credential("AKIAIOSFODNN7EXAMPLE", "20130524", "us-east-1", "s3", "aws4_request")
    signed = Signed(
        method="PUT",
        raw_path="/examplebucket/chunkObject.txt",
        query_string="",
        headers=[],
        credential=credential,
        amz_date="20130524T000000Z",
        signed_headers=("host",),
        signature=SEED,
        session_token=None,
        expires=None,
    )
    return ChunkSigner(signed, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def example() -> bytes:
    """Return the example's body."""
    framed = [b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), tag.encode(), chunk) for chunk, tag in CHUNKS]
    return b"".join(framed)


def read(body: bytes, length: int, *trailers: str, by: ChunkSigner | None = None, piece: int = 1000) -> list[bytes]:
    """Unwrap a body that comes in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), piece):
            yield body[start : start + piece]

    async def all_of_it() -> list[bytes]:
        return [found async for found in unwrapped(pieces(), length, frozenset(trailers), by)]

    return asyncio.run(all_of_it())


@pytest.mark.parametrize("piece", [1, 7, 4096, 100_000])
def test_the_published_example_verifies(piece: int) -> None:
    assert b"".join(read(example(), 66560, by=signer(), piece=piece)) == b"a" * 66560


@pytest.mark.parametrize("at", [90, 65536 + 200, 66560 + 200])
def test_a_changed_chunk_or_signature_is_refused(at: int) -> None:
    body = bytearray(example())
    body[at] ^= 1

    with pytest.raises(S3Error) as caught:
        read(bytes(body), 66560, by=signer())

    assert caught.value.query_code in {"SignatureDoesNotMatch", "IncompleteBody"}


def test_chunks_in_another_order_are_refused() -> None:
    first, second, last = (
        b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), tag.encode(), chunk) for chunk, tag in CHUNKS
    )

    with pytest.raises(S3Error, match="signature"):
        read(second + first + last, 66560, by=signer())


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=6), st.integers(1, 500))
def test_what_was_wrapped_comes_out(pieces: list[bytes], size: int) -> None:
    body = b"".join(pieces)
    trailer = f"{CRC}:{crc32(body)}\r\n".encode()

    assert b"".join(read(unsigned(pieces, trailer), len(body), CRC, piece=size)) == body


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4), st.data())
def test_a_body_that_breaks_off_anywhere_never_comes_out_whole(pieces: list[bytes], data: st.DataObject) -> None:
    body = b"".join(pieces)
    wire = unsigned(pieces, f"{CRC}:{crc32(body)}\r\n".encode())
    end = data.draw(st.integers(0, len(wire) - 1))

    with pytest.raises(S3Error):
        read(wire[:end], len(body), CRC)


@pytest.mark.parametrize(
    ("wire", "length"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", 4),
        (b"3\r\nabc\r\n0\r\n\r\n", 2),
        (b"-3\r\nabc\r\n0\r\n\r\n", 3),
        (b"0x3\r\nabc\r\n0\r\n\r\n", 3),
        (b"+3\r\nabc\r\n0\r\n\r\n", 3),
        (b"\r\nabc\r\n0\r\n\r\n", 3),
        (b"3\r\nabcd\r\n0\r\n\r\n", 3),
        (b"3\r\nabc\r\n0\r\n\r\nmore", 3),
        (b"3" * 9000, 3),
        (b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n", 3),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 3),
    ],
)
def test_broken_framing_is_refused(wire: bytes, length: int) -> None:
    """ROB-01."""
    with pytest.raises(S3Error) as caught:
        read(wire, length)

    assert caught.value.query_code == "IncompleteBody"


@pytest.mark.parametrize(
    "trailer",
    [
        b"",
        b"x-amz-checksum-crc32:AAAAAA==\r\n",
        b"x-amz-meta-other:1\r\n",
        b"x-amz-checksum-crc32:NSRBwg==\r\nx-amz-checksum-crc32:NSRBwg==\r\n",
        b"x-amz-checksum-crc32:NSRBwg==\r\nx-amz-meta-more:1\r\n",
    ],
)
def test_trailers_must_be_the_announced_ones_and_right(trailer: bytes) -> None:
    assert crc32(b"abc") == "NSRBwg=="

    with pytest.raises(S3Error) as caught:
        read(unsigned([b"abc"], trailer), 3, CRC)

    assert caught.value.query_code in {"MalformedTrailerError", "BadDigest"}


def test_the_last_piece_is_held_until_everything_is_proved() -> None:
    """What goes on before an error is always less than was announced, so the server behind keeps nothing."""
    seen = list[bytes]()

    async def pieces() -> AsyncIterator[bytes]:
        yield unsigned([b"a" * 10, b"b"], b"x-amz-checksum-crc32:AAAAAA==\r\n")

    async def run() -> None:
        async for piece in unwrapped(pieces(), 11, frozenset({CRC}), None):
            seen.append(piece)

    with pytest.raises(S3Error, match="CRC32"):
        asyncio.run(run())
    assert len(b"".join(seen)) < 11
