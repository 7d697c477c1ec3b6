"""Tell deleted datasets from forgotten records."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _change()


def _change() -> None:
    op.add_column("datasets", sa.Column("deleted_count", sa.BigInteger(), server_default="0", nullable=False))
