"""The aggregates of past days made anew from the raw events, while ingest goes on.

What an aggregate is stands in `recount.DEFINITIONS`; a rebuild writes what these say. It goes by portions: one course
and a few local days, or a part of the people of a day, in a transaction that has the organisation for itself, so that
batches wait for a moment and nothing is counted twice or lost. Whoever is interrupted has done whole portions; doing
one again changes nothing.
"""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store import presence
from dashapp.data.store.deltas import ACTIVE_VERBS, ORGANISATION_DAY_SLOTS
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.recount import DEFINITIONS, events_within
from dashapp.data.store.scope_changes import WriterSlot
from dashapp.data.store.structure import read_days
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.localtime import MINUTES_PER_DAY, LocalDays

SLICE_DAYS: Final = 7
"""Days whose raw events are looked through at once, for who was active in which course."""


class RebuildError(AnalyticsError):
    """These days or courses cannot be rebuilt; the text says why."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One course on some local days, both inclusive; `candidates` are the keys of who did anything there.

    With several `parts`, only of the people whose key leaves the remainder `part`: whoever comes meanwhile belongs to
    one of them. What the course has as a whole is rebuilt after all of its parts: what changes between them for other
    reasons is told from the rows of its people.
    """

    course: int
    first: date
    last: date
    candidates: Collection[int]
    part: int = 0
    parts: int = 1


@dataclass(slots=True)
class Found:
    """What a course has on some days: the keys of people with raw events, and how many events by local day."""

    people: set[int] = field(default_factory=set)
    events: Counter[date] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Rebuilds one organisation. `earliest`: the first local day of which all raw events are kept."""

    database: Database
    organisation: OrganisationId
    slot: WriterSlot
    days: LocalDays
    earliest: date

    def candidates(self, first: date, last: date, course: CourseId | None) -> dict[int, Found]:
        """The courses with raw events or aggregates on these days, in order."""
        values: dict[str, Any] = {**self._times(first, last), "course": course, "organisation": self.organisation}
        found: dict[int, Found] = {}
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            for row in connection.execute(_CANDIDATES, values):
                of_course = found.setdefault(row.course_id, Found())
                of_course.people.update(row.people)
                of_course.events[row.day] += row.events
            values |= {"first": first, "last": last}
            for row in connection.execute(_AGGREGATED, _used(_AGGREGATED.text, values)):
                found.setdefault(row.course_id, Found())
        return dict(sorted(found.items()))

    def rebuild(self, portion: Portion) -> float:
        """Makes a portion's aggregates anew; where it is one of several parts, those by person only.

        Gives the seconds for which batches waited. Raises Unavailable; then nothing has changed.
        """
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            began = self._own(connection)
            values = self._values(connection, portion)
            _replace(connection, _BY_PERSON, events_within(_OF_PORTION), values)
            if portion.parts == 1:
                self._rebuild_course(connection, values)
            people = [PersonId(person) for person in values["people"]]
            self.slot.record(connection, self.organisation, [CourseId(portion.course)], people)
        return time.monotonic() - began

    def rebuild_course(self, portion: Portion) -> float:
        """What the course has as a whole, after all parts of its people. As `rebuild`."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            began = self._own(connection)
            self._rebuild_course(connection, self._values(connection, portion))
            self.slot.record(connection, self.organisation, [CourseId(portion.course)], ())
        return time.monotonic() - began

    def merges(self) -> tuple[int, int]:
        """How many merges and splits of people there have been. Where these change between the parts of a portion, the
        rows of somebody may have come into a part that was done before."""
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            row = connection.execute(_MERGES, {"organisation": self.organisation}).one()
        return row.merges, row.splits

    def _own(self, connection: Connection) -> float:
        """Has the organisation for itself from the instant on that it gives."""
        own_organisation(connection, self.organisation)
        act_for(connection, self.organisation)
        return time.monotonic()

    @staticmethod
    def _rebuild_course(connection: Connection, values: Mapping[str, Any]) -> None:
        _replace(connection, _BY_COURSE, events_within(_OF_HOURS), values)
        _sum_up(connection, values, _OF_SLOT)

    def sum_up(self, first: date, last: date) -> None:
        """Makes the organisation's own days anew from those of its courses, which have been rebuilt before."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            self._own(connection)
            _sum_up(connection, {"organisation": self.organisation, "first": first, "last": last}, "")
            self.slot.record(connection, self.organisation, (), ())

    def active_in(self, first: date, last: date, course: CourseId | None) -> list[tuple[int, list[int]]]:
        """(course, people): who was active on these days, which are rebuilt."""
        values = {"organisation": self.organisation, "first": first, "last": last, "course": course}
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return [(row.course_id, list(row.people)) for row in connection.execute(_ACTIVE, values)]

    def rebuild_activities(self, course: int, people: Sequence[int]) -> float:
        """What these people did in the activities of a course, over all the time. Where that began before raw events
        are kept, it stays. Gives the seconds for which batches waited. Raises Unavailable; then nothing has changed."""
        owned = "t.organisation_id = :organisation AND t.course_id = :course AND t.person_id = ANY(:people)"
        values: dict[str, Any] = {
            "organisation": self.organisation,
            "course": course,
            "people": list(people),
            "earliest": self.earliest,
            "verbs": list(ACTIVE_VERBS),
        }
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            began = self._own(connection)
            values["keys"] = list(connection.execute(_KEYS, _used(_KEYS.text, values)).scalars())
            _run(connection, f"DELETE FROM learner_activities t WHERE {owned} AND t.first_day >= :earliest", values)
            events = events_within(_OF_PEOPLE)
            _run(connection, f"WITH {events} {_insert('learner_activities')} ON CONFLICT DO NOTHING", values)
            presence.rebuild_activities(connection, self.organisation, course, people)
            self.slot.record(connection, self.organisation, [CourseId(course)], [PersonId(one) for one in people])
        return time.monotonic() - began

    def _times(self, first: date, last: date) -> dict[str, datetime]:
        """The instants of the days, and the whole hours around them: zones differ by quarters of an hour, too."""
        begin = self.days.first_instant(first).astimezone(UTC)
        end = self.days.first_instant(last + timedelta(days=1)).astimezone(UTC)
        hours_end = end.replace(minute=0, second=0, microsecond=0)
        return {
            "begin": begin,
            "end": end,
            "hours_begin": begin.replace(minute=0, second=0, microsecond=0),
            "hours_end": hours_end if hours_end == end else hours_end + timedelta(hours=1),
        }

    def _values(self, connection: Connection, portion: Portion) -> dict[str, Any]:
        values: dict[str, Any] = {
            "organisation": self.organisation,
            "course": portion.course,
            "first": portion.first,
            "last": portion.last,
            "earliest": self.earliest,
            "verbs": list(ACTIVE_VERBS),
            "candidates": list(portion.candidates),
            "part": portion.part,
            "parts": portion.parts,
            "slot": portion.course % ORGANISATION_DAY_SLOTS,
            **self._times(portion.first, portion.last),
        }
        # Under the lock: who came since the candidates were looked for has rows of aggregates by now.
        values["people"] = list(connection.execute(_PEOPLE, _used(_PEOPLE.text, values)).scalars())
        values["keys"] = list(connection.execute(_KEYS, _used(_KEYS.text, values)).scalars())
        return values


def rebuilder(
    database: Database, organisation: OrganisationId, slot: WriterSlot, retention_days: int, now: datetime
) -> Rebuilder:
    """For one organisation, with `slot` as the place among the writers and raw events kept for `retention_days`."""
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        days = read_days(connection, organisation)
    # The day on which the horizon falls is kept in part only.
    return Rebuilder(database, organisation, slot, days, days.day_of(now) - timedelta(days=retention_days - 1))


def find_course(connection: Connection, organisation: OrganisationId, name: str) -> CourseId:
    """The course of this code, public id or sender's id. Raises RebuildError where that is none, or several."""
    found = connection.execute(_COURSE, {"organisation": organisation, "name": name}).scalars().all()
    if len(found) != 1:
        raise RebuildError(f"{'No course' if not found else 'More than one course'} is called {name}.")
    return CourseId(found[0])


def _replace(connection: Connection, tables: Mapping[str, str], events: str, values: Mapping[str, Any]) -> None:
    """Makes the rows of these tables anew, which fulfil their condition. All tables are written by one statement: it
    reads the raw rows and what stands in their bodies once."""
    for table, where in tables.items():
        owned = f"t.organisation_id = :organisation AND t.course_id = :course AND {where}"
        _run(connection, f"DELETE FROM {table} t WHERE {owned}", values)
    made = ", ".join(
        f"into_{table} AS ({_insert(table, 'WHERE day BETWEEN :first AND :last' if table in _OF_DAYS else '')})"
        for table in tables
    )
    _run(connection, f"WITH {events}, {made} SELECT 1", values)


def _insert(table: str, where: str = "") -> str:
    names = [column.split("::")[0].strip() for column in DEFINITIONS[table][0].split(",")]
    # Compared as text, since the driver reads no bits.
    chosen = [f"{name}::bit({_BITS[name]})" if name in _BITS else name for name in names]
    return (
        f"INSERT INTO {table} (organisation_id, {', '.join(names)}) SELECT :organisation, {', '.join(chosen)}"
        f" FROM ({DEFINITIONS[table][1]}) AS made ({', '.join(names)}) {where}"
    )


def _sum_up(connection: Connection, values: Mapping[str, Any], condition: str) -> None:
    owned, summed = "", ""
    if condition:
        owned, summed = f" AND slot = {condition}", f" AND course_id % {ORGANISATION_DAY_SLOTS} = {condition}"
    _run(connection, _DELETE_SUMS.format(slot=owned), values)
    _run(connection, _INSERT_SUMS.format(slot=summed), values)


def _run(connection: Connection, statement: str, values: Mapping[str, Any]) -> None:
    connection.execute(text(statement), _used(statement, values))


def _used(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in statement}


_BITS: Final[Mapping[str, int]] = {
    "minutes": MINUTES_PER_DAY,
    **dict.fromkeys(("people", "seen", "completed"), PEOPLE_PER_BLOCK),
}
_OF_PEOPLE: Final = "r.course_id = :course AND r.person_id = ANY(:keys)"
_OF_PORTION: Final = f"{_OF_PEOPLE} AND r.occurred_at >= :begin AND r.occurred_at < :end"
_OF_HOURS: Final = f"{_OF_PEOPLE} AND r.occurred_at >= :hours_begin AND r.occurred_at < :hours_end"
"""The whole hours around the days, with rows of days beside them."""
_OF_SLOT: Final = ":slot"
_OF_PART: Final = "t.person_id % :parts = :part"
_DAYS: Final = "t.day BETWEEN :first AND :last"
_INSTANTS: Final[Mapping[str, str]] = {
    "submissions": "coalesce(t.submitted_at, t.graded_at)",
    "item_responses": "t.answered_at",
    "video_segments": "t.watched_at",
    "forum_posts": "t.posted_at",
}
_BY_INSTANT: Final[Mapping[str, str]] = {
    table: f"{instant} >= :begin AND {instant} < :end" for table, instant in _INSTANTS.items()
}
"""Append-only tables: a row's own instant is that of its event."""
_BY_PERSON: Final[Mapping[str, str]] = {
    table: f"{where} AND {_OF_PART}"
    for table, where in {
        **dict.fromkeys(("learner_course_days", "learner_course_day_types"), _DAYS),
        **_BY_INSTANT,
    }.items()
}
_OF_DAYS: Final = ("activity_days", "course_day_people", "course_days")
_BY_COURSE: Final[Mapping[str, str]] = {
    **dict.fromkeys(_OF_DAYS, _DAYS),
    "course_hours": "t.hour >= :hours_begin AND t.hour < :hours_end",
}
_MERGES: Final = text(
    "SELECT count(*) AS merges, count(split_at) AS splits FROM person_merges WHERE organisation_id = :organisation"
)
_OF_COURSE: Final = "t.organisation_id = :organisation AND t.course_id = :course"
_CANDIDATES: Final = text(
    """SELECT course_id, day, array_agg(DISTINCT person_id) AS people, count(*) AS events FROM raw_events
    WHERE organisation_id = :organisation AND course_id IS NOT NULL AND person_id IS NOT NULL
        AND course_id = coalesce(:course, course_id) AND occurred_at >= :hours_begin AND occurred_at < :hours_end
    GROUP BY course_id, day"""
)
_AGGREGATED: Final = text(
    " UNION ".join(
        f"""SELECT t.course_id FROM {table} t WHERE t.organisation_id = :organisation
        AND t.course_id = coalesce(:course, t.course_id) AND {where}"""
        for table, where in {
            **dict.fromkeys(("learner_course_days", "learner_course_day_types"), _DAYS),
            **_BY_INSTANT,
            **_BY_COURSE,
        }.items()
    )
)
_PEOPLE: Final = text(
    f"""SELECT person_id FROM (
        SELECT coalesce(p.merged_into, p.person_id) AS person_id FROM people p
            WHERE p.organisation_id = :organisation AND p.person_id = ANY(:candidates)
        UNION SELECT t.person_id FROM learner_course_days t WHERE {_OF_COURSE}
            AND t.day BETWEEN :first - 1 AND :last + 1
        UNION SELECT t.person_id FROM learner_course_day_types t WHERE {_OF_COURSE} AND {_DAYS}
"""
    + "".join(
        f" UNION SELECT t.person_id FROM {table} t WHERE {_OF_COURSE} AND {where}"
        for table, where in _BY_INSTANT.items()
    )
    + f") AS t WHERE {_OF_PART}"
)
_ACTIVE: Final = text(
    """SELECT course_id, array_agg(person_id ORDER BY person_id) AS people FROM (
        SELECT course_id, person_id FROM learner_course_days
        WHERE organisation_id = :organisation AND day BETWEEN :first AND :last
        UNION SELECT course_id, person_id FROM learner_activities
        WHERE organisation_id = :organisation AND first_day <= :last AND last_day >= :first) AS active
    WHERE course_id = coalesce(:course, course_id) GROUP BY course_id ORDER BY course_id"""
)
_KEYS: Final = text(
    "SELECT person_id FROM people WHERE organisation_id = :organisation"
    " AND coalesce(merged_into, person_id) = ANY(:people)"
)
_DELETE_SUMS: Final = (
    "DELETE FROM organisation_days WHERE organisation_id = :organisation AND day BETWEEN :first AND :last{slot}"
)
_INSERT_SUMS: Final = f"""INSERT INTO organisation_days (organisation_id, day, slot, events, clicks)
    SELECT organisation_id, day, course_id % {ORGANISATION_DAY_SLOTS}, sum(events), sum(clicks) FROM course_days
    WHERE organisation_id = :organisation AND day BETWEEN :first AND :last{{slot}}
    GROUP BY organisation_id, day, course_id % {ORGANISATION_DAY_SLOTS}"""
_COURSE: Final = text(
    """SELECT course_id FROM courses
        WHERE organisation_id = :organisation AND (public_id::text = :name OR code = :name)
    UNION SELECT course_id FROM course_identifiers WHERE organisation_id = :organisation AND value = :name"""
)


def slices(first: date, last: date, length: int = SLICE_DAYS) -> Sequence[tuple[date, date]]:
    """The days from `first` to `last`, both inclusive, in parts of at most `length` days."""
    found = []
    while first <= last:
        end = min(last, first + timedelta(days=length - 1))
        found.append((first, end))
        first = end + timedelta(days=1)
    return found
