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
    """The transaction was not done (serialization, deadlock, lost connection); running the operation again is right."""

    retryable = True


class SchemaError(StoreError):
    """The database's schema is not the one this version works with."""
