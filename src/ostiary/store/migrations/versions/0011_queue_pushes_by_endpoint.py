"""Queue pushes by endpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _push_queues()
    _pushes()


def _push_queues() -> None:
    op.create_table(
        "push_queues",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("endpoint_arn", TEXT, nullable=False),
        sa.Column("application_arn", TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "endpoint_arn", name=op.f("pk_push_queues")),
    )
    op.create_index(
        op.f("ix_push_queues_application_arn_due_at"), "push_queues", ["application_arn", "due_at"], unique=False
    )


def _pushes() -> None:
    """Nothing sent pushes before this version: no other one uses what goes."""
    op.drop_index(op.f("ix_pushes_due_at"), table_name="pushes")
    op.drop_column("pushes", "attempts")
    op.drop_column("pushes", "due_at")
