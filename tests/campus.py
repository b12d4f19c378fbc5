"""A small campus for tests of pages: two courses, their people, and three weeks of study, told through events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.caseloads import set_caseload
from dashapp.data.store.identified import IdentifiedPerson, find_people
from dashapp.data.store.organisations import (
    NewSource,
    create_organisation,
    ensure_units,
    grant_administrator,
    register_source,
)
from dashapp.data.store.senders import read_senders
from dashapp.domain.clock import system_clock
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    Identifier,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    SectionDescribed,
    Source,
    Verb,
)
from dashapp.domain.keys import OrganisationId
from dashapp.security.sign_in import DemoPerson
from dashapp.settings import Settings
from ingest.bulk import batches_of, bulk_loader

ISSUER = "https://lms.example"
ALGEBRA = Identifier(ISSUER, "course", "algebra")
BOTANY = Identifier(ISSUER, "course", "botany")
TITLES = {"algebra": ("ALG 1", "Algebra"), "botany": ("BOT 1", "Botany")}
LEARNERS = {
    "algebra": ("Ada Abel", "Ben Brook", "Cleo Cole", "Dora Dean", "Eli Ellis", "Fay Ford", "Gil Gray", "Hue Hall"),
    "botany": ("Ada Abel", "Ivy Ives", "Jon Jade"),
}
"""Botany has fewer than five learners: its figures are hidden from those who may not see names."""
NEWCOMERS = ("Kim Kern", "Lou Lang", "Mia Moss", "Ned Nash")
"""With them botany is large enough (`newcomers`)."""
TEACHERS = {"algebra": "Tess Thorne", "botany": "Theo Tull"}
ADMINISTRATOR = "Max Moor"
ADVISER = "Amy Ash"
"""Staff of no course, with a caseload."""
ADVISED = ("Ada Abel", "Ivy Ives")
GUARDIAN = "Gus Gold"
"""Nobody's guardian until a test makes him one."""
SECTION_TEACHER = "Sue Stone"
"""Teaches section A of algebra and nothing else: the learners in even places of the list."""
OTHERS = (ADMINISTRATOR, ADVISER, GUARDIAN, SECTION_TEACHER)
WEEKS = 3


@dataclass(frozen=True, slots=True)
class Campus:
    """The campus in one database, by the names of its people."""

    database: Database
    settings: Settings
    organisation_id: OrganisationId
    source: Source
    people: dict[str, IdentifiedPerson]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def sign_in_choices(self) -> list[DemoPerson]:
        """Everybody, with a role, for the sign-in page."""
        roles = dict.fromkeys((*TEACHERS.values(), SECTION_TEACHER), "teacher") | {ADMINISTRATOR: "administrator"}
        return [
            DemoPerson(self.organisation_id, person.public_id, roles.get(name, "student"), name, "of the small campus")
            for name, person in self.people.items()
        ]

    def view(self, name: str, course: Identifier = ALGEBRA, at: datetime | None = None) -> LearningEvent:
        """An event that nobody has sent yet: somebody looks at a page of a course, by default now."""
        return LearningEvent(
            f"view-{next(self.numbers)}",
            Verb.VIEWED,
            identifier_of(name),
            course,
            occurred_at=at or datetime.now(UTC),
            activity=Identifier(ISSUER, "activity", f"{course.value}-page"),
            activity_type=ActivityType.PAGE,
        )

    def load(self, events: list[Event]) -> None:
        """Counts events at once, without the transport."""
        with bulk_loader(self.settings, self.database) as loader:
            counted = list(loader.load(self.source, batches_of(events), system_clock))
        assert sum(each.refused for each in counted) == 0


def identifier_of(name: str) -> Identifier:
    """How the sender names a person."""
    return Identifier(ISSUER, "account", name.lower().replace(" ", "."))


def build_campus(settings: Settings, database: Database, name: str = "small", *, studied: bool = True) -> Campus:
    """Makes the campus in an empty database, or beside another one of another name; not `studied`: on its first day."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, name, f"{name.title()} College", "Europe/Berlin")
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        ensure_units(connection, organisation, ["Science"])
        topics = tuple(settings.kafka_topics)
        source_id = register_source(connection, organisation, NewSource(f"lms-{name}", ISSUER, topics=topics))
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        source = next(each.source for each in read_senders(connection) if each.source.source_id == source_id)
    names = sorted({*LEARNERS["algebra"], *LEARNERS["botany"], *TEACHERS.values(), *OTHERS})
    campus = Campus(database, settings, organisation, source, {})
    campus.load([*_structure(names), *(_study(campus) if studied else ())])
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_people(connection, organisation, [identifier_of(each) for each in names])
        campus.people.update({each: found[identifier_of(each)] for each in names})
        grant_administrator(connection, organisation, campus.people[ADMINISTRATOR].person_id)
        advised = [campus.people[name].person_id for name in ADVISED]
        set_caseload(connection, organisation, campus.people[ADVISER].person_id, advised, datetime.now(UTC))
    return campus


def _structure(names: list[str]) -> Iterator[Event]:
    now = datetime.now(UTC)
    begun = now - timedelta(weeks=WEEKS + 1)
    for name in names:
        given, family = name.split()
        yield PersonDescribed(f"person-{name}", identifier_of(name), begun, given, family)
    for key, (code, title) in TITLES.items():
        course = Identifier(ISSUER, "course", key)
        yield CourseDescribed(
            f"course-{key}",
            course,
            begun,
            code,
            title,
            "Science",
            starts_on=(now - timedelta(weeks=WEEKS)).date(),
            ends_on=(now + timedelta(weeks=9)).date(),
        )
        for section in ("A", "B"):
            yield SectionDescribed(f"section-{key}-{section}", course, section, begun, f"Section {section}")
        for place, name in enumerate(LEARNERS[key]):
            section = "A" if place % 2 == 0 else "B"
            role = (identifier_of(name), course, Role.LEARNER, True, begun, section)
            yield MembershipChanged(f"learns-{key}-{name}", *role)
        teacher = (identifier_of(TEACHERS[key]), course, Role.TEACHER, True, begun)
        yield MembershipChanged(f"teaches-{key}", *teacher)
        if course == ALGEBRA:
            limited = (identifier_of(SECTION_TEACHER), course, Role.TEACHER, True, begun, "A")
            yield MembershipChanged(f"teaches-{key}-A", *limited)
        yield ActivityDescribed(
            f"quiz-{key}",
            course,
            Identifier(ISSUER, "activity", f"{key}-quiz"),
            begun,
            ActivityType.QUIZ,
            f"{title} quiz",
            published_at=begun,
            due_at=now - timedelta(days=4),
            max_score=10,
            weight=1,
        )


def _study(campus: Campus) -> Iterator[Event]:
    """Everybody looks at a page every second day, some less; everybody but the last hands the quiz in."""
    now = datetime.now(UTC)
    for key, names in LEARNERS.items():
        course = Identifier(ISSUER, "course", key)
        for place, name in enumerate(names):
            for day in range(1, WEEKS * 7, 2 + place // 3):
                yield campus.view(name, course, now - timedelta(days=day, minutes=7 * place))
            if name != names[-1]:
                quiz = Identifier(ISSUER, "activity", f"{key}-quiz")
                at = now - timedelta(days=5, minutes=place)
                common = (identifier_of(name), course, at)
                yield LearningEvent(f"in-{key}-{name}", Verb.SUBMITTED, *common, activity=quiz)
                yield LearningEvent(
                    f"graded-{key}-{name}",
                    Verb.GRADED,
                    *common,
                    activity=quiz,
                    score=9.0 - place,
                    max_score=10,
                )


def newcomers(campus: Campus) -> Iterator[Event]:
    """Four more learners of botany: nothing of the campus is hidden then from those who see groups only."""
    now = datetime.now(UTC)
    begun = now - timedelta(weeks=WEEKS + 1)
    quiz = Identifier(ISSUER, "activity", "botany-quiz")
    for place, name in enumerate(NEWCOMERS):
        given, family = name.split()
        yield PersonDescribed(f"person-{name}", identifier_of(name), begun, given, family)
        yield MembershipChanged(f"learns-{name}", identifier_of(name), BOTANY, Role.LEARNER, True, begun, "A")
        for day in range(1, WEEKS * 7, 3):
            yield campus.view(name, BOTANY, now - timedelta(days=day, minutes=11 * place))
        common = (identifier_of(name), BOTANY, now - timedelta(days=6, minutes=place))
        yield LearningEvent(f"in-{name}", Verb.SUBMITTED, *common, activity=quiz)
        yield LearningEvent(f"graded-{name}", Verb.GRADED, *common, activity=quiz, score=8.0 - place, max_score=10)
