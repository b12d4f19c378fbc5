"""What things are called and when they are due: of all descriptions of one thing the latest by (time, id) holds.

Whole descriptions replace each other: what the one that holds does not say is not known. So the order in which they
arrive never matters. What the administration has decided of a course or a section goes before all of them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from psycopg2 import extensions
from psycopg2.extras import Json, execute_values

from dashapp.data.store.preparing import Taken
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    ExtensionGranted,
    MembershipChanged,
    OutcomeRecorded,
    PersonDescribed,
    SectionDescribed,
    UnitDescribed,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Described:
    """A table of described things: its key within the organisation, and the row that a description makes."""

    table: str
    key: tuple[str, ...]
    row: Callable[[Taken, "Links"], Row]
    derived: str = ""
    """What is set besides, from the row before and the description (`excluded`)."""
    decidable: Mapping[str, str] = field(default_factory=dict)
    """Column → the name under which the column `decided` holds what goes before the description."""


@dataclass(frozen=True, slots=True)
class Links:
    """Keys of the things that events name in passing."""

    sections: Mapping[tuple[int, str], int]
    units: Mapping[tuple[int, str], int]
    terms: Mapping[str, int]
    organisation_units: Mapping[str, int]
    groups: Mapping[tuple[int, str], int]


def describe(
    cursor: extensions.cursor, organisation: int, taken: Sequence[Taken], links: Links, activities: Collection[int]
) -> None:
    """Applies the descriptions, outcomes and extensions among new events.

    Rows are locked kind by kind, in the order of keys; when it is the activities' turn, all of `activities` are.
    """
    for kind, described in _TABLES.items():
        if kind is ActivityDescribed and activities:
            cursor.execute(
                """SELECT 1 FROM activities WHERE organisation_id = %s AND activity_id = ANY(%s)
                ORDER BY activity_id FOR NO KEY UPDATE""",
                (organisation, list(activities)),
            )
        if rows := _latest(described, [one for one in taken if type(one.event) is kind], links):
            held = _write(cursor, organisation, described, rows)
            if kind is CourseDescribed:
                _replace_breaks(cursor, organisation, [one for one in taken if type(one.event) is kind], held)


def described_by(taken: Taken) -> str:
    """Breaks ties between descriptions of the same instant: the id, and the sender where two use the same one."""
    return f"{taken.event.id} {taken.source_id}"


def link(cursor: extensions.cursor, organisation: int, taken: Sequence[Taken]) -> Links:
    """Keys of everything that events name in passing or describe by its name within a course.

    Unknown things become provisional rows, here and in a fixed order, before any existing row is locked: what a writer
    waits for later is then never something that another one has only begun to make.
    """
    sections: set[tuple[int, str]] = set()
    units: set[tuple[int, str]] = set()
    terms: set[str] = set()
    organisation_units: set[str] = set()
    groups: set[tuple[int, str]] = set()
    for one in taken:
        course = one.course or 0
        match one.event:
            case SectionDescribed(section=str(name)) | MembershipChanged(section=str(name)):
                sections.add((course, name))
            case MembershipChanged(group=str(name)):
                groups.add((course, name))
            case UnitDescribed(unit=name, parent=parent):
                units.update((course, unit) for unit in (name, parent) if unit is not None)
            case ActivityDescribed(unit=str(name)):
                units.add((course, name))
            case CourseDescribed(term=term, organisation_unit=unit):
                terms.update([term] if term else ())
                organisation_units.update([unit] if unit else ())
    return Links(
        _ensure_parts(cursor, organisation, ("sections", "section_id"), sorted(sections)),
        _ensure_parts(cursor, organisation, ("units", "unit_id"), sorted(units)),
        _ensure_named(cursor, organisation, ("terms", "term_id"), sorted(terms)),
        _ensure_named(cursor, organisation, ("organisation_units", "organisation_unit_id"), sorted(organisation_units)),
        _ensure_parts(cursor, organisation, ("learner_groups", "group_id"), sorted(groups)),
    )


def _ensure_parts(
    cursor: extensions.cursor, organisation: int, place: tuple[str, str], names: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """`place`: table and key. Names are (course, name)."""
    if not names:
        return {}
    table, key = place
    wanted = ([course for course, _ in names], [name for _, name in names], organisation)
    find = f"""SELECT course_id, name, {key} FROM unnest(%s::bigint[], %s::text[]) AS w (course_id, name)
        JOIN {table} USING (course_id, name) WHERE organisation_id = %s"""
    cursor.execute(find, wanted)
    found = {(course, name): part for course, name, part in cursor.fetchall()}
    if missing := [(organisation, *name) for name in names if name not in found]:
        insert = f"INSERT INTO {table} (organisation_id, course_id, name) VALUES %s ON CONFLICT DO NOTHING"
        execute_values(cursor, insert, missing)
        cursor.execute(find, wanted)
        found = {(course, name): part for course, name, part in cursor.fetchall()}
    return found


def _ensure_named(
    cursor: extensions.cursor, organisation: int, place: tuple[str, str], names: Sequence[str]
) -> dict[str, int]:
    if not names:
        return {}
    table, key = place
    find = f"""SELECT w.name, t.{key} FROM unnest(%s::text[]) AS w (name)
        JOIN {table} t ON t.name = w.name OR w.name = ANY(t.former_names) WHERE t.organisation_id = %s"""
    cursor.execute(find, (list(names), organisation))
    found = dict(cursor.fetchall())
    if missing := [(organisation, name) for name in names if name not in found]:
        execute_values(cursor, f"INSERT INTO {table} (organisation_id, name) VALUES %s ON CONFLICT DO NOTHING", missing)
        cursor.execute(find, (list(names), organisation))
        found = dict(cursor.fetchall())
    return found


def _latest(described: _Described, taken: Sequence[Taken], links: Links) -> list[Row]:
    """One row per thing, in the order of keys: what holds among the descriptions of this batch."""
    latest: dict[tuple[Any, ...], Row] = {}
    for one in taken:
        row = {**described.row(one, links), "described_at": one.at, "described_by": described_by(one)}
        key = tuple(row[name] for name in described.key)
        held = latest.get(key)
        if held is None or (held["described_at"], held["described_by"]) < (row["described_at"], row["described_by"]):
            latest[key] = row
    return [latest[key] for key in sorted(latest)]


def _write(
    cursor: extensions.cursor, organisation: int, described: _Described, rows: Sequence[Row]
) -> set[tuple[Any, ...]]:
    """Writes what is later than the row that holds; gives the keys of what holds now."""
    columns = list(rows[0])
    key = ", ".join(("organisation_id", *described.key))
    changed = [_taken_over(name, described.decidable) for name in columns if name not in described.key]
    held = execute_values(
        cursor,
        f"""INSERT INTO {described.table} AS t (organisation_id, {", ".join(columns)}) VALUES %s
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(changed)}{described.derived}
        WHERE t.described_at IS NULL OR (t.described_at, t.described_by COLLATE "C")
            < (excluded.described_at, excluded.described_by COLLATE "C")
        RETURNING {", ".join(f"t.{name}" for name in described.key)}""",
        [(organisation, *row.values()) for row in rows],
        page_size=500,
        fetch=True,
    )
    return set(held)


def _taken_over(column: str, decidable: Mapping[str, str]) -> str:
    if column not in decidable:
        return f"{column} = excluded.{column}"
    return f"{column} = CASE WHEN t.decided ? '{decidable[column]}' THEN t.{column} ELSE excluded.{column} END"


def _replace_breaks(
    cursor: extensions.cursor, organisation: int, taken: Sequence[Taken], held: set[tuple[Any, ...]]
) -> None:
    """The breaks of the courses whose description in this batch holds, where the administration has decided none."""
    if not held:
        return
    latest = {one.course: one for one in sorted(taken, key=lambda one: (one.at, described_by(one)))}
    cursor.execute(
        """SELECT course_id FROM courses
        WHERE organisation_id = %s AND course_id = ANY(%s) AND NOT decided ? 'breaks'""",
        (organisation, [course for (course,) in held]),
    )
    courses = [course for (course,) in cursor.fetchall()]
    cursor.execute(
        "DELETE FROM course_breaks WHERE organisation_id = %s AND course_id = ANY(%s)", (organisation, courses)
    )
    rows = [
        (organisation, course, first, last)
        for course in courses
        for first, last in _breaks_of(latest[course].event).items()
    ]
    if rows:
        execute_values(
            cursor, "INSERT INTO course_breaks (organisation_id, course_id, first_day, last_day) VALUES %s", rows
        )


def _breaks_of(event: Event) -> dict[date, date]:
    """First day → last day; of two breaks that begin on one day the longer one."""
    assert isinstance(event, CourseDescribed)
    breaks: dict[date, date] = {}
    for first, last in event.breaks:
        breaks[first] = max(last, breaks.get(first, last))
    return breaks


# ------------------------------------------------------------------ the rows that descriptions make


def _person(taken: Taken, _links: Links) -> Row:
    event: Any = taken.event
    return {
        "person_id": taken.person,
        "given_name": event.given_name,
        "family_name": event.family_name,
        "email": event.email,
        "described_test": bool(event.is_test),
        "provisional": False,
    }


def _course(taken: Taken, links: Links) -> Row:
    event: Any = taken.event
    return {
        "course_id": taken.course,
        "code": event.code,
        "title": event.title,
        "organisation_unit_id": links.organisation_units.get(event.organisation_unit),
        "term_id": links.terms.get(event.term),
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "said": Json(_said(event)),
        "provisional": False,
    }


def _said(event: CourseDescribed) -> dict[str, Any]:
    """What a description says of what the administration may decide otherwise: by names, whatever becomes of these."""
    return {
        "code": event.code,
        "title": event.title,
        "unit": event.organisation_unit,
        "term": event.term,
        "starts_on": event.starts_on and event.starts_on.isoformat(),
        "ends_on": event.ends_on and event.ends_on.isoformat(),
        "breaks": [[first.isoformat(), last.isoformat()] for first, last in sorted(_breaks_of(event).items())],
    }


def _section(taken: Taken, _links: Links) -> Row:
    event: Any = taken.event
    return {"course_id": taken.course, "name": event.section, "title": event.title, "said_title": event.title}


def _unit(taken: Taken, links: Links) -> Row:
    event: Any = taken.event
    return {
        "course_id": taken.course,
        "name": event.unit,
        "title": event.title,
        "parent_id": links.units.get((taken.course or 0, event.parent)),
        "position": event.position,
    }


def _activity(taken: Taken, links: Links) -> Row:
    event: Any = taken.event
    named = event.activity_type not in (None, ActivityType.UNKNOWN)
    return {
        "activity_id": taken.activity,
        "course_id": taken.course,
        "unit_id": links.units.get((taken.course or 0, event.unit)),
        "described_type": str(event.activity_type) if named else None,
        "title": event.title,
        "published_at": event.published_at,
        "due_at": event.due_at,
        "max_score": event.max_score,
        "weight": event.weight,
        "attempt_policy": str(event.attempt_policy),
        "provisional": False,
    }


def _extension(taken: Taken, _links: Links) -> Row:
    event: Any = taken.event
    return {"activity_id": taken.activity, "person_id": taken.counts_as, "due_at": event.due_at}


def _outcome(taken: Taken, _links: Links) -> Row:
    event: Any = taken.event
    return {"course_id": taken.course, "person_id": taken.counts_as, "outcome": str(event.outcome)}


_OF_COURSES: Final = {
    "code": "code",
    "title": "title",
    "organisation_unit_id": "unit",
    "term_id": "term",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
}
_TEST: Final = """coalesce(CASE WHEN t.merged_into IS NOT NULL THEN (
            SELECT s.test_override FROM people s
            WHERE s.organisation_id = t.organisation_id AND s.person_id = t.merged_into) END,
        t.test_override, excluded.described_test)"""
"""What the administration has said holds, whatever a source says afterwards."""
_TABLES: Final[Mapping[type, _Described]] = {
    PersonDescribed: _Described("people", ("person_id",), _person, f", is_test = {_TEST}"),
    CourseDescribed: _Described("courses", ("course_id",), _course, decidable=_OF_COURSES),
    SectionDescribed: _Described("sections", ("course_id", "name"), _section, decidable={"title": "title"}),
    UnitDescribed: _Described("units", ("course_id", "name"), _unit),
    ActivityDescribed: _Described(
        "activities", ("activity_id",), _activity, ", activity_type = coalesce(excluded.described_type, t.claimed_type)"
    ),
    ExtensionGranted: _Described("activity_extensions", ("activity_id", "person_id"), _extension),
    OutcomeRecorded: _Described("outcomes", ("course_id", "person_id"), _outcome),
}
"""In the order in which their rows are locked."""
