"""The step of the demo with two devices: one writes, the other is woken and shows it."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from joserfc.jwk import RSAKey

from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import Servers
from ostiary.demo.world import ACCOUNT, World, administrator, fetched

NOTES = "notes"
WOKEN_WITHIN = 15.0
"""Seconds."""


def set_up_push(servers: Servers, identity_pool_id: str) -> None:
    """Register an app at the push service, and have the pool's changes pushed through it."""
    key = RSAKey.generate_key(2048)
    account = {
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "1",
        "private_key": key.as_pem(private=True).decode(),
        "client_email": "ostiary@demo.example",
    }
    sns = administrator(servers, "sns", servers.root)
    attributes = {"PlatformCredential": json.dumps(account)}
    app = sns.create_platform_application(Name="notes", Platform="GCM", Attributes=attributes)
    push = {"ApplicationArns": [app["PlatformApplicationArn"]], "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/push"}
    sync = administrator(servers, "cognito-sync", servers.root)
    sync.set_identity_pool_configuration(IdentityPoolId=identity_pool_id, PushSync=push)


def two_devices(world: World, narrator: Narrator) -> None:
    """One person, two devices: one writes, the other is woken and shows it."""
    set_up_push(world.servers, world.identity_pool_id)
    phone, tablet = _Device(world, narrator, "phone"), _Device(world, narrator, "tablet")
    phone.write("Draft")
    for device in (phone, tablet):
        device.read()
        device.register()
    phone.write("Difference Engine No. 2")
    tablet.is_woken()
    tablet.read()
    narrator.check("the tablet shows what the phone wrote", holds=tablet.title == "Difference Engine No. 2")
    narrator.check("the phone was not woken by its own change", holds=not phone.arrived())


class _Device:
    """A device of the person's: its push token, what it knows of the notes, and its credentials."""

    def __init__(self, world: World, narrator: Narrator, name: str) -> None:
        self._world, self._narrator, self._name = world, narrator, name
        identity = world.client("cognito-identity")
        logins = world.user_logins or {}
        answer = identity.get_credentials_for_identity(IdentityId=world.identity_id, Logins=logins)
        self._sync = world.client("cognito-sync", answer["Credentials"])
        self._place = {"IdentityPoolId": world.identity_pool_id, "IdentityId": world.identity_id}
        self._id, self._count, self.title = "", 0, ""

    def read(self) -> None:
        """Fetch what changed since last time."""
        listed = self._narrator.ask(
            self._name,
            f"ListRecords {NOTES}, since {self._count}",
            self._list,
            lambda answer: (
                ", ".join(f"{item['Key']}: “{item['Value']}”" for item in answer["Records"]) or "nothing new"
            ),
        )
        for record in listed["Records"]:
            self.title = record["Value"]
        self._count = listed["DatasetSyncCount"]

    def write(self, title: str) -> None:
        """Change the title and send it."""
        listed = self._list()
        patch = {"Op": "replace", "Key": "title", "Value": title, "SyncCount": listed["DatasetSyncCount"]}
        named = {"DeviceId": self._id} if self._id else {}
        token = listed["SyncSessionToken"]
        written = self._narrator.ask(
            self._name,
            f"UpdateRecords {NOTES}: title “{title}”",
            lambda: self._sync.update_records(
                **self._place, DatasetName=NOTES, RecordPatches=[patch], SyncSessionToken=token, **named
            ),
            lambda answer: f"sync count {answer['Records'][0]['SyncCount']}",
        )
        self._count = written["Records"][0]["SyncCount"]

    def register(self) -> None:
        """Tell the server how this device is woken, and for what."""
        self._id = self._narrator.ask(
            self._name,
            "RegisterDevice GCM",
            lambda: self._sync.register_device(**self._place, Platform="GCM", Token=self._token),
            lambda answer: f"device {answer['DeviceId']}",
        )["DeviceId"]
        self._narrator.ask(
            self._name,
            f"SubscribeToDataset {NOTES}",
            lambda: self._sync.subscribe_to_dataset(**self._place, DatasetName=NOTES, DeviceId=self._id),
            lambda _: "subscribed",
        )

    def is_woken(self) -> None:
        """Wait for the push."""
        self._narrator.ask(
            self._name,
            "sleeps, until the push service wakes it",
            self._await_push,
            lambda data: f"{data['source']}: {data['datasetName']} is at {data['syncCount']}",
        )

    def arrived(self) -> list[Mapping[str, Any]]:
        """Return the messages that the push service has for this device."""
        url = f"{self._world.servers.push_service}/arrived?{urlencode({'token': self._token})}"
        messages: list[Mapping[str, Any]] = fetched(url)["messages"]
        return messages

    @property
    def _token(self) -> str:
        return f"push-token-of-the-{self._name}"

    def _list(self) -> Any:
        return self._sync.list_records(**self._place, DatasetName=NOTES, LastSyncCount=self._count)

    def _await_push(self) -> Mapping[str, str]:
        deadline = time.monotonic() + WOKEN_WITHIN
        while time.monotonic() < deadline:
            if found := self.arrived():
                data: Mapping[str, str] = found[-1]["data"]
                return data
            time.sleep(0.05)
        raise TimeoutError("No push came.")
