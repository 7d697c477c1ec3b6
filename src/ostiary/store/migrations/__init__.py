"""The schema's history (Alembic): one revision a file, additive, the same on all engines."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ostiary.store.db import Store
from ostiary.store.errors import SchemaError


def migrate(store: Store) -> None:
    """Bring the schema up to date; raises SchemaError when it is newer than this version knows."""
    with store.engine.migration() as connection:
        current = _refuse_newer(connection)
        if current != _script().get_current_head():
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")


def check_schema(store: Store) -> None:
    """Raise SchemaError unless the schema is exactly this version's."""
    with store.engine.migration() as connection:
        current = _refuse_newer(connection)
    if current != _script().get_current_head():
        raise SchemaError("The database's schema is older than this version's. Type: ostiary migrate")


def is_empty(store: Store) -> bool:
    """Whether no schema was ever made in the database."""
    with store.engine.migration() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None


def _refuse_newer(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in _script().walk_revisions()}:
        raise SchemaError(
            f"The database's schema ({current}) is newer than this version of Ostiary, which would damage it. "
            "Start the version that made it, or a newer one."
        )
    return current


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "ostiary.store:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())
