"""The demo campus in the database: made at the first start, continued at every later one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.accounts import account_of_person
from dashapp.data.store.identified import (
    all_organisations,
    course_starts,
    find_administrators,
    find_people,
    last_activity,
)
from dashapp.data.store.organisations import (
    NewSource,
    create_organisation,
    ensure_units,
    find_organisation,
    grant_administrator,
    register_source,
)
from dashapp.data.store.senders import read_senders
from dashapp.data.store.terms import set_term
from dashapp.domain import terms
from dashapp.domain.clock import Clock
from dashapp.domain.events import Event, Source
from dashapp.domain.keys import OrganisationId
from dashapp.security.sign_in import DemoPerson
from dashapp.settings import Settings
from ingest.bulk import Counted, batches_of, bulk_loader
from ingest.demo.calendar import ZONE, Term, local_day, term_around
from ingest.demo.campus import Administrator, Campus, Fate, Learner, Teacher, plan_campus
from ingest.demo.catalogue import COURSES, ISSUER, ORGANISATION, ORGANISATION_TITLE
from ingest.demo.describing import describing_events
from ingest.demo.history import History

SOURCE = "oakfield-learn"
BATCH_EVENTS = 20_000
TELL_EVERY = 20_000
Progress = Callable[[str], None]
"""Takes one sentence at a time on how far the loading is."""


@dataclass(frozen=True, slots=True)
class DemoCampus:
    """The campus that is in the database."""

    organisation_id: OrganisationId
    source: Source
    campus: Campus
    added: int
    """How many events this start has added."""


def ensure_demo_campus(
    settings: Settings, database: Database, clock: Clock, progress: Progress = lambda _sentence: None
) -> DemoCampus:
    """Makes the campus with its history up to now, or adds to it what has happened since the last start.

    Starting again while it is being made goes on where it stopped. Raises Unavailable.
    """
    organisation_id, source = _ensure_organisation(settings, database)
    with database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
        starts = course_starts(connection, organisation_id, ISSUER)
        since = last_activity(connection, organisation_id)
    now = clock().astimezone(UTC)
    # The term that was begun goes on, however long ago that was.
    term = Term(min(starts.values())) if starts else term_around(local_day(now))
    campus = plan_campus(term)
    progress(
        f"Making the demo campus {ORGANISATION_TITLE}." if since is None else "Bringing the demo campus up to date."
    )
    horizon = now - timedelta(days=settings.data_retention_days - 1)
    events = _events(campus, horizon if since is None else max(since, horizon), now)
    added = 0
    with bulk_loader(settings, database) as loader:
        for counted in _told(loader.load(source, batches_of(events, BATCH_EVENTS), clock), progress):
            added += counted.new
    _ensure_administrators(database, organisation_id, campus)
    _ensure_calendar(database, organisation_id, term)
    progress(f"The demo campus is ready: {added:,} new events.")
    return DemoCampus(organisation_id, source, campus, added)


def demo_people(database: Database) -> list[DemoPerson]:
    """Whom the demo sign-in offers: a few people of the campus, and the administrators of other organisations that
    were imported here. Empty while there is no campus."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisations = all_organisations(connection)
    offered: list[DemoPerson] = []
    for organisation_id, name, title in organisations:
        with database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
            if name == ORGANISATION:
                offered[:0] = _people_of_the_campus(connection, organisation_id)
            else:
                offered += [
                    DemoPerson(organisation_id, person.public_id, "administrator", person.name, title)
                    for person in find_administrators(connection, organisation_id)
                    # Who has a password is nobody's to become.
                    if account_of_person(connection, organisation_id, person.public_id) is None
                ]
    return offered


def _people_of_the_campus(connection: Connection, organisation_id: OrganisationId) -> list[DemoPerson]:
    starts = course_starts(connection, organisation_id, ISSUER)
    if not starts:
        return []
    chosen = _choose(plan_campus(Term(min(starts.values()))))
    found = find_people(connection, organisation_id, [person.identifier for person, _, _ in chosen])
    return [
        DemoPerson(
            organisation_id,
            found[person.identifier].public_id,
            role,
            f"{person.given_name} {person.family_name}",
            detail,
        )
        for person, role, detail in chosen
        if person.identifier in found
    ]


def _ensure_organisation(settings: Settings, database: Database) -> tuple[OrganisationId, Source]:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation_id = find_organisation(connection, ORGANISATION)
        if organisation_id is None:
            organisation_id = create_organisation(connection, ORGANISATION, ORGANISATION_TITLE, ZONE)
    with database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
        for faculty in dict.fromkeys(course.faculty for course in COURSES):
            ensure_units(connection, organisation_id, [faculty])
        new = NewSource(SOURCE, ISSUER, topics=settings.kafka_topics if settings.kafka_brokers else ())
        source_id = register_source(connection, organisation_id, new)
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        source = next(s.source for s in read_senders(connection) if s.source.source_id == source_id)
    return organisation_id, source


def _events(campus: Campus, since: datetime, now: datetime) -> Iterator[Event]:
    """What exists, then what has happened since. Events that the ledger knows already do no harm.

    What will only be told later in the term is told by a later start.
    """
    yield from (event for event in describing_events(campus) if event.occurred_at is None or event.occurred_at <= now)
    yield from History(campus).between(since, now)


def _told(results: Iterator[Counted], progress: Progress) -> Iterator[Counted]:
    """The same results, with a sentence now and then."""
    done = 0
    for counted in results:
        before, done = done, done + counted.new + counted.seen + counted.refused
        if done // TELL_EVERY > before // TELL_EVERY:
            progress(f"{done:,} events of the demo campus are in.")
        yield counted


def _ensure_administrators(database: Database, organisation_id: OrganisationId, campus: Campus) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
        identifiers = [person.identifier for person in campus.administrators]
        for person in find_people(connection, organisation_id, identifiers).values():
            grant_administrator(connection, organisation_id, person.person_id)


def _ensure_calendar(database: Database, organisation_id: OrganisationId, term: Term) -> None:
    dated = terms.Term(term.name, term.first_day, term.last_day, (term.reading_week,))
    with database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
        set_term(connection, organisation_id, dated)


def _choose(campus: Campus) -> list[tuple[Learner | Teacher | Administrator, str, str]]:
    """Three students, one of whom needs help, two teachers, one of whom has two courses, and an administrator."""
    steady = [learner for learner in campus.learners if learner.fate is Fate.STEADY and len(learner.enrolments) >= 3]
    doing_well = max(steady, key=lambda learner: learner.ability + learner.diligence)
    middling = min(steady, key=lambda learner: abs(learner.ability) + abs(learner.diligence - 1))
    away = next(learner for learner in campus.learners if learner.fate is Fate.AWAY and len(learner.enrolments) >= 2)
    two_courses = next(teacher for teacher in campus.teachers if len(teacher.courses) > 1)
    other = campus.teachers[-1]
    administrator = campus.administrators[0]

    def of(courses: list[str]) -> str:
        return " · ".join(courses)

    return [
        *(
            (learner, "student", of([enrolment.course.text.title for enrolment in learner.enrolments]))
            for learner in (doing_well, middling, away)
        ),
        *(
            (teacher, "teacher", of([course.text.title for course in teacher.courses]))
            for teacher in (two_courses, other)
        ),
        (administrator, "administrator", ORGANISATION_TITLE),
    ]
