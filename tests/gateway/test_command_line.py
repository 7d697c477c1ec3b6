"""The aws command line, unmodified, against the gateway."""

import subprocess
from pathlib import Path

import pytest

from tests.fixtures.command_line import run_aws
from tests.fixtures.context import REGION
from tests.gateway.conftest import Gateway, Keys, allow


def aws(
    gateway: Gateway, *words: str, keys: Keys | None = None, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `aws …` and return how it ended."""
    keys = keys or gateway.keys
    environment = {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": gateway.server.url,
    }
    return run_aws(*words, environment=environment, folder=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a small and a large file."""
    (tmp_path / "local" / "sub dir").mkdir(parents=True)
    (tmp_path / "local" / "small + é.txt").write_text("small")
    (tmp_path / "local" / "sub dir" / "large.bin").write_bytes(bytes(range(256)) * 40_000)
    return tmp_path


def test_a_folder_goes_up_is_listed_comes_down_and_is_removed(streams: Gateway, folder: Path) -> None:
    """With a large file in parts."""
    there = f"s3://{streams.bucket}/backup"

    up = aws(streams, "s3", "sync", "local", there, cwd=folder)
    listed = aws(streams, "s3", "ls", "--recursive", f"{there}/", cwd=folder)
    down = aws(streams, "s3", "cp", "--recursive", there, "copy", cwd=folder)

    assert (up.returncode, down.returncode) == (0, 0), up.stderr + down.stderr
    assert "backup/small + é.txt" in listed.stdout
    for name in ("small + é.txt", "sub dir/large.bin"):
        assert (folder / "copy" / name).read_bytes() == (folder / "local" / name).read_bytes()
    moved = aws(streams, "s3", "mv", f"{there}/small + é.txt", f"{there}/moved.txt", cwd=folder)
    assert moved.returncode == 0, moved.stderr
    removed = aws(streams, "s3", "rm", "--recursive", there, cwd=folder)
    assert (removed.returncode, streams.behind.keys(streams.bucket)) == (0, set())


def test_a_presigned_address_of_the_command_line_works(streams: Gateway, folder: Path) -> None:
    import httpx  # noqa: PLC0415

    streams.s3().put_object(Bucket=streams.bucket, Key="a b.txt", Body=b"x")

    made = aws(streams, "s3", "presign", f"s3://{streams.bucket}/a b.txt", cwd=folder)

    assert httpx.get(made.stdout.strip()).content == b"x"


def test_a_refusal_is_told_in_s3_s_words(streams: Gateway, folder: Path) -> None:
    user = streams.user(allow("s3:GetObject", f"arn:aws:s3:::{streams.bucket}/public/*"))

    refused = aws(streams, "s3", "ls", f"s3://{streams.bucket}", keys=user, cwd=folder)

    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr
    assert "s3:ListBucket" in refused.stderr
