"""`python -m dashapp.security <command>`: what the administration of access does from a terminal."""

import argparse
import sys
from collections.abc import Callable, Sequence

from dashapp.data.database import database_from
from dashapp.domain.errors import AnalyticsError
from dashapp.security.account_commands import add_account_commands
from dashapp.security.embed_commands import add_embed_commands
from dashapp.security.guardian_commands import add_guardian_command
from dashapp.security.people_commands import add_people_commands
from dashapp.security.set_up_commands import add_set_up_command
from dashapp.settings import load_settings


def main(arguments: Sequence[str] | None = None, tell: Callable[[str], object] | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    parser = argparse.ArgumentParser(prog="python -m dashapp.security", description="Who may see what.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_account_commands(commands)
    add_embed_commands(commands)
    add_guardian_command(commands)
    add_set_up_command(commands)
    add_people_commands(commands)
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    database = None
    try:
        database = database_from(settings)
        options.run(settings, database, options, say)
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    else:
        return 0
    finally:
        if database is not None:
            database.close()


if __name__ == "__main__":
    sys.exit(main())
