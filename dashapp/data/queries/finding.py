"""Courses and learners by a few words, among those whose pages somebody may open: six statements at most."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from dashapp.data.folding import folded
from dashapp.data.kept import Kept
from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.described import described, full_name, names_of
from dashapp.data.queries.enrolment import learners_in_sections, members, one_of
from dashapp.data.queries.people_list import find_courses
from dashapp.data.queries.shapes import Shaped, shaped
from dashapp.data.tables import courses, people
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.scope import AsOf
from dashapp.domain.views.found import MOST_FOUND, FoundCourse, FoundLearner

MOST_KEPT: Final = 64
"""Readers whose learners are kept at once."""
Learners = tuple[FoundLearner, ...]
Longs = NDArray[np.int64]
LOOKED_AT: Final = 5 * MOST_FOUND
"""The column that is searched holds addresses too, by which nobody is to be found: such rows fall out afterwards."""


def read_found_courses(connection: Connection, principal: Principal, words: str) -> tuple[FoundCourse, ...]:
    """Courses that the principal administers or teaches, then those learnt in. Nothing where there are no words."""
    organisation = principal.organisation_id
    if not folded(words).split():
        return ()
    found: list[FoundCourse] = []
    opened = None if principal.administers else principal.teaches_in
    kinds: tuple[tuple[Collection[CourseId] | None, bool], ...] = ((opened, False), (principal.learns_in, True))
    for keys, learnt in kinds:
        if keys is None or keys:
            named = find_courses(connection, organisation, words, keys)
            found += [FoundCourse(one.public_id, one.name, one.detail, learnt) for one in named[:MOST_FOUND]]
    return tuple(found[:MOST_FOUND])


@dataclass(frozen=True, slots=True)
class Learning:
    """The courses in which somebody sees each of their learners: pairs, ordered by learner."""

    person: Longs
    course: Longs

    def people(self) -> list[int]:
        """The learners, once each."""
        return [int(key) for key in np.unique(self.person).tolist()]

    def courses_of(self, person: int) -> list[int]:
        """Those of one learner."""
        first, last = np.searchsorted(self.person, [person, person + 1])
        return [int(key) for key in self.course[first:last].tolist()]


class Taught(Kept[Learning]):
    """Who learns in the courses of those who search now: for as long as nothing changes there, a minute at most."""

    def __init__(self) -> None:
        super().__init__(MOST_KEPT)

    def by(self, principal: Principal, version: str, as_of: AsOf, read: Callable[[], Learning]) -> Learning:
        """What `read` gives, for the versions of the principal's courses: nobody gets what another one sees."""
        key = (principal.organisation_id, principal.teaches_in, principal.sections, version, as_of.bucket())
        return self.under(key, read)


def read_found_learners(connection: Connection, principal: Principal, words: str, taught: Learning) -> Learners:
    """Those of the learners whom the principal sees (`read_learning`) whose names have all words."""
    said = folded(words).split()
    if not said or not len(taught.person):
        return ()
    # By keys, not by a join: what words leave of a table PostgreSQL cannot guess, and it would look one side through
    # again for each row of the other.
    people_found = connection.execute(_named(principal.organisation_id, said, taught.people())).all()
    rows = [(row, name) for row in people_found if fits(name := full_name(row.given_name, row.family_name), said)]
    codes = _codes(connection, principal)
    return tuple(
        FoundLearner(PublicId(row.public_id), name, tuple(sorted({codes[key] for key in keys} - {""})))
        for row, name in rows[:MOST_FOUND]
        for keys in [taught.courses_of(row.person_id)]
    )


def fits(name: str, words: Sequence[str]) -> bool:
    """Whether each of the folded words stands in the name."""
    return all(word in folded(name) for word in words)


def read_learning(connection: Connection, principal: Principal, as_of: AsOf) -> Learning:
    """Learners of the courses that the principal teaches, of their sections only where they have no more."""
    if not principal.teaches_in:
        return Learning(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    organisation, sections = principal.organisation_id, principal.sections
    course, person = _pairs(connection, shaped(members, organisation, principal.teaches_in, as_of.instant))
    if sections:
        limited, keys = {course for course, _section in sections}, [section for _course, section in sections]
        own = set(
            zip(*_pairs(connection, shaped(learners_in_sections, organisation, keys, as_of.instant)), strict=True)
        )
        pairs = zip(course.tolist(), person.tolist(), strict=True)
        kept = np.array([pair[0] not in limited or pair in own for pair in pairs], dtype=bool)
        course, person = course[kept], person[kept]
    order = np.argsort(person, kind="stable")
    return Learning(person[order], course[order])


def _pairs(connection: Connection, asked: Shaped) -> tuple[Longs, Longs]:
    """(courses, people), place by place."""
    columns = read_columns(connection, asked)
    return columns["course_id"], columns["person_id"]


def _named(organisation: OrganisationId, words: Sequence[str], among: Collection[int]) -> Select[Any]:
    name = described(people, "folded")
    return (
        select(people.c.person_id, people.c.public_id, *names_of(people))
        .where(
            people.c.organisation_id == organisation,
            one_of(people.c.person_id, among),
            *(name.contains(word, autoescape=True) for word in words),
        )
        .order_by(name, people.c.person_id)
        .limit(LOOKED_AT)
    )


def _codes(connection: Connection, principal: Principal) -> Mapping[int, str]:
    """The code of each course that the principal teaches; empty where nobody has told one."""
    statement = select(courses.c.course_id, courses.c.code).where(
        courses.c.organisation_id == principal.organisation_id, one_of(courses.c.course_id, principal.teaches_in)
    )
    return {row.course_id: row.code or "" for row in connection.execute(statement)}
