"""Keep second factors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _software_tokens()


def _software_tokens() -> None:
    op.create_table(
        "software_tokens",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_proposal", sa.LargeBinary(), nullable=True),
        sa.Column("friendly_name", TEXT, nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", name=op.f("pk_software_tokens")),
    )
    op.add_column("users", sa.Column("factors", TEXT, nullable=True))
