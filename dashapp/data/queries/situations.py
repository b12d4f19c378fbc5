"""How some learners of a course stood as of an instant that may be past: eight statements, from aggregates only.

Days, hand-ins, scores and completions count by the times that their events carry, up to the instant; deadlines, weights
and what is published are those that the course has now. An event that came late counts where it belongs, if it had come
when this was read.

Levels compare a learner with the same people as the page of whoever looks: with the whole course, but for those whom
staff of sections do not see where these are so few that a mean of all would tell theirs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import Campus, read_course_on_campus, read_work, submissions_statement
from dashapp.data.queries.days import Columns, bits_statement, counts_statement, first_minutes, read_bits
from dashapp.data.queries.done import DoneOf, read_done_of_learners
from dashapp.data.queries.enrolment import learners_in_sections, roster
from dashapp.data.queries.people import principals_for
from dashapp.data.queries.progress import open_and_handed_in
from dashapp.data.queries.standing import CourseStanding, Question, standing_of
from dashapp.domain.audience import MINIMUM_GROUP
from dashapp.domain.indicators.follow_up import Situation, window
from dashapp.domain.indicators.minutes import time_on_task
from dashapp.domain.indicators.progress import share
from dashapp.domain.indicators.scores import known_since
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId, SectionId
from dashapp.domain.scope import AsOf


@dataclass(frozen=True, slots=True)
class Sight:
    """Which course is looked at, as of when, and with whose eyes."""

    course: CourseId
    instant: datetime
    sections: frozenset[SectionId] | None = None
    """The sections whose learners alone are seen by name; None: all of the course."""
    minimum_group: int = MINIMUM_GROUP


@dataclass(frozen=True, slots=True)
class Writing:
    """Who wrote about which course, and when."""

    author: PublicId
    at: datetime
    course: CourseId


def limits_when_writing(
    connection: Connection, organisation: OrganisationId, of: Collection[Writing]
) -> dict[Writing, frozenset[SectionId]]:
    """The sections to which authors were limited at that moment; who saw the whole course is left out."""
    limits = {}
    for moment in {one.at for one in of}:
        ones = [one for one in of if one.at == moment]
        authors = principals_for(connection, organisation, {one.author for one in ones}, moment)
        for one in ones:
            held = authors[one.author].sections if one.author in authors else frozenset()
            if sections := frozenset(section for course, section in held if course == one.course):
                limits[one] = sections
    return limits


def read_situations(
    connection: Connection, organisation: OrganisationId, sight: Sight, of: Collection[PersonId]
) -> dict[PersonId, Situation]:
    """Of those who were learners of the course then, by canonical key. Raises NotFound where there is no course."""
    course, instant = sight.course, sight.instant
    as_of = AsOf(instant)
    campus, found = read_course_on_campus(connection, organisation, course, as_of)
    seen = {} if sight.sections is None else {course: _seen(connection, organisation, sight) | {int(one) for one in of}}
    question = Question(
        organisation, as_of, (found,), window(campus.today), seen=seen, minimum_group=sight.minimum_group
    )
    keys = [course]
    people = read_columns(connection, roster(organisation, keys, instant, campus.today))
    counts = read_columns(connection, counts_statement(organisation, keys, question.ranges(campus.today)))
    handed = _until(read_columns(connection, submissions_statement(organisation, keys)), instant)
    one = standing_of(found, question, campus, (people, counts, handed), read_work(connection, organisation, keys))
    places = {person: place for person in of if (place := one.place_of(person)) is not None}
    if not places:
        return {}
    published, done = read_done_of_learners(
        connection, DoneOf(organisation, course, instant, campus.today), list(places)
    )
    handed_in = open_and_handed_in(one, instant).sum(axis=1)
    minutes = _minutes(connection, question, campus, one)
    first, last = (day.toordinal() for day in question.shown)
    shown = (one.days["day"] >= first) & (one.days["day"] <= last)
    return {
        person: Situation(
            level=one.standing.levels[place] if one.standing.speaking else None,
            score=None if np.isnan(one.averages[place]) else float(one.averages[place]),
            progress=share(done.get(int(person), 0) + int(handed_in[place]), published),
            minutes=None if minutes is None else minutes.get(int(person), 0),
            events=int(one.days["events"][shown & (one.place == place)].sum()),
            active_days=int((shown & (one.place == place)).sum()),
        )
        for person, place in places.items()
    }


def _seen(connection: Connection, organisation: OrganisationId, sight: Sight) -> frozenset[int]:
    """Who was a learner in the sections."""
    rows = connection.execute(learners_in_sections(organisation, sorted(sight.sections or ()), sight.instant))
    return frozenset(row.person_id for row in rows if row.course_id == sight.course)


def _until(handed: Columns, instant: datetime) -> Columns:
    """What had been handed in or marked by the instant."""
    kept = known_since(handed["submitted_at"], handed["graded_at"], handed["received_at"]) <= instant.timestamp()
    return {name: values[kept] for name, values in handed.items()}


def _minutes(connection: Connection, question: Question, campus: Campus, one: CourseStanding) -> dict[int, int] | None:
    """Active minutes of each in the window; None where the course has no times of day."""
    if not one.recorded:
        return None
    statement = bits_statement(question.organisation, [one.course.course_id], question.ranges(campus.today))
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local))
    first, last = (day.toordinal() for day in question.shown)
    found: dict[int, int] = {}
    for person, day, minutes in zip(time.learner.tolist(), time.day.tolist(), time.minutes.tolist(), strict=True):
        if first <= day <= last:
            found[person] = found.get(person, 0) + minutes
    return found
