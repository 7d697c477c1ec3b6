"""What belongs to the whole deployment: its facts, the outbox of messages, leases, rates, what is to be removed."""

from sqlalchemy import BigInteger, Column, Index

from ostiary.store.schema.columns import sealed, table, text, when

deployment = table("deployment", ("name",), text("name"), text("value"))
"""Facts of the whole deployment; `configuration_version` is bumped by every change of cached configuration."""

messages = table(
    "messages",
    ("message_id",),
    text("message_id"),
    text("pool_id"),
    text("medium"),
    text("recipient"),
    sealed("sealed", "message"),
    text("state"),
    Column("attempts", BigInteger, nullable=False),
    when("created_at"),
    when("due_at"),
    when("expires_at"),
    Index(None, "state", "due_at"),
    Index(None, "created_at"),
    Index(None, "expires_at"),
    Index(None, "pool_id"),
    in_bites=("user_pool",),
    is_work=True,
)
"""The outbox: written in the transaction that causes a message, sent afterwards."""
leases = table("leases", ("name",), text("name"), text("holder"), when("expires_at"))
"""Which process does a piece of work that only one may do at a time, until when."""
rate_windows = table(
    "rate_windows", ("name",), text("name"), when("second"), Column("used", BigInteger, nullable=False)
)
"""What the processes of a deployment have together granted of a rate in one second."""
removals = table(
    "removals",
    ("owner", "kind", "key"),
    text("owner"),
    text("kind"),
    text("key"),
    text("position"),
    Column("up_to", BigInteger, nullable=False),
    when("settles_at"),
    when("due_at"),
    Index(None, "due_at"),
)
"""What was deleted and still has rows: `owner` is the pool or account, `key` a JSON object of the columns that name it.

Rows up to `position` are done where all of a table are looked at; of records, those up to the sync count `up_to` go.
"""
