"""The sync trigger: what it is told, what it may change, and what its failures look like."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fixtures.functions import FunctionError, FunctionServer, Handler, arn_of
from tests.sync.conftest import Dataset, IdentityPool, remove, replace

ARN = arn_of("sync")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class TriggeredPool:
    """A pool whose trigger a test writes."""

    pool: IdentityPool
    functions: FunctionServer
    name: str

    def trigger(self, function: Handler) -> None:
        """Have every synchronization seen by this function."""
        self.functions.on(self.name, function)
        self.pool.root.set_cognito_events(IdentityPoolId=self.pool.id, Events={"SyncTrigger": arn_of(self.name)})

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the function was told."""
        return self.functions.events


@pytest.fixture
def triggered(pool: IdentityPool, functions: FunctionServer) -> TriggeredPool:
    return TriggeredPool(pool, functions, f"sync-{next(_numbers)}")


@pytest.fixture
def dataset(pool: IdentityPool) -> Dataset:
    return pool.guest().dataset()


def changing(**records: Any) -> Handler:
    """Return a function that puts these records over those of the event; None takes one out of the answer."""

    def function(event: dict[str, Any]) -> dict[str, Any]:
        event["datasetRecords"] |= records
        event["datasetRecords"] = {key: value for key, value in event["datasetRecords"].items() if value is not None}
        return event

    return function


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(*args, **more)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


class TestConfiguration:
    """Setting and getting it."""

    def test_a_trigger_is_set_shown_and_taken_away(self, pool: IdentityPool) -> None:
        root, place = pool.root, {"IdentityPoolId": pool.id}
        assert root.get_cognito_events(**place)["Events"] == {}
        root.set_cognito_events(**place, Events={"SyncTrigger": ARN})
        root.set_cognito_events(**place, Events={})
        assert root.get_cognito_events(**place)["Events"] == {"SyncTrigger": ARN}
        root.set_cognito_events(**place, Events={"SyncTrigger": ""})
        assert root.get_cognito_events(**place)["Events"] == {}

    @pytest.mark.parametrize(
        "events", [{"Other": ARN}, {"SyncTrigger": "arn:aws:s3:::bucket"}, {"SyncTrigger": ARN, "Other": ARN}]
    )
    def test_what_is_no_trigger_is_refused(self, pool: IdentityPool, events: dict[str, str]) -> None:
        place = {"IdentityPoolId": pool.id}
        assert refused(pool.root.set_cognito_events, **place, Events=events) == ("InvalidParameterException", 400)
        assert pool.root.get_cognito_events(**place)["Events"] == {}

    @pytest.mark.parametrize(
        ("operation", "more"), [("set_cognito_events", {"Events": {}}), ("get_cognito_events", {})]
    )
    def test_only_operators_and_only_their_own_pools(
        self, pool: IdentityPool, operation: str, more: dict[str, Any]
    ) -> None:
        person = pool.guest()
        asked = refused(getattr(person.sync, operation), IdentityPoolId=pool.id, **more)
        assert asked == ("NotAuthorizedException", 403)
        other = "us-east-1:00000000-0000-0000-0000-000000000000"
        asked = refused(getattr(pool.root, operation), IdentityPoolId=other, **more)
        assert asked == ("ResourceNotFoundException", 404)


class TestTheEvent:
    """What the function is told."""

    def test_it_shows_every_record_and_what_becomes_of_it(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        dataset.update(replace("a", "1"), replace("b", "2"), replace("c", "3"), replace("d", "4"))
        dataset.update(remove("d", 1))
        triggered.trigger(lambda event: event)
        dataset.update(replace("a", "one", 1), remove("b", 1), replace("e", "5"))
        assert triggered.events == [
            {
                "version": 2,
                "eventType": "SyncTrigger",
                "region": "us-east-1",
                "identityPoolId": triggered.pool.id,
                "identityId": dataset.identity_id,
                "datasetName": "notes",
                "datasetRecords": {
                    "a": {"oldValue": "1", "newValue": "one", "op": "replace"},
                    "b": {"oldValue": "2", "newValue": None, "op": "remove"},
                    "c": {"oldValue": "3", "newValue": "3", "op": "replace"},
                    "e": {"oldValue": None, "newValue": "5", "op": "replace"},
                },
            }
        ]
        assert dataset.values() == {"a": "one", "b": None, "c": "3", "d": None, "e": "5"}

    def test_operators_credentials_do_not_raise_it(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        triggered.trigger(lambda event: event)
        operators = Dataset(triggered.pool.root, triggered.pool.id, dataset.identity_id, "notes")
        operators.update(replace("a", "1"))
        assert triggered.events == []

    def test_stale_patches_are_refused_before_it(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        dataset.update(replace("a", "1"))
        triggered.trigger(lambda event: event)
        assert refused(dataset.update, replace("a", "2", 0)) == ("ResourceConflictException", 409)
        assert triggered.events == []

    def test_a_trigger_that_was_taken_away_is_not_called(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        triggered.trigger(lambda event: event)
        triggered.pool.root.set_cognito_events(IdentityPoolId=triggered.pool.id, Events={"SyncTrigger": ""})
        dataset.update(replace("a", "1"))
        assert triggered.events == []

    def test_a_whole_dataset_goes_to_it_and_back(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        dataset.update(replace("a", "x" * 900_000))
        triggered.trigger(lambda event: event)
        dataset.update(replace("b", "1"))
        assert dataset.values().keys() == {"a", "b"}


class TestTheAnswer:
    """What it may answer."""

    def test_it_may_add_change_and_remove_records(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        dataset.update(replace("a", "1"), replace("b", "2"), replace("c", "3"))
        award = {"newValue": "gold", "op": "replace"}
        gone, nothing = {"oldValue": "2", "newValue": "2", "op": "remove"}, {"newValue": None, "op": "replace"}
        triggered.trigger(changing(award=award, b=gone, c=nothing, a={"newValue": "1!", "op": "replace"}))
        written = dataset.update(replace("score", "9"))
        assert {record["Key"]: record.get("Value") for record in written} == {
            "a": "1!",
            "b": None,
            "c": None,
            "score": "9",
            "award": "gold",
        }
        assert {record["SyncCount"] for record in written} == {2}
        assert dataset.values() == {"a": "1!", "b": None, "c": None, "score": "9", "award": "gold"}

    def test_it_may_change_what_the_person_wrote(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        triggered.trigger(changing(score={"newValue": "100", "op": "replace"}))
        [written] = dataset.update(replace("score", "9999", DeviceLastModifiedDate=1_424_801_824))
        assert (written["Value"], written["DeviceLastModifiedDate"].timestamp()) == ("100", 1_424_801_824)

    def test_a_record_that_it_leaves_out_is_not_updated(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        """AWS's guide: any omitted record in the response is ignored for the update."""
        dataset.update(replace("a", "1"), replace("b", "2"))
        triggered.trigger(changing(a=None, b=None))
        written = dataset.update(replace("a", "cheat", 1), replace("c", "3"))
        assert [record["Key"] for record in written] == ["c"]
        assert dataset.values() == {"a": "1", "b": "2", "c": "3"}

    def test_a_change_meanwhile_is_a_conflict(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        """The function itself writes to the dataset; no transaction is open that would keep it from that."""
        dataset.update(replace("a", "1"))
        operators = Dataset(triggered.pool.root, triggered.pool.id, dataset.identity_id, "notes")

        def function(event: dict[str, Any]) -> dict[str, Any]:
            operators.update(replace("other", "1"))
            return event

        triggered.trigger(function)
        assert refused(dataset.update, replace("a", "2", 1)) == ("ResourceConflictException", 409)
        assert dataset.values() == {"a": "1", "other": "1"}

    def test_a_dataset_that_was_deleted_before_can_be_written_again(
        self, triggered: TriggeredPool, dataset: Dataset
    ) -> None:
        triggered.trigger(lambda event: event)
        for number in range(2):
            dataset.update(replace("a", str(number)))
            dataset.sync.delete_dataset(**dataset.place)
        dataset.update(replace("a", "2"))
        assert dataset.values() == {"a": "2"}

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda _: b"not JSON",
            lambda _: [],
            lambda _: {},
            lambda event: {**event, "datasetName": "other"},
            lambda event: {"datasetRecords": event["datasetRecords"]},
            lambda event: {**event, "datasetRecords": []},
            changing(a={"newValue": 1, "op": "replace"}),
            changing(a={"newValue": "1", "op": "merge"}),
            changing(a="1"),
            changing(**{"": {"newValue": "1", "op": "replace"}}),
            changing(a={"newValue": "x\0", "op": "replace"}),
        ],
        ids=range(11),
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(
        self, triggered: TriggeredPool, dataset: Dataset, spoil: Handler
    ) -> None:
        triggered.trigger(spoil)
        code = refused(dataset.update, replace("a", "1"))
        assert code == ("InvalidLambdaFunctionOutputException", 400)
        assert dataset.values() == {}

    def test_limits_hold_for_what_it_adds(self, triggered: TriggeredPool, dataset: Dataset) -> None:
        triggered.trigger(changing(**{f"k{number}": {"newValue": "1", "op": "replace"} for number in range(1024)}))
        assert refused(dataset.update, replace("a", "1")) == ("LimitExceededException", 400)
        assert dataset.values() == {}


class TestFailures:
    """What it looks like when it fails."""

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            ("no such thing", "InvalidLambdaFunctionOutputException"),
            ("Task timed out after 5.00 seconds", "LambdaSocketTimeoutException"),
        ],
    )
    def test_an_error_that_it_raises_is_told_and_changes_nothing(
        self, triggered: TriggeredPool, dataset: Dataset, error: str, code: str
    ) -> None:
        def function(_: dict[str, Any]) -> None:
            raise FunctionError(error)

        triggered.trigger(function)
        assert refused(dataset.update, replace("a", "1")) == (code, 400)
        assert dataset.values() == {}
        assert len(triggered.events) == 1

    @pytest.mark.parametrize(
        ("status", "answer"),
        [(500, ("InvalidLambdaFunctionOutputException", 400)), (429, ("LambdaThrottledException", 429))],
    )
    def test_a_place_that_does_not_run_it_is_asked_once(
        self, triggered: TriggeredPool, dataset: Dataset, status: int, answer: tuple[str, int]
    ) -> None:
        triggered.trigger(lambda event: event)
        triggered.functions.status = status
        assert refused(dataset.update, replace("a", "1")) == answer
        assert dataset.values() == {}
        assert len(triggered.events) == 1
