"""Views of what stands below the fold of an institution's page, of the same small term as `samples`."""

from dataclasses import replace
from datetime import date

from dashapp.domain.views import (
    CourseStory,
    EnrolmentWeek,
    InstitutionFurtherView,
    ProgrammeRow,
    SourceCheck,
    TypeUse,
)
from tests.components.samples import FRESH, START, TODAY, WEEK_STARTS, WEEKS, public_id


def story(number: int, code: str, start: date, *, running: bool = True, periods: int = 3) -> CourseStory:
    return CourseStory(
        public_id(number),
        code,
        start,
        running,
        100 + number,
        tuple(95.0 - 7 * place - number for place in range(periods)),
        tuple(100.0 - 0.5 * number * week for week in range(13)),
    )


HIDDEN_STORY = CourseStory(public_id(9), "AAA", START, True, None, hidden=True)


def institution_further() -> InstitutionFurtherView:
    return InstitutionFurtherView(
        stories=(
            story(1, "CCC", date(2025, 2, 3), running=False, periods=8),
            story(2, "EEE", date(2025, 10, 6), running=False, periods=7),
            story(1, "CCC", START),
            story(2, "EEE", START),
            HIDDEN_STORY,
        ),
        week_starts=WEEK_STARTS,
        enrolments=tuple(
            EnrolmentWeek(start, 60 - 5 * place if place < 12 else 0, place % 4, place == WEEKS - 1)
            for place, start in enumerate(WEEK_STARTS)
        ),
        programmes=(
            ProgrammeRow("Science", 3, 300, 71.0, 52.0),
            ProgrammeRow("Tutor group 4", 1, None, None, None),
        ),
        uses=(
            TypeUse("page", tuple(2 for _start in WEEK_STARTS)),
            TypeUse("quiz", tuple(place % 3 for place in range(WEEKS))),
        ),
        courses=2,
        score=98.4,
        sources=(
            SourceCheck("Science", 91.2, 12_000, 340, FRESH.as_of, silent=False),
            SourceCheck("Tutor group 4", None, 0, 0, None, silent=True),
        ),
        today=TODAY,
        freshness=FRESH,
        late=1.3,
    )


def new_institution_further() -> InstitutionFurtherView:
    return InstitutionFurtherView((), WEEK_STARTS, (), (), (), 0, None, (), TODAY, FRESH)


def hidden_institution_further() -> InstitutionFurtherView:
    return replace(new_institution_further(), stories=(HIDDEN_STORY,), private=True)
