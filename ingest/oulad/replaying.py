"""From the rows of the archive to events. Nothing is left to chance: the same archive gives the same events."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

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
    Precision,
    Role,
    Topic,
    UnitDescribed,
    Verb,
)
from ingest.history.event_ids import RisingIds
from ingest.native import COURSE_KIND, PERSON_KIND
from ingest.oulad.archive import Archive, ArchiveError, Row, Table
from ingest.oulad.shifting import Run, ShiftedDays

ISSUER = "https://analyse.kmi.open.ac.uk/open_dataset"
SITE_KIND = "site"
ASSESSMENT_KIND = "assessment"
"""Sites and assessments are numbered apart in the archive, so their identifiers are of two kinds."""

SITE_TYPES: Mapping[str, ActivityType] = {
    "dataplus": ActivityType.OTHER,
    "dualpane": ActivityType.PAGE,
    "externalquiz": ActivityType.QUIZ,
    "folder": ActivityType.RESOURCE,
    "forumng": ActivityType.FORUM,
    "glossary": ActivityType.RESOURCE,
    "homepage": ActivityType.COURSE_HOME,
    "htmlactivity": ActivityType.PAGE,
    "oucollaborate": ActivityType.COLLABORATION,
    "oucontent": ActivityType.PAGE,
    "ouelluminate": ActivityType.COLLABORATION,
    "ouwiki": ActivityType.COLLABORATION,
    "page": ActivityType.PAGE,
    "questionnaire": ActivityType.OTHER,
    "quiz": ActivityType.QUIZ,
    "repeatactivity": ActivityType.OTHER,
    "resource": ActivityType.RESOURCE,
    "sharedsubpage": ActivityType.PAGE,
    "subpage": ActivityType.PAGE,
    "url": ActivityType.RESOURCE,
}
"""What `vle.activity_type` becomes; anything else is `other`. docs/oulad.md has the same table."""
READ_ONLY = frozenset({ActivityType.PAGE, ActivityType.RESOURCE, ActivityType.COURSE_HOME})
"""Clicks on these are `viewed`, on all others `interacted`."""
ASSESSMENT_TYPES: Mapping[str, ActivityType] = {
    "TMA": ActivityType.ASSIGNMENT,
    "CMA": ActivityType.QUIZ,
    "Exam": ActivityType.EXAM,
}
OUTCOMES: Mapping[str, Outcome] = {
    "Distinction": Outcome.DISTINCTION,
    "Pass": Outcome.PASS,
    "Fail": Outcome.FAIL,
    "Withdrawn": Outcome.WITHDRAWN,
}
MAX_SCORE = 100.0
_TITLES: Mapping[str, str] = {"TMA": "Tutor-marked assignment", "CMA": "Computer-marked assignment", "Exam": "Exam"}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one row of one table becomes."""

    table: Table
    position: int
    topic: Topic
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Assessment:
    run: Run
    activity: Identifier
    activity_type: ActivityType


@dataclass(frozen=True, slots=True)
class _Site:
    activity: Identifier
    activity_type: ActivityType
    verb: Verb


class Replay:
    """The events of an archive, table by table.

    Rows of modules outside of `only` are left out, and so is what would lie after `until`: it has not happened yet,
    and the ingest would refuse it. `held_back` counts the latter.
    """

    def __init__(self, archive: Archive, days: ShiftedDays, until: datetime, only: Collection[str] = ()) -> None:
        """Reads the small tables that the large ones point to."""
        self.held_back = 0
        self._archive = archive
        self._days = days
        self._until = until
        self._only = frozenset(only)
        self._runs = {key: run for key, run in days.runs.items() if not only or run.module in only}
        if unknown := set(only) - {run.module for run in days.runs.values()}:
            raise ArchiveError(f"The archive has no module {min(unknown)}.")
        # From a row's position: rows of the archive repeat each other in all columns and are all real.
        self._ids = {table: RisingIds(archive.identity(), number) for number, table in enumerate(Table)}
        self._courses = {key: Identifier(ISSUER, COURSE_KIND, run.value) for key, run in self._runs.items()}
        self._people: dict[str, Identifier] = {}
        self._weeks: set[tuple[str, str]] = set()
        self._sites = self._read_sites()
        self._assessments = self._read_assessments()

    def events(self, table: Table, after: int = 0) -> Iterator[Replayed]:
        """What the rows of a table behind position `after` become. Raises ArchiveError for one that makes no sense."""
        read: Callable[[Row], tuple[Event, ...]] = {
            Table.COURSES: self._course,
            Table.VLE: self._site,
            Table.ASSESSMENTS: self._assessment,
            Table.STUDENT_INFO: self._info,
            Table.STUDENT_REGISTRATION: self._registration,
            Table.STUDENT_ASSESSMENT: self._submission,
            Table.STUDENT_VLE: self._clicks,
        }[table]
        topic = _TOPICS[table]
        for row in self._archive.rows(table, after, self._only):
            try:
                events = read(row)
            except (ValueError, KeyError) as error:
                what = f"holds {error}" if isinstance(error, KeyError) else str(error)
                raise ArchiveError(f"{table}.csv makes no sense in row {row.position}: {what}.") from None
            yield Replayed(table, row.position, topic, events)

    def demographics(self) -> Iterator[tuple[Identifier, Identifier, dict[str, str]]]:
        """(person, course, attributes) of every enrolment: for the restricted table, never for events."""
        for row in self._archive.rows(Table.STUDENT_INFO):
            module, presentation, student, *attributes, _result = row.values
            if (course := self._courses.get((module, presentation))) is not None:
                named = zip(_DEMOGRAPHIC, attributes, strict=True)
                yield self._person(student), course, {name: value for name, value in named if _given(value)}

    # -------------------------------------------------------------- content

    def _read_sites(self) -> dict[str, _Site]:
        sites: dict[str, _Site] = {}
        for row in self._archive.rows(Table.VLE):
            site, module, presentation, word = row.values[:4]
            if (module, presentation) in self._runs:
                kind = SITE_TYPES.get(word, ActivityType.OTHER)
                verb = Verb.VIEWED if kind in READ_ONLY else Verb.INTERACTED
                sites[site] = _Site(Identifier(ISSUER, SITE_KIND, site), kind, verb)
        return sites

    def _read_assessments(self) -> dict[str, _Assessment | None]:
        """By id; None for those of modules that are left out."""
        assessments: dict[str, _Assessment | None] = {}
        for row in self._archive.rows(Table.ASSESSMENTS):
            module, presentation, number, word = row.values[:4]
            run = self._runs.get((module, presentation))
            kind = ASSESSMENT_TYPES.get(word, ActivityType.OTHER)
            name = Identifier(ISSUER, ASSESSMENT_KIND, number)
            assessments[number] = None if run is None else _Assessment(run, name, kind)
        return assessments

    def _course(self, row: Row) -> tuple[Event, ...]:
        module, presentation, _length = row.values
        run = self._runs.get((module, presentation))
        if run is None:
            return ()
        return (
            CourseDescribed(
                self._ids[Table.COURSES].at(row.position),
                self._courses[module, presentation],
                self._days.first_instant(run, -365),
                code=f"{module} {presentation}",
                title=f"Module {module}, presentation {presentation}",
                organisation_unit="The Open University",
                term=presentation,
                starts_on=run.starts_on,
                ends_on=run.ends_on,
            ),
        )

    def _site(self, row: Row) -> tuple[Event, ...]:
        number, module, presentation, word, week_from, _week_to = row.values
        run = self._runs.get((module, presentation))
        if run is None:
            return ()
        course, told = self._courses[module, presentation], self._days.first_instant(run, -365)
        week = _whole(week_from)
        unit = None if week is None else f"week-{week}"
        described = ActivityDescribed(
            self._ids[Table.VLE].at(row.position),
            course,
            self._sites[number].activity,
            told,
            activity_type=self._sites[number].activity_type,
            title=f"{word} {number}",
            unit=unit,
            published_at=None if week is None else self._days.first_instant(run, 7 * week),
        )
        if unit is None or week is None:
            return (described,)
        title = f"Week {week}"
        event_id = self._ids[Table.VLE].at(row.position, 1)
        return UnitDescribed(event_id, course, unit, told, title, position=week), described

    def _assessment(self, row: Row) -> tuple[Event, ...]:
        module, presentation, number, word, day, weight = row.values
        found = self._assessments[number]
        if found is None:
            return ()
        due = _whole(day)
        return (
            ActivityDescribed(
                self._ids[Table.ASSESSMENTS].at(row.position),
                self._courses[module, presentation],
                found.activity,
                self._days.first_instant(found.run, -365),
                activity_type=found.activity_type,
                title=f"{_TITLES.get(word, word)} {number}",
                due_at=None if due is None else self._days.last_minute(found.run, due),
                max_score=MAX_SCORE,
                weight=float(weight) if _given(weight) else None,
            ),
        )

    # -------------------------------------------------------------- people

    def _info(self, row: Row) -> tuple[Event, ...]:
        module, presentation, student, *_attributes, result = row.values
        run = self._runs.get((module, presentation))
        if run is None:
            return ()
        described = PersonDescribed(
            self._ids[Table.STUDENT_INFO].at(row.position),
            self._person(student),
            self._days.first_instant(run, -365),
            is_test=False,
        )
        if not _given(result) or self._hold_back(ended := self._days.noon(run, (run.ends_on - run.starts_on).days)):
            return (described,)
        event_id = self._ids[Table.STUDENT_INFO].at(row.position, 1)
        course = self._courses[module, presentation]
        return described, OutcomeRecorded(event_id, described.person, course, OUTCOMES[result], ended)

    def _registration(self, row: Row) -> tuple[Event, ...]:
        """Enrolled from the first instant of the day of registration to the end of the day of un-registration.

        A few registrations have no day. Those begin with the presentation, or on the day they end if that is earlier.
        """
        module, presentation, student, registered, unregistered = row.values
        run = self._runs.get((module, presentation))
        if run is None:
            return ()
        course, person = self._courses[module, presentation], self._person(student)
        first, last = _whole(registered), _whole(unregistered)
        if first is None:
            first = 0 if last is None else min(0, last)
        if last is not None and last < first:
            first = last
        begins = self._days.first_instant(run, first)
        event_id = self._ids[Table.STUDENT_REGISTRATION].at(row.position)
        enrolled = MembershipChanged(event_id, person, course, Role.LEARNER, True, begins)
        if last is None or self._hold_back(ended := self._days.first_instant(run, last + 1)):
            return (enrolled,)
        event_id = self._ids[Table.STUDENT_REGISTRATION].at(row.position, 1)
        return enrolled, MembershipChanged(event_id, person, course, Role.LEARNER, False, ended)

    # -------------------------------------------------------------- learning

    def _submission(self, row: Row) -> tuple[Event, ...]:
        """Handed in with its score. A banked mark comes from an earlier run: the learner did nothing for it here."""
        number, student, day, is_banked, score = row.values
        found = self._assessments[number]
        if found is None:
            return ()
        submitted = _whole(day)
        if submitted is None:
            raise ValueError("a submission has no day")
        at = self._days.noon(found.run, submitted)
        if self._hold_back(at):
            return ()
        banked = is_banked.strip() == "1"
        return (
            LearningEvent(
                self._ids[Table.STUDENT_ASSESSMENT].at(row.position),
                Verb.GRADED if banked else Verb.SUBMITTED,
                self._person(student),
                self._courses[found.run.module, found.run.presentation],
                at,
                Precision.DAY,
                activity=found.activity,
                activity_type=found.activity_type,
                score=float(score) if _given(score) else None,
                max_score=MAX_SCORE,
                banked=banked,
            ),
        )

    def _clicks(self, row: Row) -> tuple[Event, ...]:
        module, presentation, student, number, day, clicks = row.values
        key = (module, presentation)
        run = self._runs.get(key)
        if run is None:
            return ()
        at = self._days.noon(run, int(day))
        if at > self._until:
            self.held_back += 1
            return ()
        site = self._sites[number]
        return (
            LearningEvent(
                self._ids[Table.STUDENT_VLE].at(row.position),
                site.verb,
                self._people.get(student) or self._person(student),
                self._courses[key],
                at,
                Precision.DAY,
                int(clicks),
                site.activity,
                site.activity_type,
            ),
        )

    def _person(self, student: str) -> Identifier:
        person = self._people.get(student)
        if person is None:
            person = self._people[student] = Identifier(ISSUER, PERSON_KIND, student)
        return person

    def _hold_back(self, at: datetime) -> bool:
        if at <= self._until:
            return False
        self.held_back += 1
        return True


_TOPICS: Mapping[Table, Topic] = {
    Table.COURSES: Topic.CONTENT,
    Table.VLE: Topic.CONTENT,
    Table.ASSESSMENTS: Topic.CONTENT,
    Table.STUDENT_INFO: Topic.USER,
    Table.STUDENT_REGISTRATION: Topic.USER,
    Table.STUDENT_ASSESSMENT: Topic.LEARNING,
    Table.STUDENT_VLE: Topic.LEARNING,
}
_DEMOGRAPHIC = (
    *("gender", "region", "highest_education", "imd_band", "age_band"),
    *("num_of_prev_attempts", "studied_credits", "disability"),
)


def _given(value: str) -> bool:
    """Whether a value stands there; the archive leaves it empty, a copy of it in circulation writes a question mark."""
    return value.strip() not in ("", "?")


def _whole(value: str) -> int | None:
    return int(value) if _given(value) else None
