"""Number subscriptions of topics."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _change()


def _change() -> None:
    op.add_column("publications", sa.Column("joined", sa.BigInteger(), server_default=str(2**63 - 1), nullable=False))
    op.add_column("topic_subscriptions", sa.Column("joined", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("topics", sa.Column("joined", sa.BigInteger(), server_default="0", nullable=False))
