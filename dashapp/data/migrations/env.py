"""Alembic's entry: runs the migrations on the connection that `migrate()` gives, each in a transaction of its own."""

from alembic import context

from dashapp.data.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
)
context.run_migrations()
