"""Count changes of datasets."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _sync_versions()


def _sync_versions() -> None:
    op.create_table(
        "sync_versions",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "part", name=op.f("pk_sync_versions")),
    )
