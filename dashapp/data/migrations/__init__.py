"""Brings a database to the newest schema. There is only forward: a mistake is mended by a further migration, since a
way back would have to throw away what people have sent meanwhile."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from dashapp.data.database import SCHEMA, Database, DatabaseRole
from dashapp.data.migrations.roles import ensure_roles
from dashapp.domain.errors import AnalyticsError, Unavailable

_ONE_AT_A_TIME = 7_311_001
"""The advisory lock that two processes which migrate the same database share."""

# A migration that waits for a lock stops everybody who comes after it. It gives up soon instead, and is run again.
_LOCK_TIMEOUT = "4s"
_STATEMENT_TIMEOUT = "60s"


def migrate(database: Database) -> None:
    """Makes what is missing: roles, schema, tables, policies. Does nothing on a database that has them all.

    Runs as the database's own login, which needs CREATEROLE and the right to create a schema (or superuser, as in the
    embedded server), and becomes la_owner for everything inside. Several processes may call it at once. Raises
    Unavailable when the database cannot be reached.
    """
    with database.administration() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        connection.commit()
        ensure_roles(connection)
        _become_owner(connection)
        command.upgrade(_configuration(connection), "head")


def newest_revision() -> str:
    """The revision that this version of the service needs."""
    head = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    assert head is not None
    return head


def is_migrated(database: Database, role: DatabaseRole) -> bool:
    """Whether the schema is the one this version of the service needs. Raises Unavailable."""
    with database.transaction(role, None) as connection:
        if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
            return False
        return MigrationContext.configure(connection).get_current_revision() == newest_revision()


def check_migrated(database: Database, role: DatabaseRole) -> None:
    """For commands: raises AnalyticsError where the service has not prepared the database yet, the roles included.

    Raises Unavailable where the database is away, and SettingsError where it refuses the login.
    """
    try:
        prepared = is_migrated(database, role)
    except Unavailable:
        # Where nothing is prepared a role may not even connect; the login itself may.
        with database.administration() as connection:
            found = connection.execute(text("SELECT to_regclass(:table)"), {"table": f"{SCHEMA}.alembic_version"})
            prepared = found.scalar() is not None
        if prepared:
            raise
    if not prepared:
        words = "The database is not prepared for this version yet: start the service once, which does that."
        raise AnalyticsError(words)


def _become_owner(connection: Connection) -> None:
    """Everything that migrations make belongs to la_owner."""
    for statement in (
        f"SET ROLE {DatabaseRole.OWNER}",
        f"SET search_path = {SCHEMA}",
        f"SET lock_timeout = '{_LOCK_TIMEOUT}'",
        f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'",
    ):
        connection.execute(text(statement))
    connection.commit()


def _configuration(connection: Connection) -> Config:
    configuration = Config(attributes={"connection": connection})
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return configuration
