"""Write the next revision of the schema's history: what `store/schema/` has and the history does not make yet.

    python tools/migration.py "Keep devices"

Read what it wrote before it is committed: steps are additive, so that the version before still works beside it.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import CreateTableOp, MigrateOperation, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Text

from ostiary.store.db import Store
from ostiary.store.schema import metadata

VERSIONS = Path(__file__).parents[1] / "src" / "ostiary" / "store" / "migrations" / "versions"
HEAD = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before}

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
{calls}
'''


def main(title: str) -> None:
    """Compare the history with the schema on an empty database and write the difference as a revision."""
    before = max((file.name[:4] for file in VERSIONS.glob("[0-9]*.py")), default="")
    revision = f"{int(before or 0) + 1:04d}"
    steps = [(name, _rendered(operations)) for name, operations in _steps(migrate=bool(before))]
    if not steps:
        sys.exit("The history makes the whole schema already.")
    text = HEAD.format(
        title=title.rstrip("."),
        revision=revision,
        before=f'"{before}"' if before else None,
        calls="\n".join(f"    _{name}()" for name, _ in steps),
    )
    text += "".join(f"\n\ndef _{name}() -> None:\n{body}\n" for name, body in steps)
    slug = re.sub(r"\W+", "_", title.lower()).strip("_")
    file = VERSIONS / f"{revision}_{slug}.py"
    file.write_text(text)
    print(file)


def _steps(*, migrate: bool) -> list[tuple[str, list[MigrateOperation]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/history.sqlite3")
        if migrate:
            store.migrate()
        with store.engine.read() as handle:
            difference = produce_migrations(MigrationContext.configure(handle.connection), metadata).upgrade_ops
        store.close()
    steps: list[tuple[str, list[MigrateOperation]]] = []
    for operation in difference.ops if difference else ():
        name = operation.table_name if isinstance(operation, CreateTableOp) else ""
        if name or not steps:
            steps.append((name or "change", []))
        steps[-1][1].append(operation)
    return steps


def _rendered(operations: list[MigrateOperation]) -> str:
    lines = render_python_code(UpgradeOps(ops=operations), render_item=_text).splitlines()
    return "\n".join("    " + line.removeprefix("    ") for line in lines if not line.strip().startswith("# ###"))


def _text(kind: str, item: object, _context: object) -> str | Literal[False]:
    return "TEXT" if kind == "type" and isinstance(item, Text) else False


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
