"""Streams as lines of JSON, appended to a file of the operator's and on the disk before they count as delivered."""

import os
from pathlib import Path
from typing import Self

from ostiary.context import Context
from ostiary.store.sync.stream import StreamRecord
from ostiary.sync.destinations.destination import DestinationError, Stream

_MODE = 0o600


class File:
    """A file; several processes may append to it, and whoever reads it may move it away."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def configured(cls, ctx: Context) -> Self | None:
        """Return the file of the setting `stream_file`."""
        return cls(Path(ctx.settings.stream_file)) if ctx.settings.stream_file else None

    def put(self, ctx: Context, stream: Stream, record: StreamRecord) -> None:  # noqa: ARG002
        """Append a record; raises DestinationError, for example while the disk is full."""
        line = record.body.encode() + b"\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
            try:
                if os.write(descriptor, line) != len(line):
                    os.write(descriptor, b"\n")  # the rest comes again as a line of its own
                    raise DestinationError("the disk took a part only")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise DestinationError(error.strerror or str(error)) from error
