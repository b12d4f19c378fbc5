"""The plan of the demo campus: courses with their content, people, and who sits where. Pure, and the same per seed."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from random import Random

from dashapp.domain.events import ActivityType, Identifier
from ingest.demo.calendar import READING_WEEK, WEEKS, Term
from ingest.demo.catalogue import COURSES, ISSUER, MAIL_DOMAIN, CourseText
from ingest.demo.names import compose_names
from ingest.native import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND

LEARNERS = 300
TEACHERS_OF = ((0,), (0, 1), (1,), (2,), (3,), (3,), (4,), (5,))
"""The courses of each teacher; the second one teaches two."""
ADMINISTRATORS = 2
QUIZ_ITEMS = 6


class Fate(StrEnum):
    """How a learner's term goes; nobody but this generator knows it."""

    STEADY = "steady"
    STRUGGLING = "struggling"
    FADING = "fading"
    AWAY = "away"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Activity:
    """Something in a course. `week` counts from zero; graded ones have `due_at`, `max_score` and `weight`."""

    identifier: Identifier
    title: str
    activity_type: ActivityType
    unit: str | None
    week: int
    published_at: datetime
    due_at: datetime | None = None
    max_score: float | None = None
    weight: float | None = None
    seconds: int = 0
    """Length of a video."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its content, by week; `home` and `forum` belong to no week."""

    number: int
    text: CourseText
    identifier: Identifier
    home: Activity
    forum: Activity
    weeks: tuple[tuple[Activity, ...], ...]
    graded: tuple[Activity, ...]

    def activities(self) -> tuple[Activity, ...]:
        """Everything in it, in the order of the course."""
        return (self.home, self.forum, *(a for week in self.weeks for a in week), *self.graded)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A learner in a section of a course. `week` numbers count from zero; `fades_in` is when the work thins out."""

    course: Course
    section: str
    joined_at: datetime
    leaves_at: datetime | None
    fades_in: int | None


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner with the traits that the generator draws from."""

    number: int
    identifier: Identifier
    given_name: str
    family_name: str
    email: str
    fate: Fate
    ability: float
    diligence: float
    night_owl: bool
    away_days: int
    """Days before the end of the first history from which nothing is heard of a learner who is away."""
    enrolments: tuple[Enrolment, ...]


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher with the courses taught."""

    identifier: Identifier
    given_name: str
    family_name: str
    email: str
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who looks after the campus."""

    identifier: Identifier
    given_name: str
    family_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Campus:
    """The whole plan. The same seed and term give the same plan."""

    seed: int
    term: Term
    courses: tuple[Course, ...]
    learners: tuple[Learner, ...]
    teachers: tuple[Teacher, ...]
    administrators: tuple[Administrator, ...]


def plan_campus(term: Term, seed: int = 7) -> Campus:
    """The campus in a term."""
    rng = Random(f"{seed} campus")
    courses = tuple(_plan_course(number, text, term) for number, text in enumerate(COURSES))
    names = compose_names(rng, LEARNERS + len(TEACHERS_OF) + ADMINISTRATORS)
    teachers = tuple(
        Teacher(*_person(f"t{number + 1:02}", *names.pop()), courses=tuple(courses[i] for i in taught))
        for number, taught in enumerate(TEACHERS_OF)
    )
    administrators = tuple(Administrator(*_person(f"a{n + 1:02}", *names.pop())) for n in range(ADMINISTRATORS))
    sections = _Sections(courses)
    learners = tuple(_plan_learner(number, names.pop(), rng, term, sections) for number in range(LEARNERS))
    return Campus(seed, term, courses, learners, teachers, administrators)


def _person(account: str, given: str, family: str) -> tuple[Identifier, str, str, str]:
    address = f"{given}.{family}".lower().replace("'", "")
    return Identifier(ISSUER, PERSON_KIND, account), given, family, f"{address}@{MAIL_DOMAIN}"


# ------------------------------------------------------------------ content


def _plan_course(number: int, text: CourseText, term: Term) -> Course:
    code = text.code.lower().replace(" ", "-")
    identifier = Identifier(ISSUER, COURSE_KIND, f"{code}-{term.first_day.year}")
    rng = Random(f"{code} content")
    start = term.moment(-2, 4, time(9))

    def name(value: str) -> Identifier:
        return Identifier(ISSUER, ACTIVITY_KIND, f"{code}-{value}")

    home = Activity(name("home"), "Course home", ActivityType.COURSE_HOME, None, 0, start)
    forum = Activity(name("forum"), "Discussion", ActivityType.FORUM, None, 0, start)
    weeks: list[tuple[Activity, ...]] = []
    topics = iter(enumerate(text.topics, start=1))
    for week in range(WEEKS):
        if week == READING_WEEK:
            weeks.append(())
            continue
        topic, title = next(topics)
        opens = term.moment(week - 1, 4, time(16)) if week else start
        unit = f"unit-{topic:02}"
        kinds = [(ActivityType.PAGE, "Notes"), (ActivityType.RESOURCE, "Reading"), (ActivityType.VIDEO, "Lecture")]
        if topic % 3 == 0:
            kinds.append((ActivityType.EXTERNAL_TOOL, "Practice"))
        weeks.append(
            tuple(
                Activity(
                    name(f"{topic:02}-{kind.value}"),
                    f"{word}: {title}",
                    kind,
                    unit,
                    week,
                    opens,
                    seconds=rng.randrange(480, 1500) if kind is ActivityType.VIDEO else 0,
                )
                for kind, word in kinds
            )
        )
    return Course(number, text, identifier, home, forum, tuple(weeks), _plan_graded(number, text, term))


def _plan_graded(number: int, text: CourseText, term: Term) -> tuple[Activity, ...]:
    """Six quizzes of weight 4 and four assignments, spread so that not every course is due on the same day."""
    code = text.code.lower().replace(" ", "-")
    graded: list[Activity] = []
    for quiz, week in enumerate((1, 3, 5, 8, 10, (12, 11)[number % 2]), start=1):
        topic = term.taught(week)
        graded.append(
            Activity(
                Identifier(ISSUER, ACTIVITY_KIND, f"{code}-quiz-{quiz}"),
                f"Quiz {quiz}: {text.topics[topic - 1]}",
                ActivityType.QUIZ,
                f"unit-{topic:02}",
                week,
                term.moment(week, 0, time(8)),
                term.moment(week, (4, 6)[number % 2], time(23, 59)),
                float(QUIZ_ITEMS),
                4.0,
            )
        )
    for assignment, (week, weight) in enumerate(((2, 12.0), (5, 18.0), (9, 20.0), (12, 26.0)), start=1):
        due_week = week + (number % 3 == 1)
        topic = term.taught(due_week - 1)
        graded.append(
            Activity(
                Identifier(ISSUER, ACTIVITY_KIND, f"{code}-assignment-{assignment}"),
                f"Assignment {assignment}: {text.assignments[assignment - 1].lower()}",
                ActivityType.ASSIGNMENT,
                f"unit-{topic:02}",
                due_week,
                term.moment(due_week - 2, 0, time(9)),
                term.moment(due_week, (3, 4, 2)[number % 3], time((17, 23, 12)[number % 3], (0, 59, 0)[number % 3])),
                100.0,
                weight,
            )
        )
    return tuple(graded)


# ------------------------------------------------------------------ learners


class _Sections:
    """Hands out the seats: sections by their share, the small ones to their exact number."""

    def __init__(self, courses: tuple[Course, ...]) -> None:
        self.courses = courses
        self._small = {
            (course.number, section.name): section.learners
            for course in courses
            for section in course.text.sections
            if section.learners is not None
        }

    def choose(self, course: Course, rng: Random) -> str:
        """The section for one more learner."""
        for section in course.text.sections:
            left = self._small.get((course.number, section.name))
            if left and rng.random() < 0.05:
                self._small[course.number, section.name] = left - 1
                return section.name
        large = [section for section in course.text.sections if section.learners is None]
        return rng.choices(large, [section.share for section in large])[0].name


LATE_WEEK, LEAVING_WEEK = 1, 5
"""In which week of teaching, from zero, latecomers join, and who leaves a course leaves it."""
_FATES = {Fate.STEADY: 0.77, Fate.STRUGGLING: 0.07, Fate.FADING: 0.07, Fate.AWAY: 0.04, Fate.LEAVING: 0.05}


def _plan_learner(number: int, name: tuple[str, str], rng: Random, term: Term, sections: _Sections) -> Learner:
    fate = rng.choices(list(_FATES), list(_FATES.values()))[0]
    ability = rng.gauss(0, 1) - (1.5 if fate is Fate.STRUGGLING else 0)
    diligence = min(2.2, max(0.35, rng.lognormvariate(-0.05, 0.4))) * (0.75 if fate is Fate.STRUGGLING else 1)
    taken = _choose_courses(sections.courses, rng)
    # Who fades does so in one course out of three only; the others see a thinner term.
    troubled = {rng.randrange(len(taken))} if rng.random() < 0.4 else set(range(len(taken)))
    if fate is Fate.LEAVING:
        # All of them leave the same course: one or two of each would hide it from who sees groups only.
        taken = _with_the_dropped(taken, sections.courses)
        troubled = {place for place, course in enumerate(taken) if course.text.dropped}
    enrolments = tuple(
        _enrol(course, rng, term, sections, fate if i in troubled else Fate.STEADY) for i, course in enumerate(taken)
    )
    identifier, given, family, email = _person(f"s{number + 1:04}", *name)
    return Learner(
        number=number,
        identifier=identifier,
        given_name=given,
        family_name=family,
        email=email,
        fate=fate,
        ability=ability,
        diligence=diligence,
        night_owl=rng.random() < 0.08,
        away_days=rng.randrange(9, 19) if fate is Fate.AWAY else 0,
        enrolments=enrolments,
    )


def _choose_courses(courses: tuple[Course, ...], rng: Random) -> list[Course]:
    wanted = rng.choices((2, 3, 4), (0.25, 0.5, 0.25))[0]
    ranked = sorted(courses, key=lambda course: rng.expovariate(course.text.pull))
    return sorted(ranked[:wanted], key=lambda course: course.number)


def _with_the_dropped(taken: list[Course], courses: tuple[Course, ...]) -> list[Course]:
    """The courses with that which learners leave, in place of the last one where it is not among them."""
    if any(course.text.dropped for course in taken):
        return taken
    dropped = [course for course in courses if course.text.dropped]
    return sorted([*taken[: len(taken) - len(dropped)], *dropped], key=lambda course: course.number)


def _enrol(course: Course, rng: Random, term: Term, sections: _Sections, fate: Fate) -> Enrolment:
    late, early = rng.random() < course.text.late, -rng.randrange(1, 3)
    joined = term.moment(LATE_WEEK if late else early, rng.randrange(5), time(rng.randrange(9, 17)))
    leaves = term.moment(LEAVING_WEEK, rng.randrange(5), time(rng.randrange(9, 17))) if fate is Fate.LEAVING else None
    fades = rng.randrange(4, 10) if fate is Fate.FADING else None
    return Enrolment(course, sections.choose(course, rng), joined, leaves, fades)
