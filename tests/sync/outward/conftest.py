"""A server and what it reaches outside: a stand-in for Kinesis, functions, and a pool that streams."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ostiary.sts.sessions import resolve
from tests.fixtures.functions import SECRET, FunctionServer
from tests.fixtures.server import Server, served
from tests.sync.conftest import Dataset, IdentityPool, Person, document
from tests.sync.outward.kinesis import Kinesis, Stream, kinesis

SERVICE = "cognito-sync.amazonaws.com"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Running:
    """A server, and what it reaches outside."""

    server: Server
    kinesis: Kinesis
    functions: FunctionServer


@contextmanager
def _running(folder: Path, database: str) -> Iterator[Running]:
    known: list[Server] = []

    def secret_of(access_key_id: str, token: str | None) -> str:
        return resolve(known[0].services, access_key_id, token or "")[0]

    with kinesis(secret_of) as streams, FunctionServer() as functions:
        settings = {"functions": {"*": functions.url}, "functions_secret": SECRET}
        with served(folder, database, kinesis_endpoint=streams.url, **settings) as server:
            known.append(server)
            yield Running(server, streams, functions)


@pytest.fixture(scope="session")
def running_on_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start a server on SQLite and what it reaches."""
    folder = tmp_path_factory.mktemp("sqlite-streaming")
    (folder / "ostiary.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with _running(folder, "") as found:
        yield found


@pytest.fixture(scope="session")
def running_on_postgresql(
    postgres_server: Any, migrated_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Start a server on PostgreSQL and what it reaches."""
    url = postgres_server.create(migrated_postgres)
    with _running(tmp_path_factory.mktemp("postgresql-streaming"), url) as found:
        yield found
    postgres_server.drop(url)


@pytest.fixture
def running(engine_name: str, request: pytest.FixtureRequest) -> Running:
    """Give the server on the engine under test and what it reaches."""
    found: Running = request.getfixturevalue(f"running_on_{engine_name}")
    return found


@pytest.fixture
def server(running: Running) -> Server:
    """Give the server that streams."""
    return running.server


@pytest.fixture
def stream(running: Running) -> Iterator[Stream]:
    """Make a stream that only this test uses."""
    made = running.kinesis.create(f"stream-{next(_numbers)}")
    yield made
    assert not running.kinesis.complaints


@pytest.fixture
def functions(running: Running) -> FunctionServer:
    """Give the place where functions run, which answers as they do."""
    running.functions.status = 0
    return running.functions


@dataclass(frozen=True)
class StreamingPool:
    """An identity pool whose changes are streamed."""

    pool: IdentityPool
    iam: Any
    role_arn: str
    stream: str

    @property
    def id(self) -> str:
        """The pool's id."""
        return self.pool.id

    @property
    def root(self) -> Any:
        """A client of the account's root."""
        return self.pool.root

    def turn(self, status: str = "ENABLED") -> None:
        """Set the stream."""
        streams = {"StreamName": self.stream, "RoleArn": self.role_arn, "StreamingStatus": status}
        self.root.set_identity_pool_configuration(IdentityPoolId=self.id, CognitoStreams=streams)

    def status(self) -> str:
        """Return whether streaming is ENABLED or DISABLED."""
        found = self.root.get_identity_pool_configuration(IdentityPoolId=self.id)
        return str(found["CognitoStreams"]["StreamingStatus"])

    def guest(self) -> Person:
        """Return a new guest."""
        return self.pool.guest()

    def of_operator(self, identity_id: str, name: str = "notes") -> Dataset:
        """Return somebody's dataset as the operator reaches it."""
        return Dataset(self.root, self.id, identity_id, name)


def stream_of(pool: IdentityPool, iam: Any, stream: str) -> StreamingPool:
    """Make the role for a pool's stream, and turn the stream on."""
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName="streams", AssumeRolePolicyDocument=document(trust))["Role"]
    resource = f"arn:aws:kinesis:*:*:stream/{stream}"
    allowed = {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": resource}
    iam.put_role_policy(RoleName="streams", PolicyName="put", PolicyDocument=document(allowed))
    found = StreamingPool(pool, iam, made["Arn"], stream)
    found.turn()
    return found


@pytest.fixture
def streaming(pool: IdentityPool, stream: Stream, client: Callable[..., Any]) -> StreamingPool:
    """Turn the pool's stream on."""
    return stream_of(pool, client("iam"), stream.name)
