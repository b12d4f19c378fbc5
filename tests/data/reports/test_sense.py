"""Everything that is said to make sense can be asked and drawn; everything else is refused, with the same reason."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp import words
from dashapp.domain.audience import Audience
from dashapp.domain.events import ActivityType
from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.document import Bars, Chart, Data
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Fixed, Grain, Moving
from dashapp.domain.reports.questions import Choice, Dimension, Order, Question
from dashapp.domain.reports.sense import why_not
from dashapp.domain.reports.words import CHART_WORDS, DIMENSION_WORDS, MEASURE_WORDS
from dashapp.figures import Screen, table_of
from dashapp.figures.blocks import drawing_of
from dashapp.words.reports import question_text, reason_text
from tests.data.queries.conftest import AS_OF, World
from tests.data.reports.conftest import PERIOD, ZONE, reader_of, somebody

READERS = {"dean": Audience.AGGREGATE, "tutor": Audience.NAMED, "aide": Audience.NAMED}
OF_THE_DATA = ("Who has left", "Hours are counted for whole courses, and", "No whole month", "These are too many")
"""Why something that makes sense cannot be answered for one reader or these days."""

questions = st.builds(
    Question,
    measures=st.lists(st.sampled_from([*MEASURES, "gone"]), min_size=1, max_size=3).map(tuple),
    grain=st.none() | st.sampled_from(Grain),
    split=st.none() | st.sampled_from(Dimension),
    across=st.none() | st.sampled_from(Dimension),
    period=st.sampled_from(
        [PERIOD, Moving(count=2), Moving(count=3, whole=False), Fixed(first="2026-05-06", last="2027-01-01")]
    ),
    choice=st.sampled_from(
        [
            Choice(),
            Choice(units=("Science",)),
            Choice(units=("Science", "Arts")),
            Choice(sections=("a",)),
            Choice(activity_types=(ActivityType.VIDEO,)),
            Choice(courses=(UUID(int=9),)),
        ]
    ),
    with_before=st.booleans(),
    limit=st.none() | st.integers(1, 5),
)
sensible = st.builds(
    Question,
    measures=st.sampled_from(list(MEASURES)).map(lambda key: (key,)),
    grain=st.none() | st.sampled_from([Grain.WEEK, Grain.MONTH]),
    split=st.none() | st.sampled_from(Dimension),
    across=st.none() | st.sampled_from(Dimension),
    period=st.just(PERIOD),
)


@given(
    question=questions | sensible,
    chart=st.sampled_from(Chart),
    bars=st.sampled_from(Bars),
    who=st.sampled_from(sorted(READERS)),
)
def test_what_makes_sense_is_answered_and_drawn_and_nothing_else(
    campus: World, question: Question, chart: Chart, bars: Bars, who: str
) -> None:
    reason = why_not(question, chart, READERS[who], bars)
    found = reader_of(campus).answer(somebody(campus, who), question, ZONE, AS_OF, chart=chart, bars=bars)
    if reason is not None:
        assert found.state is (AnswerState.GONE if "gone" in question.measures else AnswerState.REFUSED)
        assert (found.reason, found.rows) == (reason_text(reason), ())
    elif found.state is AnswerState.REFUSED:
        assert found.reason.startswith(OF_THE_DATA)
    check_drawing(Data(id=UUID(int=1), chart=chart, question=question, bars=bars), found)


def check_drawing(block: Data, found: Answer) -> None:
    """plotly takes it, and its twin has every row."""
    drawn = drawing_of(block, found, Screen())
    assert drawn.checked is not None
    if found.state is AnswerState.SHOWN and (drawn.traces or block.chart in (Chart.KPI, Chart.TABLE)):
        assert len(table_of(drawn).rows) == len(found.rows)
        assert block.chart is Chart.TABLE or table_of(drawn).summary


@pytest.mark.parametrize("audience", [Audience.NAMED, Audience.AGGREGATE])
def test_every_measure_and_every_chart_can_be_had(audience: Audience) -> None:
    singles = [
        Question(measures=measures, grain=grain, split=split, across=across)
        for measures in [*((key,) for key in MEASURES), ("enrolled", "active_learners"), ("share_active", "events")]
        for grain in (None, Grain.WEEK)
        for split in (None, *Dimension)
        for across in (None, *Dimension)
        if across is None or split is not None
    ]
    had = {chart: {one.measures[0] for one in singles if why_not(one, chart, audience) is None} for chart in Chart}
    assert all(had.values())
    assert had[Chart.TABLE] == had[Chart.KPI] == set(MEASURES)


def test_students_and_advisers_are_offered_nothing() -> None:
    for audience in (Audience.SELF, Audience.ONE):
        assert why_not(Question(measures=("events",)), Chart.KPI, audience) is not None


def test_every_reason_and_every_name_can_be_said() -> None:
    assert set(MEASURE_WORDS) == set(MEASURES)
    assert set(DIMENSION_WORDS) == set(Dimension)
    assert set(CHART_WORDS) == set(Chart)
    asked = Question(measures=("minutes", "events"), grain=Grain.WEEK, split=Dimension.COURSE)
    assert question_text(asked) == "Time on task, Events by week, course"
    reason = why_not(Question(measures=("score_median",), grain=Grain.WEEK), Chart.LINE, Audience.NAMED)
    assert reason is not None
    assert reason_text(reason) == "“Median score” is told as of now only, so it cannot be divided by time."
    with words.use_locale("en_XA"):
        assert reason_text(reason).startswith("[")


def test_an_order_by_a_column_that_is_not_there_is_refused() -> None:
    asked = Question(measures=("events",), split=Dimension.COURSE, order=Order(by="minutes"))
    assert why_not(asked, Chart.BAR, Audience.NAMED) is not None
    assert why_not(asked.model_copy(update={"order": Order(by="course")}), Chart.BAR, Audience.NAMED) is None
