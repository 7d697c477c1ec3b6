"""BulkPublish: a job with states, that one process does at a time."""

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.iam.accounts import RootKey, create_account
from ostiary.sync.publish import PAUSE_SECONDS, STEP, Publisher
from tests.fixtures.engines import PostgresServer
from tests.fixtures.server import MovingClock, Server, served
from tests.fixtures.waiting import until
from tests.sync.conftest import IdentityPool, replace
from tests.sync.outward.conftest import StreamingPool, stream_of
from tests.sync.outward.kinesis import Stream, kinesis


def fill(streaming: StreamingPool, people: int) -> set[tuple[str, str]]:
    """Write datasets of people while nothing is streamed, and return whose they are."""
    streaming.turn("DISABLED")
    made = set()
    identity = streaming.pool.identity
    for _ in range(people):
        identity_id = identity.get_id(IdentityPoolId=streaming.id)["IdentityId"]
        for name in ("notes", "scores"):
            streaming.of_operator(identity_id, name).update(replace("a", identity_id), replace("b", "2"))
            made.add((identity_id, name))
    streaming.turn("ENABLED")
    return made


def details(streaming: StreamingPool) -> dict[str, Any]:
    return dict(streaming.root.get_bulk_publish_details(IdentityPoolId=streaming.id))


def status(streaming: StreamingPool) -> str:
    return str(details(streaming)["BulkPublishStatus"])


def refused(call: Callable[..., Any], **req: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**req)
    return str(error.value.response["Error"]["Code"])


def test_every_dataset_goes_to_the_stream(streaming: StreamingPool, stream: Stream) -> None:
    made = fill(streaming, STEP // 2 + 1)
    assert status(streaming) == "NOT_STARTED"
    begun = streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    assert begun["IdentityPoolId"] == streaming.id
    until(lambda: status(streaming) == "SUCCEEDED")
    assert {(record["identityId"], record["dataSetName"]) for record in stream.records} == made
    assert len(stream.records) == len(made)
    one = stream.records[0]
    assert [record["key"] for record in one["kinesisSyncRecords"]] == ["a", "b"]
    assert (one["operation"], one["syncCount"]) == ("replace", 1)
    told = details(streaming)
    assert told["BulkPublishStartTime"] <= told["BulkPublishCompleteTime"]
    assert "FailureMessage" not in told


def test_a_job_that_runs_is_not_begun_again(streaming: StreamingPool, stream: Stream) -> None:
    fill(streaming, 1)
    stream.refusals += [(503, "ServiceUnavailable")]
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    assert refused(streaming.root.bulk_publish, IdentityPoolId=streaming.id) == "DuplicateRequestException"
    assert status(streaming) == "IN_PROGRESS"
    until(lambda: status(streaming) == "SUCCEEDED")


def test_of_many_who_begin_at_once_one_does(streaming: StreamingPool, stream: Stream) -> None:
    fill(streaming, 2)

    def begin(_: int) -> str:
        try:
            streaming.root.bulk_publish(IdentityPoolId=streaming.id)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "begun"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(begin, range(8)))
    assert answers.count("begun") == 1
    assert set(answers) <= {"begun", "DuplicateRequestException", "AlreadyStreamedException"}
    until(lambda: status(streaming) == "SUCCEEDED")
    assert len(stream.records) == 4


def test_a_pool_is_published_once_a_day(streaming: StreamingPool, stream: Stream, clock: MovingClock) -> None:
    fill(streaming, 1)
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    until(lambda: status(streaming) == "SUCCEEDED")
    assert refused(streaming.root.bulk_publish, IdentityPoolId=streaming.id) == "AlreadyStreamedException"
    clock.advance(PAUSE_SECONDS + 1)
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    until(lambda: status(streaming) == "SUCCEEDED")
    assert len(stream.records) == 4


def test_a_job_fails_with_its_stream_and_may_be_begun_again(streaming: StreamingPool, stream: Stream) -> None:
    fill(streaming, 1)
    stream.gone = True
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    until(lambda: status(streaming) == "FAILED")
    assert details(streaming)["FailureMessage"]
    assert streaming.status() == "DISABLED"
    stream.gone = False
    streaming.turn()
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    until(lambda: status(streaming) == "SUCCEEDED")


def test_without_a_stream_there_is_nothing_to_publish_to(streaming: StreamingPool) -> None:
    streaming.turn("DISABLED")
    assert refused(streaming.root.bulk_publish, IdentityPoolId=streaming.id) == "InvalidParameterException"
    assert status(streaming) == "NOT_STARTED"


@pytest.mark.parametrize("operation", ["bulk_publish", "get_bulk_publish_details"])
def test_only_operators_publish_and_only_their_own_pools(streaming: StreamingPool, operation: str) -> None:
    person = streaming.guest()
    assert refused(getattr(person.sync, operation), IdentityPoolId=streaming.id) == "NotAuthorizedException"
    other = "us-east-1:00000000-0000-0000-0000-000000000000"
    assert refused(getattr(streaming.root, operation), IdentityPoolId=other) == "ResourceNotFoundException"
    assert refused(getattr(streaming.root, operation), IdentityPoolId="x") == "InvalidParameterException"


def test_two_processes_do_a_job_together_without_doing_it_twice(
    server: Server, streaming: StreamingPool, stream: Stream
) -> None:
    made = fill(streaming, STEP)
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    ctx = server.services.anonymous()

    def work(holder: str) -> None:
        publisher = Publisher(ctx, holder)
        while status(streaming) == "IN_PROGRESS":
            publisher.publish_due()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, ("one", "two")))
    assert status(streaming) == "SUCCEEDED"
    published = [(record["identityId"], record["dataSetName"]) for record in stream.records]
    assert sorted(published) == sorted(made)


def test_two_nodes_on_one_database_do_a_job_once(
    postgres_server: PostgresServer, migrated_postgres: str, tmp_path: Path
) -> None:
    """Both run their workers; the job is asked of one, and told of by the other."""
    database = postgres_server.create(migrated_postgres)
    shared = {"master_key": b64encode(bytes(32)).decode(), "kinesis_access_key_id": "AKIASTREAM"}
    shared["kinesis_secret_access_key"] = "secret"
    with kinesis(lambda *_: "secret") as stand_in, ExitStack() as running:
        stream = stand_in.create("changes")
        nodes = [
            running.enter_context(served(tmp_path / name, database, kinesis_endpoint=stand_in.url, **shared))
            for name in ("one", "two")
        ]
        root = create_account(nodes[0].services, "account")
        streaming = stream_of(_pool(nodes[0], root), nodes[0].client("iam", root), stream.name)
        made = fill(streaming, STEP)
        streaming.root.bulk_publish(IdentityPoolId=streaming.id)
        other = nodes[1].client("cognito-sync", root)
        told = partial(other.get_bulk_publish_details, IdentityPoolId=streaming.id)
        until(lambda: told()["BulkPublishStatus"] == "SUCCEEDED")
        assert sorted((record["identityId"], record["dataSetName"]) for record in stream.records) == sorted(made)
    postgres_server.drop(database)


def _pool(node: Server, root: RootKey) -> IdentityPool:
    identity = node.client("cognito-identity", root)
    made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
    return IdentityPool(made["IdentityPoolId"], node.client("cognito-sync", root), identity, node.client, _nobody)


def _nobody() -> Any:
    raise AssertionError("Nobody signs in here.")
