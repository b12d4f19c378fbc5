"""What all questions of one reader begin with: the courses, who learns in them, and what is hidden for privacy."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.compared import hidden_of
from dashapp.data.queries.courses import Campus, Course, course_of, courses_statement, read_campus, read_courses
from dashapp.data.queries.days import Columns
from dashapp.data.queries.enrolment import (
    holds_at,
    member,
    members,
    membership_of_member,
    one_of,
    section_of_membership,
)
from dashapp.data.queries.room import compared
from dashapp.data.tables import memberships, sections
from dashapp.domain.audience import Audience
from dashapp.domain.events import Role
from dashapp.domain.keys import CourseId
from dashapp.domain.scope import AsOf, Scope
from dashapp.privacy.groups import Hidden, suppress

Longs = NDArray[np.int64]
Value = TypeVar("Value")
NOTHING_HIDDEN: Hidden[CourseId] = Hidden(frozenset(), frozenset(), everything=False)


@dataclass(frozen=True, slots=True)
class Ground:
    """The courses that may be asked about, with the learners whom the reader may see or count."""

    scope: Scope
    as_of: AsOf
    campus: Campus
    courses: tuple[Course, ...]
    """By unit and code."""
    listed: frozenset[CourseId]
    """Those that are meant where none is named: under way, or all where none is."""
    people: Mapping[CourseId, Longs]
    """Learners at the as-of, sorted; of sections only where the reader is limited to these."""
    placed: Columns
    """(course_id, person_id, section_id) of these learners."""
    limited: frozenset[CourseId]
    """Courses of which the reader sees some sections only."""
    hidden: Hidden[CourseId]

    @property
    def grouped(self) -> bool:
        """Whether the reader sees groups only."""
        return self.scope.audience is Audience.AGGREGATE


@dataclass(frozen=True, slots=True)
class Reading:
    """One snapshot of the database: what is read in it once is not read again."""

    connection: Connection
    known: dict[Hashable, Any] = field(default_factory=dict)
    withheld: set[CourseId] = field(default_factory=set)
    """Courses left out of what is being answered, since figures of so few would tell theirs."""

    def once(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """What is known by this key, which names all that it depends on, else what `read` gives."""
        if key not in self.known:
            self.known[key] = read()
        return cast(Value, self.known[key])


def read_ground(connection: Connection, scope: Scope, as_of: AsOf, named: Collection[UUID]) -> Ground:
    """The ground of a reader; `named`: public ids of courses that are asked for, besides those under way.

    Those that the reader may not open are left out. Four statements at most.
    """
    organisation = scope.organisation_id
    campus = read_campus(connection, organisation, as_of)
    if scope.courses is None:
        every = [course_of(row) for row in connection.execute(courses_statement(organisation))]
    else:
        every = list(read_courses(connection, organisation, scope.courses))
    listed = compared(every, campus.today)
    keys = {one.course_id for one in listed}
    asked = [one for one in every if one.course_id in keys or one.choice.public_id in set(named)]
    asked.sort(key=lambda one: (one.unit, one.choice.code, one.course_id))
    ids = [one.course_id for one in asked]
    found = read_columns(connection, members(organisation, ids, as_of.instant))
    people = {key: np.sort(found["person_id"][found["course_id"] == key]) for key in ids}
    ground = Ground(scope, as_of, campus, tuple(asked), frozenset(keys), people, {}, frozenset(), NOTHING_HIDDEN)
    return _in_groups(ground) if ground.grouped else _with_sections(connection, ground)


def _in_groups(ground: Ground) -> Ground:
    """With what is hidden of the lattice; a course besides it by the rule of its own page."""
    k = ground.scope.minimum_group
    inside = [one for one in ground.courses if one.course_id in ground.listed]
    people = {one.course_id: ground.people[one.course_id] for one in inside}
    hidden = hidden_of(inside, people, k)
    units = {one.course_id: one.unit for one in ground.courses}
    sizes = {key: len(each) for key, each in people.items()}
    further = {key: len(each) for key, each in ground.people.items() if key not in ground.listed}
    small = {key for key, size in further.items() if suppress({**sizes, key: size}, units.__getitem__, k).hides(key)}
    return replace(ground, hidden=replace(hidden, groups=hidden.groups | small))


def _with_sections(connection: Connection, ground: Ground) -> Ground:
    """With who is in which section; of limited courses only the learners of the sections that the reader has."""
    scope, keys = ground.scope, [one.course_id for one in ground.courses]
    placed = read_columns(connection, _placed_statement(scope, keys, ground.as_of))
    limited = frozenset(course for course, _section in scope.sections if course in ground.people)
    if limited:
        allowed = np.array(sorted(section for _course, section in scope.sections), dtype=np.int64)
        free = ~np.isin(placed["course_id"], np.array(sorted(limited), dtype=np.int64))
        kept = free | np.isin(placed["section_id"], allowed)
        placed = {name: values[kept] for name, values in placed.items()}
    people = dict(ground.people)
    for course in limited:
        inside = placed["person_id"][placed["course_id"] == course]
        people[course] = np.intersect1d(people[course], inside)
    return replace(ground, people=people, placed=placed, limited=limited)


def _placed_statement(scope: Scope, keys: Collection[CourseId], as_of: AsOf) -> Statement:
    return (
        select(
            sections.c.course_id,
            func.coalesce(member.c.merged_into, member.c.person_id).label("person_id"),
            sections.c.section_id,
        )
        .select_from(memberships)
        .join(sections, section_of_membership())
        .join(member, membership_of_member())
        .where(
            memberships.c.organisation_id == scope.organisation_id,
            memberships.c.scope_kind == "section",
            one_of(sections.c.course_id, keys),
            memberships.c.role == Role.LEARNER,
            holds_at(as_of.instant),
        )
        .distinct()
    )
