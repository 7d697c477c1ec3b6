"""Keep devices that are woken."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _sync_devices()
    _sync_subscriptions()


def _sync_devices() -> None:
    op.create_table(
        "sync_devices",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("device_id", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("token_key", TEXT, nullable=False),
        sa.Column("endpoint_arn", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "identity_id", "device_id", name=op.f("pk_sync_devices")),
    )
    op.create_index(
        op.f("ix_sync_devices_pool_id_identity_id_platform_token_key"),
        "sync_devices",
        ["pool_id", "identity_id", "platform", "token_key"],
        unique=True,
    )


def _sync_subscriptions() -> None:
    op.create_table(
        "sync_subscriptions",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("dataset_name", TEXT, nullable=False),
        sa.Column("device_id", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "pool_id", "identity_id", "dataset_name", "device_id", name=op.f("pk_sync_subscriptions")
        ),
    )
