"""Push sync: registering devices, subscribing them, and what the others are owed when one writes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.delivery import push
from ostiary.delivery.push import Notification
from ostiary.store import schema
from ostiary.store.sns.pushes import StoredPush
from tests.fixtures.server import MovingClock, Server
from tests.sync.conftest import Dataset, IdentityPool, Person, replace

APPS = {
    "GCM": {"PlatformCredential": "key"},
    "ADM": {"PlatformPrincipal": "client", "PlatformCredential": "secret"},
    "APNS": {"PlatformPrincipal": "certificate", "PlatformCredential": "key"},
    "APNS_SANDBOX": {"PlatformPrincipal": "certificate", "PlatformCredential": "key"},
    "WEBPUSH": {"PlatformCredential": "key"},
}
SUBSCRIPTION = json.dumps({"endpoint": "https://push.example/1", "keys": {"p256dh": "B", "auth": "a"}})


@dataclass(frozen=True)
class PushingPool:
    """A pool that pushes through an application of every platform, and what it owes."""

    pool: IdentityPool
    server: Server
    sns: Any
    applications: dict[str, str]

    def guest(self) -> Person:
        """Return a new guest with a dataset of notes."""
        person = self.pool.guest()
        person.dataset().update(replace("a", "1"))
        return person

    def owed(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (endpoint, payload) of what the pool's devices are owed, the oldest first."""
        return [(stored.endpoint_arn, json.loads(notification.payload)) for stored, notification in self.rows()]

    def rows(self) -> list[tuple[StoredPush, Notification]]:
        """Return what the pool's applications owe."""
        table, services = schema.pushes, self.server.services
        with services.store.read() as tx:
            found: list[Any] = tx.all(table.select().order_by(table.c.push_id))
        mine = {arn.replace(":app/", ":endpoint/") for arn in self.applications.values()}
        rows = [row for row in found if row.endpoint_arn.rpartition("/")[0] in mine]
        return [(row, push.opened(services.keyring, row)) for row in rows]

    def endpoint(self, platform: str) -> str:
        """Return the only endpoint of a platform's application."""
        listed = self.sns.list_endpoints_by_platform_application(PlatformApplicationArn=self.applications[platform])
        [found] = listed["Endpoints"]
        return str(found["EndpointArn"])


@pytest.fixture
def pushing(pool: IdentityPool, server: Server, client: Callable[..., Any]) -> PushingPool:
    """Set push sync up for every platform."""
    sns = client("sns")
    applications = {
        platform: sns.create_platform_application(Name="app", Platform=platform, Attributes=attributes)[
            "PlatformApplicationArn"
        ]
        for platform, attributes in APPS.items()
    }
    push_sync = {"ApplicationArns": [*applications.values()], "RoleArn": "arn:aws:iam::111111111111:role/push"}
    pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, PushSync=push_sync)
    return PushingPool(pool, server, sns, applications)


def register(person: Person, token: str, platform: str = "GCM") -> str:
    """Register a device and return its id."""
    place = {"IdentityPoolId": person.pool_id, "IdentityId": person.identity_id}
    return str(person.sync.register_device(**place, Platform=platform, Token=token)["DeviceId"])


def subscribe(person: Person, device_id: str, name: str = "notes") -> None:
    person.sync.subscribe_to_dataset(**person.dataset(name).place, DeviceId=device_id)


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(*args, **more)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


class TestRegistering:
    """RegisterDevice."""

    @pytest.mark.parametrize("platform", APPS)
    def test_a_device_is_an_endpoint_of_the_platforms_application(self, pushing: PushingPool, platform: str) -> None:
        token = SUBSCRIPTION if platform == "WEBPUSH" else "token"
        device_id = register(pushing.guest(), token, platform)
        assert 1 <= len(device_id) <= 256
        attributes = pushing.sns.get_endpoint_attributes(EndpointArn=pushing.endpoint(platform))["Attributes"]
        assert attributes == {"Enabled": "true", "Token": token}

    def test_the_same_token_is_the_same_device(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        first = register(person, "token")
        assert register(person, "token") == first
        assert register(person, "another") != first
        assert register(pushing.guest(), "token") != first

    def test_many_who_register_one_token_at_once_are_one_device(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        with ThreadPoolExecutor(8) as threads:
            ids = set(threads.map(lambda _: register(person, "token"), range(8)))
        assert len(ids) == 1
        pushing.endpoint("GCM")

    def test_a_device_whose_endpoint_was_disabled_is_enabled_by_registering(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        device_id = register(person, "token")
        arn = pushing.endpoint("GCM")
        pushing.sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
        assert register(person, "token") == device_id
        assert pushing.sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]["Enabled"] == "true"

    def test_a_device_whose_endpoint_was_deleted_gets_another(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        device_id = register(person, "token")
        before = pushing.endpoint("GCM")
        pushing.sns.delete_endpoint(EndpointArn=before)
        assert register(person, "token") == device_id
        assert pushing.endpoint("GCM") != before

    def test_of_very_many_devices_the_newest_are_kept(
        self, pushing: PushingPool, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ostiary.sync.devices.MOST_DEVICES", 2)
        person = pushing.guest()
        ids = []
        for number in range(4):
            clock.advance(1)
            ids.append(register(person, f"token-{number}"))
            subscribe(person, ids[-1])
        for device_id in ids[:2]:
            assert refused(subscribe, person, device_id) == ("ResourceNotFoundException", 404)
        person.dataset().update(replace("a", "2", 1))
        assert len(pushing.owed()) == 2

    def test_without_an_application_of_the_platform_there_is_no_device(self, pool: IdentityPool) -> None:
        person = pool.guest()
        assert refused(register, person, "token") == ("InvalidConfigurationException", 400)
        person.dataset().update(replace("a", "1"))
        assert refused(subscribe, person, "any") == ("InvalidConfigurationException", 400)

    def test_an_application_that_is_gone_is_a_wrong_configuration(self, pushing: PushingPool) -> None:
        pushing.sns.delete_platform_application(PlatformApplicationArn=pushing.applications["ADM"])
        assert refused(register, pushing.guest(), "token", "ADM") == ("InvalidConfigurationException", 400)

    def test_an_application_of_another_account_is_not_used(self, pushing: PushingPool, pool: IdentityPool) -> None:
        other = {"ApplicationArns": ["arn:aws:sns:us-east-1:999999999999:app/GCM/app"]}
        pool.root.set_identity_pool_configuration(IdentityPoolId=pool.id, PushSync=other)
        assert refused(register, pushing.guest(), "token") == ("InvalidConfigurationException", 400)

    @pytest.mark.parametrize(("token", "platform"), [("", "GCM"), ("x" * 4097, "GCM"), ("token", "PIGEON")])
    def test_what_is_no_device_is_refused(self, pushing: PushingPool, token: str, platform: str) -> None:
        assert refused(register, pushing.guest(), token, platform) == ("InvalidParameterException", 400)


class TestWhoMay:
    """Only credentials of an identity, and only of the same one."""

    def test_operators_may_not(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        operator = Person(person.pool_id, person.identity_id, pushing.pool.root)
        device_id = register(person, "token")
        assert refused(register, operator, "token") == ("NotAuthorizedException", 403)
        assert refused(subscribe, operator, device_id) == ("NotAuthorizedException", 403)
        place = operator.dataset().place
        asked = refused(operator.sync.unsubscribe_from_dataset, **place, DeviceId=device_id)
        assert asked == ("NotAuthorizedException", 403)

    def test_others_may_not(self, pushing: PushingPool) -> None:
        person, stranger = pushing.guest(), pushing.guest()
        as_person = Person(person.pool_id, person.identity_id, stranger.sync)
        device_id = register(person, "token")
        assert refused(register, as_person, "token") == ("NotAuthorizedException", 403)
        assert refused(subscribe, as_person, device_id) == ("NotAuthorizedException", 403)
        assert refused(subscribe, stranger, device_id) == ("ResourceNotFoundException", 404)


class TestSubscribing:
    """SubscribeToDataset and UnsubscribeFromDataset."""

    @pytest.mark.parametrize("operation", ["subscribe_to_dataset", "unsubscribe_from_dataset"])
    def test_dataset_and_device_must_be_there(self, pushing: PushingPool, operation: str) -> None:
        person = pushing.guest()
        call, device_id = getattr(person.sync, operation), register(person, "token")
        for place, device in ((person.dataset("other").place, device_id), (person.dataset().place, "nobody")):
            assert refused(call, **place, DeviceId=device) == ("ResourceNotFoundException", 404)

    def test_a_dead_endpoint_is_not_found(self, pushing: PushingPool) -> None:
        """So that the Android client forgets its device and registers again."""
        person = pushing.guest()
        device_id = register(person, "token")
        arn = pushing.endpoint("GCM")
        pushing.sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
        assert refused(subscribe, person, device_id) == ("ResourceNotFoundException", 404)
        register(person, "token")
        subscribe(person, device_id)
        pushing.sns.delete_endpoint(EndpointArn=arn)
        assert refused(subscribe, person, device_id) == ("ResourceNotFoundException", 404)

    def test_subscribing_twice_wakes_once_and_unsubscribing_twice_is_no_error(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        device_id = register(person, "token")
        subscribe(person, device_id)
        subscribe(person, device_id)
        person.dataset().update(replace("a", "2", 1))
        assert len(pushing.owed()) == 1
        for _ in range(2):
            person.sync.unsubscribe_from_dataset(**person.dataset().place, DeviceId=device_id)


class TestWaking:
    """What devices are owed."""

    def test_every_other_device_is_woken_with_awss_payload(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        devices = {platform: register(person, f"token-{platform}", platform) for platform in APPS}
        for device_id in devices.values():
            subscribe(person, device_id)
        [written] = person.dataset().update(replace("a", "2", 1), DeviceId=devices["ADM"])
        data = {
            "source": "cognito-sync",
            "identityPoolId": person.pool_id,
            "identityId": person.identity_id,
            "datasetName": "notes",
            "syncCount": str(written["SyncCount"]),
        }
        apple = {"aps": {"content-available": 1}, "data": data}
        wanted = {"GCM": {"data": data}, "APNS": apple, "APNS_SANDBOX": apple, "WEBPUSH": data}
        assert {arn.split("/")[1]: payload for arn, payload in pushing.owed()} == wanted

    def test_only_who_subscribed_is_woken(self, pushing: PushingPool) -> None:
        person, other = pushing.guest(), pushing.guest()
        reader, leaver = register(person, "reader"), register(person, "leaver")
        stranger = register(other, "stranger")
        subscribe(person, reader)
        subscribe(person, leaver)
        subscribe(other, stranger)
        person.sync.unsubscribe_from_dataset(**person.dataset().place, DeviceId=leaver)
        person.dataset("other").update(replace("a", "1"))
        assert pushing.owed() == []
        person.dataset().update(replace("a", "2", 1))
        [(_, payload)] = pushing.owed()
        assert payload["data"]["identityId"] == person.identity_id

    def test_the_newest_count_takes_the_place_of_those_before(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        reader = register(person, "reader")
        person.dataset("other").update(replace("a", "1"))
        subscribe(person, reader)
        subscribe(person, reader, "other")
        for count in range(1, 5):
            person.dataset().update(replace("a", "x", count))
        person.dataset("other").update(replace("a", "x", 1))
        told = [(payload["data"]["datasetName"], payload["data"]["syncCount"]) for _, payload in pushing.owed()]
        assert told == [("notes", "5"), ("other", "2")]

    def test_a_deleted_dataset_and_an_operators_change_wake_everybody(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        subscribe(person, register(person, "reader"))
        operators = Dataset(pushing.pool.root, person.pool_id, person.identity_id, "notes")
        operators.update(replace("a", "x", 1))
        assert [payload["data"]["syncCount"] for _, payload in pushing.owed()] == ["2"]
        person.sync.delete_dataset(**person.dataset().place)
        assert [payload["data"]["syncCount"] for _, payload in pushing.owed()] == ["3"]

    def test_a_refused_update_wakes_nobody(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        subscribe(person, register(person, "reader"))
        assert refused(person.dataset().update, replace("a", "x", 7)) == ("ResourceConflictException", 409)
        assert pushing.owed() == []

    def test_a_dead_endpoint_is_owed_nothing_and_stops_nobody(self, pushing: PushingPool) -> None:
        """SYN-03."""
        person = pushing.guest()
        subscribe(person, register(person, "dead"))
        arn = pushing.endpoint("GCM")
        subscribe(person, register(person, "alive", "ADM"))
        pushing.sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
        person.dataset().update(replace("a", "2", 1))
        assert [found.split("/")[1] for found, _ in pushing.owed()] == ["ADM"]

    def test_a_pool_that_pushes_no_more_owes_nothing(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        subscribe(person, register(person, "reader"))
        pushing.pool.root.set_identity_pool_configuration(IdentityPoolId=pushing.pool.id, PushSync={})
        person.dataset().update(replace("a", "2", 1))
        assert pushing.owed() == []

    def test_a_deleted_identity_leaves_no_device(self, pushing: PushingPool) -> None:
        person = pushing.guest()
        subscribe(person, register(person, "reader"))
        pushing.pool.identity.delete_identities(IdentityIdsToDelete=[person.identity_id])
        with pushing.server.services.store.read() as tx:
            for table in (schema.sync_devices, schema.sync_subscriptions):
                assert not tx.all(table.select().where(table.c.pool_id == person.pool_id))
