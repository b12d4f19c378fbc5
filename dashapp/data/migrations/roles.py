"""The four roles and the schema: what must be there before the first table, on any cluster."""

import psycopg2.errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from dashapp.data.database import SCHEMA, DatabaseRole
from dashapp.domain.errors import SettingsError

_ATTEMPTS = 10


def ensure_roles(connection: Connection) -> None:
    """Makes the roles and the schema where they are missing, and lets the login act as the roles.

    Raises SettingsError with a sentence where the login may not do that.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with connection.begin():
                _ensure(connection)
            return
        except DBAPIError as error:
            # Roles belong to the whole cluster: another database of it may be making the same ones at this moment.
            concurrently = isinstance(
                error.orig,
                psycopg2.errors.DuplicateObject | psycopg2.errors.UniqueViolation | psycopg2.errors.InternalError_,
            )
            if concurrently and attempt < _ATTEMPTS:
                continue
            if isinstance(error.orig, psycopg2.errors.InsufficientPrivilege):
                raise SettingsError(
                    "The database's login may not make what the service needs: give it CREATEROLE and CREATE on the"
                    f" database, or let an administrator make and grant it the roles {', '.join(DatabaseRole)}."
                ) from error
            raise


def _ensure(connection: Connection) -> None:
    superuser = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one()
    known = set(connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'la\\_%'")).scalars())
    for role in DatabaseRole:
        if role.value not in known:
            # Written out, though most of it is the default: nothing here may pass by row-level security.
            connection.execute(text(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"))
    if not superuser:
        for role in DatabaseRole:
            member = connection.execute(
                text("SELECT pg_has_role(current_user, :role, 'MEMBER')"), {"role": role.value}
            ).scalar_one()
            if not member or role.value not in known:
                connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
    name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    roles = ", ".join(role for role in DatabaseRole if role is not DatabaseRole.OWNER)
    connection.execute(text(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {roles}"))
    if connection.execute(text("SELECT to_regnamespace(:schema)"), {"schema": SCHEMA}).scalar() is None:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {DatabaseRole.OWNER}"))
        connection.execute(text(f"SET LOCAL ROLE {DatabaseRole.OWNER}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {roles}"))
