"""Connections to PostgreSQL, always as one of the four roles, always with the organisation that row-level security
lets through.

    with database.transaction(DatabaseRole.WEB, organisation_id) as connection:
        connection.execute(...)
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeAlias

import psycopg2
import psycopg2.errors
import sqlalchemy
from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url, text

from dashapp.data.embedded import EmbeddedServer
from dashapp.data.hanging import WatchedConnection, watched
from dashapp.domain.errors import SettingsError, Unavailable
from dashapp.domain.keys import OrganisationId

Connection: TypeAlias = sqlalchemy.Connection
"""What a transaction gives. Other rooms only hand it on to the data room, so this name is all that they need of it."""
SCHEMA = "analytics"
"""Everything stands in one schema of its own, which is the whole search path of every connection."""


class DatabaseRole(StrEnum):
    """Who acts. The owner migrates and does nothing else; no other role may change the schema."""

    OWNER = "la_owner"
    INGEST = "la_ingest"
    WEB = "la_web"
    JOBS = "la_jobs"


@dataclass(frozen=True, slots=True)
class _Manners:
    """How the connections of a role behave. Times in milliseconds; 0: no limit."""

    pool_size: int
    overflow: int
    statement_timeout: int
    lock_timeout: int
    plans: str = "auto"
    """How a statement that was prepared is planned: once for all values, or as PostgreSQL sees fit."""
    idle_timeout: int = 60_000
    """A transaction that its process has forgotten is ended, so that its locks are not held for ever."""
    patience: float | None = None
    """Seconds: a server that has not answered by then hangs, since it would have ended the statement itself."""


_MANNERS = {
    # 16 threads of the web server and some to spare; a page that needs longer than this is a bug, not a wait.
    DatabaseRole.WEB: _Manners(
        pool_size=10,
        overflow=10,
        statement_timeout=5_000,
        lock_timeout=2_000,
        plans="force_generic_plan",
        patience=10.0,
    ),
    # A batch of 20,000 events takes about a second; a statement that hangs must not stop the loop for ever.
    DatabaseRole.INGEST: _Manners(pool_size=4, overflow=6, statement_timeout=300_000, lock_timeout=30_000),
    DatabaseRole.JOBS: _Manners(pool_size=2, overflow=8, statement_timeout=0, lock_timeout=30_000),
}

SESSION_PATIENCE = 90.0
"""Seconds, for a session, which may allow its statements a minute."""

_NETWORK = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 30_000}
"""A server that vanished without a word is noticed within half a minute. Times in seconds, the last in milliseconds."""

_REFUSED_LOGIN = re.compile(
    r"authentication failed|no password supplied|no pg_hba.conf entry|permission denied for database"
    r"|(role|database) .* (does not exist|is not permitted to log in)"
)

_TRANSIENT_CLASSES = frozenset({"08", "40", "53", "57", "58"})
"""SQLSTATE classes: connection, rollback by deadlock, resources, operator intervention and time-outs, system."""
_TRANSIENT_CODES = frozenset({"55P03", "25P03", "25P04"})
"""Lock not available; ended while idle in a transaction; transaction timeout."""


class DatabaseSettings(Protocol):
    """What is needed of the settings."""

    @property
    def database_url(self) -> str | None:
        """The database, None for the embedded server."""

    @property
    def data_dir(self) -> Path:
        """Where the embedded server keeps its files."""


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """One database of the service. Safe to share between threads; every process makes its own."""

    url: URL
    """Where it is and, outside of the embedded server, who logs in."""
    server: EmbeddedServer | None = None
    """The embedded server, which ends with `close`."""
    _engines: dict[DatabaseRole, Engine] = field(default_factory=dict, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def engine(self, role: DatabaseRole) -> Engine:
        """The engine whose connections act as `role`; made at first use. Raises SettingsError for the owner."""
        if role is DatabaseRole.OWNER:
            raise SettingsError("Only a migration acts as the owner: no process of the service may.")
        with self._lock:
            if role not in self._engines:
                self._engines[role] = self._make_engine(role)
            return self._engines[role]

    @contextmanager
    def transaction(self, role: DatabaseRole, organisation_id: OrganisationId | None) -> Iterator[Connection]:
        """One transaction, committed at the end of the block, rolled back when it raises.

        Row-level security lets rows of `organisation_id` through; with None, of no organisation. Raises Unavailable
        when the database cannot be reached, or does not answer in time: nothing has been written then, or, when the
        connection broke during the commit, perhaps everything.
        """
        with _domain_errors(), self.engine(role).connect() as connection, connection.begin():
            if organisation_id is not None:
                act_for(connection, organisation_id)
            yield connection

    @contextmanager
    def snapshot(self, role: DatabaseRole, organisation_id: OrganisationId) -> Iterator[Connection]:
        """A transaction that only reads, all of whose statements see the database as it was at the first of them.

        Raises Unavailable as `transaction` does.
        """
        with _domain_errors(), self.engine(role).connect() as connection:
            # The pool takes both options back with the connection.
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                act_for(connection, organisation_id)
                yield connection

    @contextmanager
    def session(self, role: DatabaseRole) -> Iterator[Connection]:
        """A connection of its own, outside of the pool and of transactions: for LISTEN and for session locks.

        Every statement commits by itself. Raises Unavailable as `transaction` does.
        """
        engine = self.engine(role)
        with _domain_errors(), engine.connect() as connection:
            # Detached from the pool: it is closed at the end, and with it what it listens to and locks.
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            driver: Any = connection.connection.dbapi_connection
            if isinstance(driver, WatchedConnection):
                driver.patience = SESSION_PATIENCE
            yield connection

    @contextmanager
    def administration(self) -> Iterator[Connection]:
        """A connection of the login itself, for migrations only: the superuser of the embedded server, or the login
        that the settings name. Raises Unavailable as `transaction` does, and SettingsError where the login is refused.
        """
        url = self.url if self.server is None else self.server.admin_url()
        names = {"application_name": "la_migration"}
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=names)
        try:
            with _domain_errors(), engine.connect() as connection:
                yield connection
        except Unavailable as error:
            if _is_refused_login(error):
                words = "check user, password and database in DATABASE_URL or the DB_* settings"
                raise SettingsError(f"The database refuses the login: {words}.") from None
            raise
        finally:
            engine.dispose()

    def dispose(self) -> None:
        """Closes all idle connections; the next use opens new ones."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()

    def close(self) -> None:
        """Closes the connections and ends the embedded server, unless another process still uses it."""
        self.dispose()
        if self.server is not None:
            self.server.stop()

    def _make_engine(self, role: DatabaseRole) -> Engine:
        manners = _MANNERS[role]
        url, options = self.url, str(self.url.query.get("options", ""))
        if self.server is not None:
            url = url.set(username=role.value)
        else:
            # The login becomes the role at its start, so that RESET ROLE leads back to the role, not to the login.
            options += f" -c role={role.value}"
        options += f" -c search_path={SCHEMA} -c timezone=UTC -c statement_timeout={manners.statement_timeout}"
        options += f" -c lock_timeout={manners.lock_timeout} -c plan_cache_mode={manners.plans}"
        options += f" -c idle_in_transaction_session_timeout={manners.idle_timeout}"
        patience = {} if manners.patience is None else watched(manners.patience)
        engine = create_engine(
            url.difference_update_query(["options"]),
            pool_size=manners.pool_size,
            max_overflow=manners.overflow,
            pool_timeout=5,
            pool_pre_ping=True,
            pool_recycle=1800,
            # An error's text stands in logs, and what was asked for holds names, addresses and identifiers.
            hide_parameters=True,
            connect_args={"options": options.strip(), "application_name": role.value, **_NETWORK, **patience},
        )
        event.listen(engine, "connect", _refuse_unbound(role))
        return engine


def act_for(connection: Connection, organisation_id: OrganisationId) -> None:
    """From now to the end of the transaction, row-level security lets rows of this organisation through, only."""
    connection.execute(_ACT_FOR, {"organisation": str(int(organisation_id))})


_ACT_FOR = text("SELECT set_config('la.organisation', :organisation, true)")


def database_from(settings: DatabaseSettings) -> Database:
    """The database that the settings name; without one, the embedded server, started when it does not run.

    `close()` ends what this started. Raises Unavailable when the embedded server cannot be started.
    """
    if settings.database_url is None:
        return embedded_database(settings.data_dir / "database")
    return Database(make_url(settings.database_url).set(drivername="postgresql+psycopg2"))


def embedded_database(directory: Path) -> Database:
    """The database of the embedded server in this directory, started when it does not run."""
    server = EmbeddedServer(directory)
    server.start()
    return Database(server.role_url(), server)


def _refuse_unbound(role: DatabaseRole) -> Callable[[Any, Any], None]:
    """Refuses a connection that row-level security does not bind: it would hide every mistake."""

    def check(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"
            )
            name, unbound = cursor.fetchone()
        connection.rollback()
        if unbound or name != role.value:
            connection.close()
            raise SettingsError(
                f"The database lets this process act as {name} instead of {role.value}"
                + (", which passes by row-level security." if unbound else ".")
                + " Connect without a pooler that drops the startup option 'role'."
            )

    return check


@contextmanager
def _domain_errors() -> Iterator[None]:
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        raise Unavailable("All connections to the database are in use.") from error
    except sqlalchemy.exc.DBAPIError as error:
        if error.connection_invalidated or _is_transient(error.orig):
            raise Unavailable("The database cannot be reached, or does not answer in time.") from error
        raise
    except psycopg2.Error as error:
        if _is_transient(error):
            raise Unavailable("The database cannot be reached, or does not answer in time.") from error
        raise


def _is_refused_login(error: Unavailable) -> bool:
    """Whether the server answered and does not let us in. It gives no code then, only words, by default English."""
    return _REFUSED_LOGIN.search(str(error.__cause__)) is not None


def _is_transient(error: BaseException | None) -> bool:
    """Whether trying again later may work."""
    if not isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    code = error.pgcode
    return code is None or code[:2] in _TRANSIENT_CLASSES or code in _TRANSIENT_CODES
