"""Ostiary in front of a real S3 server, as a process of its own and within this one; accounts and buckets on it."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import S3_KEY, Servers, running_servers
from ostiary.iam.accounts import RootKey, create_account
from tests.fixtures.logs import shown_on_failure
from tests.fixtures.server import Server, served
from tests.fixtures.waiting import until

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Start S3 and `ostiary serve` as processes of their own, for as long as the session lives."""
    folder = tmp_path_factory.mktemp("processes")
    with (
        shown_on_failure("the server of this session", folder / "ostiary.log"),
        running_servers(folder, Narrator()) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def gateway(processes: Servers, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve Ostiary from this process in front of the same S3 server."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "ostiary.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    behind = {"s3_upstream_access_key_id": S3_KEY[0], "s3_upstream_secret_access_key": S3_KEY[1]}
    with (
        served(folder, "", s3_upstream=processes.s3, **behind) as server,
        shown_on_failure("the gateway", server.log),
    ):
        yield server


class Stored:
    """What is in a bucket of the server behind, as it lies on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, bucket: str) -> dict[str, bytes]:
        """Return every object by its key."""
        found, top = {}, self._folder / bucket
        for path in top.rglob("*"):
            with suppress(FileNotFoundError, IsADirectoryError):
                found[str(path.relative_to(top))] = path.read_bytes()
        return found

    def nothing(self, bucket: str) -> bool:
        """Whether a bucket is empty: what an upload that broke off leaves is gone a moment after its end."""
        return until(lambda: not self(bucket), f"the end of what is in {bucket}")


@pytest.fixture
def stored(processes: Servers) -> Stored:
    """Look behind the gateway: `stored("bucket") == {"key": b"content"}`."""
    return Stored(processes.data_dir.parent / "s3")


@pytest.fixture
def account(gateway: Server) -> RootKey:
    """Make an account that only this test uses."""
    return create_account(gateway.services, f"account-{next(_numbers)}")


@pytest.fixture
def stranger(gateway: Server) -> RootKey:
    """Make another account."""
    return create_account(gateway.services, f"stranger-{next(_numbers)}")


@pytest.fixture
def s3(gateway: Server, account: RootKey) -> Any:
    """Give a boto3 client of the account's root."""
    return gateway.client("s3", account)


@pytest.fixture
def bucket(s3: Any) -> str:
    """Make a bucket of the account."""
    name = f"s3-bucket-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def person(gateway: Server, account: RootKey) -> Callable[..., Any]:
    """Make S3 clients of an IAM user of the account with a policy: `person({"Effect": "Allow", …})`."""

    def make(*statements: dict[str, Any]) -> Any:
        iam, name = gateway.client("iam", account), f"person-{next(_numbers)}"
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return gateway.client("s3", RootKey(account.account_id, key["AccessKeyId"], key["SecretAccessKey"]))

    return make
