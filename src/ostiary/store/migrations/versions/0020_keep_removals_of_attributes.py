"""Keep removals of attributes."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _attribute_removals()


def _attribute_removals() -> None:
    op.create_table(
        "attribute_removals",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("worker", TEXT, nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "name", name=op.f("pk_attribute_removals")),
    )
    op.create_index(op.f("ix_attribute_removals_leased_until"), "attribute_removals", ["leased_until"], unique=False)
