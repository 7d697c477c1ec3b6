"""Datasets, records, and what is owed to devices and streams."""

from sqlalchemy import BigInteger, Column, Index

from ostiary.store.schema.columns import table, text, when

datasets = table(
    "datasets",
    ("pool_id", "identity_id", "dataset_name"),
    text("pool_id"),
    text("identity_id"),
    text("dataset_name"),
    Column("sync_count", BigInteger, nullable=False),
    Column("deleted_count", BigInteger, nullable=False, server_default="0"),
    Column("forgotten_count", BigInteger, nullable=False),
    Column("num_records", BigInteger, nullable=False),
    Column("data_storage", BigInteger, nullable=False),
    when("created_at", null=True),
    when("modified_at"),
    text("modified_by"),
    in_bites=("identity_pool", "identity"),
)
"""A dataset stays as a row when it is deleted, without `created_at`, so that its sync count never goes back.

Who has seen less than `deleted_count` has a dataset that was deleted since; who has seen less than `forgotten_count`
may have records that were removed so long ago that nobody remembers them. Times are milliseconds. The row without a
name is the identity's own: it keeps the highest sync count of the deleted datasets whose rows were dropped.
"""
records = table(
    "records",
    ("pool_id", "identity_id", "dataset_name", "record_key"),
    text("pool_id"),
    text("identity_id"),
    text("dataset_name"),
    text("record_key"),
    text("value", null=True),
    Column("sync_count", BigInteger, nullable=False),
    when("modified_at"),
    text("modified_by"),
    when("device_modified_at", null=True),
    Index("ix_records_sync_count", "pool_id", "identity_id", "dataset_name", "sync_count", "record_key"),
    in_bites=("identity_pool", "identity", "dataset"),
)
"""A record without a value was removed: it stays, so that other devices hear of it. Times are milliseconds."""
sync_usage = table(
    "sync_usage",
    ("pool_id", "part"),
    text("pool_id"),
    Column("part", BigInteger, nullable=False),
    Column("sessions", BigInteger, nullable=False),
    Column("data_storage", BigInteger, nullable=False),
    when("modified_at"),
    in_bites=("identity_pool",),
)
"""What an identity pool uses: the sum of its parts, which are several so that writers need not wait for each other."""
sync_configurations = table(
    "sync_configurations", ("pool_id",), text("pool_id"), text("configuration"), in_bites=("identity_pool",)
)
"""PushSync and CognitoStreams of an identity pool, in their wire shape."""

sync_versions = table(
    "sync_versions",
    ("pool_id", "part"),
    text("pool_id"),
    Column("part", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    in_bites=("identity_pool",),
)
"""How often datasets of a part of a pool's identities changed: who looks at it now and then misses no change."""


sync_triggers = table("sync_triggers", ("pool_id",), text("pool_id"), text("arn"), in_bites=("identity_pool",))
"""The function that sees every synchronization of a pool before it is written."""
sync_devices = table(
    "sync_devices",
    ("pool_id", "identity_id", "device_id"),
    text("pool_id"),
    text("identity_id"),
    text("device_id"),
    text("platform"),
    text("token_key"),
    text("endpoint_arn"),
    when("created_at"),
    Index(None, "pool_id", "identity_id", "platform", "token_key", unique=True),
    in_bites=("identity_pool", "identity"),
)
"""Devices of an identity; `token_key` is a hash of the token that the push service knows the device by."""
sync_subscriptions = table(
    "sync_subscriptions",
    ("pool_id", "identity_id", "dataset_name", "device_id"),
    text("pool_id"),
    text("identity_id"),
    text("dataset_name"),
    text("device_id"),
    when("created_at"),
    in_bites=("identity_pool", "identity"),
)
"""Which devices are woken when a dataset changes."""
sync_stream_records = table(
    "sync_stream_records",
    ("pool_id", "lane", "position"),
    text("pool_id"),
    text("lane"),
    text("position"),
    text("partition_key"),
    text("body"),
    when("created_at"),
    in_bites=("identity_pool",),
)
"""What is owed to a pool's stream. An identity is always in the same lane; a lane leaves in the order of `position`."""
sync_stream_payloads = table(
    "sync_stream_payloads",
    ("pool_id", "payload_id"),
    text("pool_id"),
    text("payload_id"),
    text("body"),
    when("expires_at"),
    Index(None, "expires_at"),
    in_bites=("identity_pool",),
)
"""Records of synchronizations that are too large for the stream, for whoever has the address."""
sync_bulk_publishes = table(
    "sync_bulk_publishes",
    ("pool_id",),
    text("pool_id"),
    text("job_id"),
    text("status"),
    text("failure"),
    text("after_identity"),
    text("after_dataset"),
    text("last_position"),
    Column("published", BigInteger, nullable=False),
    when("started_at"),
    when("completed_at", null=True),
    Index(None, "status", "pool_id"),
    in_bites=("identity_pool",),
    is_work=True,
)
"""The last bulk publish of a pool and how far it came: everything up to `after_…` is in the stream's queue."""
