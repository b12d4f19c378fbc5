"""Which of an administrator's files is which table of Canvas Data, and in which order they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from ingest.history.canvas import requests, tables
from ingest.history.canvas.naming import Names, PeopleBy
from ingest.history.enrolments import Enrolments
from ingest.history.event_ids import origin_of
from ingest.history.recorded import BadValue, History, Notes, Part, Read, TablePart
from ingest.history.tables import Table, open_table
from ingest.history.values import given, needed
from ingest.text_files import FileError, Looked

AGAIN: Final = (
    "A live feed of the same Canvas gives its events ids of its own, which Canvas Data does not hold: what both tell"
    " would count twice. Say --until with the moment at which the feed began."
)
_MARKS: Final[Mapping[str, frozenset[str]]] = {
    "web_logs": frozenset({"timestamp", "url", "http_method"}),
    "submissions": frozenset({"assignment_id", "user_id", "submitted_at"}),
    "enrollments": frozenset({"user_id", "course_id", "type", "workflow_state"}),
    "pseudonyms": frozenset({"user_id", "unique_id"}),
    "assignments": frozenset({"context_id", "points_possible"}),
    "courses": frozenset({"course_code"}),
    "users": frozenset({"sortable_name"}),
}
"""Table → columns that no other of these tables has together: the files' own names say nothing."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """How the files of a Canvas are to be read."""

    issuer: str
    zone: ZoneInfo
    shard: int | None = None
    people: PeopleBy = PeopleBy.ID


def read_canvas(files: Sequence[tuple[str | None, Looked]], wish: Canvas, notes: Notes, now: datetime) -> History:
    """The history in these files, each with the name of its table where somebody has said it. Raises FileError."""
    known: dict[str, list[Table]] = {}
    for said, looked in files:
        table = open_table(looked)
        known.setdefault(said or _kind_of(table), []).append(table)
    others = None if wish.people is PeopleBy.ID else _other_names(known, wish.people)
    names = Names(wish.issuer, wish.shard, others)
    origin = f"{wish.issuer} {wish.shard or ''}"
    structure = tables.Structure(names, origin, wish.zone, now)
    enrolments = Enrolments(structure.enrolment, now)
    enrolments.prepare(
        lambda: chain.from_iterable(one.values(tables.ENROLMENT) for one in known.get("enrollments", ()))
    )
    handed_in = tables.Submissions(names, origin, _courses_of(known))
    wanted: list[tuple[str, Sequence[str], Sequence[str], Read]] = [
        ("courses", tables.COURSE, ("id", "name"), structure.course),
        ("users", tables.USER, ("id", "name", "sortable_name"), structure.user),
        ("assignments", tables.ASSIGNMENT, ("id", "context_id", "title"), structure.assignment),
        ("enrollments", tables.ENROLMENT, tables.ENROLMENT[:6], enrolments.read),
        ("web_logs", requests.COLUMNS, requests.NEEDED, requests.Requests(names, origin, notes).read),
        ("submissions", tables.SUBMISSION, ("id", *tables.SUBMISSION[1:7]), handed_in.read),
    ]
    parts: list[Part] = []
    for name, columns, needed_columns, read in wanted:
        for table in known.get(name, ()):
            table.need(needed_columns)
            if name == "submissions" and "course_id" not in table.columns and "assignments" not in known:
                raise FileError(f"{table.name} has no column course_id, so it needs the table assignments beside it.")
            parts.append(TablePart(table, columns, read))
    if not parts:
        raise FileError("None of the files becomes an event.")
    digests = [looked.digest.hex() for _, looked in files]
    identity = origin_of("canvas", origin, wish.people.value, wish.zone.key, *digests)
    return History("canvas", parts, identity, AGAIN, _remarks(known, wish))


def _kind_of(table: Table) -> str:
    for name, columns in _MARKS.items():
        if columns <= table.columns:
            return name
    raise FileError(
        f"{table.name} is no table of Canvas Data that is known here ({', '.join(_MARKS)}); say TABLE={table.name} if"
        f" it is. Its columns: {', '.join(sorted(table.columns))[:300]}."
    )


def _other_names(known: Mapping[str, list[Table]], by: PeopleBy) -> dict[int, str]:
    """Account → its name of another kind. Of several names the first one in the order of ids holds."""
    column = "sis_user_id" if by is PeopleBy.SIS else "unique_id"
    if "pseudonyms" not in known:
        raise FileError(f"People can be called by {by.value} only with the table pseudonyms beside the others.")
    found: dict[int, tuple[int, str]] = {}
    for table in known["pseudonyms"]:
        table.need(("id", "user_id", column))
        for number, user, name, state in table.values(("id", "user_id", column, "workflow_state")):
            if given(name) is None or state == "deleted":
                continue
            try:
                one, account = (needed(number, "id"), name), needed(user, "user_id")
            except BadValue:
                continue
            found[account] = min(found.get(account, one), one)
    return {account: name for account, (_, name) in found.items()}


def _courses_of(known: Mapping[str, list[Table]]) -> dict[int, int]:
    found = {}
    for table in known.get("assignments", ()):
        for number, course in table.values(("id", "context_id")):
            try:
                found[needed(number, "id")] = needed(course, "context_id")
            except BadValue:
                continue
    return found


def _remarks(known: Mapping[str, list[Table]], wish: Canvas) -> list[str]:
    found = []
    if wish.people is PeopleBy.ID and wish.shard is None:
        found.append(
            "Without --shard people, courses and activities are called by their local numbers. A live feed calls them"
            " by global ones: it would meet them as others."
        )
    if "enrollments" not in known:
        found.append(
            "Without enrollments everybody who did something counts as a learner, teachers too, unless a roster says"
            " otherwise."
        )
    if "submissions" not in known:
        found.append("Without submissions nothing is handed in, and there are no scores.")
    return found
