"""`python -m ingest.history moodle|canvas|csv|statements FILE…`: what happened before, from files (docs/history.md)."""

import argparse
import codecs
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tqdm import tqdm

from dashapp.data.database import Database, database_from
from dashapp.data.migrations import migrate
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.domain.events import Source
from dashapp.domain.history import HistoryKind
from dashapp.domain.spreadsheets import write_lines
from dashapp.settings import Settings, load_settings
from ingest.history.canvas.naming import PeopleBy
from ingest.history.importing import Found, Importer, Tally, strictly
from ingest.history.mapped import read_mapping
from ingest.history.opening import How, open_history
from ingest.history.recorded import History, Notes
from ingest.history.sieve import Wishes
from ingest.history.tables import look_at
from ingest.history.target import find_source, zone_of
from ingest.history.terminal import INTERRUPTED, Terminal, interruptible
from ingest.history.values import instant_of, moment_said
from ingest.history.ways import Refusal, Through, way_of
from ingest.text_files import FileError, Looked

SOME_REFUSED = 3
"""The exit code where everything else is in."""
SHOWN = 20
"""Problems that the terminal shows."""


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when all is in, 1 where the database or the broker is away, 2 for a wrong file, wish or setting, 3
    when all is in but for records that are named, 130 when it was interrupted; the same command goes on then."""
    chosen = parser().parse_args(arguments)
    try:
        settings = load_settings()
        with closing(database_from(settings)) as database:
            if settings.database_url is None:
                migrate(database)
            return _work(settings, database, chosen)
    except (FileError, Refusal, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except AnalyticsError as error:
        print(error, file=sys.stderr)
        return 1


def _work(settings: Settings, database: Database, chosen: argparse.Namespace) -> int:
    source = find_source(settings, database, (chosen.organisation, chosen.source), chosen.issuer, make=not chosen.check)
    zone = chosen.zone or zone_of(database, source)
    files = _files(chosen.files, chosen.encoding)
    for _, looked in files:
        if looked.guessed:
            print(f"{looked.path.name} is no UTF-8 and is read as Windows-1252; --encoding says otherwise.")
    notes = Notes()
    how = _how(chosen, settings, source, zone)
    history = open_history(HistoryKind(chosen.kind), files, how, notes, datetime.now(UTC))
    importer = Importer(settings, database, system_clock, source, history, notes)
    until = None if chosen.until is None else instant_of(chosen.until, zone)
    wishes = Wishes(
        way_of(settings, chosen.through),
        datetime.now(UTC),
        until,
        chosen.speed,
    )
    before = 0 if chosen.check else importer.done(wishes)
    with (
        interruptible(importer.stop),
        tqdm(total=importer.size(), initial=before, unit="B", unit_scale=True, mininterval=0.5) as bar,
    ):
        terminal = Terminal(bar, _bytes)
        if chosen.check:
            found = importer.check(wishes, terminal)
        else:
            if chosen.strict:
                strictly(importer, wishes, terminal)
                terminal.advance(Tally(bytes_read=before))
            tally = importer.run(wishes, terminal)
    if chosen.problems is not None:
        _write_problems(chosen.problems, notes)
    print("\n".join(_checked(found, history) if chosen.check else _summary(tally, notes)))
    if importer.stop.is_set():
        return INTERRUPTED
    return SOME_REFUSED if notes.problem_count or (not chosen.check and tally.refused) else 0


def _how(chosen: argparse.Namespace, settings: Settings, source: Source, zone: ZoneInfo) -> How:
    how = How(source, zone, settings.max_event_bytes)
    match chosen.kind:
        case HistoryKind.MOODLE:
            columns = dict(pair.split("=", 1) for pair in chosen.column)
            return replace(how, site=chosen.site, course=chosen.course, time_format=chosen.time_format, columns=columns)
        case HistoryKind.CANVAS:
            return replace(how, shard=chosen.shard, people=chosen.people)
        case HistoryKind.CSV:
            return replace(how, mapping=read_mapping(chosen.mapping, zone))
        case _:
            return how


def _files(words: list[str], encoding: str | None) -> list[tuple[str | None, Looked]]:
    """The files, each with the name of its table where the command says `TABLE=FILE`."""
    found: list[tuple[str | None, Looked]] = []
    for word in words:
        name, equals, rest = word.partition("=")
        said = name if equals and not Path(word).exists() else None
        found += [(said, looked) for looked in look_at([Path(rest if said else word)], encoding)]
    return found


def _bytes(tally: object) -> int:
    return tally.bytes_read if isinstance(tally, Tally) else 0


def _summary(tally: Tally, notes: Notes) -> list[str]:
    lines = [f"{tally.rows:,} records read."]
    if tally.sent:
        lines.append(f"{tally.sent:,} events sent.")
    else:
        lines.append(f"{tally.new:,} new events, {tally.seen:,} known already, {tally.refused:,} refused.")
    if tally.refused:
        lines.append("Refused events stand on the page Refused events, with their reasons.")
    lines += _noted(notes)
    if not tally.finished:
        lines.append("Interrupted: the same command goes on from here.")
    return lines


def _checked(found: Found, history: History) -> list[str]:
    lines = [f"{sum(found.kinds.values()):,} events would be counted:"]
    lines += [f"  {number:>12,}  {kind}" for kind, number in found.kinds.most_common()]
    lines.append(f"They are of {len(found.people):,} people in {len(found.courses):,} courses.")
    if found.first is not None and found.last is not None:
        lines.append(f"Activity from {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC.")
    return [*lines, *_noted(found.notes), *history.remarks, history.again]


def _noted(notes: Notes) -> list[str]:
    lines = []
    if notes.left_out:
        lines.append("Left out:")
        lines += [f"  {number:>12,}  {reason}" for reason, number in notes.left_out.most_common(SHOWN)]
    if notes.unknown:
        lines.append("Not known by kind, and counted as interactions or views:")
        lines += [f"  {number:>12,}  {kind}" for kind, number in notes.unknown.most_common(SHOWN)]
    if notes.problem_count:
        lines.append(f"{notes.problem_count:,} records could not be taken:")
        lines += [f"  {problem}" for problem in notes.problems[:SHOWN]]
        if notes.problem_count > SHOWN:
            lines.append(f"  … and {notes.problem_count - SHOWN:,} more; --problems FILE has the first thousand.")
    return lines


def _write_problems(path: Path, notes: Notes) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        told = ((one.file, one.line, one.column or "", one.reason) for one in notes.problems)
        write_lines(file, [("file", "line", "column", "reason"), *told])


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m ingest.history", description=__doc__)
    kinds = whole.add_subparsers(dest="kind", required=True)
    moodle = _add(kinds, "moodle", "the log of a Moodle, as table or as report, with its other tables")
    moodle.add_argument("--site", help="Moodle's address, as its plugins send it; by default the source's issuer")
    moodle.add_argument("--course", type=int, metavar="ID", help="the course that a downloaded report is of")
    moodle.add_argument("--time-format", metavar="FORM", help="of the report's times, such as '%%d.%%m.%%Y, %%H:%%M'")
    moodle.add_argument(
        "--column",
        action="append",
        default=[],
        type=_pair,
        metavar="OURS=THEIRS",
        help="of a report in another language",
    )
    canvas = _add(kinds, "canvas", "files of Canvas Data 2")
    canvas.add_argument("--shard", type=int, metavar="N", help="what the live feed writes before ids: 2107")
    canvas.add_argument("--people", type=PeopleBy, choices=list(PeopleBy), default=PeopleBy.ID, help="by which name")
    mapped = _add(kinds, "csv", "any table, by a mapping")
    mapped.add_argument("--mapping", type=Path, required=True, metavar="FILE", help="which column is which field")
    _add(kinds, "statements", "archives of xAPI, Caliper or native events")
    return whole


def _add(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=what, description=what)
    parser.add_argument("files", nargs="+", metavar="[TABLE=]FILE", help="files or folders")
    parser.add_argument("--organisation", required=True, metavar="NAME", help="its short name")
    parser.add_argument("--source", required=True, metavar="NAME", help="the source of the live feed, or a new one")
    parser.add_argument("--issuer", metavar="ADDRESS", help="makes the source where there is none")
    parser.add_argument("--check", action="store_true", help="read everything, write nothing, say what would happen")
    parser.add_argument("--strict", action="store_true", help="import nothing if a single record cannot be taken")
    parser.add_argument(
        "--until", type=moment_said, metavar="TIME", help="only what happened before: when the feed began"
    )
    parser.add_argument("--zone", type=_zone, help="of times without an offset; by default the organisation's")
    parser.add_argument("--encoding", type=_encoding, help="of the files, where it is not recognised")
    parser.add_argument("--speed", type=_speed, metavar="N", help="at most N events a second, or max")
    parser.add_argument("--problems", type=Path, metavar="FILE", help="writes what could not be taken as CSV")
    parser.add_argument("--through", type=Through, choices=list(Through), help="by default kafka where there is one")
    return parser


def _pair(word: str) -> str:
    if "=" not in word:
        raise ValueError
    return word


def _speed(word: str) -> int | None:
    if word == "max":
        return None
    if int(word) < 1:
        raise ValueError
    return int(word)


def _encoding(word: str) -> str:
    try:
        return codecs.lookup(word).name
    except LookupError as error:
        raise argparse.ArgumentTypeError(f"there is no encoding {word}") from error


def _zone(word: str) -> ZoneInfo:
    try:
        return ZoneInfo(word)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"there is no zone {word}") from error


if __name__ == "__main__":
    sys.exit(main())
