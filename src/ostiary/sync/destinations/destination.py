"""What every destination of a stream is."""

from dataclasses import dataclass
from typing import Protocol, Self

from ostiary.context import Context
from ostiary.store.sync.stream import StreamRecord


class DestinationError(Exception):
    """The record was not taken. `broken` means that it will not be until somebody mends the stream or its role."""

    def __init__(self, reason: str, *, broken: bool = False) -> None:
        super().__init__(reason)
        self.broken = broken


@dataclass(frozen=True, slots=True)
class Stream:
    """A pool's stream, as its configuration names it."""

    pool_id: str
    name: str
    role_arn: str


class Destination(Protocol):
    """Takes the records of streams."""

    name: str

    @classmethod
    def configured(cls, ctx: Context) -> Self | None:
        """Return the destination that the settings describe, or None when they do not."""

    def put(self, ctx: Context, stream: Stream, record: StreamRecord) -> None:
        """Hand a record over; raises DestinationError. The same record may come again after a crash."""
