"""Cognito Streams: what leaves, in which order, and what becomes of a stream that breaks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from ostiary.iam.accounts import create_account
from ostiary.store import schema
from ostiary.sync.streams import GIVE_UP_SECONDS, PAYLOAD_SECONDS
from tests.fixtures.server import MovingClock, Server
from tests.fixtures.waiting import until
from tests.sync.conftest import document, remove, replace
from tests.sync.outward.conftest import SERVICE, StreamingPool, stream_of
from tests.sync.outward.kinesis import Stream

LONG = '"' * 300_000
"""Each of these quotes takes two bytes of JSON."""


def owed(server: Server, pool: StreamingPool) -> int:
    """Return how many records wait for the stream of a pool."""
    table = schema.sync_stream_records
    with server.services.store.read() as tx:
        return len(tx.all(table.select().where(table.c.pool_id == pool.id)))


def test_a_synchronization_is_one_record_of_the_stream(streaming: StreamingPool, stream: Stream) -> None:
    person = streaming.guest()
    written = person.dataset().update(
        replace("a", "1", DeviceLastModifiedDate=1_424_801_824.343), replace("b", "2"), DeviceId="phone"
    )
    person.dataset().update(remove("b", 1))
    until(lambda: len(stream.records) == 2)
    first, second = stream.records
    at = int(written[0]["LastModifiedDate"].timestamp() * 1000)
    assert abs(first["lastModifiedDate"] - at) < 2
    assert first == {
        "partition": person.identity_id,
        "identityPoolId": streaming.id,
        "identityId": person.identity_id,
        "dataSetName": "notes",
        "operation": "replace",
        "kinesisSyncRecords": [
            {
                "key": "a",
                "value": "1",
                "syncCount": 1,
                "lastModifiedDate": first["lastModifiedDate"],
                "deviceLastModifiedDate": 1_424_801_824_343,
                "op": "replace",
            },
            {
                "key": "b",
                "value": "2",
                "syncCount": 1,
                "lastModifiedDate": first["lastModifiedDate"],
                "deviceLastModifiedDate": None,
                "op": "replace",
            },
        ],
        "lastModifiedDate": first["lastModifiedDate"],
        "kinesisSyncRecordsURL": None,
        "payloadType": "Inline",
        "syncCount": 1,
    }
    [removed] = second["kinesisSyncRecords"]
    assert (removed["key"], removed["value"], removed["op"], removed["syncCount"]) == ("b", None, "remove", 2)
    assert second["operation"] == "replace"


def test_a_deleted_dataset_is_a_record_too(streaming: StreamingPool, stream: Stream) -> None:
    dataset = streaming.guest().dataset()
    dataset.update(replace("a", "1"))
    dataset.sync.delete_dataset(**dataset.place)
    until(lambda: len(stream.records) == 2)
    last = stream.records[-1]
    assert (last["operation"], last["kinesisSyncRecords"], last["syncCount"]) == ("remove", [], 2)


def test_each_identitys_changes_arrive_in_their_order(server: Server, streaming: StreamingPool, stream: Stream) -> None:
    """Also when the stream refuses some of them for a while, and many people write at once."""
    people = [streaming.guest() for _ in range(5)]
    stream.refusals += [(400, "ProvisionedThroughputExceededException"), (500, "InternalFailure")] * 2

    def write(person: Any) -> None:
        for number in range(8):
            person.dataset().update(replace("a", str(number), number))

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(write, people))
    until(lambda: not owed(server, streaming))
    for person in people:
        mine = [record["syncCount"] for record in stream.records if record["identityId"] == person.identity_id]
        assert list(dict.fromkeys(mine)) == list(range(1, 9))
    assert streaming.status() == "ENABLED"


def test_the_role_of_the_stream_signs(streaming: StreamingPool, stream: Stream) -> None:
    streaming.guest().dataset().update(replace("a", "1"))
    until(lambda: stream.records)
    assert stream.signers[0].startswith("ASIA")


def test_what_is_larger_than_a_record_can_be_fetched(
    server: Server, streaming: StreamingPool, stream: Stream, clock: MovingClock
) -> None:
    """BulkPublish makes such records: a whole dataset is one."""
    dataset = streaming.guest().dataset()
    streaming.turn("DISABLED")
    dataset.update(replace("a", LONG))
    dataset.update(replace("b", LONG))
    streaming.turn("ENABLED")
    streaming.root.bulk_publish(IdentityPoolId=streaming.id)
    until(lambda: stream.records)
    [record] = stream.records
    assert (record["payloadType"], record["kinesisSyncRecords"]) == ("S3Url", None)
    address = record["kinesisSyncRecordsURL"]
    fetched = httpx.get(address)
    assert [(item["key"], len(item["value"])) for item in fetched.json()] == [("a", 300_000), ("b", 300_000)]
    assert httpx.get(address[:-1] + ("a" if address[-1] != "a" else "b")).status_code == 404
    clock.advance(PAYLOAD_SECONDS + 1)
    assert httpx.get(address).status_code == 404


class TestBreaking:
    """AWS: a stream that is gone, or a role that cannot be assumed, turns streaming off until it is turned on again."""

    def test_a_stream_that_is_gone_turns_streaming_off(
        self, server: Server, streaming: StreamingPool, stream: Stream
    ) -> None:
        stream.gone = True
        dataset = streaming.guest().dataset()
        dataset.update(replace("a", "1"))
        until(lambda: streaming.status() == "DISABLED")
        until(lambda: not owed(server, streaming))
        dataset.update(replace("a", "2", 1))
        assert not owed(server, streaming)
        stream.gone = False
        streaming.turn()
        dataset.update(replace("a", "3", 2))
        until(lambda: stream.records)
        assert [record["syncCount"] for record in stream.records] == [3]

    def test_a_role_that_does_not_trust_sync_any_more_turns_it_off(
        self, streaming: StreamingPool, stream: Stream
    ) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        streaming.iam.update_assume_role_policy(RoleName="streams", PolicyDocument=document(trust))
        streaming.guest().dataset().update(replace("a", "1"))
        until(lambda: streaming.status() == "DISABLED")
        assert not stream.records

    @pytest.mark.parametrize("conditions", [{"aws:SourceAccount": "999999999999"}, {"aws:SourceArn": "arn:aws:x"}])
    def test_a_trust_may_be_limited_to_a_pool(
        self, streaming: StreamingPool, stream: Stream, conditions: dict[str, str]
    ) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
        trust |= {"Condition": {"StringEquals": conditions}}
        streaming.iam.update_assume_role_policy(RoleName="streams", PolicyDocument=document(trust))
        streaming.guest().dataset().update(replace("a", "1"))
        until(lambda: streaming.status() == "DISABLED")
        assert not stream.records

    def test_a_role_of_another_account_is_not_assumed(
        self, server: Server, streaming: StreamingPool, stream: Stream
    ) -> None:
        """Whoever owns a pool must not have Sync act in an account that trusts it."""
        other = server.client("iam", create_account(server.services, "other"))
        borrowed = stream_of(streaming.pool, other, stream.name)
        assert borrowed.role_arn != streaming.role_arn
        streaming.guest().dataset().update(replace("a", "1"))
        until(lambda: streaming.status() == "DISABLED")
        assert not stream.records

    def test_a_role_that_may_not_put_records_turns_it_off(self, streaming: StreamingPool, stream: Stream) -> None:
        streaming.iam.delete_role_policy(RoleName="streams", PolicyName="put")
        streaming.guest().dataset().update(replace("a", "1"))
        until(lambda: streaming.status() == "DISABLED")
        assert not stream.records

    def test_a_stream_that_fails_for_a_day_is_broken(
        self, streaming: StreamingPool, stream: Stream, clock: MovingClock
    ) -> None:
        stream.refusals += [(503, "ServiceUnavailable")] * 1000
        streaming.guest().dataset().update(replace("a", "1"))
        until(lambda: len(stream.refusals) < 1000)
        assert streaming.status() == "ENABLED"
        clock.advance(GIVE_UP_SECONDS + 1)
        until(lambda: streaming.status() == "DISABLED")

    def test_a_deleted_pool_owes_nothing(
        self, server: Server, streaming: StreamingPool, stream: Stream, client: Callable[..., Any]
    ) -> None:
        stream.refusals += [(503, "ServiceUnavailable")] * 1000
        streaming.guest().dataset().update(replace("a", "1"))
        client("cognito-identity").delete_identity_pool(IdentityPoolId=streaming.id)
        assert not owed(server, streaming)


def test_a_pool_without_a_stream_owes_nothing(server: Server, streaming: StreamingPool) -> None:
    streaming.turn("DISABLED")
    streaming.guest().dataset().update(replace("a", "1"))
    assert not owed(server, streaming)
