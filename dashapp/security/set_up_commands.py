"""The command of the first start."""

import argparse

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.migrations import check_migrated
from dashapp.domain.errors import AnalyticsError
from dashapp.security.account_commands import Commands, Say
from dashapp.security.set_up import SET_UP_PATH, FirstStart
from dashapp.settings import Settings


def show_code(settings: Settings, database: Database, _options: argparse.Namespace, say: Say) -> None:
    """Shows the code that opens the set-up page of an empty installation."""
    check_migrated(database, DatabaseRole.JOBS)
    code = FirstStart(database, settings.secret_keys).code()
    if code is None:
        raise AnalyticsError("There is an organisation already. create-admin makes further administrators.")
    say(f"Open {settings.public_url}{SET_UP_PATH} and enter {code}")


def add_set_up_command(commands: Commands) -> None:
    """Adds `set-up-code`, which sets `run(settings, database, options, say)`."""
    made = commands.add_parser("set-up-code", help=(show_code.__doc__ or "").partition(".")[0])
    made.set_defaults(run=show_code)
