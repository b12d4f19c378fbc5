"""Statements that are built once for all values of their shape."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from dashapp.data.queries.courses import submissions_statement, work_statement
from dashapp.data.queries.days import bits_statement, counts_statement
from dashapp.data.queries.enrolment import roster
from dashapp.data.queries.names import NamesOf, names_and_sections, names_in_sections
from dashapp.data.queries.progress import done_statement
from dashapp.data.queries.shapes import Statement, shaped
from dashapp.data.tables import courses
from dashapp.domain.events import ActivityType
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

ORGANISATION, COURSES = OrganisationId(3), [CourseId(9), CourseId(4)]
NOW, TODAY = datetime(2026, 3, 4, 10, tzinfo=UTC), date(2026, 3, 4)
RANGES = (date(2026, 2, 1), TODAY), (date(2026, 1, 1), date(2026, 1, 31))
NAMES = NamesOf(ORGANISATION, CourseId(9), NOW, ActivityType.QUIZ, RANGES[0])
PAGES: list[tuple[Callable[..., Statement], tuple[Any, ...]]] = [
    (roster, (ORGANISATION, COURSES, NOW, TODAY)),
    (counts_statement, (ORGANISATION, COURSES, RANGES)),
    (counts_statement, (ORGANISATION, COURSES, RANGES[:1])),
    (bits_statement, (ORGANISATION, COURSES, RANGES)),
    (submissions_statement, (ORGANISATION, COURSES)),
    (work_statement, (ORGANISATION, COURSES, None)),
    (work_statement, (ORGANISATION, COURSES, PersonId(5))),
    (names_and_sections, (NAMES, [1, 2, 3])),
    (names_in_sections, (NAMES, [])),
    (done_statement, (ORGANISATION, COURSES, NOW)),
]


def _asked(statement: Statement, values: dict[str, object]) -> tuple[str, list[object]]:
    """The text of a statement without the names of its parameters, and their values in order."""
    options = {"render_postcompile": True}
    dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
    compiled = statement.compile(dialect=dialect, compile_kwargs=options)
    names = compiled.positiontup or []
    return str(compiled), [{**compiled.params, **values}[name] for name in names]


@pytest.mark.parametrize(("build", "arguments"), PAGES)
def test_a_shaped_statement_asks_what_the_same_statement_with_its_values_asks(
    build: Callable[..., Statement], arguments: tuple[Any, ...]
) -> None:
    """Text and values are the same, so PostgreSQL makes the same plan."""
    asked = shaped(build, *arguments)
    assert _asked(asked.shape.statement, dict(asked.values)) == _asked(build(*arguments), {})


def test_questions_that_differ_in_values_only_share_a_statement() -> None:
    """Other courses, more of them, other days: one statement. One range more, or a learner: another one."""
    first = shaped(counts_statement, ORGANISATION, COURSES, RANGES)
    other = shaped(counts_statement, OrganisationId(8), [CourseId(1)], (RANGES[1], RANGES[0]))
    assert first.shape is other.shape
    assert first.values != other.values
    assert shaped(counts_statement, ORGANISATION, COURSES, RANGES[:1]).shape is not first.shape
    assert shaped(work_statement, ORGANISATION, COURSES, None).shape is not (
        shaped(work_statement, ORGANISATION, COURSES, PersonId(5)).shape
    )


def test_what_a_statement_does_with_a_value_but_comparing_fails() -> None:
    """A builder that looks at a value would be right for the first question alone."""

    def looking(course: int) -> Statement:
        return select(courses.c.title) if course > 5 else select(courses.c.code)

    with pytest.raises(TypeError):
        shaped(looking, 7)


def test_values_of_other_kinds_are_refused() -> None:
    """A number with a fraction has no place of its own."""
    with pytest.raises(TypeError, match="float is no value"):
        shaped(lambda _share: select(courses.c.title), 0.5)
