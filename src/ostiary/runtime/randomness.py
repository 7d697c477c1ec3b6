"""Unpredictable values: the only module that makes them."""

import secrets
import string
import uuid

LOWER_ALPHANUMERIC = string.ascii_lowercase + string.digits
ALPHANUMERIC = string.ascii_letters + string.digits


class Random:
    """A source of values nobody can guess, from the operating system."""

    @staticmethod
    def bytes(count: int) -> bytes:
        """Return `count` random bytes."""
        return secrets.token_bytes(count)

    @staticmethod
    def uuid() -> str:
        """Return a random UUID (version 4) as text."""
        return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))

    @staticmethod
    def text(length: int, alphabet: str = ALPHANUMERIC) -> str:
        """Return `length` characters of `alphabet`."""
        return "".join(secrets.choice(alphabet) for _ in range(length))

    @staticmethod
    def digits(length: int) -> str:
        """Return a decimal code of `length` digits, leading zeros included."""
        return f"{secrets.randbelow(10**length):0{length}d}"
