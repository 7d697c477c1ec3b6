"""Keep apps of push services."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _platform_applications()
    _platform_endpoints()
    _pushes()


def _platform_applications() -> None:
    op.create_table(
        "platform_applications",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("attributes", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", name=op.f("pk_platform_applications")),
    )


def _platform_endpoints() -> None:
    op.create_table(
        "platform_endpoints",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("application_arn", TEXT, nullable=False),
        sa.Column("token_key", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("user_data", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", name=op.f("pk_platform_endpoints")),
    )
    op.create_index(
        op.f("ix_platform_endpoints_account_id_application_arn_arn"),
        "platform_endpoints",
        ["account_id", "application_arn", "arn"],
        unique=False,
    )
    op.create_index(
        op.f("ix_platform_endpoints_account_id_application_arn_token_key"),
        "platform_endpoints",
        ["account_id", "application_arn", "token_key"],
        unique=True,
    )


def _pushes() -> None:
    op.create_table(
        "pushes",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("endpoint_arn", TEXT, nullable=False),
        sa.Column("push_id", TEXT, nullable=False),
        sa.Column("collapse_key", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "endpoint_arn", "push_id", name=op.f("pk_pushes")),
    )
    op.create_index(
        op.f("ix_pushes_account_id_endpoint_arn_collapse_key"),
        "pushes",
        ["account_id", "endpoint_arn", "collapse_key"],
        unique=True,
    )
    op.create_index(op.f("ix_pushes_due_at"), "pushes", ["due_at"], unique=False)
