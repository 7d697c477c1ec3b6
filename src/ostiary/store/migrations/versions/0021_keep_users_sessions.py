"""Keep users' sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _change()


def _change() -> None:
    op.add_column("token_families", sa.Column("session_id", TEXT, nullable=True))
    op.add_column("token_families", sa.Column("began_at", sa.BigInteger(), nullable=True))
    op.add_column("token_families", sa.Column("active_at", sa.BigInteger(), nullable=True))
    op.add_column("token_families", sa.Column("device_type", TEXT, nullable=True))
    op.add_column("token_families", sa.Column("last_ip", TEXT, nullable=True))
