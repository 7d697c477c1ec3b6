"""Passwords that are known to have leaked: a sorted file of SHA-1 hashes that the operator provides.

Each line is 40 upper-case hexadecimal digits, then perhaps a colon and a count: the ordered-by-hash download of
Pwned Passwords as it is. The file is searched, not read: its size does not matter.
"""

from functools import lru_cache
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

from ostiary.context import Context
from ostiary.runtime.execution import compute

_DIGITS = 40


def is_breached(ctx: Context, password: str) -> bool:
    """Whether the password is in the file of the setting `breached_passwords`; False without one."""
    path = ctx.settings.breached_passwords
    if not path:
        return False
    return compute(_is_in, Path(path), sha1(password.encode(), usedforsecurity=False).hexdigest().upper())


@lru_cache(maxsize=1024)
def _is_in(path: Path, digest: str) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        low, high = 0, size
        while low < high:
            middle = (low + high) // 2
            line = _line_behind(file, middle)
            if not line or line > digest:
                high = middle
            elif line == digest:
                return True
            else:
                low = middle + 1
        file.seek(0)
        return file.readline()[:_DIGITS].decode("ascii", "replace").upper() == digest


def _line_behind(file: BinaryIO, offset: int) -> str:
    """Return the hash of the first whole line that begins behind `offset`; empty at the end."""
    file.seek(offset)
    file.readline()
    return file.readline()[:_DIGITS].decode("ascii", "replace").upper()
