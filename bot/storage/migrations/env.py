"""Runs migrations on the connection it is given; see `bot.storage.schema`."""

from alembic import context

from bot.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
# The caller's transaction holds the whole upgrade: all of it or nothing.
context.run_migrations()
