"""Runs the revisions on the connection that `migrate` hands over."""

from alembic import context

from ostiary.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
