"""A device that synchronizes as AWS's own clients do (behaviour/sync.md 5), and what can go wrong with it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary.aws.types.cognito_sync import ResourceConflictException, ResourceNotFoundException

Trouble = Literal["none", "answer lost", "asked twice", "server fails", "device restarts"]
RETRIES = 3
PAGE = 2
"""Small pages, so that walks have several."""


class AnswerLostError(Exception):
    """The server did it, and the device does not know."""


class ServerFailedError(Exception):
    """The server did not do it."""


@dataclass(slots=True)
class Local:
    """A record on the device: `known` is the sync count the server told last, 0 for one it never told."""

    value: str | None
    known: int = 0
    modified: bool = True


@dataclass(slots=True)
class Device:
    """One device of one identity with one dataset; what it keeps survives its restarts."""

    api: Callable[..., dict[str, Any]]
    place: dict[str, str]
    keeps_own: bool
    """Whether a conflict ends with the device's value or with the server's."""
    acknowledged: dict[tuple[str, int], str | None]
    """Every write that any device was told is done: (key, sync count) → value. Shared by all."""
    records: dict[str, Local] = field(default_factory=dict)
    last_count: int = 0
    """-1 when the dataset was deleted on this device."""

    def put(self, key: str, value: str | None) -> None:
        """Change a record on the device; None removes it."""
        self.last_count = max(self.last_count, 0)
        known = self.records[key].known if key in self.records else 0
        self.records[key] = Local(value, known)

    def delete(self) -> None:
        """Delete the dataset on the device."""
        self.records, self.last_count = {}, -1

    def synchronize(self, trouble: Trouble = "none", meanwhile: "Device | None" = None) -> bool:
        """Run the algorithm; return whether it came to its end.

        `meanwhile` is a device that synchronizes after this one has listed and before it writes.
        """
        try:
            return self._round(trouble, meanwhile) or any(self._round() for _ in range(RETRIES))
        except (AnswerLostError, ServerFailedError):
            return False

    @property
    def values(self) -> dict[str, str]:
        """What a person sees on the device."""
        return {key: record.value for key, record in self.records.items() if record.value is not None}

    def _round(self, trouble: Trouble = "none", meanwhile: "Device | None" = None) -> bool:
        if self.last_count < 0:
            return self._delete_remotely()
        remote, answer = self._listed()
        if answer["DatasetDeletedAfterRequestedSyncCount"] or (self.last_count and not answer["DatasetExists"]):
            self._purge()
            return False
        if not self.last_count:
            self._drop_all_but({record["Key"] for record in remote})
        if remote:
            self._apply(remote)
            self.last_count = answer["DatasetSyncCount"]
        if meanwhile is not None:
            meanwhile.synchronize()
        changes = {key: record for key, record in self.records.items() if record.modified}
        if not changes:
            return True
        if trouble == "device restarts":
            raise AnswerLostError
        return self._push(changes, answer, trouble)

    def _listed(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        found: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            answer = self.api("ListRecords", **self.place, LastSyncCount=self.last_count, MaxResults=PAGE, **more)
            found += answer["Records"]
            if "NextToken" not in answer:
                return found, answer
            more = {"NextToken": answer["NextToken"]}

    def _apply(self, remote: list[dict[str, Any]]) -> None:
        for record in remote:
            mine = self.records.get(record["Key"])
            theirs = Local(record.get("Value"), record["SyncCount"], modified=False)
            if mine is not None and mine.modified and self.keeps_own and mine.value != theirs.value:
                theirs = Local(mine.value, record["SyncCount"])
            self.records[record["Key"]] = theirs

    def _drop_all_but(self, listed: set[str]) -> None:
        """Forget what the server told once and does not list from the beginning: the dataset was deleted since.

        AWS's own clients do not: one whose first write was overtaken by another's has no count to be told by.
        """
        gone = [key for key, record in self.records.items() if record.known and key not in listed]
        for key in gone:
            record = self.records.pop(key)
            if record.modified:
                self.records[key] = Local(record.value)

    def _push(self, changes: dict[str, Local], listed: dict[str, Any], trouble: Trouble) -> bool:
        patches = [_patch(key, record) for key, record in changes.items()]
        update = {**self.place, "RecordPatches": patches, "SyncSessionToken": listed["SyncSessionToken"]}
        try:
            written = self._update(update, trouble)
        except ResourceConflictException:
            return False
        if trouble == "answer lost":
            raise AnswerLostError
        for record in written:
            key, count = record["Key"], record["SyncCount"]
            self.records[key] = Local(record.get("Value"), count, modified=False)
            self.acknowledged[key, count] = record.get("Value")
            if count == listed["DatasetSyncCount"] + 1:  # nobody wrote between the listing and this
                self.last_count = count
        return True

    def _update(self, update: dict[str, Any], trouble: Trouble) -> list[dict[str, Any]]:
        written: list[dict[str, Any]] = self.api("UpdateRecords", **update)["Records"]
        if trouble == "asked twice":
            written = self.api("UpdateRecords", **update)["Records"]
        return written

    def _delete_remotely(self) -> bool:
        with suppress(ResourceNotFoundException):
            self.api("DeleteDataset", **self.place)
        self._purge()
        return True

    def _purge(self) -> None:
        self.records, self.last_count = {}, 0


def _patch(key: str, record: Local) -> dict[str, Any]:
    patch = {"Key": key, "SyncCount": record.known}
    return {**patch, "Op": "remove"} if record.value is None else {**patch, "Op": "replace", "Value": record.value}
