"""The roll-ups that leave out staff and test people: per course and day, and per organisation and day."""

from collections import defaultdict
from collections.abc import Mapping

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.deltas import ORGANISATION_DAY_SLOTS

CourseDays = Mapping[tuple[int, str], tuple[int, int, int]]
"""(course, day) → events, clicks, learners to be added; each may be negative."""


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
    for (course, day), (events, clicks, _) in sums.items():
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
