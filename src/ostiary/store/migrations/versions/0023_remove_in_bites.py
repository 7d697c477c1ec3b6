"""Remove in bites."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _removals()
    _messages()


def _removals() -> None:
    op.create_table(
        "removals",
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("settles_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "kind", "key", name=op.f("pk_removals")),
    )
    op.create_index(op.f("ix_removals_due_at"), "removals", ["due_at"], unique=False)


def _messages() -> None:
    op.create_index(op.f("ix_messages_expires_at"), "messages", ["expires_at"], unique=False)
    op.create_index(op.f("ix_messages_pool_id"), "messages", ["pool_id"], unique=False)
