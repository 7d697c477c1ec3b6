"""A live server with the gateway in front of a real S3 server."""

import http.client
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import httpx
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ostiary.iam.accounts import RootKey, create_account
from ostiary.runtime.observability import configure_logs
from tests.fixtures.context import REGION
from tests.fixtures.s3_server import S3Server, s3_server, unused_port
from tests.fixtures.server import Server, served
from tests.fixtures.waiting import PATIENCE

__all__ = ["s3_server", "unused_port"]
FIRST_ACCOUNT = "999999999999"
_numbers = itertools.count(1)
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@dataclass(frozen=True)
class Keys:
    """What signs: long-term keys, or a session's with its token."""

    access_key_id: str
    secret: str
    token: str | None = None


class _Signer(S3SigV4Auth):
    """Signs the hash that a request's header declares, where it has one."""

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        declared = request.headers.get("x-amz-content-sha256")
        super()._modify_request_before_signing(request)
        if declared:
            request.headers.replace_header("X-Amz-Content-SHA256", declared)


@dataclass(frozen=True)
class Gateway:
    """The server, one fresh account's root on it, a bucket of that account, and the S3 server behind."""

    server: Server
    root: RootKey
    bucket: str
    behind: S3Server

    @property
    def keys(self) -> Keys:
        """The root's access key."""
        return Keys(self.root.access_key_id, self.root.secret_access_key)

    def s3(self, keys: Keys | None = None, **options: Any) -> Any:
        """Make a boto3 S3 client, of the root if of nobody else; `options` are boto3's."""
        return self.client("s3", keys, **options)

    def client(self, service: str, keys: Keys | None = None, **options: Any) -> Any:
        """Make any boto3 client."""
        keys = keys or self.keys
        return self.server.client(
            service,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret,
            aws_session_token=keys.token,
            **options,
        )

    def anybody(self) -> Any:
        """Make an S3 client that signs nothing."""
        return self.server.client("s3")

    def user(self, *statements: dict[str, Any]) -> Keys:
        """Make an IAM user of the account who may do what these statements say."""
        iam, name = self.client("iam"), f"user-{next(_numbers)}"
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(made["AccessKeyId"], made["SecretAccessKey"])

    def other_account(self) -> Keys:
        """Make another account; its root's keys."""
        made = create_account(self.server.services, f"other-{next(_numbers)}")
        return Keys(made.access_key_id, made.secret_access_key)

    def request(self, method: str, path: str, body: bytes = b"", *, keys: Keys | None = None, **headers: str) -> Any:
        """Send a signed request for a path exactly as written; `x_amz_…` are headers. Return httpx's answer."""
        return send(self.signed(method, path, body, keys=keys, **headers), body)

    def signed(
        self, method: str, path: str, body: bytes = b"", *, keys: Keys | None = None, **headers: str
    ) -> AWSRequest:
        """Return a request that is signed in its header, for the path encoded once; it goes by the path as given."""
        address, sign, query = path.partition("?")
        encoded = quote(unquote_to_bytes(address), safe="/-_.~")
        request = AWSRequest(method, f"{self.server.url}{encoded}{sign}{query}", data=body, headers=_named(headers))
        _Signer(_credentials(keys or self.keys), "s3", REGION).add_auth(request)
        request.url = f"{self.server.url}{path}"
        return request

    def presigned(self, method: str, path: str, *, seconds: int = 60, keys: Keys | None = None, **headers: str) -> str:
        """Return a presigned address."""
        request = AWSRequest(method, f"{self.server.url}{path}", headers=_named(headers))
        S3SigV4QueryAuth(_credentials(keys or self.keys), "s3", REGION, expires=seconds).add_auth(request)
        return str(request.url)


def send(request: AWSRequest, body: Any = None) -> httpx.Response:
    """Send a request, its address exactly as it is written: httpx would fold dot segments."""
    parts = request.url.split("/", 3)
    connection = http.client.HTTPConnection(parts[2], timeout=PATIENCE)
    try:
        connection.request(request.method, f"/{parts[3]}", body, dict(request.headers.items()))
        answer = connection.getresponse()
        return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
    finally:
        connection.close()


def code(response: httpx.Response) -> str:
    """Return the code of an S3 error."""
    return response.text.partition("<Code>")[2].partition("</Code>")[0]


def allow(actions: str | list[str], resources: str | list[str], **condition: Any) -> dict[str, Any]:
    """Return a statement that allows."""
    made: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return made | ({"Condition": condition} if condition else {})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _credentials(keys: Keys) -> Credentials:
    return Credentials(keys.access_key_id, keys.secret, keys.token)


def _behind(server: S3Server) -> dict[str, str]:
    return {
        "s3_upstream": server.url,
        "s3_upstream_access_key_id": server.access_key_id,
        "s3_upstream_secret_access_key": server.secret_access_key,
        "root_account_id": FIRST_ACCOUNT,
    }


@pytest.fixture(scope="session")
def sqlite_gateway(
    migrated_sqlite: Path, s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve from SQLite for as long as the session lives."""
    folder = tmp_path_factory.mktemp("sqlite-gateway")
    (folder / "ostiary.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with served(folder, "", **_behind(s3_server)) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_gateway(
    postgres_server: Any, migrated_postgres: str, s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve from PostgreSQL for as long as the session lives."""
    url = postgres_server.create(migrated_postgres)
    with served(tmp_path_factory.mktemp("postgresql-gateway"), url, **_behind(s3_server)) as server:
        yield server
    postgres_server.drop(url)


def _gateway(server: Server, behind: S3Server) -> Gateway:
    root = create_account(server.services, f"gateway-{next(_numbers)}")
    found = Gateway(server, root, f"bucket-{next(_numbers)}", behind)
    found.s3().create_bucket(Bucket=found.bucket)
    return found


@pytest.fixture
def gateway(engine_name: str, s3_server: S3Server, request: pytest.FixtureRequest) -> Gateway:
    """Give the gateway on the engine under test, with a fresh account and bucket, and logs that are its own again."""
    server: Server = request.getfixturevalue(f"{engine_name}_gateway")
    configure_logs("json", "debug", server.written)
    return _gateway(server, s3_server)


@pytest.fixture
def streams(sqlite_gateway: Server, s3_server: S3Server) -> Gateway:
    """Give the gateway for what touches no store beyond knowing who signed."""
    return _gateway(sqlite_gateway, s3_server)
