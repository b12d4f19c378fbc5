"""The aggregates of past days made anew from the raw events, while ingest goes on.

What an aggregate is stands in `recount.DEFINITIONS`; a rebuild writes what these say. It goes by portions: one course
and a few local days, in a transaction that has the organisation for itself, so that batches wait for a moment and
nothing is counted twice or lost. Whoever is interrupted has done whole portions; doing one again changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.deltas import ACTIVE_VERBS, ORGANISATION_DAY_SLOTS
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.recount import DEFINITIONS, definition_within
from dashapp.data.store.scope_changes import WriterSlot
from dashapp.data.store.structure import read_days
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.localtime import LocalDays

SLICE_DAYS: Final = 7
"""Days whose raw events are looked through at once, for who was active in which course."""

PEOPLE_AT_ONCE: Final = 500
"""Of whom what they did in a course over all the time is looked through in one transaction."""


class RebuildError(AnalyticsError):
    """These days or courses cannot be rebuilt; the text says why."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One course on some local days, both inclusive; `candidates` are the keys of who did anything there."""

    course: int
    first: date
    last: date
    candidates: Collection[int]


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Rebuilds one organisation. `earliest`: the first local day of which all raw events are kept."""

    database: Database
    organisation: OrganisationId
    slot: WriterSlot
    days: LocalDays
    earliest: date

    def candidates(self, first: date, last: date, course: CourseId | None) -> dict[int, list[int]]:
        """The courses with raw events or aggregates on these days → the keys of people with raw events, in order."""
        values: dict[str, Any] = {**self._times(first, last), "course": course, "organisation": self.organisation}
        found: dict[int, list[int]] = {}
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            for row in connection.execute(_CANDIDATES, values):
                found[row.course_id] = list(row.people)
            values |= {"first": first, "last": last}
            for row in connection.execute(_AGGREGATED, _used(_AGGREGATED.text, values)):
                found.setdefault(row.course_id, [])
        return dict(sorted(found.items()))

    def rebuild(self, portion: Portion) -> None:
        """Makes a portion's aggregates anew. Raises Unavailable; then nothing has changed."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            own_organisation(connection, self.organisation)
            act_for(connection, self.organisation)
            values = self._values(connection, portion)
            for table, where in _BY_DAY.items():
                self._replace(connection, table, where, values)
            for table, where in _BY_INSTANT.items():
                self._replace(connection, table, where, values)
            hours = {"begin": values["hours_begin"], "end": values["hours_end"]}
            self._replace(connection, "course_hours", "t.hour >= :begin AND t.hour < :end", {**values, **hours})
            _sum_up(connection, values, _OF_SLOT)
            people = [PersonId(person) for person in values["people"]]
            self.slot.record(connection, self.organisation, [CourseId(portion.course)], people)

    def sum_up(self, first: date, last: date) -> None:
        """Makes the organisation's own days anew from those of its courses, which have been rebuilt before."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            own_organisation(connection, self.organisation)
            act_for(connection, self.organisation)
            _sum_up(connection, {"organisation": self.organisation, "first": first, "last": last}, "")
            self.slot.record(connection, self.organisation, (), ())

    def active_in(self, first: date, last: date, course: CourseId | None) -> list[tuple[int, list[int]]]:
        """(course, people) in parts of at most so many people: who was active on these days, which are rebuilt."""
        values = {"organisation": self.organisation, "first": first, "last": last, "course": course}
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            found = [(row.course_id, list(row.people)) for row in connection.execute(_ACTIVE, values)]
        return [
            (key, people[start : start + PEOPLE_AT_ONCE])
            for key, people in found
            for start in range(0, len(people), PEOPLE_AT_ONCE)
        ]

    def rebuild_activities(self, course: int, people: Sequence[int]) -> None:
        """What these people did in the activities of a course, over all the time. Where that began before raw events
        are kept, it stays. Raises Unavailable; then nothing has changed."""
        owned = "t.organisation_id = :organisation AND t.course_id = :course AND t.person_id = ANY(:people)"
        values: dict[str, Any] = {
            "organisation": self.organisation,
            "course": course,
            "people": list(people),
            "earliest": self.earliest,
            "verbs": list(ACTIVE_VERBS),
        }
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            own_organisation(connection, self.organisation)
            act_for(connection, self.organisation)
            values["keys"] = list(connection.execute(_KEYS, _used(_KEYS.text, values)).scalars())
            _run(connection, f"DELETE FROM learner_activities t WHERE {owned} AND t.first_day >= :earliest", values)
            query = definition_within("learner_activities", "r.course_id = :course AND r.person_id = ANY(:keys)")
            _run(connection, f"{_insert('learner_activities', query)} ON CONFLICT DO NOTHING", values)
            self.slot.record(connection, self.organisation, [CourseId(course)], [PersonId(one) for one in people])

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
            "slot": portion.course % ORGANISATION_DAY_SLOTS,
            **self._times(portion.first, portion.last),
        }
        # Under the lock: who came since the candidates were looked for has rows of aggregates by now.
        values["people"] = list(connection.execute(_PEOPLE, _used(_PEOPLE.text, values)).scalars())
        values["keys"] = list(connection.execute(_KEYS, _used(_KEYS.text, values)).scalars())
        return values

    def _replace(self, connection: Connection, table: str, where: str, values: Mapping[str, Any]) -> None:
        owned = f"t.organisation_id = :organisation AND t.course_id = :course AND {where}"
        _run(connection, f"DELETE FROM {table} t WHERE {owned}", values)
        _run(connection, _insert(table, definition_within(table, _OF_PORTION)), values)


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


def _insert(table: str, query: str) -> str:
    names = [column.split("::")[0].strip() for column in DEFINITIONS[table][0].split(",")]
    # Compared as text, since the driver reads no bits.
    chosen = [f"{name}::bit(1500)" if name == "minutes" else name for name in names]
    return (
        f"INSERT INTO {table} (organisation_id, {', '.join(names)})"
        f" SELECT :organisation, {', '.join(chosen)} FROM ({query}) AS made ({', '.join(names)})"
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


_OF_PORTION: Final = (
    "r.course_id = :course AND r.person_id = ANY(:keys) AND r.occurred_at >= :begin AND r.occurred_at < :end"
)
_OF_SLOT: Final = ":slot"
_DAYS: Final = "t.day BETWEEN :first AND :last"
_BY_DAY: Final[Mapping[str, str]] = dict.fromkeys(
    ("learner_course_days", "learner_course_day_types", "activity_days", "course_days"), _DAYS
)
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
_OF_COURSE: Final = "t.organisation_id = :organisation AND t.course_id = :course"
_CANDIDATES: Final = text(
    """SELECT course_id, array_agg(DISTINCT person_id) AS people FROM raw_events
    WHERE organisation_id = :organisation AND course_id IS NOT NULL AND person_id IS NOT NULL
        AND course_id = coalesce(:course, course_id) AND occurred_at >= :hours_begin AND occurred_at < :hours_end
    GROUP BY course_id"""
)
_AGGREGATED: Final = text(
    " UNION ".join(
        f"""SELECT t.course_id FROM {table} t WHERE t.organisation_id = :organisation
        AND t.course_id = coalesce(:course, t.course_id) AND {where}"""
        for table, where in {
            **_BY_DAY,
            **_BY_INSTANT,
            "course_hours": "t.hour >= :hours_begin AND t.hour < :hours_end",
        }.items()
    )
)
_PEOPLE: Final = text(
    f"""SELECT coalesce(p.merged_into, p.person_id) FROM people p
        WHERE p.organisation_id = :organisation AND p.person_id = ANY(:candidates)
    UNION SELECT t.person_id FROM learner_course_days t WHERE {_OF_COURSE}
        AND t.day BETWEEN :first - 1 AND :last + 1
    UNION SELECT t.person_id FROM learner_course_day_types t WHERE {_OF_COURSE} AND {_DAYS}
"""
    + "".join(
        f" UNION SELECT t.person_id FROM {table} t WHERE {_OF_COURSE} AND {where}"
        for table, where in _BY_INSTANT.items()
    )
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
