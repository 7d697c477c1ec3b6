"""`kill -9` of the server while it pushes: every device that is owed a push gets one after the restart."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from ostiary.demo.push_service import PushService
from tests.fixtures.process import advance_clock, free_port, root_client, serving_process
from tests.fixtures.waiting import until
from tests.sync.conftest import SYNC_STATEMENT, Dataset, replace, set_role

DEVICES = 20
TAKEN_BEFORE_THE_KILL = 5


class KillingService(PushService):
    """A push service that can kill who sends, after so many messages: what comes later is lost."""

    kill: Callable[[], object] | None = None
    _one_at_a_time = Lock()

    def take(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keep a message, or kill."""
        with self._one_at_a_time:
            if self.kill is not None and sum(map(len, self.messages.values())) >= TAKEN_BEFORE_THE_KILL:
                self.kill()
                return {}
            return super().take(message)

    def handle_error(self, *_: object) -> None:
        """Say nothing of who was killed."""

    def counts(self, token: str) -> list[int]:
        """Return the sync counts that a device was told of."""
        return [int(message["data"]["syncCount"]) for message in self.messages.get(token, [])]


@pytest.fixture
def service() -> Iterator[KillingService]:
    with KillingService(0) as running:
        Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()


def _service_account() -> str:
    key = RSAKey.generate_key(2048).as_pem(private=True).decode()
    account = {"project_id": "demo", "private_key_id": "1", "private_key": key, "client_email": "a@demo.example"}
    return json.dumps(account)


def _dataset(port: int) -> Dataset:
    """Make a pool that pushes, and somebody in it with a dataset."""
    identity, sns = root_client(port, "cognito-identity"), root_client(port, "sns")
    pool_id = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    set_role(root_client(port, "iam"), identity, pool_id, SYNC_STATEMENT)
    attributes = {"PlatformCredential": _service_account()}
    app = sns.create_platform_application(Name="app", Platform="GCM", Attributes=attributes)["PlatformApplicationArn"]
    push = {"ApplicationArns": [app], "RoleArn": "arn:aws:iam::000000000000:role/push"}
    root_client(port, "cognito-sync").set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=push)
    identity_id = identity.get_id(IdentityPoolId=pool_id)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretKey"}
    signing = {name: keys[key] for name, key in names.items()} | {"aws_session_token": keys["SessionToken"]}
    found = Dataset(root_client(port, "cognito-sync", **signing), pool_id, identity_id, "notes")
    found.update(replace("a", "1"))
    return found


def test_every_push_that_is_owed_is_sent_after_a_kill(database: str, tmp_path: Path, service: KillingService) -> None:
    port, address = free_port(), f"http://127.0.0.1:{service.server_port}"
    settings: dict[str, Any] = {"fcm_url": address, "fcm_token_url": f"{address}/token"}
    tokens = [f"token-{number}" for number in range(DEVICES)]
    with serving_process(tmp_path, database, port, **settings) as process:
        dataset = _dataset(port)
        sync, place = dataset.sync, {"IdentityPoolId": dataset.pool_id, "IdentityId": dataset.identity_id}
        devices = [sync.register_device(**place, Platform="GCM", Token=token)["DeviceId"] for token in tokens]
        for device_id in devices:
            sync.subscribe_to_dataset(**dataset.place, DeviceId=device_id)
        service.kill = process.kill
        [written] = dataset.update(replace("a", "2", 1), DeviceId=devices[0])
        assert process.wait() == -signal.SIGKILL
    service.kill = None
    assert len(service.messages) < DEVICES - 1
    with serving_process(tmp_path, database, port, **settings):
        advance_clock(port, 60)  # what the killed process was about to send is held for it no longer
        until(lambda: all(service.counts(token) for token in tokens[1:]))
    assert all(set(service.counts(token)) == {written["SyncCount"]} for token in tokens[1:])
    assert not service.counts(tokens[0])
