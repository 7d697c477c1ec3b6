"""Keep sync triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _sync_triggers()


def _sync_triggers() -> None:
    op.create_table(
        "sync_triggers",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_sync_triggers")),
    )
