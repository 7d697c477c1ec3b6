"""`kill -9` of the server while devices synchronize: what was acknowledged is there, and the devices agree."""

import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from ostiary.aws.types.cognito_sync import ResourceConflictException, ResourceNotFoundException
from tests.fixtures.process import free_port, root_client, serving_process
from tests.sync.device import AnswerLostError, Device

DEVICES = 5
ACKNOWLEDGED_BEFORE_THE_KILL = 40
MOST_CHANGES = 400
PASSES = 10
_ERRORS = {error.__name__: error for error in (ResourceConflictException, ResourceNotFoundException)}


def over_the_wire(port: int) -> Callable[..., dict[str, Any]]:
    """Return what calls operations through boto3; no answer is AnswerLostError."""
    client = root_client(port, "cognito-sync")

    def call(operation: str, **req: Any) -> dict[str, Any]:
        try:
            return dict(getattr(client, xform_name(operation))(**req))
        except ClientError as refused:
            raise _ERRORS[refused.response["Error"]["Code"]] from refused
        except BotoCoreError as lost:
            raise AnswerLostError from lost

    return call


def change_until_dead(device: Device, number: int, kill: Callable[[], None]) -> None:
    """Change records and synchronize; kill the server once enough was acknowledged."""
    choose = random.Random(number)
    for turn in range(MOST_CHANGES):
        device.put(choose.choice("abcdef"), f"{number}-{turn}" if choose.random() < 0.8 else None)
        done = device.synchronize()
        if len(device.acknowledged) >= ACKNOWLEDGED_BEFORE_THE_KILL:
            kill()
            if not done:
                return


def is_kept(listed: dict[str, dict[str, Any]], write: tuple[str, int], value: str | None) -> bool:
    """Whether an acknowledged write is there, or a later one in its place."""
    found = listed[write[0]]
    return bool(found["SyncCount"] > write[1] or (found["SyncCount"], found.get("Value")) == (write[1], value))


def test_devices_agree_after_a_kill_and_nothing_acknowledged_is_lost(database: str, tmp_path: Path) -> None:
    port = free_port()
    acknowledged: dict[tuple[str, int], str | None] = {}
    with serving_process(tmp_path, database, port) as process:
        identity = root_client(port, "cognito-identity")
        made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
        place = {"IdentityPoolId": made["IdentityPoolId"], "DatasetName": "notes"}
        place["IdentityId"] = identity.get_id(IdentityPoolId=made["IdentityPoolId"])["IdentityId"]
        devices = [Device(over_the_wire(port), place, number % 2 == 0, acknowledged) for number in range(DEVICES)]
        threads = [
            threading.Thread(
                target=change_until_dead, args=(device, number, lambda: process.send_signal(signal.SIGKILL))
            )
            for number, device in enumerate(devices)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert process.wait() == -signal.SIGKILL
    assert len(acknowledged) >= ACKNOWLEDGED_BEFORE_THE_KILL
    with serving_process(tmp_path, database, port):
        records = over_the_wire(port)("ListRecords", **place)["Records"]
        listed = {record["Key"]: record for record in records}
        assert all(is_kept(listed, write, value) for write, value in acknowledged.items())
        agree(devices)
        records = over_the_wire(port)("ListRecords", **place)["Records"]
        assert devices[0].values == {record["Key"]: record["Value"] for record in records if "Value" in record}


def agree(devices: list[Device]) -> None:
    """Let all synchronize in turn until they have the same data."""
    for _ in range(PASSES):
        finished = [device.synchronize() for device in devices]
        if all(finished) and all(device.values == devices[0].values for device in devices):
            return
    raise AssertionError([device.values for device in devices])
