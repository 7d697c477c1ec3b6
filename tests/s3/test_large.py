"""A large object through the gateway: as much memory as a small one."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ostiary.demo.servers import Servers

GIBIBYTE = 1024**3
MOST_RESIDENT = 300 * 1024**2
PIECE = os.urandom(1024**2)


class Repeated:
    """A file of one GiB that is a piece of one MiB over and over."""

    def __init__(self) -> None:
        self._at = 0

    def __len__(self) -> int:
        return GIBIBYTE

    def tell(self) -> int:
        return self._at

    def seek(self, to: int, whence: int = 0) -> int:
        self._at = (0, self._at, GIBIBYTE)[whence] + to
        return self._at

    def read(self, most: int = -1) -> bytes:
        left = GIBIBYTE - self._at
        size = min(left, len(PIECE) if most < 0 else most)
        skipped = self._at % len(PIECE)
        self._at += size
        return (PIECE * (size // len(PIECE) + 2))[skipped : skipped + size]


def _server_pid() -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == os.getpid() and b"ostiary" in words and b"serve" in words:
            return int(folder.name)
    pytest.fail("the server's process is not there")


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """Sample a process's resident bytes, ten times a second."""
    samples, done = [_resident(pid)], threading.Event()

    def sample() -> None:
        while not done.wait(0.1):
            samples.append(_resident(pid))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


@pytest.mark.timeout(60)
def test_a_gibibyte_up_and_down_takes_little_memory(processes: Servers) -> None:
    # Unsigned, so that the client does not read all of it twice.
    config = Config(
        s3={"addressing_style": "path", "payload_signing_enabled": False},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"total_max_attempts": 1},
    )
    s3: Any = boto3.session.Session().client(
        "s3",
        endpoint_url=processes.ostiary,
        region_name="us-east-1",
        aws_access_key_id=processes.root[0],
        aws_secret_access_key=processes.root[1],
        config=config,
    )
    s3.create_bucket(Bucket="large")
    with watched(_server_pid()) as samples:
        s3.put_object(Bucket="large", Key="k", Body=Repeated(), ContentLength=GIBIBYTE)
        assert s3.head_object(Bucket="large", Key="k")["ContentLength"] == GIBIBYTE
        digest, size = hashlib.sha1(usedforsecurity=False), 0
        for piece in s3.get_object(Bucket="large", Key="k")["Body"].iter_chunks(len(PIECE)):
            digest.update(piece)
            size += len(piece)
    s3.delete_object(Bucket="large", Key="k")
    expected = hashlib.sha1(usedforsecurity=False)
    for _ in range(GIBIBYTE // len(PIECE)):
        expected.update(PIECE)
    assert (size, digest.digest()) == (GIBIBYTE, expected.digest())
    assert max(samples) < MOST_RESIDENT, f"{max(samples) / 1024**2:.0f} MiB"
