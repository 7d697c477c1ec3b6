"""The schema's history (Alembic): one revision a file, additive, the same on all engines."""

from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ostiary.store.engines.engine import Engine
from ostiary.store.errors import SchemaError

SchemaState = Literal["empty", "older", "current", "newer"]


def migrate(engine: Engine) -> None:
    """Bring the schema up to date, all of it or nothing; raises SchemaError when it is newer than this version knows.

    Several processes may do it at once: one does the work, the others find it done.
    """
    if schema_state(engine) == "current":
        return
    with engine.migration() as connection:
        state = _state_of(MigrationContext.configure(connection).get_current_revision())
        if state == "newer":
            raise _newer()
        if state != "current":
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")


def schema_state(engine: Engine) -> SchemaState:
    """Return how the schema stands to this version."""
    with engine.read() as handle:
        revision = MigrationContext.configure(handle.connection).get_current_revision()
    return _state_of(revision)


def check_schema(engine: Engine) -> None:
    """Raise SchemaError unless the schema is exactly this version's."""
    state = schema_state(engine)
    if state == "newer":
        raise _newer()
    if state != "current":
        raise SchemaError("The database's schema is older than this version's. Type: ostiary migrate")


def _state_of(revision: str | None) -> SchemaState:
    script = ScriptDirectory.from_config(_configuration())
    if revision is None:
        return "empty"
    if revision == script.get_current_head():
        return "current"
    return "older" if revision in {known.revision for known in script.walk_revisions()} else "newer"


def _newer() -> SchemaError:
    return SchemaError(
        "The database's schema is newer than this version of Ostiary, which would damage it. "
        "Start the version that made it, or a newer one."
    )


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "ostiary.store:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration
