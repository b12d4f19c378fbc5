"""What became of the learners whom the rules listed some weeks before: at most ten statements, from aggregates only.

The list is made again as of then by the rules of now, as pages make it: days, hand-ins and marks count by the times
that they carry. Nobody has to have kept it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import Campus, Course, Work, read_course_on_campus, read_work, submissions_statement
from dashapp.data.queries.days import Columns, counts_statement
from dashapp.data.queries.enrolment import learners_in_sections, roster
from dashapp.data.queries.situations import handed_until
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, standing_of
from dashapp.data.tables import outcomes, people
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import Outcome
from dashapp.domain.indicators.looking_back import LOST, Now, looked_back, told_now
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import Level
from dashapp.domain.views.look_back import LookBack, LookBackRow

PASSED = frozenset({Outcome.PASS, Outcome.DISTINCTION})


@dataclass(frozen=True, slots=True)
class _Looked:
    """A course with what is read of it once, for both of its standings."""

    scope: Scope
    campus: Campus
    course: Course
    counts: Columns
    handed: Columns
    work: Work


def read_look_back(connection: Connection, scope: Scope, as_of: AsOf, course: CourseId) -> LookBack:
    """Of the learners whom the reader sees by name. Raises NotPermitted for who sees groups, and NotFound."""
    if scope.audience is not Audience.NAMED or not scope.permits_course(course):
        raise NotPermitted("What became of a list is for those who see the learners on it.")
    organisation = scope.organisation_id
    campus, found = read_course_on_campus(connection, organisation, course, as_of)
    then, now = looked_back(found.calendar, campus.today), told_now(found.calendar, campus.today)
    if then is None:
        return LookBack(None, 0, now, (), campus.freshness)
    ends_on = found.calendar.ends_on
    last = ends_on if now is Now.OVER and ends_on is not None else campus.today
    # Of a course that is over it is told who was still in it on its last day: enrolments end with it.
    until = as_of.instant if last == campus.today else campus.local.first_instant(last)
    ranges = [(day - timedelta(days=RECENT_DAYS), day) for day in (then, last)]
    looked = _Looked(
        scope, campus, found,
        read_columns(connection, counts_statement(organisation, [course], ranges)),
        read_columns(connection, submissions_statement(organisation, [course])),
        read_work(connection, organisation, [course]),
    )  # fmt: skip
    before = _standing(connection, looked, (then, campus.local.first_instant(then)))
    after = _standing(connection, looked, (last, until))
    ended = _ended(connection, organisation, course)
    # Where no source has sent a roster, nobody knows who was there then, nor who has left.
    rows = _rows(before, after, now, ended) if before.standing.speaking and before.rostered else ()
    return LookBack(then, (last - then).days // 7, now, rows, campus.freshness)


def _standing(connection: Connection, looked: _Looked, moment: tuple[date, datetime]) -> CourseStanding:
    day, instant = moment
    # As of the first instant of a day nothing has been done on it.
    known = day if instant > looked.campus.local.first_instant(day) else day - timedelta(days=1)
    scope, course = looked.scope, looked.course
    seen = {}
    sections = scope.sections_of(course.course_id)
    if sections is not None:
        found = connection.execute(learners_in_sections(scope.organisation_id, sorted(sections), instant))
        seen = {course.course_id: frozenset(row.person_id for row in found if row.course_id == course.course_id)}
    question = Question(
        scope.organisation_id, AsOf(instant), (course,), (day, day), seen=seen, minimum_group=scope.minimum_group
    )
    who = read_columns(connection, roster(scope.organisation_id, [course.course_id], instant, known))
    counts = {name: values[looked.counts["day"] <= known.toordinal()] for name, values in looked.counts.items()}
    read = (who, counts, handed_until(looked.handed, instant))
    return standing_of(course, question, replace(looked.campus, today=day), read, looked.work)


def _ended(connection: Connection, organisation: OrganisationId, course: CourseId) -> dict[int, set[str]]:
    """How the course ended for each, by canonical key."""
    found: dict[int, set[str]] = {}
    holder = func.coalesce(people.c.merged_into, people.c.person_id).label("holder")
    rows = connection.execute(
        select(holder, outcomes.c.outcome)
        .join(
            people,
            and_(people.c.organisation_id == outcomes.c.organisation_id, people.c.person_id == outcomes.c.person_id),
        )
        .where(outcomes.c.organisation_id == organisation, outcomes.c.course_id == course)
    )
    for row in rows:
        found.setdefault(row.holder, set()).add(row.outcome)
    return found


def _rows(
    before: CourseStanding, after: CourseStanding, now: Now, ended: dict[int, set[str]]
) -> tuple[LookBackRow, ...]:
    """Of whom the reader saw then, and sees still where they are in the course still."""
    there = {int(key): place for place, key in enumerate(after.people.tolist())}
    counted = dict.fromkeys(Level, (0, 0, 0))
    for place, key in enumerate(before.people.tolist()):
        at = there.get(key)
        if not before.seen[place] or (at is not None and not after.seen[at]):
            continue
        known = ended.get(key, set())
        gone = at is None or (bool(known & LOST) and not known & PASSED)
        if now is Now.OVER:
            listed = not gone and bool(known & PASSED)
        else:
            listed = not gone and at is not None and after.standing.levels[at] is not Level.CALM
        level = before.standing.levels[place]
        learners, lost, still = counted[level]
        counted[level] = (learners + 1, lost + gone, still + listed)
    return tuple(LookBackRow(level, *counted[level]) for level in (Level.HELP, Level.WATCH, Level.CALM))
