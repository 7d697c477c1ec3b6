"""Say from when signing keys sign."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _change()


def _change() -> None:
    op.add_column("signing_keys", sa.Column("signs_at", sa.BigInteger(), server_default="0", nullable=False))
