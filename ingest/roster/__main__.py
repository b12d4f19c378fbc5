"""`python -m ingest.roster check|plan|apply|undo|set|show`: an institution's rosters from files."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import Action, operator, record
from dashapp.data.store.organisations import act_for_named
from dashapp.data.store.rosters.sources import find_roster_source, imports_of, save_settings, schedules
from dashapp.data.store.rosters.undoing import undo
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.rosters import Classes, Naming, RosterForm, RosterSettings, RosterSource, checked_settings
from ingest.commanding import run_command
from ingest.roster.importing import Importer, Outcome, Reading, Wishes
from ingest.roster.plain import FIELDS
from ingest.roster.telling import told_differences, told_findings, told_reading, write_report

_Say = Callable[[str], object]
FOUND: Final = 3
"""The exit code where the files are not sound: nothing was changed."""


def main(arguments: Sequence[str] | None = None, tell: _Say | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument, 3 where the
    files have errors."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    return run_command(lambda _settings, database: _COMMANDS[options.command](database, options, say))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.roster", description="Rosters of an institution.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="read the files and say what is wrong with them")
    plan = commands.add_parser("plan", help="say besides what they would change; nothing is written")
    apply = commands.add_parser("apply", help="take them in, all or nothing")
    back = commands.add_parser("undo", help="take the last import of a source back")
    change = commands.add_parser("set", help="say how the rosters of a source are read")
    show = commands.add_parser("show", help="show that, and its last imports")
    for command in (check, plan, apply, back, change, show):
        command.add_argument("--organisation", required=True, help="its short name")
        command.add_argument("--source", required=True, help="the sender whose roster it is")
    for command in (check, plan, apply):
        command.add_argument("path", type=Path, metavar="FILES", help="a folder, a zip file, or one CSV file")
        command.add_argument("--report", type=Path, metavar="FILE", help="write all findings into this CSV file")
    apply.add_argument("--plan", metavar="FINGERPRINT", help="only if this is still what a plan has said")
    apply.add_argument("--accept-endings", action="store_true", help="more may end than the source's limit")
    apply.add_argument("--accept-conflicts", action="store_true", help="leave conflicts as they are, and do the rest")
    for command in (apply, back, change):
        command.add_argument("--by", default="", help="who decides it, for the audit; by default the login")
    _add_settings(change)
    return parser


def _add_settings(change: argparse.ArgumentParser) -> None:
    change.add_argument("--form", type=RosterForm, choices=list(RosterForm), help="what the files are (oneroster)")
    change.add_argument("--classes", type=Classes, choices=list(Classes), help="what a class of OneRoster is (course)")
    change.add_argument(
        "--people-known-as",
        nargs=3,
        metavar=("COLUMN", "ISSUER", "KIND"),
        help="by which column the learning platform's events know people, and how they name them",
    )
    change.add_argument("--courses-known-as", nargs=3, metavar=("COLUMN", "ISSUER", "KIND"), help="the same of courses")
    change.add_argument("--most-ended", type=int, metavar="PERCENT", help="of what is in force (20)")
    change.add_argument(
        "--column",
        action="append",
        metavar="FIELD=COLUMN",
        help=f"of plain CSV, as often as needed: {', '.join(FIELDS)}; without any, columns are guessed",
    )
    change.add_argument("--role", action="append", metavar="WORD=ROLE", help="of plain CSV: what a word means")
    change.add_argument("--changes-only", action="store_true", help="of plain CSV: who is missing has not left")
    change.add_argument("--folder", help="below ROSTER_FOLDER, looked into by schedule")
    change.add_argument("--address", help="https://…, asked by schedule")
    change.add_argument("--every", type=int, metavar="MINUTES", help="how often the schedule looks (60)")


def _source(database: Database, options: argparse.Namespace) -> tuple[OrganisationId, RosterSource]:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        return organisation, find_roster_source(connection, organisation, options.source)


def _importer(database: Database, options: argparse.Namespace) -> Importer:
    return Importer(database, *_source(database, options))


def _wishes(options: argparse.Namespace) -> Wishes:
    return Wishes(
        operator(getattr(options, "by", "")),
        datetime.now(UTC),
        getattr(options, "plan", None),
        getattr(options, "accept_endings", False),
        getattr(options, "accept_conflicts", False),
    )


def _check(database: Database, options: argparse.Namespace, say: _Say) -> int:
    return _told(_importer(database, options).check(options.path), options, say)


def _told(reading: Reading, options: argparse.Namespace, say: _Say) -> int:
    for sentence in (*told_reading(reading), *told_findings(reading.findings)):
        say(sentence)
    if options.report is not None:
        write_report(options.report, reading.findings)
    if reading.findings.stop:
        say("Nothing can be taken in until the errors are gone.")
        return FOUND
    return 0


def _plan(database: Database, options: argparse.Namespace, say: _Say) -> int:
    return _shown(_importer(database, options).plan(options.path, _wishes(options)), options, say)


def _shown(outcome: Outcome, options: argparse.Namespace, say: _Say) -> int:
    code = _told(outcome.reading, options, say)
    for sentence in told_differences(outcome.differences) if outcome.differences is not None else ():
        say(sentence)
    return code


def _apply(database: Database, options: argparse.Namespace, say: _Say) -> int:
    outcome = _importer(database, options).apply(options.path, _wishes(options))
    code = _shown(outcome, options, say)
    if outcome.applied is not None:
        unchanged = outcome.applied.differences.empty
        done = "Nothing has changed." if unchanged else f"Done: import {outcome.applied.import_id}."
        say(f"{done} Events have waited for {outcome.applied.waited:.1f} s.")
    return code


def _undo(database: Database, options: argparse.Namespace, say: _Say) -> int:
    organisation, source = _source(database, options)
    done = undo(database, organisation, source, operator(options.by), datetime.now(UTC))
    say(f"Import {done.import_id} of {done.imported_at:%Y-%m-%d %H:%M} UTC was taken back.")
    say(f"Of the people that it had made {done.gone_people:,} have gone, {done.kept_people:,} stay: others use them.")
    say(f"Of the courses {done.gone_courses:,} have gone, and {done.kept_courses:,} stay.")
    return 0


def _set(database: Database, options: argparse.Namespace, say: _Say) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        source = find_roster_source(connection, organisation, options.source)
        settings = _changed(source.settings, options)
        by = operator(options.by)
        save_settings(connection, organisation, replace(source, settings=settings), by.key, datetime.now(UTC))
        record(connection, organisation, by, Action.ROSTER_SET, {"subject": f"sender {source.name}"})
    _say_settings(settings, say)
    return 0


def _changed(held: RosterSettings, options: argparse.Namespace) -> RosterSettings:
    """The settings with what was said. Raises AnalyticsError."""
    said: dict[str, Any] = {}
    for name in ("form", "classes", "most_ended", "folder", "address"):
        if getattr(options, name) is not None:
            said[name] = getattr(options, name)
    if options.every is not None:
        said["every_minutes"] = options.every
    if options.people_known_as is not None:
        said["people"] = Naming(*options.people_known_as)
    if options.courses_known_as is not None:
        said["courses"] = Naming(*options.courses_known_as)
    if options.column is not None:
        said["columns"] = _pairs(options.column, FIELDS)
    if options.role is not None:
        said["roles"] = _pairs(options.role)
    if options.changes_only:
        said["whole"] = False
    return checked_settings(msgspec.structs.replace(held, **said))


def _pairs(words: Sequence[str], known: object = None) -> dict[str, str]:
    found = dict(word.split("=", 1) for word in words if "=" in word)
    if len(found) != len(words) or (known is not None and not set(found) <= set(FIELDS)):
        raise AnalyticsError(f"Each should read NAME=VALUE, with one of the names {', '.join(FIELDS)} for a column.")
    return found


def _show(database: Database, options: argparse.Namespace, say: _Say) -> int:
    organisation, source = _source(database, options)
    _say_settings(source.settings, say)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        held = imports_of(connection, organisation, source.source_id)
        looks = [one for one in schedules(connection, organisation) if one.source.name == source.name]
    for look in looks:
        if look.looked_at is not None:
            said = "nothing is in the way" if look.trouble is None else look.trouble
            say(f"The schedule looked last at {look.looked_at:%Y-%m-%d %H:%M} UTC: {said}")
    for one in held:
        added, changed, ended = (sum(each[place] for each in one.counts.values()) for place in range(3))
        counts = f"{added:,} added, {changed:,} changed, {ended:,} ended"
        say(f"{one.import_id:>8}  {one.at:%Y-%m-%d %H:%M} UTC  {one.state}  {counts}; by {one.by}")
    if not held:
        say("Nothing has been taken in yet.")
    return 0


def _say_settings(settings: RosterSettings, say: _Say) -> None:
    for name, value in msgspec.to_builtins(settings).items():
        if value not in (None, {}, ""):
            said = " ".join(value.values()) if name in ("people", "courses") else value
            say(f"{name}: {said}")


_COMMANDS: Final = {
    "check": _check,
    "plan": _plan,
    "apply": _apply,
    "undo": _undo,
    "set": _set,
    "show": _show,
}

if __name__ == "__main__":
    sys.exit(main())
