"""What a change of a dataset tells the processes that have streams open."""

import msgspec

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.sync import versions
from ostiary.sync.change import Change

TOPIC = "dataset"


class Hint(msgspec.Struct, array_like=True, frozen=True):
    """One change; `sync_count` and `device_id` as in `Change`."""

    topic: str
    pool_id: str
    identity_id: str
    dataset_name: str
    sync_count: int
    device_id: str


def hint(tx: Tx, ctx: Context, change: Change) -> None:
    """Count a change for those who look, and hint at it for those who listen."""
    told = Hint(TOPIC, change.pool_id, change.identity_id, change.dataset_name, change.sync_count, change.device_id)
    text = msgspec.json.encode(told).decode()
    tx.after_commit.append(lambda: ctx.store.hints.tell([text]))
    versions.count(tx, change.pool_id, change.identity_id)


def read(text: str) -> Hint | None:
    """Return a hint, or None when it is about something else, or of another version of this program."""
    try:
        found = msgspec.json.decode(text, type=Hint)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.topic == TOPIC else None
