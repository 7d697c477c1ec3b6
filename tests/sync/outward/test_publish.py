"""BulkPublish: a job with states, that one process does at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.clock import Clock
from ostiary.sync.publish import PAUSE_SECONDS, STEP, Publisher
from ostiary.sync.worker import background_context
from tests.fixtures.server import MovingClock, Server
from tests.sync.conftest import replace
from tests.sync.outward.conftest import StreamingPool
from tests.sync.outward.kinesis import Stream
from tests.sync.waiting import until


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
    ctx = background_context(server.services)
    deadline = Clock.monotonic() + 20

    def work(holder: str) -> None:
        publisher = Publisher(ctx, holder)
        while status(streaming) == "IN_PROGRESS" and Clock.monotonic() < deadline:
            publisher.publish_due()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, ("one", "two")))
    assert status(streaming) == "SUCCEEDED"
    published = [(record["identityId"], record["dataSetName"]) for record in stream.records]
    assert sorted(published) == sorted(made)
