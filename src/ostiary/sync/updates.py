"""Writing records: compare every count, keep every limit, count once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ostiary.aws.types.cognito_sync import (
    InvalidParameterException,
    LimitExceededException,
    RecordPatch,
    ResourceConflictException,
)
from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.sync import datasets, records, usage
from ostiary.store.sync.datasets import Dataset, Key
from ostiary.store.sync.records import Record
from ostiary.sync import merged
from ostiary.sync.access import held_identity
from ostiary.sync.changes import Change, changed

MOST_DATASETS = 20
MOST_RECORDS = 1024
MOST_BYTES = 1_048_576
MOST_PATCHES = 2 * MOST_RECORDS
"""As many as it takes to remove every record and put others in their place."""
REMOVED_KEPT = 1024
"""How many removed records a dataset remembers; a device that missed older ones is told to begin anew."""
CONFLICT = "Current SyncCount for: {key} is {now}, not {known}."


@dataclass(frozen=True, slots=True)
class Update:
    """What somebody wants to write: `dataset` as they call it, `modified_by` the device or else the caller."""

    dataset: Key
    patches: Sequence[RecordPatch]
    device_id: str
    modified_by: str


def checked(patches: Sequence[RecordPatch]) -> Sequence[RecordPatch]:
    """Return the patches; raises InvalidParameterException and LimitExceededException where they make no sense."""
    if len(patches) > MOST_PATCHES:
        raise LimitExceededException(f"An update can have at most {MOST_PATCHES} patches.")
    if len({patch["Key"] for patch in patches}) < len(patches):
        raise InvalidParameterException("RecordPatches must not name a key twice.")
    for patch in patches:
        if patch["Op"] == "replace" and "Value" not in patch:
            raise InvalidParameterException(f"A Value is required to replace the record: {patch['Key']}.")
    return patches


def write(ctx: Context, update: Update, seen: int | None = None) -> list[Record]:
    """Do an update in one transaction and return the records it changed.

    `seen` is the dataset's sync count that the patches were decided on, where more than their keys mattered; 0 when
    there was none. Raises ResourceConflictException, LimitExceededException, and ResourceNotFoundException for an
    identity that is gone.
    """
    asked, now = update.dataset, int(ctx.clock.now() * 1000)
    with ctx.store.write() as tx:
        held_identity(tx, {"IdentityPoolId": asked.pool_id, "IdentityId": asked.identity_id})
        before = _opened(tx, merged.resolved(tx, asked))
        if seen not in {None, before.sync_count if before.exists else 0}:
            raise ResourceConflictException("The dataset changed meanwhile.")
        if before.exists and not update.patches:
            return []
        after, written = _patched(tx, before, update, now)
        datasets.save(tx, after)
        grown = after.data_storage - before.data_storage
        usage.count(tx, asked.pool_id, asked.identity_id, sessions=1, storage=grown, now=now)
        change = Change(*asked, after.sync_count, "replace", update.device_id, tuple(written))
        changed(tx, ctx, change)
    return written


def _opened(tx: Tx, key: Key) -> Dataset:
    """Return the dataset, locked, or one to be made where the identity may have another."""
    found = datasets.lock(tx, key)
    if found.exists:
        return found
    begin = datasets.lock_names(tx, key)
    found = datasets.lock(tx, key)
    if found.exists:  # somebody made it meanwhile
        return found
    if datasets.count(tx, key.pool_id, key.identity_id) >= MOST_DATASETS:
        raise LimitExceededException(f"An identity can have at most {MOST_DATASETS} datasets.")
    highest = max(found.sync_count, begin)
    return replace(found, sync_count=highest, deleted_count=highest)


def _patched(tx: Tx, before: Dataset, update: Update, now: int) -> tuple[Dataset, list[Record]]:
    """Store the records and return what the dataset becomes; raises before anything is wrong."""
    count, by = before.sync_count + 1, update.modified_by
    written, number, storage = [], before.num_records, before.data_storage
    held = records.find(tx, before, [patch["Key"] for patch in update.patches])
    for patch in update.patches:
        old = compared(before, held.get(patch["Key"]), patch)
        value = patch["Value"] if patch["Op"] == "replace" else None
        at = patch.get("DeviceLastModifiedDate")
        new = Record(patch["Key"], value, count, now, by, None if at is None else int(at * 1000))
        number += _is_there(new) - _is_there(old)
        storage += new.size - (old.size if old else 0)
        written.append(new)
    if number > max(MOST_RECORDS, before.num_records):
        raise LimitExceededException(f"A dataset can have at most {MOST_RECORDS} records.")
    if storage > max(MOST_BYTES, before.data_storage):
        raise LimitExceededException(f"A dataset can have at most {MOST_BYTES} bytes.")
    records.put(tx, before.key, written)
    after = replace(before, sync_count=count, num_records=number, data_storage=storage, modified_at=now, modified_by=by)
    if any(record.value is None for record in written):
        forgotten = records.forget_removed(tx, before, REMOVED_KEPT)
        after = replace(after, forgotten_count=max(before.forgotten_count, forgotten))
    return replace(after, created_at=before.created_at or now), written


def compared(dataset: Dataset, found: Record | None, patch: RecordPatch) -> Record | None:
    """Return the record that a patch is for; raises ResourceConflictException when it is not as the device knows it."""
    now = found.sync_count if found else 0
    # What the device saw of this dataset and is no more, it saw removed, and the server has forgotten it meanwhile.
    forgotten = found is None and dataset.deleted_count < patch["SyncCount"] <= dataset.forgotten_count
    if patch["SyncCount"] != now and not forgotten:
        raise ResourceConflictException(CONFLICT.format(key=patch["Key"], now=now, known=patch["SyncCount"]))
    return found


def _is_there(record: Record | None) -> int:
    return int(record is not None and record.value is not None)
