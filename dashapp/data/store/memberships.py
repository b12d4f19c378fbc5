"""Dated roles, derived from what sources have said.

Of one (person, course, role, source): a section's facts make its intervals, and whoever leaves the course leaves its
sections. The course's own intervals are the union of its own facts' with those of its sections. It is the same with
groups, but that being in a group makes nobody a member of the course.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.canonical import keys_of
from dashapp.data.store.preparing import Taken
from dashapp.domain.events import MembershipChanged

COURSE: Final = "course"
SECTION: Final = "section"
GROUP: Final = "group"
Interval = tuple[datetime, datetime | None]
"""[start, end); None: open."""


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One thing that a source has said, ordered by when it holds, whenever it came."""

    at: datetime
    event_id: str
    active: bool
    ends_at: datetime | None


def add_facts(
    cursor: extensions.cursor,
    organisation: int,
    taken: Sequence[Taken],
    sections: Mapping[tuple[int, str], int],
    groups: Mapping[tuple[int, str], int],
) -> None:
    """Adds membership facts; the caller holds the locks of the people, and derives their roles afterwards."""
    rows = []
    for one in taken:
        event = one.event
        assert isinstance(event, MembershipChanged)
        assert one.course is not None
        scope = (COURSE, one.course)
        if event.section is not None:
            scope = SECTION, sections[one.course, event.section]
        elif event.group is not None:
            scope = GROUP, groups[one.course, event.group]
        said = (one.person, *scope, str(event.role), event.active, one.at, event.ends_at)
        rows.append((organisation, one.source_id, one.key, *said))
    if rows:
        execute_values(
            cursor,
            """INSERT INTO membership_facts (organisation_id, source_id, event_id, person_id, scope_kind, scope_id,
                role, active, at, ends_at) VALUES %s""",
            rows,
            page_size=500,
        )


def take_back_facts(cursor: extensions.cursor, organisation: int, events: Sequence[tuple[int, str]]) -> None:
    """Marks the facts of retracted events (source, key); the caller derives the roles afterwards."""
    if events:
        cursor.execute(
            """UPDATE membership_facts f SET retracted = true
            FROM unnest(%s::integer[], %s::uuid[]) AS w (source_id, event_id)
            WHERE organisation_id = %s AND f.source_id = w.source_id AND f.event_id = w.event_id""",
            ([source for source, _ in events], [key for _, key in events], organisation),
        )


def lock_people(cursor: extensions.cursor, organisation: int, people: Iterable[int]) -> None:
    """Keeps everybody else from deriving the roles of these people, to the end of the transaction.

    Two writers that each know only half of somebody's facts must not both derive. Locked in the order of keys.
    """
    cursor.execute(
        """SELECT 1 FROM people WHERE organisation_id = %s AND person_id = ANY(%s)
        ORDER BY person_id FOR NO KEY UPDATE""",
        (organisation, list(people)),
    )


def derive(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> None:
    """Replaces the roles that events have given to these people (canonical keys) by what their facts say now."""
    if not people:
        return
    wanted = _wanted(cursor, organisation, people)
    cursor.execute(
        """SELECT membership_id, person_id, scope_kind, scope_id, role, source_id, starts_at, ends_at FROM memberships
        WHERE organisation_id = %s AND person_id = ANY(%s) AND granted_by = 'event'""",
        (organisation, list(people)),
    )
    gone = []
    for membership, *row in cursor.fetchall():
        if tuple(row) in wanted:
            wanted.remove(tuple(row))
        else:
            gone.append(membership)
    if gone:
        cursor.execute(
            "DELETE FROM memberships WHERE organisation_id = %s AND membership_id = ANY(%s)", (organisation, gone)
        )
    if wanted:
        execute_values(
            cursor,
            """INSERT INTO memberships (organisation_id, granted_by, person_id, scope_kind, scope_id, role, source_id,
                starts_at, ends_at) VALUES %s""",
            [(organisation, "event", *row) for row in sorted(wanted, key=str)],
            page_size=500,
        )


def _wanted(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> set[tuple[Any, ...]]:
    keys = keys_of(cursor, organisation, people)
    cursor.execute(
        """SELECT f.person_id, f.source_id, f.role, coalesce(s.course_id, g.course_id, f.scope_id),
            f.scope_kind, f.scope_id, f.at, f.event_id::text, f.active, f.ends_at
        FROM membership_facts f
        LEFT JOIN sections s ON f.scope_kind = 'section'
            AND s.organisation_id = f.organisation_id AND s.section_id = f.scope_id
        LEFT JOIN learner_groups g ON f.scope_kind = 'group'
            AND g.organisation_id = f.organisation_id AND g.group_id = f.scope_id
        WHERE f.organisation_id = %s AND f.person_id = ANY(%s) AND NOT f.retracted""",
        (organisation, list(keys)),
    )
    groups: defaultdict[tuple[int, int, str, int], defaultdict[tuple[str, int], list[Fact]]]
    groups = defaultdict(lambda: defaultdict(list))
    for person, source, role, course, kind, scope, *said in cursor.fetchall():
        groups[keys[person], source, role, course][kind, scope].append(Fact(*said))
    rows: set[tuple[Any, ...]] = set()
    for (person, source, role, course), scopes in groups.items():
        for (kind, scope), intervals in role_intervals(course, scopes).items():
            rows.update((person, kind, scope, role, source, start, end) for start, end in intervals)
    return rows


def role_intervals(
    course: int, scopes: dict[tuple[str, int], list[Fact]] | defaultdict[tuple[str, int], list[Fact]]
) -> dict[tuple[str, int], list[Interval]]:
    """The intervals of one role of one person in one course, per scope, from the facts of one source per scope."""
    own = scopes.get((COURSE, course), [])
    leavings = [fact for fact in own if not fact.active]
    found = {}
    everything = intervals_of(own)
    for scope, facts in scopes.items():
        if scope[0] in (SECTION, GROUP):
            found[scope] = intervals_of([*facts, *leavings])
        if scope[0] == SECTION:
            everything = everything + found[scope]
    found[COURSE, course] = union(everything)
    return found


def intervals_of(facts: Iterable[Fact]) -> list[Interval]:
    """What one scope's facts say, in the order of their times. A repeated beginning says anew when it ends."""
    intervals: list[Interval] = []
    start: datetime | None = None
    end: datetime | None = None
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.event_id)):
        if start is not None and end is not None and end <= fact.at:
            intervals.append((start, end))
            start = None
        if fact.active:
            start, end = start or fact.at, fact.ends_at
        elif start is not None:
            intervals.append((start, fact.at))
            start = None
    if start is not None:
        intervals.append((start, end))
    return [(first, last) for first, last in intervals if last is None or first < last]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants in as few intervals as possible."""
    merged: list[Interval] = []
    for start, end in sorted(intervals, key=lambda interval: interval[0]):
        if merged and (merged[-1][1] is None or start <= merged[-1][1]):
            before, last = merged[-1]
            merged[-1] = (before, None if last is None or end is None else max(last, end))
        else:
            merged.append((start, end))
    return merged
