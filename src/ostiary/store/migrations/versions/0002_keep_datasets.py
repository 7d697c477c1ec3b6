"""Keep datasets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _datasets()
    _records()
    _sync_configurations()
    _sync_usage()


def _datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("dataset_name", TEXT, nullable=False),
        sa.Column("sync_count", sa.BigInteger(), nullable=False),
        sa.Column("forgotten_count", sa.BigInteger(), nullable=False),
        sa.Column("num_records", sa.BigInteger(), nullable=False),
        sa.Column("data_storage", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "identity_id", "dataset_name", name=op.f("pk_datasets")),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("dataset_name", TEXT, nullable=False),
        sa.Column("record_key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=True),
        sa.Column("sync_count", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_by", TEXT, nullable=False),
        sa.Column("device_modified_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("pool_id", "identity_id", "dataset_name", "record_key", name=op.f("pk_records")),
    )
    op.create_index(
        "ix_records_sync_count",
        "records",
        ["pool_id", "identity_id", "dataset_name", "sync_count", "record_key"],
        unique=False,
    )


def _sync_configurations() -> None:
    op.create_table(
        "sync_configurations",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_sync_configurations")),
    )


def _sync_usage() -> None:
    op.create_table(
        "sync_usage",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.Column("data_storage", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "part", name=op.f("pk_sync_usage")),
    )
    op.create_index(
        "ix_identities_merged",
        "identities",
        ["pool_id", "merged_into", "identity_id"],
        unique=False,
        sqlite_where=sa.text("merged_into != ''"),
        postgresql_where=sa.text("merged_into != ''"),
    )
