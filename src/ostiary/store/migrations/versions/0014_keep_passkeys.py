"""Keep passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _passkeys()


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("credential_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("rp_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("attachment", TEXT, nullable=False),
        sa.Column("transports", TEXT, nullable=False),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "credential_id", name=op.f("pk_passkeys")),
    )
    op.create_index(
        op.f("ix_passkeys_pool_id_sub_credential_id"), "passkeys", ["pool_id", "sub", "credential_id"], unique=False
    )
