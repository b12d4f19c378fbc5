"""A few weeks of a campus in disorder, and the proof that all of it was counted exactly once."""

import random
from collections.abc import Sequence
from datetime import timedelta

from dashapp.data.database import DatabaseRole
from dashapp.data.store.keys import event_key
from dashapp.data.store.recount import differences
from dashapp.domain import events as domain
from dashapp.domain.events import ActivityType, Event, Identifier, LearningEvent, Precision, Role, Verb
from tests.ingest.conftest import ISSUER, NOW, Campus

COURSES = [Identifier(ISSUER, "course", f"course {number}") for number in range(4)]
VERBS = [Verb.VIEWED] * 6 + [Verb.SUBMITTED, Verb.GRADED, Verb.COMPLETED, Verb.POSTED]


def semester(chance: random.Random, count: int) -> list[Event]:
    """`count` learning events and more of every kind over three topics, in disorder over forty days, a tenth of them
    twice: descriptions, roles that come late, work, views and retractions."""
    people = [Identifier(ISSUER, "account", f"person {number}") for number in range(60)]
    made: list[Event] = []
    for number, course in enumerate(COURSES):
        made.append(
            domain.CourseDescribed(f"course {number}", course, NOW, code=f"C{number}", title=f"Course {number}")
        )
        for activity in range(5):
            name = Identifier(ISSUER, "activity", f"activity {activity}")
            kind = chance.choice([ActivityType.QUIZ, ActivityType.PAGE])
            made.append(domain.ActivityDescribed(f"activity {number} {activity}", course, name, NOW, kind))
        teacher = people[number]
        made.append(domain.MembershipChanged(f"teacher {number}", teacher, course, Role.TEACHER, True, NOW))
    for number, person in enumerate(people):
        made.append(domain.PersonDescribed(f"person {number}", person, NOW, f"Name {number}", is_test=number == 7))
        course = chance.choice(COURSES)
        made.append(domain.MembershipChanged(f"enrolment {number}", person, course, Role.LEARNER, True, NOW))
    for number in range(count):
        made.append(_learning(chance, number, people))
    made += [domain.Voided(f"voided {number}", f"learning {number}", NOW) for number in range(0, count, 97)]
    made += chance.sample(made, len(made) // 10)
    chance.shuffle(made)
    return made


def _learning(chance: random.Random, number: int, people: Sequence[Identifier]) -> LearningEvent:
    verb = chance.choice(VERBS)
    marked = verb in (Verb.SUBMITTED, Verb.GRADED)
    return LearningEvent(
        id=f"learning {number}",
        verb=verb,
        person=chance.choice(people),
        course=chance.choice(COURSES),
        occurred_at=NOW + timedelta(seconds=chance.randrange(40 * 86_400)),
        precision=Precision.DAY if chance.random() < 0.1 else Precision.INSTANT,
        count=chance.choice([1, 1, 1, 5]),
        activity=Identifier(ISSUER, "activity", f"activity {chance.randrange(6)}"),
        activity_type=chance.choice([None, ActivityType.QUIZ, ActivityType.FORUM]),
        score=chance.randrange(101) if marked else None,
        max_score=100 if marked else None,
        attempt=chance.randrange(1, 4) if marked else 1,
        post=f"post {number}" if verb is Verb.POSTED else None,
    )


def assert_counted_once(campus: Campus, events: Sequence[Event]) -> None:
    """Raw events are what was produced, there are no dead letters, and every aggregate is a recount."""
    assert campus.letters() == []
    assert_stored(campus, events)


def assert_stored(campus: Campus, events: Sequence[Event]) -> None:
    """Raw events are these, each once, and every aggregate is a recount of them."""
    raw = campus.rows("SELECT event_id FROM raw_events")
    assert len(raw) == len(set(raw)), "an event has two raw rows"
    assert {key for (key,) in raw} == {event_key(event.id) for event in events}
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}
