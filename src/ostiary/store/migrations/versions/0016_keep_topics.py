"""Keep topics."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _opted_out_numbers()
    _publications()
    _sms_preferences()
    _topic_deliveries()
    _topic_subscriptions()
    _topics()


def _opted_out_numbers() -> None:
    op.create_table(
        "opted_out_numbers",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("phone_number", TEXT, nullable=False),
        sa.Column("opted_out_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "phone_number", name=op.f("pk_opted_out_numbers")),
    )


def _publications() -> None:
    op.create_table(
        "publications",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("topic_arn", TEXT, nullable=False),
        sa.Column("publication_id", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "topic_arn", "publication_id", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_due_at"), "publications", ["due_at"], unique=False)


def _sms_preferences() -> None:
    op.create_table(
        "sms_preferences",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("attributes", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sms_preferences")),
    )


def _topic_deliveries() -> None:
    op.create_table(
        "topic_deliveries",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("subscription_arn", TEXT, nullable=False),
        sa.Column("delivery_id", TEXT, nullable=False),
        sa.Column("destination", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "subscription_arn", "delivery_id", name=op.f("pk_topic_deliveries")),
    )
    op.create_index(op.f("ix_topic_deliveries_due_at"), "topic_deliveries", ["due_at"], unique=False)


def _topic_subscriptions() -> None:
    op.create_table(
        "topic_subscriptions",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("topic_arn", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("principal", TEXT, nullable=False),
        sa.Column("protocol", TEXT, nullable=False),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("endpoint_key", TEXT, nullable=False),
        sa.Column("attributes", TEXT, nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("authenticated", sa.Boolean(), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "topic_arn", "arn", name=op.f("pk_topic_subscriptions")),
    )
    op.create_index(
        "ix_topic_subscriptions_endpoint",
        "topic_subscriptions",
        ["account_id", "topic_arn", "protocol", "endpoint_key"],
        unique=True,
    )
    op.create_index(op.f("ix_topic_subscriptions_owner_arn"), "topic_subscriptions", ["owner", "arn"], unique=False)


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("attributes", TEXT, nullable=False),
        sa.Column("tags", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", name=op.f("pk_topics")),
    )
