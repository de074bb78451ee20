"""Alembic's entry point: migrates on the connection that `shared.db.migrate` hands in."""

from alembic import context

from shared.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
