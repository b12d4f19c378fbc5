"""`python -m ingest.demo`: makes the demo campus or brings it up to date, and with `--stream` goes on live."""

import argparse
import sys

from dashapp.data.database import database_from
from dashapp.data.migrations import migrate
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.ending import EndSignal
from dashapp.settings import load_settings
from ingest.demo import demo_stream, ensure_demo_campus


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, 1 where the database cannot be reached, 2 for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m ingest.demo", description=__doc__)
    parser.add_argument("--stream", action="store_true", help="go on with live events until Ctrl-C")
    chosen = parser.parse_args(arguments)
    try:
        settings = load_settings()
        database = database_from(settings)
        try:
            migrate(database)
            campus = ensure_demo_campus(settings, database, system_clock, print)
            if chosen.stream:
                asked = EndSignal()
                with asked.heard():
                    stream = demo_stream(settings, database, campus, system_clock)
                    stream.start()
                    asked.wait()
                    stream.stop()
        finally:
            database.close()
    except AnalyticsError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
