"""Odd courses beside those of the small campus: names that break pages, and courses in which hardly anything is there.

Everything is told through events, as any source may tell it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    Identifier,
    LearningEvent,
    MembershipChanged,
    Outcome,
    OutcomeRecorded,
    PersonDescribed,
    Role,
    SectionDescribed,
    UnitDescribed,
    Verb,
)
from tests.campus import ISSUER, TEACHERS, identifier_of

SCRIPT: Final = "<script>window.laRan=1</script><img src=x onerror=window.laRan=1>"
"""What would run, and in attributes break out, sets this."""
NAMES: Final = {
    "script": SCRIPT,
    "quotes": "\"'`><b>bold</b><svg onload=window.laRan=1>",
    "braces": "{{7*7}} ${7*7} {% raw %} %(name)s {0} #set(x) \\textbf{x}",
    "formula": "=HYPERLINK(\"http://x.example\",1)+cmd|' /C calc'!A0",
    "override": "left \u202eright to left\u202c \u2067inner",
    "unclosed": "unclosed \u202e\u2067\u202b end",
    "arabic": "محمد بن عبد الله",
    "hebrew": "שלום עולם 123",
    "combining": "Zalgo " + "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 8,
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 𝒜𝓁𝒾𝒸ℯ",
    "unseen": "\u200b\u200d\ufeff\u00ad",
    "control": "bell\x07 tab\t line\n return\r \x1b[31m \u2028 \u2029 \x85",
    "spaces": "\u3000\u00a0 \u2003",
    "long": "W" * 240,
    "longest": "Long name with words " * 12,
    "address": "https://example.org/" + "x" * 200,
}
"""Each at most 255 characters, as one part of a name."""
LONG: Final = 1000
"""The longest title of a course, a unit or an activity."""
TEACHER: Final = TEACHERS["algebra"]
WEEKS: Final = 6


def named(kind: str, longest: int = 500) -> str:
    """A title: the odd name over and over where it is one of the long ones."""
    name = NAMES[kind]
    return (name * 5)[:longest] if kind.startswith("long") else name


@dataclass(frozen=True, slots=True)
class OddCourse:
    """A course by its code, and when it began and ends in days from now."""

    code: str
    title: str
    starts: int = -7 * WEEKS
    ends: int = 60
    unit: str = "Science"

    @property
    def identifier(self) -> Identifier:
        """How the sender names it."""
        return Identifier(ISSUER, "course", f"odd-{self.code}")


NAMED: Final = OddCourse("ODD <b>1", named("longest", LONG), unit=named("script"))
EMPTY: Final = OddCourse("NOBODY", "No learner")
ONE: Final = OddCourse("ONE", "One learner")
SINGLE: Final = OddCourse("SINGLE", "One activity, no units")
WITHDRAWN: Final = OddCourse("GONE", "All withdrawn")
FUTURE: Final = OddCourse("FUTURE", "Not begun", starts=30, ends=120)
GAPS: Final = OddCourse("GAPS", "Weeks without data", starts=-150)
SPARSE: Final = (EMPTY, ONE, SINGLE, WITHDRAWN, FUTURE, GAPS)
"""Those in which hardly anything is there."""


def odd_events(now: datetime | None = None) -> Iterator[Event]:
    """All of it, as of now; the teacher of algebra teaches every course."""
    now = now or datetime.now(UTC)
    for course in (NAMED, *SPARSE):
        yield from _course(course, now)
    yield from _named(now)
    yield from _sparse(now)


def learner_of(kind: str) -> Identifier:
    """How the sender names the learner with an odd name."""
    return Identifier(ISSUER, "account", f"odd-{kind}")


def _course(course: OddCourse, now: datetime) -> Iterator[Event]:
    begun = now - timedelta(days=170)
    starts, ends = (now + timedelta(days=days) for days in (course.starts, course.ends))
    described = (course.identifier, begun, course.code, course.title, course.unit)
    yield CourseDescribed(f"odd-{course.code}", *described, starts_on=starts.date(), ends_on=ends.date())
    teaches = (identifier_of(TEACHER), course.identifier, Role.TEACHER, True, begun)
    yield MembershipChanged(f"odd-teaches-{course.code}", *teaches)


def _named(now: datetime) -> Iterator[Event]:
    course, begun = NAMED.identifier, now - timedelta(weeks=WEEKS)
    types = [each for each in ActivityType if each is not ActivityType.UNKNOWN]
    for place, (kind, name) in enumerate(NAMES.items()):
        learner, unit = learner_of(kind), f"unit-{kind}"
        yield PersonDescribed(f"odd-person-{kind}", learner, begun, name, name, f"{kind}@example.org")
        yield MembershipChanged(f"odd-learns-{kind}", learner, course, Role.LEARNER, True, begun, f"s-{kind}")
        yield MembershipChanged(f"odd-group-{kind}", learner, course, Role.LEARNER, True, begun, group=name)
        yield SectionDescribed(f"odd-section-{kind}", course, f"s-{kind}", begun, named(kind))
        yield UnitDescribed(f"odd-unit-{kind}", course, unit, begun, named(kind, LONG), position=place)
        for number, type_ in enumerate(types):
            yield ActivityDescribed(
                f"odd-activity-{kind}-{number}",
                course,
                _activity(kind, type_),
                begun,
                type_,
                named(kind, LONG),
                unit,
                begun,
                now - timedelta(days=10 - place) if type_ in (ActivityType.QUIZ, ActivityType.ASSIGNMENT) else None,
                10,
            )
    yield from _studied(now)


def _activity(kind: str, type_: ActivityType) -> Identifier:
    return Identifier(ISSUER, "activity", f"odd-{kind}-{type_}")


def _studied(now: datetime) -> Iterator[Event]:
    kinds = list(NAMES)
    for place, kind in enumerate(kinds):
        for other in kinds[: 4 + place]:
            days = 1 + (7 * place + len(other)) % (7 * WEEKS - 1)
            yield from _did(kind, other, now - timedelta(days=days, minutes=11 * place), place)


def _did(kind: str, other: str, at: datetime, place: int) -> Iterator[Event]:
    """What one learner does in the unit of another one's name: something of every kind."""

    def one(verb: Verb, type_: ActivityType, **more: Any) -> Event:
        named = {"activity": _activity(other, type_), "activity_type": type_}
        return LearningEvent(
            f"odd-{verb}-{kind}-{other}", verb, learner_of(kind), NAMED.identifier, at, **named, **more
        )

    yield one(Verb.VIEWED, ActivityType.PAGE)
    yield one(Verb.POSTED, ActivityType.FORUM, post=f"p-{kind}-{other}")
    yield one(Verb.WATCHED, ActivityType.VIDEO, position_from=0.0, position_to=60.0 + place)
    item = NAMES[other]
    yield one(Verb.ANSWERED, ActivityType.QUIZ, item=item, response=item, correct=place % 2 == 0)
    yield one(Verb.SUBMITTED, ActivityType.ASSIGNMENT)
    yield one(Verb.GRADED, ActivityType.ASSIGNMENT, score=float(place % 11), max_score=10.0)


def _sparse(now: datetime) -> Iterator[Event]:
    yield from _enrolled(ONE, 1, now)
    yield from _enrolled(SINGLE, 7, now)
    yield from _enrolled(WITHDRAWN, 6, now)
    yield from _enrolled(FUTURE, 6, now)
    yield from _enrolled(GAPS, 6, now)
    begun = now - timedelta(days=160)
    for course in (SINGLE, GAPS, ONE, FUTURE):
        due = now + timedelta(days=60 if course is FUTURE else -3)
        activity = Identifier(ISSUER, "activity", f"odd-{course.code}-quiz")
        described = (course.identifier, activity, begun, ActivityType.QUIZ, "Quiz", None, begun, due, 10)
        yield ActivityDescribed(f"odd-quiz-{course.code}", *described)
    for place in range(6):
        who = _sparse_learner(WITHDRAWN, place)
        left = now - timedelta(days=5)
        yield OutcomeRecorded(f"odd-left-{place}", who, WITHDRAWN.identifier, Outcome.WITHDRAWN, left)
        yield MembershipChanged(f"odd-leaves-{place}", who, WITHDRAWN.identifier, Role.LEARNER, False, left)
    for course, days in ((GAPS, (140, 138, 40, 3)), (SINGLE, (3, 2)), (ONE, (2,)), (WITHDRAWN, (20, 12))):
        for place in range(1 if course is ONE else 6):
            for day in days:
                yield LearningEvent(
                    f"odd-view-{course.code}-{place}-{day}",
                    Verb.VIEWED,
                    _sparse_learner(course, place),
                    course.identifier,
                    now - timedelta(days=day, minutes=place),
                    activity=Identifier(ISSUER, "activity", f"odd-{course.code}-quiz"),
                    activity_type=ActivityType.QUIZ,
                )


def _sparse_learner(course: OddCourse, place: int) -> Identifier:
    return Identifier(ISSUER, "account", f"odd-{course.code}-{place}")


def _enrolled(course: OddCourse, count: int, now: datetime) -> Iterator[Event]:
    begun = now - timedelta(days=160)
    for place in range(count):
        who = _sparse_learner(course, place)
        yield PersonDescribed(f"odd-p-{course.code}-{place}", who, begun, "Odd", f"{course.code} {place}")
        yield MembershipChanged(f"odd-l-{course.code}-{place}", who, course.identifier, Role.LEARNER, True, begun)
