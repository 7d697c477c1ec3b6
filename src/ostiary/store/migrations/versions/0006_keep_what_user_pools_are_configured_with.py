"""Keep what user pools are configured with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _auth_events()
    _linked_users()
    _pool_parts()
    _provisioned_limits()
    _user_pool_domains()


def _auth_events() -> None:
    op.create_table(
        "auth_events",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("event_key", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", "event_key", name=op.f("pk_auth_events")),
    )
    op.create_index(
        op.f("ix_auth_events_pool_id_sub_event_id"), "auth_events", ["pool_id", "sub", "event_id"], unique=False
    )


def _linked_users() -> None:
    op.create_table(
        "linked_users",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("attribute", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "provider", "attribute", "value", name=op.f("pk_linked_users")),
    )
    op.create_index(op.f("ix_linked_users_pool_id_sub"), "linked_users", ["pool_id", "sub"], unique=False)


def _pool_parts() -> None:
    op.create_table(
        "pool_parts",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("alias", TEXT, nullable=True),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "kind", "key", name=op.f("pk_pool_parts")),
    )
    op.create_index(op.f("ix_pool_parts_pool_id_kind_alias"), "pool_parts", ["pool_id", "kind", "alias"], unique=True)


def _provisioned_limits() -> None:
    op.create_table(
        "provisioned_limits",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("per_second", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "category", name=op.f("pk_provisioned_limits")),
    )


def _user_pool_domains() -> None:
    op.create_table(
        "user_pool_domains",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "domain", name=op.f("pk_user_pool_domains")),
    )
    op.create_index(op.f("ix_user_pool_domains_domain"), "user_pool_domains", ["domain"], unique=True)
