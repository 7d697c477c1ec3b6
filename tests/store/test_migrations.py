"""The schema's history: complete, done once, refused when it is newer."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from ostiary.store import schema
from ostiary.store.db import Store
from ostiary.store.errors import SchemaError

MIGRATE = (
    "import sys; from ostiary.store.db import Store; store = Store.open(sys.argv[1]); store.migrate(); store.close()"
)
OURS = {"alembic_version", "schema_lease"}
"""Tables that keep the history itself."""


def test_the_migrated_schema_is_the_one_the_code_works_with(store: Store) -> None:
    def counts(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and name in OURS)

    with store.engine.read() as handle:
        context = MigrationContext.configure(handle.connection, opts={"include_object": counts, "compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_every_table_and_index_has_a_name_of_its_own() -> None:
    names = [table.name for table in schema.metadata.tables.values()]
    names += [str(index.name) for table in schema.metadata.tables.values() for index in table.indexes]
    assert len(names) == len(set(names))


def test_an_empty_database_is_said_to_be_empty_and_then_current(empty_database: str) -> None:
    store = Store.open(empty_database)
    assert store.schema_state() == "empty"
    with pytest.raises(SchemaError, match="ostiary migrate"):
        store.check_schema()
    store.migrate()
    assert store.schema_state() == "current"
    store.check_schema()
    store.close()


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        tx.insert(schema.accounts, account_id="1", name="kept", created_at=1)
    store.migrate()
    with store.read() as tx:
        assert tx.get(schema.accounts, account_id="1") is not None


def test_a_newer_schema_is_refused_and_left_alone(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert store.schema_state() == "newer"
    with pytest.raises(SchemaError, match="newer than this version"):
        store.migrate()
    with pytest.raises(SchemaError, match="newer than this version"):
        store.check_schema()
    with store.read() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_processes_that_start_at_once_migrate_once(empty_database: str) -> None:
    command = [sys.executable, "-c", MIGRATE, empty_database]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in started:
        _, complaint = process.communicate()
        assert process.returncode == 0, complaint
    store = Store.open(empty_database)
    store.check_schema()
    store.close()


def test_a_migration_that_fails_leaves_the_database_empty(empty_database: str) -> None:
    store = Store.open(empty_database)
    with store.engine.migration() as connection:
        connection.execute(text("CREATE TABLE users (other text)"))
    with pytest.raises(Exception, match="users"):
        store.migrate()
    assert store.schema_state() == "empty"
    with store.engine.read() as handle:
        assert not handle.connection.dialect.has_table(handle.connection, "accounts")
    store.close()
