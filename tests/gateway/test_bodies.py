"""Request bodies through the gateway: what proves wrong is never stored, and costs no more than itself."""

import hashlib
from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.gateway import chunks
from tests.gateway.chunks import crc32
from tests.gateway.conftest import Gateway, allow, code, send

SMALL, LARGE = b"small", bytes(range(256)) * 2048
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])


@bodies
def test_a_body_with_another_hash_than_declared_is_not_stored(streams: Gateway, body: bytes) -> None:
    """SIG-06."""
    request = streams.signed("PUT", f"/{streams.bucket}/k", body)

    response = send(request, body[:-1] + b"!")

    assert (response.status_code, code(response)) == (400, "XAmzContentSHA256Mismatch")
    assert streams.behind.comes_to_hold(streams.bucket, set())


def test_a_signed_body_that_is_left_out_is_not_stored_as_an_empty_one(streams: Gateway) -> None:
    """SIG-06: the hash of what is not there is checked too."""
    response = send(streams.signed("PUT", f"/{streams.bucket}/k", SMALL), b"")

    assert (response.status_code, code(response)) == (400, "XAmzContentSHA256Mismatch")
    assert streams.behind.comes_to_hold(streams.bucket, set())


@bodies
def test_the_object_that_was_there_stays_when_a_small_body_proves_wrong(streams: Gateway, body: bytes) -> None:
    streams.s3().put_object(Bucket=streams.bucket, Key="k", Body=b"before")

    send(streams.signed("PUT", f"/{streams.bucket}/k", body), body[:-1] + b"!")

    if body is SMALL:
        assert streams.s3().get_object(Bucket=streams.bucket, Key="k")["Body"].read() == b"before"
    assert streams.behind.keys(streams.bucket) <= {"k"}


@bodies
@pytest.mark.parametrize("name", ["x-amz-checksum-crc32", "x-amz-checksum-sha256", "content-md5"])
def test_a_declared_checksum_is_held_to(streams: Gateway, body: bytes, name: str) -> None:
    right: str = {
        "x-amz-checksum-crc32": crc32(body),
        "x-amz-checksum-sha256": b64encode(hashlib.sha256(body).digest()).decode(),
        "content-md5": b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
    }[name]
    wrong = "A" + right[1:] if right[0] != "A" else "B" + right[1:]

    declared: dict[str, Any] = {name: wrong}
    refused = streams.request("PUT", f"/{streams.bucket}/k", body, **declared)

    assert (refused.status_code, code(refused)) == (400, "BadDigest")
    assert streams.behind.comes_to_hold(streams.bucket, set())
    # Under another name: the server behind may still be putting the first one away.
    declared = {name: right}
    assert streams.request("PUT", f"/{streams.bucket}/right", body, **declared).status_code == 200


@bodies
def test_signed_chunks_are_unwrapped(streams: Gateway, body: bytes) -> None:
    response = _send_chunks(streams, body)

    assert response.status_code == 200
    found = streams.s3().get_object(Bucket=streams.bucket, Key="k")
    assert found["Body"].read() == body
    assert found.get("ContentEncoding", "") == ""


@bodies
def test_a_signed_chunk_that_was_changed_is_not_stored(streams: Gateway, body: bytes) -> None:
    response = _send_chunks(streams, body, change=True)

    assert (response.status_code, code(response)) == (403, "SignatureDoesNotMatch")
    assert streams.behind.comes_to_hold(streams.bucket, set())


@bodies
def test_signed_chunks_with_a_signed_trailer_are_unwrapped(streams: Gateway, body: bytes) -> None:
    response = _send_chunks(streams, body, trailer=f"x-amz-checksum-crc32:{crc32(body)}\r\n".encode())

    assert response.status_code == 200
    assert streams.s3().get_object(Bucket=streams.bucket, Key="k")["Body"].read() == body


def test_a_trailer_with_another_signature_is_refused(streams: Gateway) -> None:
    trailer = f"x-amz-checksum-crc32:{crc32(SMALL)}\r\n".encode()

    response = _send_chunks(streams, SMALL, trailer=trailer, swap=(b"trailer-signature:", b"trailer-signature:0"))

    assert (response.status_code, code(response)) == (403, "SignatureDoesNotMatch")


@bodies
def test_unsigned_chunks_with_a_checksum_are_unwrapped(streams: Gateway, body: bytes) -> None:
    """behaviour/clients.md 21: SDKs send these by default over TLS."""
    response = _send_unsigned(streams, body, crc32(body), content_encoding="gzip,aws-chunked")

    assert response.status_code == 200
    found = streams.s3().get_object(Bucket=streams.bucket, Key="k")
    assert (found["Body"].read(), found["ContentEncoding"]) == (body, "gzip")


@bodies
def test_unsigned_chunks_with_a_wrong_checksum_are_not_stored(streams: Gateway, body: bytes) -> None:
    response = _send_unsigned(streams, body, crc32(b"another"))

    assert (response.status_code, code(response)) == (400, "BadDigest")
    assert streams.behind.comes_to_hold(streams.bucket, set())


def test_a_wrong_part_is_no_part(streams: Gateway) -> None:
    s3, named = streams.s3(), {"Bucket": streams.bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**named)["UploadId"]
    request = streams.signed("PUT", f"/{streams.bucket}/k?partNumber=1&uploadId={upload}", LARGE)

    assert send(request, LARGE[:-1] + b"!").status_code == 400

    assert "Parts" not in s3.list_parts(**named, UploadId=upload)


def test_a_body_without_a_length_is_refused(streams: Gateway) -> None:
    """ROB-01."""
    request = streams.signed("PUT", f"/{streams.bucket}/k", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    request.headers["Transfer-Encoding"] = "chunked"

    response = send(request, b"3\r\nabc\r\n0\r\n\r\n")

    assert (response.status_code, code(response)) == (411, "MissingContentLength")


@pytest.mark.parametrize("declared", ["", "-1", "1e3", "\uff19", "9" * 30])
def test_a_length_that_is_no_number_is_refused(streams: Gateway, declared: str) -> None:
    headers: dict[str, Any] = {"x_amz_content_sha256": UNSIGNED}
    if declared.isascii() and declared:
        headers["x_amz_decoded_content_length"] = declared
    request = streams.signed("PUT", f"/{streams.bucket}/k", **headers)

    response = send(request, chunks.unsigned([b"x"]))

    assert response.status_code in {400, 411}
    assert streams.behind.comes_to_hold(streams.bucket, set())


def test_a_refused_body_is_not_read_and_the_connection_goes_on(streams: Gateway) -> None:
    """A client hears why before it has sent everything."""
    user = streams.user(allow("s3:GetObject", "*"))

    response = streams.request("PUT", f"/{streams.bucket}/k", LARGE, keys=user)

    assert (response.status_code, code(response)) == (403, "AccessDenied")
    assert streams.behind.comes_to_hold(streams.bucket, set())


def _send_chunks(
    gateway: Gateway,
    body: bytes,
    *,
    trailer: bytes = b"",
    change: bool = False,
    swap: tuple[bytes, bytes] = (b"", b""),
) -> httpx.Response:
    headers: dict[str, Any] = {
        "x_amz_content_sha256": SIGNED + ("-TRAILER" if trailer else ""),
        "x_amz_decoded_content_length": str(len(body)),
        "content_encoding": "aws-chunked",
    }
    headers |= {"x_amz_trailer": "x-amz-checksum-crc32"} if trailer else {}
    request = gateway.signed("PUT", f"/{gateway.bucket}/k", **headers)
    half = len(body) // 2
    wire = chunks.signed(request, gateway.keys.secret, [body[:half], body[half:]], trailer)
    if change:
        at = wire.rindex(body[-3:])
        wire = wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1 :]
    return send(request, wire.replace(*swap) if swap[0] else wire)


def _send_unsigned(gateway: Gateway, body: bytes, checksum: str, **headers: Any) -> httpx.Response:
    request = gateway.signed(
        "PUT",
        f"/{gateway.bucket}/k",
        x_amz_content_sha256=UNSIGNED,
        x_amz_decoded_content_length=str(len(body)),
        x_amz_trailer="x-amz-checksum-crc32",
        **headers,
    )
    half = len(body) // 2
    trailer = f"x-amz-checksum-crc32:{checksum}\r\n".encode()
    return send(request, chunks.unsigned([body[:half], body[half:]], trailer))
