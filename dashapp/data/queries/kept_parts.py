"""The parts of an organisation's courses, kept within a process: only courses that have changed are read again.

What has changed is asked of the database in the statement that reads the courses, before anything else is read: every
commit says what it touches (`scope_changes`), and its versions become visible in their order. So a part is never older
than the transaction of the page that shows it, but where courses advance at a pace (`dashapp.data.pace`).
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.pace import Pace, next_turn
from dashapp.data.queries.course_parts import Asked, CoursePart, Found, read_parts
from dashapp.data.store.scope_changes import SLOTS
from dashapp.data.tables import courses
from dashapp.domain.keys import CourseId, OrganisationId

MOST_ORGANISATIONS: Final = 4
"""45,000 enrolments in 300 courses take some 9 MB in their ninth week."""

# Versions of a slot have no gaps: where the first one after the last seen is missing, changes
# have been forgotten since. Who is a test person or stands for whom is told of people, not of their courses.
_CHANGES: Final = text(f"""
  SELECT jsonb_build_object(
    'newest', (SELECT jsonb_agg(coalesce((SELECT max(version) FROM scope_changes c WHERE c.slot = g.slot), 0)
        ORDER BY g.slot) FROM generate_series(0, {SLOTS - 1}) AS g (slot)),
    'courses', (SELECT jsonb_agg(DISTINCT t.course) FROM unnest(CAST(:seen AS bigint[])) WITH ORDINALITY s (version, n)
        JOIN scope_changes c ON c.slot = s.n - 1 AND c.version > s.version AND c.organisation_id = :changes_of
        CROSS JOIN LATERAL unnest(c.courses) AS t (course)),
    'forgotten', EXISTS (SELECT FROM unnest(CAST(:seen AS bigint[])) WITH ORDINALITY s (version, n)
        CROSS JOIN LATERAL (SELECT min(c.version) AS first FROM scope_changes c
          WHERE c.slot = s.n - 1 AND c.version > s.version) next WHERE next.first > s.version + 1),
    'people', (SELECT md5(string_agg(concat_ws(',', person_id, is_test, merged_into, described_as), ';'
        ORDER BY person_id)) FROM people WHERE organisation_id = :changes_of
        AND (is_test OR merged_into IS NOT NULL OR described_as IS NOT NULL)))""")


@dataclass(slots=True)
class Held:
    """What is kept of one organisation. Used by one thread at a time."""

    organisation: OrganisationId
    pace: Pace = field(default_factory=Pace)
    parts: dict[CourseId, CoursePart] = field(default_factory=dict)
    _seen: list[int] = field(default_factory=list)
    """The newest version of each writer slot that the parts follow."""
    _people: str | None = None
    _changed: set[CourseId] = field(default_factory=set)
    """Courses of which a part is kept that does not follow their last changes, since it is not yet their turn."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def changes(self) -> ColumnElement[Any]:
        """What has changed, as a column of a statement over `courses`, of one row only."""
        organisation = self.organisation
        every = courses.alias()
        one = select(func.min(every.c.course_id)).where(every.c.organisation_id == organisation).scalar_subquery()
        told = _CHANGES.bindparams(seen=self._seen, changes_of=organisation).columns(changes=JSONB).scalar_subquery()
        return case((courses.c.course_id == one, told)).label("changes")

    def follow(self, changes: Mapping[str, Any]) -> None:
        """Notes which courses have changed; `changes`: what the column of this name has told."""
        if changes["forgotten"] or changes["people"] != self._people:
            self.parts.clear()
        self._changed.update(CourseId(course) for course in changes["courses"] or ())
        self._seen, self._people = changes["newest"], changes["people"]

    def of(self, connection: Connection, asked: Asked, found: Sequence[Found]) -> dict[CourseId, CoursePart]:
        """The parts of these courses, read where none is kept that holds; those of all others are given up."""
        known = {one.course.course_id: self.parts.get(one.course.course_id) for one in found}
        kept = {
            one.course.course_id: part
            for one in found
            if (part := known[one.course.course_id]) is not None
            and part.holds(one, asked)
            and not self._is_due(one.course.course_id, part, asked)
        }
        read = read_parts(connection, asked, [one for one in found if one.course.course_id not in kept])
        self.parts = {**kept, **read}
        self._changed &= kept.keys()
        return dict(self.parts)

    def _is_due(self, course: CourseId, part: CoursePart, asked: Asked) -> bool:
        """Whether a course has changed and, where courses advance at a pace, its turn has come since it was read."""
        if course not in self._changed:
            return False
        pace, now = self.pace.seconds, asked.as_of.instant.timestamp()
        return not pace or next_turn(self.organisation + course, pace, part.since.timestamp()) <= now


class KeptParts:
    """The parts of the organisations asked for last. Safe to share between threads: who asks for an organisation whose
    parts are being read waits for these."""

    def __init__(self, most: int = MOST_ORGANISATIONS, pace: Pace | None = None) -> None:
        """`most`: organisations; the one asked for last stays. `pace`: how often courses advance."""
        self._most, self._pace = most, pace or Pace()
        self._held: OrderedDict[tuple[OrganisationId, int], Held] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def held(self, organisation: OrganisationId, minimum_group: int) -> Iterator[Held]:
        """What is kept of an organisation, for nobody else to the end of the block. `minimum_group`: from how many
        learners on a figure of a course is shown."""
        key = organisation, minimum_group
        with self._lock:
            held = self._held.setdefault(key, Held(organisation, self._pace))
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        with held._lock:
            yield held
