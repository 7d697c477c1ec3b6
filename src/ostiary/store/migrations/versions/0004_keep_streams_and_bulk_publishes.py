"""Keep streams and bulk publishes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _leases()
    _sync_bulk_publishes()
    _sync_stream_payloads()
    _sync_stream_records()


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _sync_bulk_publishes() -> None:
    op.create_table(
        "sync_bulk_publishes",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("failure", TEXT, nullable=False),
        sa.Column("after_identity", TEXT, nullable=False),
        sa.Column("after_dataset", TEXT, nullable=False),
        sa.Column("last_position", TEXT, nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_sync_bulk_publishes")),
    )
    op.create_index(
        op.f("ix_sync_bulk_publishes_status_pool_id"), "sync_bulk_publishes", ["status", "pool_id"], unique=False
    )


def _sync_stream_payloads() -> None:
    op.create_table(
        "sync_stream_payloads",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("payload_id", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "payload_id", name=op.f("pk_sync_stream_payloads")),
    )
    op.create_index(op.f("ix_sync_stream_payloads_expires_at"), "sync_stream_payloads", ["expires_at"], unique=False)


def _sync_stream_records() -> None:
    op.create_table(
        "sync_stream_records",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("partition_key", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "lane", "position", name=op.f("pk_sync_stream_records")),
    )
