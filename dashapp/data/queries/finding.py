"""Courses and learners by a few words, among those whose pages somebody may open: three statements at most."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, or_, select, tuple_

from dashapp.data.folding import folded
from dashapp.data.queries.described import described, full_name, names_of
from dashapp.data.queries.enrolment import learners_in_sections, learners_of
from dashapp.data.queries.people_list import find_courses
from dashapp.data.tables import courses, people
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.scope import AsOf
from dashapp.domain.views.found import MOST_FOUND, FoundCourse, FoundLearner

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


def read_found_learners(
    connection: Connection, principal: Principal, words: str, as_of: AsOf
) -> tuple[FoundLearner, ...]:
    """Learners of the courses that the principal teaches, of their sections only where they have no more."""
    said = folded(words).split()
    if not said or not principal.teaches_in:
        return ()
    organisation = principal.organisation_id
    learners = learners_of(organisation, principal.teaches_in, as_of.instant)
    name = described(people, "folded")
    statement = (
        select(people.c.public_id, *names_of(people), func.array_agg(courses.c.code.distinct()).label("codes"))
        .select_from(learners)
        .join(people, _of(people, organisation, "person_id", learners))
        .join(courses, _of(courses, organisation, "course_id", learners))
        .where(*(name.contains(word, autoescape=True) for word in said), *_seen(principal, learners, as_of))
        .group_by(people.c.organisation_id, people.c.person_id)
        .order_by(name, people.c.person_id)
        .limit(LOOKED_AT)
    )
    rows = [
        FoundLearner(
            PublicId(row.public_id),
            full_name(row.given_name, row.family_name),
            tuple(code for code in row.codes if code),
        )
        for row in connection.execute(statement)
    ]
    return tuple(row for row in rows if fits(row.name, said))[:MOST_FOUND]


def fits(name: str, words: Sequence[str]) -> bool:
    """Whether each of the folded words stands in the name."""
    return all(word in folded(name) for word in words)


def _of(table: Any, organisation: OrganisationId, key: str, learners: Subquery) -> ColumnElement[bool]:
    return and_(table.c.organisation_id == organisation, table.c[key] == learners.c[key])


def _seen(principal: Principal, learners: Subquery, as_of: AsOf) -> list[ColumnElement[bool]]:
    """Of courses in which the principal has sections only, the learners of these."""
    if not principal.sections:
        return []
    limited = sorted({course for course, _section in principal.sections})
    own = learners_in_sections(
        principal.organisation_id, [section for _course, section in principal.sections], as_of.instant
    ).subquery("own")
    in_own = tuple_(learners.c.course_id, learners.c.person_id).in_(select(own.c.course_id, own.c.person_id))
    return [or_(learners.c.course_id.not_in(limited), in_own)]
