"""Runs the revisions on the connection that `migrate` gives, inside its transaction."""

from alembic import context

from services.notify.store.tables import METADATA, SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
