"""Keep auth events, passwords that were, and imports."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _import_chunks()
    _import_jobs()
    _import_log()
    _password_history()


def _import_chunks() -> None:
    op.create_table(
        "import_chunks",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "job_id", "number", name=op.f("pk_import_chunks")),
    )


def _import_jobs() -> None:
    op.create_table(
        "import_jobs",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("job_key", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("progress", TEXT, nullable=False),
        sa.Column("worker", TEXT, nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "job_key", name=op.f("pk_import_jobs")),
    )
    op.create_index(op.f("ix_import_jobs_pool_id_job_id"), "import_jobs", ["pool_id", "job_id"], unique=True)
    op.create_index(op.f("ix_import_jobs_status_leased_until"), "import_jobs", ["status", "leased_until"], unique=False)


def _import_log() -> None:
    op.create_table(
        "import_log",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("job_id", TEXT, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "job_id", "line", name=op.f("pk_import_log")),
    )


def _password_history() -> None:
    op.create_table(
        "password_history",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("history_key", TEXT, nullable=False),
        sa.Column("sealed_verifier", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", "history_key", name=op.f("pk_password_history")),
    )
