"""`python -m dashapp.security.structure time-zone|terms|units|programmes|courses|sections|undo`, from a terminal."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from dashapp.data.database import DatabaseRole, database_from
from dashapp.data.migrations import check_migrated
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.structure import Field
from dashapp.security.structure import commands
from dashapp.settings import load_settings

Say = Callable[[str], object]
_Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None, tell: Say | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    database = None
    try:
        database = database_from(settings)
        check_migrated(database, DatabaseRole.JOBS)
        commands.run(database, options, say)
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    else:
        return 0
    finally:
        if database is not None:
            database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dashapp.security.structure", description="What an organisation teaches, and when."
    )
    parser.add_argument("--organisation", required=True, help="its short name")
    parser.add_argument("--by", default="", help="who decides it, for the audit; without that, the login")
    things = parser.add_subparsers(required=True)
    zone = things.add_parser("time-zone", help=commands.time_zone.__doc__)
    zone.add_argument("zone", nargs="?", help="such as Europe/Berlin")
    zone.add_argument("--from", dest="first", type=date.fromisoformat, help="the day after tomorrow at the earliest")
    zone.set_defaults(run=commands.time_zone)
    _terms(things.add_parser("terms", help="terms with their calendar").add_subparsers(required=True))
    _units(things.add_parser("units", help="units of the organisation").add_subparsers(required=True))
    _programmes(things.add_parser("programmes", help="programmes").add_subparsers(required=True))
    _courses(things.add_parser("courses", help="courses").add_subparsers(required=True))
    _sections(things.add_parser("sections", help="sections of a course").add_subparsers(required=True))
    back = things.add_parser("undo", help="take a change back, within seven days")
    back.add_argument("change", type=int, help="its number, as the command has told it")
    back.set_defaults(run=commands.undo)
    return parser


def _add(parsers: _Parsers, name: str, run: Callable[[commands.Terminal], None]) -> argparse.ArgumentParser:
    parser = parsers.add_parser(name, help=run.__doc__)
    parser.set_defaults(run=run)
    return parser


def _terms(parsers: _Parsers) -> None:
    _add(parsers, "list", commands.terms_list)
    made = _add(parsers, "set", commands.terms_set)
    made.add_argument("name")
    made.add_argument("--rename", help="another name; sources may go on to use this one")
    made.add_argument("--starts", type=date.fromisoformat, required=True, help="first day of teaching")
    made.add_argument("--ends", type=date.fromisoformat, required=True, help="last day of teaching")
    _add_breaks(made)
    gone = _add(parsers, "remove", commands.terms_remove)
    gone.add_argument("name")
    gone.add_argument("--into", help="the term to which its courses move")


def _units(parsers: _Parsers) -> None:
    _add(parsers, "list", commands.units_list)
    made = _add(parsers, "set", commands.units_set)
    made.add_argument("name")
    made.add_argument("--rename", help="another name; sources may go on to use this one")
    made.add_argument("--below", help="the unit above it; none: it stands at the top")
    _add(parsers, "remove", commands.units_remove).add_argument("name")


def _programmes(parsers: _Parsers) -> None:
    _add(parsers, "list", commands.programmes_list)
    made = _add(parsers, "set", commands.programmes_set)
    made.add_argument("name")
    made.add_argument("--rename")
    made.add_argument("--unit", help="the unit that offers it; none: no unit")
    _add(parsers, "remove", commands.programmes_remove).add_argument("name")


def _courses(parsers: _Parsers) -> None:
    listed = _add(parsers, "list", commands.courses_list)
    listed.add_argument("--page", type=int, default=1)
    _add_filters(listed)
    one = _add(parsers, "set", commands.courses_set)
    one.add_argument("course", type=UUID, help="its public id, as the list shows it")
    for name in ("code", "title", "starts", "ends"):
        one.add_argument(f"--{name}", help="none: nothing of its own")
    _add_breaks(one)
    one.add_argument(
        "--use-source", type=Field, choices=list(Field), nargs="+", help="let its source's word hold again"
    )
    many = _add(parsers, "assign", commands.courses_assign)
    _add_filters(many)
    many.add_argument("--follow", action="store_true", help="their own days and breaks give way to those of the term")
    many.add_argument("--yes", action="store_true", help="do it")
    for parser in (one, many):
        for name in ("term", "unit", "programme"):
            parser.add_argument(f"--{name}", help="its name; none: no such thing")


def _sections(parsers: _Parsers) -> None:
    listed = _add(parsers, "list", commands.sections_list)
    made = _add(parsers, "set", commands.sections_set)
    gone = _add(parsers, "remove", commands.sections_remove)
    for parser in (listed, made, gone):
        parser.add_argument("course", type=UUID, help="the public id of its course")
    for parser in (made, gone):
        parser.add_argument("name", help="the short id by which sources know it")
    made.add_argument("--title", help="without it, that of the source holds")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", help="a part of code, title or identifier")
    for name in ("term", "unit", "programme"):
        parser.add_argument(f"--where-{name}", help="only those of it; none: those of none")
    parser.add_argument("--from-events", action="store_true", help="only those that events alone know")


def _add_breaks(parser: argparse.ArgumentParser) -> None:
    said = "FIRST..LAST, both days without teaching; once for each break"
    parser.add_argument("--break", dest="pauses", type=_pause, action="append", default=[], help=said)


def _pause(given: str) -> tuple[date, date]:
    first, _dots, last = given.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
