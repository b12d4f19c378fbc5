"""What an event calls a course or an activity is shown until a description says more, whatever comes first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import sqlalchemy
from sqlalchemy import Connection

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.courses import read_courses, read_work
from dashapp.domain.events import CourseDescribed, Event, Verb
from dashapp.domain.keys import CourseId
from tests.data.store.conftest import Campus, activity, course, described, viewed

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def shown(campus: Campus) -> tuple[str, list[str]]:
    """The title of the course, and those of its work, as the pages have them."""
    key = CourseId(campus.value("SELECT course_id FROM courses"))
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        [found] = read_courses(connection, campus.organisation, [key])
        work = read_work(connection, campus.organisation, [key])
    return found.choice.title, [one.title for one in work.activities.get(key, ())]


def test_a_provisional_course_and_its_work_are_called_as_events_call_them(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, verb=Verb.SUBMITTED, activity=activity(), activity_title="Quiz 1"))
    # Of the course nothing is known but its identifier.
    assert shown(campus) == ("algebra", ["Quiz 1"])
    campus.write(viewed("ada", MONDAY, course_title="Algebra"))
    assert shown(campus) == ("Algebra", ["Quiz 1"])


def test_a_described_title_is_shown_before_a_claimed_one_in_either_order(campus: Campus) -> None:
    events: list[Event] = [
        viewed("ada", MONDAY, verb=Verb.SUBMITTED, activity=activity(), activity_title="A", course_title="A"),
        described("quiz-1", MONDAY - timedelta(days=30), title="The quiz"),
        CourseDescribed("course-1", course(), MONDAY - timedelta(days=30), title="Linear algebra"),
    ]
    for order in permutations(events):
        campus.write(*order)
        assert shown(campus) == ("Linear algebra", ["The quiz"])


@pytest.mark.parametrize("order", list(permutations(["Zahlen", "Numbers", "nombres"])))
def test_of_several_claimed_titles_the_smallest_text_holds(campus: Campus, order: tuple[str, ...]) -> None:
    for number, title in enumerate(order):
        writer = campus.new_writer() if number == 1 else campus.writer
        campus.write(
            viewed("ada", MONDAY, verb=Verb.SUBMITTED, activity=activity(), activity_title=title, course_title=title),
            writer=writer,
        )
    assert shown(campus) == ("Numbers", ["Numbers"])


def test_a_title_that_is_known_costs_no_further_statement(
    campus: Campus, database: Database, statements: list[str]
) -> None:
    def once() -> None:
        campus.write(viewed("ada", MONDAY, activity=activity(), activity_title="Quiz 1", course_title="Algebra"))

    once()
    assert any("claimed_title" in statement for statement in statements)
    statements.clear()
    once()
    assert statements
    assert not any("claimed_title" in statement for statement in statements)


@pytest.fixture
def statements(campus: Campus, database: Database) -> list[str]:
    """Every statement that ingest sends from here on."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    sqlalchemy.event.listen(database.engine(DatabaseRole.INGEST), "before_cursor_execute", note)
    return sent
