"""The round for what stands below the fold of an institution's page, on a campus of two terms."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.compared import read_compared
from dashapp.data.queries.institution_further import read_institution_further
from dashapp.data.tables import quality_hours
from dashapp.domain.events import ActivityType, Outcome, OutcomeRecorded
from dashapp.domain.filters import Filters
from dashapp.domain.quality import Counts
from dashapp.domain.views import CourseStory, InstitutionFurtherView
from dashapp.settings import Settings
from tests.data.queries.conftest import AS_OF, World, at, counted_statements, filled, make_world

LEARNERS = tuple("abcdefgh")
MOST_STATEMENTS = 12
Ended = tuple[str, str, Outcome]


def ended(world: World, *given: Ended) -> None:
    for name, course, outcome in given:
        world.events.append(
            OutcomeRecorded(world._id(), world._named("person", name), world._named("course", course), outcome)
        )


@filled
def campus(world: World) -> World:
    """NEW runs since 2 March with eight learners at the start, OLD ended in January with six; both are of Programme P.

    a is active in weeks 1 and 6, b in week 1; h left on 3 April and i joined then."""
    world.course("NEW")
    world.learners("NEW", *LEARNERS)
    world.member("h", "NEW", active=False, occurred_at=at("04-03 08:00"))
    world.learners("NEW", "i", occurred_at=at("04-03 09:00"))
    world.task("NEW", "quiz", activity_type=ActivityType.QUIZ)
    for moment in ("03-03 12:00", "04-07 12:00"):
        world.seen("a", "NEW", moment, activity=world._named("activity", "quiz"))
    world.seen("b", "NEW", "03-04 12:00")
    world.seen("i", "NEW", "04-08 12:00")
    world.course("OLD", starts_on=date(2025, 9, 1), ends_on=date(2026, 1, 25))
    world.learners("OLD", *"pqrstu", occurred_at=at("01-01 08:00").replace(year=2025))
    ended(world, *(("p", "OLD", Outcome.DISTINCTION), ("q", "OLD", Outcome.PASS), ("r", "OLD", Outcome.FAIL)))
    ended(world, *(("s", "OLD", Outcome.WITHDRAWN), ("t", "OLD", Outcome.WITHDRAWN)))
    world.write()
    in_programme(world, "P", "NEW", "OLD")
    return world


def in_programme(world: World, name: str, *codes: str) -> None:
    """As the administration decides."""
    made = "INSERT INTO programmes (organisation_id, name) VALUES (:organisation, :name) RETURNING programme_id"
    put = "UPDATE courses SET programme_id = :programme WHERE organisation_id = :organisation AND code = ANY(:codes)"
    given = {"organisation": world.organisation, "name": name}
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        programme = connection.execute(text(made), given).scalar_one()
        connection.execute(text(put), {**given, "programme": programme, "codes": list(codes)})


def further(world: World, minimum_group: int = 5, **filters: object) -> InstitutionFurtherView:
    given = Filters.parse(**filters)

    def read(connection: Any) -> InstitutionFurtherView:
        compared = read_compared(connection, world.everything(minimum_group), AS_OF, given)
        return read_institution_further(connection, compared, given)

    view: InstitutionFurtherView = world.read(read)
    return view


def stories(view: InstitutionFurtherView) -> dict[str, CourseStory]:
    return {story.code: story for story in view.stories}


def test_retention_is_of_those_at_the_start_in_whole_periods_of_four_weeks(campus: World) -> None:
    campus.course("OTHER")
    campus.learners("OTHER", *"vwxyz")
    campus.write()
    # With groups of five, i who came and h who left would be told by the page of the course.
    assert stories(further(campus))["NEW"].hidden
    found = stories(further(campus, minimum_group=1))
    # 2 March to 7 May: two periods are over. i came later and does not count.
    assert found["NEW"].at_start == 8
    assert found["NEW"].retention == (25.0, 12.5)
    assert len(found["OLD"].retention) == 5
    assert (found["OLD"].running, found["NEW"].running) == (False, True)


def test_those_still_enrolled_are_counted_week_by_week(campus: World) -> None:
    campus.course("OTHER")
    campus.learners("OTHER", *"vwxyz")
    campus.write()
    still = stories(further(campus, minimum_group=1))["NEW"].still_enrolled
    # The start, then the Mondays 9 March to 4 May; h left before that of 6 April.
    assert still == (100.0,) * 5 + (87.5,) * 5


def test_the_only_course_hides_a_start_that_differs_by_few_from_those_enrolled_now(campus: World) -> None:
    # h has left and i has come: what is shown over time of those enrolled now would tell of each.
    story = stories(further(campus))["NEW"]
    assert (story.hidden, story.at_start, story.retention, story.still_enrolled) == (True, None, (), ())


def test_joining_and_leaving_stand_in_their_weeks(campus: World) -> None:
    weeks = {week.start: (week.joined, week.left) for week in further(campus).enrolments if week.joined or week.left}
    assert weeks == {date(2026, 3, 30): (1, 1)}


def test_a_programme_counts_the_outcomes_of_its_courses(campus: World) -> None:
    (row,) = further(campus).programmes
    assert (row.name, row.courses, row.known, row.completed, row.passed) == ("P", 2, 5, 60.0, 40.0)


def test_a_programme_of_few_outcomes_is_hidden(campus: World) -> None:
    (row,) = further(campus, minimum_group=6).programmes
    assert (row.known, row.completed, row.passed) == (None, None, None)


def test_types_are_counted_by_courses_and_weeks(campus: World) -> None:
    view = further(campus)
    assert view.courses == 1
    used = {use.activity_type: use.weeks for use in view.uses}
    assert sum(used["quiz"]) == 2
    assert used["quiz"][0] == used["quiz"][5] == 1


def test_a_unit_narrows_courses_and_not_programmes(campus: World) -> None:
    view = further(campus, unit="Arts")
    assert (view.stories, view.enrolments, view.uses) == ((), (), ())
    assert view.programmes == further(campus).programmes
    assert further(campus, unit="No such unit").stories == further(campus).stories


def test_an_empty_organisation_and_one_of_few_have_words_and_no_figures(
    database: Database, make_settings: Callable[..., Settings]
) -> None:
    numbers = count()
    for learners in ((), ("a",), ("a", "b", "c", "d")):
        world = make_world(database, make_settings(), f"small-{next(numbers)}")
        if learners:
            world.course("ONE")
            world.learners("ONE", *learners)
            world.seen("a", "ONE", "03-03 12:00", "04-07 12:00")
            world.write()
        view = further(world)
        assert all(story.hidden and not story.retention for story in view.stories)
        assert (view.uses, view.programmes, view.courses) == ((), (), 0)
        assert not any(week.joined or week.left for week in view.enrolments)
        assert view.private is bool(learners)


def test_both_rounds_together_need_at_most_twelve_statements_whatever_there_is(campus: World) -> None:
    def sent() -> int:
        with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
            with counted_statements(connection) as statements:
                compared = read_compared(connection, campus.everything(), AS_OF, Filters())
                read_institution_further(connection, compared, Filters())
            assert all("organisation_id" in one for one in statements)
            assert not any("raw_events" in one for one in statements)
            return len(statements)

    before = sent()
    for number in range(5):
        campus.course(f"M{number}")
        campus.learners(f"M{number}", *(f"m{number}-{name}" for name in range(6)))
    campus.write()
    assert before == sent() <= MOST_STATEMENTS


def hour_of_quality(world: World, hours_back: int, **counts: int) -> None:
    """What the source of the campus sent within an hour, the last of it at its beginning."""
    hour = AS_OF.instant - timedelta(hours=hours_back)
    key = {"organisation_id": world.organisation, "source_id": world.source.source_id, "course_id": 0, "slot": 0}
    none = dict.fromkeys((one.name for one in fields(Counts)), 0)
    with world.database.transaction(DatabaseRole.INGEST, world.organisation) as connection:
        values = {**key, **none, **counts, "hour": hour, "last_received_at": hour}
        connection.execute(insert(quality_hours).values(values))


def test_sources_say_when_something_came_last(campus: World) -> None:
    def said() -> list[tuple[str, int, timedelta | None, bool]]:
        now = AS_OF.instant
        return [
            (one.name, one.refused, None if one.last_received is None else now - one.last_received, one.silent)
            for one in further(campus).sources
        ]

    assert said() == [("north-lms", 0, timedelta(0), False)], "the campus has just been written"
    with campus.database.administration() as connection:
        connection.exec_driver_sql("DELETE FROM analytics.quality_hours")
        connection.commit()
    assert said() == [("north-lms", 0, None, True)]
    hour_of_quality(campus, 30, received=5, refused=2)
    assert said() == [("north-lms", 2, timedelta(hours=30), True)]
    hour_of_quality(campus, 3, received=4, refused=1)
    hour_of_quality(campus, 7, received=4)
    assert said() == [("north-lms", 3, timedelta(hours=3), False)]


def test_the_share_of_what_came_too_late_is_that_of_all_sources_together(campus: World) -> None:
    assert further(campus).late is None

    for back, live, late in ((1, 30, 2), (3, 10, 0), (24 * 15, 10, 10)):
        hour_of_quality(campus, back, received=live, learning=live, live=live, late=late)

    assert further(campus).late == pytest.approx(100 * 2 / 40)


def test_dates_that_are_to_come_have_no_enrolments_and_no_types(campus: World) -> None:
    view = further(campus, first="2026-06-01")
    assert view.to_come == date(2026, 6, 1)
    assert (view.week_starts, view.enrolments, view.uses) == ((), (), ())
    assert view.stories == further(campus).stories
