"""A file of records that only a passphrase opens: one line each, none of which can be changed, moved or left out.

The first line is JSON: format, salt. Each other line is base64 of a record under XAES-256-GCM with a key that scrypt
makes of the passphrase; its number is its purpose. The last record says that it is the last.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import scrypt
from pathlib import Path
from typing import Any, Self

import msgspec

from ostiary.crypto.seal import Keyring, SealBrokenError
from ostiary.runtime.randomness import Random

FORMAT = "ostiary-users-1"
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MEMORY = 128 * _COST * _BLOCK * 2
_END = {"end": True}


class FileBrokenError(ValueError):
    """The file is not one of these, was changed, is not whole, or the passphrase is another; the text says which."""


def _keyring(passphrase: str, salt: bytes) -> Keyring:
    key = scrypt(passphrase.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=_MEMORY, dklen=32)
    return Keyring([key])


def _open(keyring: Keyring, line: str, number: int) -> Any:
    try:
        return msgspec.json.decode(keyring.open(b64decode(line), f"users:{number}"))
    except (SealBrokenError, ValueError):
        raise FileBrokenError(f"Line {number + 1} is not whole, or the passphrase is another.") from None


def _salt_of(path: Path, first: str) -> bytes:
    try:
        head = json.loads(first)
        if head["format"] == FORMAT:
            return b64decode(head["salt"])
    except (ValueError, TypeError, KeyError):
        pass
    raise FileBrokenError(f"{path} is not a file of exported users.")


class Writer:
    """Appends records; a file that was not finished is gone on with. `last` is the last record that it has."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self.last: Any = None
        self._number = 1
        if path.exists():
            first, *lines = path.read_text("ascii", "replace").split("\n")[:-1] or [""]
            self._keyring = _keyring(passphrase, _salt_of(path, first))
            self._number = len(lines) + 1
            self.last = _open(self._keyring, lines[-1], len(lines)) if lines else None
            os.truncate(
                path, sum(len(line) + 1 for line in (first, *lines))
            )  # a line that was cut off is written again
        else:
            salt = Random.bytes(16)
            self._keyring = _keyring(passphrase, salt)
            head = json.dumps({"format": FORMAT, "salt": b64encode(salt).decode()})
            path.touch(0o600)
            path.write_text(f"{head}\n", "ascii")
        self._file = path.open("a", encoding="ascii")

    @property
    def records(self) -> int:
        """How many records the file has, its end among them."""
        return self._number - 1

    @property
    def finished(self) -> bool:
        """Whether the file has its end."""
        return bool(self.last == _END)

    def write(self, record: Any) -> None:
        """Append a record."""
        sealed = self._keyring.seal(msgspec.json.encode(record), f"users:{self._number}")
        self._file.write(b64encode(sealed).decode() + "\n")
        self._number += 1

    def flush(self) -> None:
        """Have what was written survive a power cut."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Write the end."""
        self.write(_END)
        self.flush()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()


def count(path: Path) -> int:
    """Return how many records a file seems to have, its end among them."""
    with path.open("rb") as file:
        return max(0, sum(1 for _ in file) - 1)


def read(path: Path, passphrase: str) -> Iterator[Any]:
    """Yield the records; raises FileBrokenError, when the end is missing behind the last one."""
    with path.open(encoding="ascii", errors="replace") as file:
        keyring = _keyring(passphrase, _salt_of(path, file.readline()))
        for number, line in enumerate(file, start=1):
            record = _open(keyring, line, number)
            if record == _END:
                return
            yield record
    raise FileBrokenError("The file is not whole: its export was not finished.")
