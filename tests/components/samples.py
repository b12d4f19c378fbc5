"""Views of a small term for tests of figures, components and words: two courses, 14 weeks up to Thu 7 May 2026."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from dashapp.domain.audience import Comparison
from dashapp.domain.guardians import GuardianRule, Guardianship, GuardiansView
from dashapp.domain.indicators.follow_up import Situation
from dashapp.domain.keys import PublicId
from dashapp.domain.views import (
    ActiveSpan,
    CaseloadRow,
    CaseloadView,
    ClassroomView,
    CourseChoice,
    CourseFigures,
    CourseRow,
    CoursesView,
    Day,
    Due,
    Freshness,
    HandedIn,
    InstitutionView,
    LearnerRow,
    Level,
    Reason,
    Rule,
    Score,
    StudentView,
    VideoViews,
    Week,
)
from dashapp.domain.views.cohort import Before, CohortFigures, OnTime
from dashapp.domain.views.contacts import Contact, Look, Standing
from tests.components.student_samples import student_content

TODAY = date(2026, 5, 7)
START = date(2026, 2, 2)
WEEKS = 14
FRESH = Freshness(datetime(2026, 5, 7, 8, 42, 7, tzinfo=UTC), 0.4, zone="Europe/Berlin")
LATE = Freshness(datetime(2026, 5, 7, 7, 55, 12, tzinfo=UTC), 2820, zone="Europe/Berlin")
NAMES = ("Jomo W.", "Ximena Q.", "Wen X.", "Zofia K.", "Ivo R.", "Lena B.", "Hana I.", "Ben T.")
"""Names and codes of these views: the only texts on a page that nobody translates."""
CODES = ("CCC", "EEE", "AAA", "Computing in practice", "Algorithms and data", "Resit")
VIDEOS = ("Loops", "Lists and how to walk along them", "Functions", "Files", "Recursion", "Tests")
ACTIVITIES = ("quiz 1", "assignment 1", "Assignment 2", "Tutor group 4", "Science", *VIDEOS)


def public_id(number: int) -> PublicId:
    return PublicId(UUID(int=number))


CCC = CourseChoice(public_id(1), "CCC", "Computing in practice")
EEE = CourseChoice(public_id(2), "EEE", "Algorithms and data")
WEEK_STARTS = tuple(START + timedelta(weeks=week) for week in range(WEEKS))
DUE = Due("CCC", "Assignment 2", datetime(2026, 5, 15, 21, 59, tzinfo=UTC), 22.0, "not_started")


def reasons(away: float = 0, share: float = 85, score: float = 78, missed: float = 0) -> tuple[Reason, ...]:
    return (
        Reason(Rule.AWAY, away, 7, 2 if away > 7 else 0),
        Reason(Rule.LITTLE_ACTIVITY, share, 20, 1 if share < 20 else 0),
        Reason(Rule.LOW_SCORE, score, 53, 2 if score < 53 else 0),
        Reason(Rule.MISSED_DEADLINE, missed, 0, 2 if missed > 0 else 0),
    )


SILENT = tuple(Reason(rule, None, None, 0) for rule in Rule)


def week(number: int, *, minutes: bool = True, hidden: bool = False) -> Week:
    amount = (number * 53) % 300
    return Week(
        start=WEEK_STARTS[number],
        events=amount // 3,
        minutes=amount if minutes else None,
        active_days=number % 8,
        median_minutes=None if hidden or not minutes else 120.0,
        median_events=None if hidden else 40.0,
        under_way=number == WEEKS - 1,
    )


def student(*, minutes: bool = True, hidden: bool = False, level: Level = Level.CALM) -> StudentView:
    compared = Comparison.HIDDEN if hidden else Comparison.SHOWN
    quartiles = (*((None,) * 3 if hidden else (40.0, 60.0, 80.0)), compared)
    first, second = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)
    why = {
        Level.CALM: reasons(),
        Level.WATCH: reasons(score=41),
        Level.HELP: reasons(away=11, share=0, missed=2),
    }[level]
    return StudentView(
        name="Ben T.",
        courses=(CCC, EEE),
        chosen=None,
        level=level,
        reasons=(("CCC", why), ("EEE", reasons())),
        levels=(level, Level.CALM),
        average_score=78.0,
        weeks=tuple(week(number, minutes=minutes, hidden=hidden) for number in range(WEEKS)),
        days=tuple(
            Day(START + timedelta(days=day), 3 + day % 40, 5 + day if minutes else None) for day in range(0, 95, 2)
        ),
        scores=(
            Score("CCC", "quiz 1", 80, first, *quartiles),
            Score("CCC", "assignment 1", 55, second, *quartiles),
        ),
        due=(DUE,),
        handed_in=HandedIn(on_time=4, late=1, missing=1, not_yet_due=3),
        today=TODAY,
        comparison=compared,
        freshness=FRESH,
        minutes_recorded=minutes,
        content=student_content(),
        earlier_score=80.0,
    )


def new_student() -> StudentView:
    return StudentView(
        name="Ben T.",
        courses=(CCC,),
        chosen=None,
        level=Level.CALM,
        reasons=(("CCC", SILENT),),
        levels=(Level.CALM,),
        average_score=None,
        weeks=(),
        days=(),
        scores=(),
        due=(),
        handed_in=HandedIn(0, 0, 0, 0),
        today=TODAY,
        comparison=Comparison.SHOWN,
        freshness=FRESH,
    )


def learner(number: int, level: Level, *, minutes: bool = True, score: float | None = 70.0) -> LearnerRow:
    weeks = tuple((number * 37 + 11 * place) % 90 for place in range(WEEKS))
    why = {Level.HELP: reasons(away=11, share=0), Level.WATCH: reasons(score=41), Level.CALM: reasons()}[level]
    return LearnerRow(
        public_id=public_id(100 + number),
        name=NAMES[number % len(NAMES)],
        sections=("Tutor group 4",),
        level=level,
        points=sum(reason.points for reason in why),
        reasons=why,
        last_active=TODAY - timedelta(days=number),
        last_instant=None,
        minutes=sum(weeks) * 3 if minutes else None,
        events=sum(weeks),
        weeks=weeks,
        score=score,
    )


def video(number: int) -> VideoViews:
    learners = tuple(max(0, 30 - 3 * number - part // 4) for part in range(40))
    again = tuple(9 if 10 <= part < 10 + number else part % 3 for part in range(40))
    return VideoViews(VIDEOS[number - 1], learners[0], 7.0 + number, learners, again)


FIGURES = CohortFigures(
    learners=8,
    joined=2,
    active_7=6,
    active_7_before=7,
    at_risk=2,
    median_score=68.0,
    scored=7,
    median_minutes=71.0,
    on_time=OnTime(16, 12),
    deadlines=(OnTime(8, 7), OnTime(8, 5)),
    weeks=tuple(3 + number % 5 for number in range(WEEKS)),
    before=Before(4, 71.0, OnTime(8, 7)),
)


def classroom(*, minutes: bool = True, learners: int = 8, speaking: bool = True) -> ClassroomView:
    kinds = [Level.HELP] * (learners // 4) + [Level.WATCH] * (learners // 4)
    kinds += [Level.CALM] * (learners - len(kinds))
    rows = tuple(
        learner(number, kind, minutes=minutes, score=None if number == 1 else 40.0 + number % 55)
        for number, kind in enumerate(kinds)
    )
    return ClassroomView(
        course=CCC,
        sections=(("t4", "Tutor group 4"),),
        learners=rows,
        week_starts=WEEK_STARTS,
        heat=tuple(tuple(value * (4 if minutes else 1) for value in row.weeks) for row in rows[:30]),
        heat_rows=30,
        heat_in_minutes=minutes,
        days=tuple(Day(TODAY - timedelta(days=back), 90, learners=back % 9) for back in range(27, -1, -1)),
        figures=FIGURES if learners == 8 else CohortFigures(learners, active_7=6, active_7_before=7),
        next_due=DUE,
        today=TODAY,
        first=START,
        last=TODAY,
        freshness=FRESH,
        minutes_recorded=minutes,
        speaking=speaking,
        level_counts=(kinds.count(Level.HELP), kinds.count(Level.WATCH), kinds.count(Level.CALM)),
    )


def new_classroom() -> ClassroomView:
    return ClassroomView(
        course=CCC,
        sections=(),
        learners=(),
        week_starts=(),
        heat=(),
        heat_rows=30,
        heat_in_minutes=True,
        days=(),
        figures=CohortFigures(),
        next_due=None,
        today=TODAY,
        first=START,
        last=TODAY,
        freshness=FRESH,
        speaking=False,
    )


def course(number: int, code: str, title: str, active: int) -> CourseRow:
    return CourseRow(
        public_id=public_id(number),
        code=code,
        title=title,
        unit="Science",
        enrolled=100,
        active_7=active,
        active_7_before=60,
        events_7=active * 20,
        weeks=tuple(1000 + 37 * number * place for place in range(WEEKS)),
        score_median=60.0 + number,
        score_quartile_1=50.0,
        score_quartile_3=90.0,
        handed=(300, 60, 40),
        needs_help=18,
        withdrawn=12,
        ever=112,
        completed=None,
    )


HIDDEN_COURSE = CourseRow(public_id(9), "AAA", "Resit", "Science", None, None, None, None, hidden=True)


def institution(*, courses: tuple[CourseRow, ...] | None = None) -> InstitutionView:
    given = (HIDDEN_COURSE, course(1, "CCC", CCC.title, 40), course(2, "EEE", EEE.title, 70))
    return InstitutionView(
        name="Demo campus",
        units=("Science",),
        chosen_unit=None,
        enrolled=200,
        active_7=110,
        active_7_before=120,
        events_7=2200,
        events_7_before=2100,
        courses=given if courses is None else courses,
        week_starts=WEEK_STARTS,
        days=tuple(Day(TODAY - timedelta(days=back), 900, learners=30 + back) for back in range(27, -1, -1)),
        today=TODAY,
        freshness=LATE,
        first=START,
        last=TODAY,
        weeks=tuple(
            ActiveSpan(start, start + timedelta(days=6), 90 + place, 2, under_way=place == WEEKS - 1)
            for place, start in enumerate(WEEK_STARTS)
        ),
        months=(
            ActiveSpan(date(2026, 2, 2), date(2026, 3, 1), 150, 2),
            ActiveSpan(date(2026, 3, 2), date(2026, 3, 29), 140, 2),
            ActiveSpan(date(2026, 4, 27), date(2026, 5, 31), 110, 1, under_way=True),
        ),
        unit_learners=(("Science", 200),),
    )


def hidden_institution() -> InstitutionView:
    """Everything is too small to be shown."""
    return InstitutionView(
        name="Demo campus",
        units=(),
        chosen_unit=None,
        enrolled=None,
        active_7=None,
        active_7_before=None,
        events_7=0,
        events_7_before=0,
        courses=(HIDDEN_COURSE,),
        week_starts=WEEK_STARTS,
        days=(),
        today=TODAY,
        freshness=FRESH,
        hidden=True,
    )


def courses(*, named: bool = True) -> CoursesView:
    """Three courses under way, of which administrators see two, and one that is over."""
    resit = CourseChoice(public_id(9), "AAA", "Resit")
    help_1, help_2, watch = (8, 3, 5) if named else (None, None, None)
    given = (
        CourseFigures(CCC, True, 28, 23, help_1, watch),
        CourseFigures(EEE, True, 100, 70, help_2, 0 if named else None),
        CourseFigures(resit, True, 3, 1, 0, 0) if named else CourseFigures(resit, True, hidden=True),
        CourseFigures(resit, under_way=False),
    )
    return CoursesView(given, TODAY, FRESH, named=named)


def caseload() -> CaseloadView:
    """Three learners: one who needs help in one of two courses, one on course, one in a course that is over."""

    def row(number: int, level: Level, speaking: bool, *given: tuple[str, tuple[Reason, ...]]) -> CaseloadRow:
        return CaseloadRow(
            public_id(number),
            NAMES[number],
            tuple(code for code, _reasons in given) or ("EEE",),
            level,
            speaking,
            given,
            TODAY if speaking else None,
            71.0 if speaking else None,
        )

    return CaseloadView(
        (
            row(1, Level.HELP, True, ("CCC", reasons(away=11, missed=2)), ("EEE", reasons())),
            row(2, Level.CALM, True, ("CCC", reasons())),
            row(3, Level.CALM, False),
        ),
        TODAY,
        FRESH,
    )


RULES = tuple(GuardianRule(by_age, by_consent) for by_age in (False, True) for by_consent in (False, True))


def guardians(rule: GuardianRule = RULES[-1]) -> GuardiansView:
    """An invitation in every state."""
    now = FRESH.as_of

    def row(number: int, **values: Any) -> Guardianship:
        given = {"guardian_name": NAMES[0], "under_age_until": None, "accepted_at": now, "consented_at": None}
        rest = {"code_expires_at": now + timedelta(days=14), "ended_at": None, **given, **values}
        return Guardianship(public_id(number), public_id(7), NAMES[number], invited_at=now, **rest)

    rows = (
        row(1, under_age_until=TODAY + timedelta(days=90)),
        row(2, consented_at=now),
        row(3),
        row(4, accepted_at=None, guardian_name=""),
        row(5, accepted_at=None, guardian_name="", code_expires_at=now - timedelta(days=1)),
        row(6, ended_at=now),
    )
    return GuardiansView(rule, rows, now, TODAY, "Europe/Berlin")


def contacts() -> tuple[Contact, ...]:
    """One message whose second week is not over, and one whose mail was refused."""
    at, after = datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    standings = (
        Standing(0, Look.TAKEN, at, Situation(Level.HELP, 31.0, 12.5, 0, 0, 0)),
        Standing(7, Look.TAKEN, after, Situation(Level.WATCH, 44.0, 25.0, 95, 40, 3)),
        Standing(14, Look.NOT_DUE, datetime(2026, 3, 16, 23, 0, tzinfo=UTC)),
    )
    said = ("Tess Thorne", "ALG 1", "away 9 teaching days", "help", 31.0)
    return (Contact(at, *said, "sent", standings), Contact(at, *said, "failed", ()))
