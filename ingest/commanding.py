"""How a command of the ingest begins."""

import sys
from collections.abc import Callable

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.migrations import check_migrated
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.ending import EndSignal, Waiting
from dashapp.observability.logging import configure_logging
from dashapp.settings import Settings, load_settings


def settings_or_sentence() -> Settings | None:
    """The settings, with logging by them; None after a sentence about a wrong one."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return None
    configure_logging(settings)
    return settings


def run_command(work: Callable[[Settings, Database], int]) -> int:
    """Does something with a migrated database, as la_jobs; gives the exit code.

    That of `work`; 1 where it raises one of our errors, whose sentence is told; 2 for a wrong setting.
    """
    settings = settings_or_sentence()
    if settings is None:
        return 2
    database = None
    try:
        database = database_from(settings)
        check_migrated(database, DatabaseRole.JOBS)
        return work(settings, database)
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        if database is not None:
            database.close()


def run_until_asked(work: Callable[[Settings, Database, Waiting], int]) -> int:
    """The same for what takes its time and ends in good order when it is asked to."""
    asked = EndSignal()
    with asked.heard():
        return run_command(lambda settings, database: work(settings, database, asked))
