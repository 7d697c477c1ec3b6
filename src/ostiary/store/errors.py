"""What the store raises."""


class StoreError(Exception):
    """Base of the store's errors."""


class NotFound(StoreError):  # noqa: N818 - reads as the fact
    """A row that must be there is not."""


class AlreadyExists(StoreError):  # noqa: N818
    """A row with this key is there already."""


class Conflict(StoreError):  # noqa: N818
    """Somebody else changed the row in between."""


class Retry(StoreError):  # noqa: N818
    """The transaction was certainly not done (serialization, deadlock, lost connection); run the operation again."""

    retryable = True


class InDoubt(StoreError):  # noqa: N818
    """The connection was lost, or the standby silent, while a commit was under way: it may or may not be done."""


class Unavailable(StoreError):  # noqa: N818
    """The database cannot write: the disk is full, read-only or broken. Nothing was changed."""


class Unstorable(StoreError):  # noqa: N818
    """Text that a database cannot hold: a NUL character, or half of a surrogate pair."""


class SchemaError(StoreError):
    """The database's schema is not the one this version works with."""
