"""The roll-ups, which leave out staff and test people.

Where it changes who is left out, or which events count, what the people concerned contribute is taken out as it was and
put in as it is: the difference is exact, and its cost is that of these people's own rows.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeVar

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.canonical import keys_of
from dashapp.data.store.deltas import ACTIVE_VERBS, ORGANISATION_DAY_SLOTS
from dashapp.data.store.structure import Exclusions

_Key = TypeVar("_Key")
Sums = dict[_Key, tuple[int, ...]]
"""Counts by key; those of a difference may be negative."""
CourseDays = Sums[tuple[int, str]]
"""(course, day) → events, clicks, learners"""


@dataclass(slots=True)
class RollUps:
    """What some people contribute to the roll-ups, or how that differs."""

    course_days: CourseDays = field(default_factory=dict)
    activity_days: Sums[tuple[int, int, str]] = field(default_factory=dict)
    """(course, activity, day) → events, clicks"""
    hours: Sums[tuple[int, str]] = field(default_factory=dict)
    """(course, hour) → events, clicks"""

    def minus(self, other: "RollUps") -> "RollUps":
        """What has to be added to `other` to make this; rows without a difference are left out."""
        return RollUps(
            _difference(self.course_days, other.course_days),
            _difference(self.activity_days, other.activity_days),
            _difference(self.hours, other.hours),
        )


def _difference(one: Sums[_Key], other: Sums[_Key]) -> Sums[_Key]:
    found = {}
    for key in one.keys() | other.keys():
        here, there = one.get(key), other.get(key)
        if here != there:
            width = len(here or there or ())
            here, there = here or (0,) * width, there or (0,) * width
            found[key] = tuple(a - b for a, b in zip(here, there, strict=True))
    return found


def contributions(
    cursor: extensions.cursor, organisation: int, people: Collection[int], exclusions: Exclusions
) -> RollUps:
    """What these people (canonical keys) contribute now, under the given exclusions."""
    if not people:
        return RollUps()
    return RollUps(
        _course_days(cursor, organisation, people, exclusions),
        *_activity_days_and_hours(cursor, organisation, people, exclusions),
    )


def _course_days(
    cursor: extensions.cursor, organisation: int, people: Collection[int], exclusions: Exclusions
) -> CourseDays:
    cursor.execute(
        """SELECT course_id, person_id, day::text, events, clicks FROM learner_course_days
        WHERE organisation_id = %s AND person_id = ANY(%s)
            AND course_id IN (SELECT course_id FROM courses WHERE organisation_id = %s)""",
        (organisation, list(people), organisation),
    )
    sums: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for course, person, day, events, clicks in cursor.fetchall():
        if not exclusions.leaves_out(course, person, day):
            total = sums[course, day]
            total[0] += events
            total[1] += clicks
            total[2] += 1
    return {key: tuple(counts) for key, counts in sums.items()}


def _activity_days_and_hours(
    cursor: extensions.cursor, organisation: int, people: Collection[int], exclusions: Exclusions
) -> tuple[Sums[tuple[int, int, str]], Sums[tuple[int, str]]]:
    keys = keys_of(cursor, organisation, people)
    cursor.execute(
        """SELECT person_id, course_id, activity_id, day::text,
            CASE WHEN minute IS NOT NULL THEN to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24') END,
            count(*)::integer, sum(clicks)::bigint
        FROM raw_events
        WHERE organisation_id = %s AND person_id = ANY(%s) AND verb = ANY(%s) AND NOT retracted
        GROUP BY 1, 2, 3, 4, 5""",
        (organisation, list(keys), list(ACTIVE_VERBS)),
    )
    days: defaultdict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    hours: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for person, course, activity, day, hour, events, clicks in cursor.fetchall():
        if exclusions.leaves_out(course, keys[person], day):
            continue
        for counted in (
            *([days[course, activity, day]] if activity is not None else ()),
            *([hours[course, hour]] if hour is not None else ()),
        ):
            counted[0] += events
            counted[1] += clicks
    return {key: tuple(sums) for key, sums in days.items()}, {key: tuple(sums) for key, sums in hours.items()}


def add(cursor: extensions.cursor, organisation: int, sums: RollUps) -> None:
    """Adds differences, and takes out the rows that nothing is left of. In the order of tables of a batch."""
    _add_activity_days(cursor, organisation, sums.activity_days)
    _add_hours(cursor, organisation, sums.hours)
    add_course_days(cursor, organisation, sums.course_days)
    if any(events < 0 for events, _, _ in sums.course_days.values()):
        courses = sorted({course for course, _ in sums.course_days})
        for table in ("course_days", "course_hours", "activity_days"):
            cursor.execute(
                f"DELETE FROM {table} WHERE organisation_id = %s AND course_id = ANY(%s) AND events = 0",
                (organisation, courses),
            )
        cursor.execute(
            "DELETE FROM organisation_days WHERE organisation_id = %s AND day = ANY(%s::date[]) AND events = 0",
            (organisation, sorted({day for _, day in sums.course_days})),
        )


def _add_activity_days(cursor: extensions.cursor, organisation: int, sums: Sums[tuple[int, int, str]]) -> None:
    if sums:
        execute_values(
            cursor,
            """INSERT INTO activity_days AS t (organisation_id, course_id, activity_id, day, events, clicks) VALUES %s
            ON CONFLICT (organisation_id, course_id, activity_id, day) DO UPDATE SET
                events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
            [(organisation, *key, *counts) for key, counts in sorted(sums.items())],
            template="(%s, %s, %s, %s::date, %s, %s)",
            page_size=1000,
        )


def _add_hours(cursor: extensions.cursor, organisation: int, sums: Sums[tuple[int, str]]) -> None:
    if sums:
        execute_values(
            cursor,
            """INSERT INTO course_hours AS t (organisation_id, course_id, hour, events, clicks) VALUES %s
            ON CONFLICT (organisation_id, course_id, hour) DO UPDATE SET
                events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
            [(organisation, course, f"{hour}:00:00Z", *counts) for (course, hour), counts in sorted(sums.items())],
            template="(%s, %s, %s::timestamptz, %s, %s)",
            page_size=1000,
        )


def add_course_days(cursor: extensions.cursor, organisation: int, sums: CourseDays) -> None:
    """Adds to `course_days` and `organisation_days`, the hottest rows of a batch: call it late."""
    if not sums:
        return
    execute_values(
        cursor,
        """INSERT INTO course_days AS t (organisation_id, course_id, day, events, clicks, learners) VALUES %s
        ON CONFLICT (organisation_id, course_id, day) DO UPDATE SET events = t.events + excluded.events,
            clicks = t.clicks + excluded.clicks, learners = t.learners + excluded.learners""",
        [(organisation, course, day, *counts) for (course, day), counts in sorted(sums.items())],
        template="(%s, %s, %s::date, %s, %s, %s)",
        page_size=1000,
    )
    days: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for (course, day), (events, clicks, _learners) in sums.items():
        total = days[day, course % ORGANISATION_DAY_SLOTS]
        total[0] += events
        total[1] += clicks
    execute_values(
        cursor,
        """INSERT INTO organisation_days AS t (organisation_id, day, slot, events, clicks) VALUES %s
        ON CONFLICT (organisation_id, day, slot) DO UPDATE SET
            events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
        [(organisation, day, slot, *counts) for (day, slot), counts in sorted(days.items())],
        template="(%s, %s::date, %s, %s, %s)",
        page_size=1000,
    )
