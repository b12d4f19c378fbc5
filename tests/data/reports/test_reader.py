"""One reader for everybody: each is answered with their own scope, from one snapshot, and from the cache."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import psycopg2.errors
import pytest
import sqlalchemy
from sqlalchemy import text

from dashapp import words
from dashapp.data.database import DatabaseRole
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import AnswerState
from dashapp.domain.reports.document import Bars, Chart, Data, Report
from dashapp.domain.reports.periods import Fixed, Grain
from dashapp.domain.reports.questions import Choice, Dimension, Question
from tests.data.queries.conftest import AS_OF, World
from tests.data.reports.conftest import PERIOD, ZONE, reader_of, somebody


def asking(*measures: str, **parts: object) -> Question:
    return Question.model_validate({"measures": measures, "period": PERIOD, **parts})


def block(question: Question, chart: Chart = Chart.TABLE, bars: Bars = Bars.GROUPED) -> Data:
    return Data(id=uuid4(), chart=chart, question=question, bars=bars)


def test_one_report_shows_each_reader_their_own_learners(campus: World) -> None:
    reader, question = reader_of(campus), asking("active_learners", split=Dimension.COURSE)
    told = {
        who: reader.answer(somebody(campus, who), question, ZONE, AS_OF).rows
        for who in ("tutor", "aide", "dean", "tutor")
    }
    assert told == {
        "tutor": (("ALG", 7), ("TINY", 1)),
        "aide": (("ALG", 3),),
        "dean": (("ART", 1), ("ALG", 7)),
    }


def test_all_blocks_are_answered_as_each_is_by_itself(campus: World) -> None:
    blocks = (
        block(asking("events", grain=Grain.WEEK), Chart.LINE),
        block(asking("minutes", split=Dimension.LEARNER)),
        block(asking("score_median", split=Dimension.COURSE), Chart.BAR),
        block(asking("enrolled", grain=Grain.WEEK), Chart.KPI),
    )
    report = Report(time_zone=ZONE, blocks=blocks)
    for who in ("tutor", "dean"):
        person = somebody(campus, who)
        found = reader_of(campus).answers(person, report, AS_OF)
        for one in blocks:
            alone = reader_of(campus).answer(person, one.question, ZONE, AS_OF, chart=one.chart, bars=one.bars)
            assert found[one.id] == alone
    assert found[blocks[3].id].state is AnswerState.REFUSED


def test_stacked_bars_of_what_does_not_add_up_are_refused_in_a_report_too(campus: World) -> None:
    one = block(asking("active_learners", grain=Grain.WEEK, split=Dimension.COURSE), Chart.BAR, Bars.STACKED)
    found = reader_of(campus).answers(somebody(campus, "dean"), Report(blocks=(one,)), AS_OF)[one.id]
    assert (found.state, "do not add up" in found.reason) == (AnswerState.REFUSED, True)


def test_learners_and_strangers_are_answered_nothing(campus: World) -> None:
    stranger = Principal(campus.organisation, PersonId(0), PublicId(uuid4()), "Nobody")
    for who in (somebody(campus, "ben"), stranger):
        with pytest.raises(NotPermitted):
            reader_of(campus).answer(who, asking("events"), ZONE, AS_OF)
        with pytest.raises(NotPermitted):
            reader_of(campus).answers(who, Report(blocks=(block(asking("events")),)), AS_OF)


def test_an_administrator_who_teaches_sees_names_of_own_courses_only(campus: World) -> None:
    reader = reader_of(campus)
    both = replace(somebody(campus, "tutor"), administers=True)
    own, other = (Choice(courses=(campus.public_id(code),)) for code in ("TINY", "ALG"))
    mixed = Choice(courses=(campus.public_id("TINY"), campus.public_id("ART")))
    assert [reader.audience(both, choice) for choice in (Choice(), own, other, mixed)] == [
        *(Audience.AGGREGATE, Audience.NAMED, Audience.NAMED, Audience.AGGREGATE)
    ]
    assert reader.answer(both, asking("active_learners", choice=own), ZONE, AS_OF).rows == ((1,),)
    hidden = reader.answer(somebody(campus, "dean"), asking("active_learners", choice=own), ZONE, AS_OF)
    assert hidden.state is AnswerState.HIDDEN


def test_a_course_that_the_reader_may_not_open_is_as_one_that_is_not_there(campus: World) -> None:
    reader, tutor = reader_of(campus), somebody(campus, "tutor")
    for course in (campus.public_id("ART"), UUID(int=7)):
        found = reader.answer(tutor, asking("events", choice=Choice(courses=(course,))), ZONE, AS_OF)
        assert (found.state, found.rows, found.notes) == (AnswerState.NO_DATA, (), ())


def test_a_known_answer_costs_the_database_nothing_and_is_kept_for_each_language(
    campus: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, tutor = reader_of(campus), somebody(campus, "tutor")
    question = asking("active_learners", grain=Grain.WEEK, split=Dimension.WEEKDAY)
    first = reader.answer(tutor, question, ZONE, AS_OF)
    with words.use_locale("de"):
        german = reader.answer(tutor, question, ZONE, AS_OF)
    assert (first.rows[0][1], german.rows[0][1]) == ("Mon", "Mo")
    # The class has slots, so nothing of it can be replaced by itself.
    monkeypatch.setattr("dashapp.data.database.Database.snapshot", None)
    assert reader.answer(tutor, question, ZONE, AS_OF) == first


def test_a_report_speaks_its_own_language(campus: World) -> None:
    one = block(asking("handed_in", split=Dimension.HANDED_IN))
    found = reader_of(campus).answers(somebody(campus, "tutor"), Report(locale="en_XA", blocks=(one,)), AS_OF)
    assert all(str(row[0]).startswith("[") for row in found[one.id].rows)
    assert len(found[one.id].rows) == 3


def test_a_snapshot_does_not_see_what_is_written_meanwhile_and_writes_nothing(campus: World) -> None:
    count = text("SELECT count(*) FROM courses")
    database, organisation = campus.database, campus.organisation
    with database.snapshot(DatabaseRole.WEB, organisation) as connection:
        before = connection.execute(count).scalar_one()
        with database.transaction(DatabaseRole.JOBS, organisation) as other:
            other.execute(
                text("INSERT INTO courses (organisation_id, code) VALUES (:key, 'NEW')"), {"key": organisation}
            )
        assert connection.execute(count).scalar_one() == before
    with database.transaction(DatabaseRole.JOBS, organisation) as other:
        other.execute(text("DELETE FROM courses WHERE code = 'NEW'"))
    with (
        pytest.raises(sqlalchemy.exc.InternalError) as refused,
        database.snapshot(DatabaseRole.JOBS, organisation) as connection,
    ):
        connection.execute(text("DELETE FROM courses"))
    assert isinstance(refused.value.orig, psycopg2.errors.ReadOnlySqlTransaction)
    # What the pool gives out next may write again.
    with database.transaction(DatabaseRole.JOBS, organisation) as other:
        assert other.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
        assert other.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"


def test_a_hundred_thousand_figures_are_limited_and_counted_or_refused(campus: World) -> None:
    reader, tutor = reader_of(campus), somebody(campus, "tutor")
    ten_years = Fixed(first=date(2017, 1, 1), last=date(2026, 12, 31))
    daily = asking("events", "sessions", grain=Grain.DAY, split=Dimension.HOUR, period=ten_years)
    assert reader.answer(tutor, daily, ZONE, AS_OF).state is AnswerState.REFUSED
    long = reader.answer(
        tutor, asking("events", grain=Grain.DAY, split=Dimension.SECTION, period=ten_years), ZONE, AS_OF
    )
    days = (AS_OF.instant.date() - ten_years.first).days + 1
    assert (len(long.rows), long.left_out) == (min(10_000, 2 * days), max(0, 2 * days - 10_000))
