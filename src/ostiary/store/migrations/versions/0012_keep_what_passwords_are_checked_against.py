"""Keep what passwords are checked against."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _foreign_passwords()


def _foreign_passwords() -> None:
    op.create_table(
        "foreign_passwords",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", name=op.f("pk_foreign_passwords")),
    )
