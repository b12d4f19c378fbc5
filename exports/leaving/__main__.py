"""`python -m exports.leaving export|verify|delete`: an organisation as a file, and without a trace."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.migrations import check_migrated
from dashapp.data.store.audit import operator, record
from dashapp.data.store.leaving.copying import Whose, snapshot
from dashapp.data.store.leaving.departures import ask_for_deletion, cancel_deletion, open_departure
from dashapp.data.store.leaving.figures import count_rows, read_extent
from dashapp.data.store.leaving.inventory import HeldTable, exported_tables, held_tables
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import TableFigures
from dashapp.ending import EndSignal
from dashapp.observability.logging import configure_logging
from dashapp.settings import Settings, load_settings
from exports.leaving.archive import Step, write_export
from exports.leaving.deleting import Deletion, folders_below
from exports.leaving.verifying import verify_export

Say = Callable[[str], object]
NOT_REACHED: Final = (
    "Not reached by a deletion:",
    "  records in Kafka, which end by the retention of its topics",
    "  backups of the database and of DATA_DIR, which end by your own plan",
    "  answers in the cache, which end within 10 minutes",
    "  the trail of the operators, which says who deleted the organisation and when",
    "  files that were downloaded, and logs of the service and its proxies, which name keys only",
    "  files of exports in another DATA_DIR, where processes do not share one",
)


class _Ended(AnalyticsError):
    """Somebody asked the command to end."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    database: Database
    settings: Settings
    options: argparse.Namespace
    say: Say
    end: EndSignal
    clock: Clock = system_clock


def main(arguments: Sequence[str] | None = None, tell: Say | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options, say)
        settings = load_settings()
        configure_logging(settings)
        return _with_database(settings, options, say)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _with_database(settings: Settings, options: argparse.Namespace, say: Say) -> int:
    database = database_from(settings)
    end = EndSignal()
    try:
        check_migrated(database, DatabaseRole.JOBS)
        with end.heard():
            return _COMMANDS[options.command](Desk(database, settings, options, say, end))
    finally:
        database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exports.leaving", description="How an organisation leaves.")
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write everything of an organisation into a ZIP file")
    export.add_argument("--out", type=Path, help="the file; without it only the figures are told")
    export.add_argument("--dry-run", action="store_true", help="only tell the figures")
    verify = commands.add_parser("verify", help="compare an export with its manifest")
    verify.add_argument("file", type=Path)
    delete = commands.add_parser("delete", help="delete an organisation; without --yes only tell what would go")
    delete.add_argument("--dry-run", action="store_true", help="only tell the figures")
    delete.add_argument("--yes", action="store_true", help="do it, at once and for ever")
    delete.add_argument("--name", help="the short name of the organisation once more, to be sure")
    delete.add_argument("--cancel", action="store_true", help="take back what was asked for on the page")
    for command in (export, delete):
        command.add_argument("--organisation", required=True, help="its short name")
    return parser


def _export(desk: Desk) -> int:
    organisation = _organisation(desk)
    if desk.options.dry_run or desk.options.out is None:
        _tell_figures(desk, organisation, exported_tables())
        desk.say("Nothing was written. With --out FILE.zip it is.")
        return 0

    def watch(step: Step) -> None:
        if desk.end.is_set():
            raise _Ended("Ended before the export was whole: nothing is left of it.")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{step.rows:,} of about {step.expected:,} rows, {step.table:<30}")
            sys.stderr.flush()

    written = write_export(desk.database, organisation, desk.options.out, watch)
    with desk.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        what = {"subject": ORGANISATION_SUBJECT, "sha256": written.sha256, "rows": written.manifest.rows}
        record(connection, organisation, operator(), Action.EXPORT_WRITTEN, what)
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    desk.say(f"{written.path}: {written.manifest.rows:,} rows in {len(written.manifest.files)} files.")
    desk.say(f"{written.bytes:,} bytes, SHA-256 {written.sha256}")
    return 0


def _verify(options: argparse.Namespace, say: Say) -> int:
    verdict = verify_export(options.file)
    for fault in verdict.faults:
        say(fault)
    if verdict.faults:
        return 1
    manifest = verdict.manifest
    said = f"{len(manifest.files)} files with {manifest.rows:,} rows are as they were written"
    say(f"{options.file}: {said}, as of {manifest.as_of:%Y-%m-%d %H:%M:%S} UTC, from {manifest.organisation.name}.")
    return 0


def _delete(desk: Desk) -> int:
    options, organisation = desk.options, _organisation(desk)
    if options.cancel:
        return _cancel(desk, organisation)
    if options.dry_run or not options.yes:
        _tell_deletion(desk, organisation)
        return 0
    if options.name != options.organisation:
        raise AnalyticsError(
            f"To delete it, write its short name twice: --organisation {options.organisation} --yes"
            f" --name {options.organisation}. Nothing was deleted."
        )
    by, now = operator(), desk.clock()
    with desk.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        departure = ask_for_deletion(connection, organisation, by.key, now, now)

    def tell(table: str, rows: int) -> None:
        desk.say(f"{table}: {rows:,} rows are gone.")

    deletion = Deletion(desk.database, folders_below(desk.settings.data_dir), desk.clock)
    desk.say("Nobody can send or sign in any more. The end waits until every process has heard it: 45 seconds.")
    done = deletion.run(departure, by, desk.end, tell)
    if done is None:
        raise _Ended("Ended before everything was gone. Run the command again, or let the jobs go on with it.")
    desk.say(f"{sum(done.removed.values()):,} rows are gone. Departure {done.departure_id} stays, without a name.")
    return 0


def _cancel(desk: Desk, organisation: OrganisationId) -> int:
    by = operator()
    with desk.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        if not cancel_deletion(connection, organisation, by.key, desk.clock()):
            raise AnalyticsError("There is no deletion to cancel: none was asked for, or it is under way.")
        record(connection, organisation, by, Action.DELETION_CANCELLED, {"subject": ORGANISATION_SUBJECT})
    desk.say("The deletion is cancelled.")
    return 0


# ------------------------------------------------------------------ dry runs


def _tell_figures(desk: Desk, organisation: OrganisationId, tables: Sequence[HeldTable]) -> Whose:
    with snapshot(desk.database, organisation) as (connection, of):
        extent = read_extent(connection, of)
        desk.say(f"{of.title} ({of.name}), as of {of.at:%Y-%m-%d %H:%M:%S} UTC")
        desk.say(f"{extent.people:,} people, {extent.courses:,} courses, {extent.senders:,} senders")
        if extent.first_day is not None:
            desk.say(f"Learning from {extent.first_day} to {extent.last_day}")
        found = [count_rows(connection, held, of) for held in tables]
    for one in found:
        if one.rows:
            desk.say(_line(one))
    rows, size = sum(one.rows for one in found), sum(one.size or 0 for one in found)
    desk.say(f"{rows:,} rows, about {size:,} bytes before they are packed.")
    return of


def _line(one: TableFigures) -> str:
    return f"  {one.name:<28} {one.rows:>14,} rows  about {one.size or 0:>16,} bytes"


def _tell_deletion(desk: Desk, organisation: OrganisationId) -> None:
    of = _tell_figures(desk, organisation, held_tables())
    for sentence in NOT_REACHED:
        desk.say(sentence)
    with desk.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        asked = open_departure(connection, organisation)
    if asked is not None:
        desk.say(f"A deletion is {asked.state}, due {asked.due_at:%Y-%m-%d %H:%M} UTC. --cancel takes a request back.")
    desk.say(f"Nothing was deleted. With --yes --name {of.name} it is, at once and for ever.")


def _organisation(desk: Desk) -> OrganisationId:
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        found = find_organisation(connection, desk.options.organisation)
        if found is None:
            raise AnalyticsError(f"There is no organisation named {desk.options.organisation}.")
    return found


_COMMANDS: Final = {"export": _export, "delete": _delete}

if __name__ == "__main__":
    sys.exit(main())
