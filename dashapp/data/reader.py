"""What pages and the API call: who asks, what for; the answer comes from the cache or from one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dashapp.data.cache import Cache, Form, Question
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.folding import folded
from dashapp.data.kept import Kept
from dashapp.data.known_ids import KnownIds
from dashapp.data.pace import Pace
from dashapp.data.queries.caseload import read_caseload
from dashapp.data.queries.classroom import classroom_view
from dashapp.data.queries.classroom_work import read_classroom_work
from dashapp.data.queries.compared import Compared, read_compared
from dashapp.data.queries.courses import choices, find_course
from dashapp.data.queries.finding import Taught, fits, read_found_courses, read_found_learners, read_learning
from dashapp.data.queries.guardians import guarded_statement
from dashapp.data.queries.hindsight import read_hindsight
from dashapp.data.queries.institution import institution_view
from dashapp.data.queries.institution_further import read_institution_further
from dashapp.data.queries.kept_parts import KeptParts
from dashapp.data.queries.openings import Openings
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.overview import read_overview
from dashapp.data.queries.people import find_person
from dashapp.data.queries.quality import read_quality
from dashapp.data.queries.room import HiddenRoom, Room, Rooms, choose, read_by, read_room
from dashapp.data.queries.student import read_student
from dashapp.data.queries.student_further import read_own_state, read_watched
from dashapp.data.visibilities import Visibilities
from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.quality import QualityView
from dashapp.domain.scope import (
    AsOf,
    Scope,
    scope_for_caseload,
    scope_for_classroom,
    scope_for_courses,
    scope_for_institution,
    scope_for_learner,
    scope_for_student,
)
from dashapp.domain.views import (
    CaseloadRow,
    CaseloadView,
    ClassroomView,
    ClassroomWorkView,
    CourseChoice,
    CoursesView,
    Freshness,
    InstitutionFurtherView,
    InstitutionView,
    StudentView,
)
from dashapp.domain.views.found import MOST_FOUND, MOST_WORDS, Found, FoundLearner
from dashapp.domain.views.hindsight import HindsightView
from dashapp.domain.views.student_further import OwnState, StudentFurtherView
from dashapp.domain.visibility import Visibility
from dashapp.privacy.visibility import limited

MOST_COMPARED: Final = 2
"""Comparisons of courses that are kept for the second round of a page: 10,000 learners take some 20 MB."""

T = TypeVar(
    "T",
    StudentView,
    ClassroomView,
    ClassroomWorkView,
    InstitutionFurtherView,
    InstitutionView,
    CoursesView,
    CaseloadView,
    QualityView,
    StudentFurtherView,
    HindsightView,
)


class Versions(Protocol):
    """What is needed of `dashapp.data.changes.ChangeWatcher`."""

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        """The version of a course, a person or the whole organisation."""

    def freshness(self) -> Freshness:
        """Until when the data is complete."""


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages for principals: the scope is derived here, so no caller can forget it. Safe to share.

    Every method raises NotPermitted or NotFound where the principal may not see what it asks for, and Unavailable while
    the database is away and nothing is kept.
    """

    database: Database
    cache: Cache
    clock: Clock
    live: Versions
    minimum_group: int = MINIMUM_GROUP
    pace: Pace = field(default_factory=Pace, repr=False)
    """How often courses advance."""
    _student: Form[StudentView] = field(default_factory=lambda: Form.of(StudentView), repr=False)
    _further: Form[StudentFurtherView] = field(default_factory=lambda: Form.of(StudentFurtherView), repr=False)
    _classroom: Form[ClassroomView] = field(default_factory=lambda: Form.of(ClassroomView), repr=False)
    _work: Form[ClassroomWorkView] = field(default_factory=lambda: Form.of(ClassroomWorkView), repr=False)
    _hindsight: Form[HindsightView] = field(default_factory=lambda: Form.of(HindsightView), repr=False)
    _institution: Form[InstitutionView] = field(default_factory=lambda: Form.of(InstitutionView), repr=False)
    _institution_further: Form[InstitutionFurtherView] = field(
        default_factory=lambda: Form.of(InstitutionFurtherView), repr=False
    )
    _courses: Form[CoursesView] = field(default_factory=lambda: Form.of(CoursesView), repr=False)
    _caseload: Form[CaseloadView] = field(default_factory=lambda: Form.of(CaseloadView), repr=False)
    _quality: Form[QualityView] = field(default_factory=lambda: Form.of(QualityView), repr=False)
    _rooms: Rooms = field(default_factory=Rooms, repr=False)
    _compared: Kept[Compared] = field(default_factory=lambda: Kept(MOST_COMPARED), repr=False)
    _parts: KeptParts = field(init=False, repr=False)
    _taught: Taught = field(default_factory=Taught, repr=False)
    _ids: KnownIds = field(default_factory=KnownIds, repr=False)
    _addresses: dict[OrganisationId, PublicId] = field(default_factory=dict, repr=False)
    openings: Openings = field(init=False, repr=False)
    visibilities: Visibilities = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Remembers nothing yet."""
        # Values that are made of another one; the dataclass is frozen for everybody else.
        object.__setattr__(self, "_parts", KeptParts(pace=self.pace))
        object.__setattr__(self, "openings", Openings(self.database))
        object.__setattr__(self, "visibilities", Visibilities(self.database))

    def own_address(self, organisation: OrganisationId) -> PublicId:
        """The public id of an organisation, which it keeps as long as it is there."""
        known = self._addresses.get(organisation)
        if known is None:
            known = self._addresses[organisation] = own_address(self.database, organisation)
        return known

    def student(self, principal: Principal, filters: Filters) -> StudentView:
        """The principal's own page."""
        scope, person = self._own_scope(principal)
        return self._read_student(scope, filters, person)

    def _own_scope(self, principal: Principal) -> tuple[Scope, PersonId]:
        scope = scope_for_student(principal, self.minimum_group)
        return replace(scope, visibility=self.visibility(principal.organisation_id)), principal.person_id

    def learner(self, principal: Principal, public_id: UUID, filters: Filters) -> StudentView:
        """One learner's page, for the learner, for staff of a course of theirs, their adviser and their guardian."""
        scope, person = self._scope_of(principal, public_id)
        return self._read_student(scope, filters, person)

    def _scope_of(self, principal: Principal, public_id: UUID) -> tuple[Scope, PersonId]:
        person = self.find_person(principal, public_id)
        principal = self.as_reader_of(principal, person)
        scope = scope_for_learner(principal, person, self.minimum_group)
        visibility = self.visibility(principal.organisation_id)
        if person in principal.advises and not visibility.advisers:
            raise NotPermitted("Advisers see no pages of learners in this organisation.")
        if scope.audience is Audience.SELF or (scope.audience is Audience.ONE and person not in principal.advises):
            scope = replace(scope, visibility=visibility)
        return scope, person

    def student_further(
        self, principal: Principal, public_id: UUID | None, filters: Filters
    ) -> tuple[StudentView, StudentFurtherView]:
        """What stands below the fold of a learner's page (None: of one's own), with the page that it belongs to."""
        scope, person = self._own_scope(principal) if public_id is None else self._scope_of(principal, public_id)
        view = self._read_student(scope, filters, person)
        shown = [one.public_id for one in view.content.outlooks]
        asked = replace(filters, level=None, section=None, unit=None)
        question = self._question("student-further", scope, asked, int(person))

        def read(connection: Connection) -> StudentFurtherView:
            return StudentFurtherView(view.freshness, read_watched(connection, (scope.organisation_id, person), shown))

        return view, self._answer(question, self._further, read)

    def own_state(self, principal: Principal, view: StudentView) -> OwnState:
        """What is held about the principal, whose own page `view` is. Not cached: setting a goal is no event."""
        courses = [one.public_id for one in view.courses]
        whose = (principal.organisation_id, principal.person_id)
        with self.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
            return read_own_state(connection, whose, courses)

    def as_reader_of(self, principal: Principal, person: PersonId) -> Principal:
        """The principal as the page of a person is read: who may be its guardian is so as of this moment."""
        staff = person in principal.advises or (principal.teaches_in and person not in principal.guards)
        return principal if staff or person == principal.person_id else self._as_guardian(principal)

    def classroom(self, principal: Principal, public_id: UUID, filters: Filters) -> ClassroomView:
        """One course's page, for the learners whom the filters choose."""
        question, course = self._about_course("classroom", principal, public_id, filters)

        def read(connection: Connection) -> ClassroomView:
            return classroom_view(self._room(connection, question, course), question.filters)

        return self._answer(question, self._classroom, read)

    def classroom_work(self, principal: Principal, public_id: UUID, filters: Filters) -> ClassroomWorkView:
        """What stands below the fold of the same page."""
        question, course = self._about_course("classroom-work", principal, public_id, filters)
        return self._answer(
            question,
            self._work,
            lambda connection: read_classroom_work(connection, self._room(connection, question, course)),
        )

    def hindsight(self, principal: Principal, public_id: UUID) -> HindsightView:
        """How right the list of the same course was on earlier days; no filter narrows it."""
        question, course = self._about_course("classroom-hindsight", principal, public_id, Filters())
        return self._answer(
            question,
            self._hindsight,
            lambda connection: read_hindsight(connection, question.scope, question.as_of, course),
        )

    def _about_course(
        self, name: str, principal: Principal, public_id: UUID, filters: Filters
    ) -> tuple[Question, CourseId]:
        course = self.find_course(principal, public_id)
        scope = scope_for_classroom(principal, course, self.minimum_group)
        return self._question(name, scope, replace(filters, course=None, unit=None), int(course)), course

    def _room(self, connection: Connection, question: Question, course: CourseId) -> Room | HiddenRoom:
        asked = replace(question, filters=read_by(question.filters))
        room = self._rooms.of(asked, lambda: read_room(connection, asked.scope, asked.as_of, asked.filters, course))
        return choose(room, question.filters)

    def institution(self, principal: Principal, filters: Filters) -> InstitutionView:
        """The page of the principal's organisation."""
        question = self._about_all("institution", principal, filters)
        return self._answer(
            question,
            self._institution,
            lambda connection: institution_view(self._comparison(connection, question), question.filters),
        )

    def institution_further(self, principal: Principal, filters: Filters) -> InstitutionFurtherView:
        """What stands below the fold of the same page."""
        question = self._about_all("institution-further", principal, filters)
        return self._answer(
            question,
            self._institution_further,
            lambda connection: read_institution_further(
                connection, self._comparison(connection, question), question.filters
            ),
        )

    def _about_all(self, name: str, principal: Principal, filters: Filters) -> Question:
        scope = scope_for_institution(principal, self.minimum_group)
        return self._question(name, scope, replace(filters, level=None, course=None, section=None), 0)

    def _comparison(self, connection: Connection, question: Question) -> Compared:
        asked = question.scope, question.as_of, question.filters
        return self._compared.of(question, lambda: read_compared(connection, *asked, self._parts))

    def courses(self, principal: Principal) -> CoursesView:
        """The list of the classrooms that the principal may open, with the key figures of each."""
        return self.courses_of(scope_for_courses(principal, self.minimum_group))

    def courses_of(self, scope: Scope) -> CoursesView:
        """The same for who is no person: other services, by the scope of their key."""
        question = self._question("courses", scope, Filters(), 0)
        return self._answer(
            question, self._courses, lambda connection: read_overview(connection, scope, question.as_of)
        )

    def caseload(self, principal: Principal) -> CaseloadView:
        """The learners whom the principal advises or is guardian of."""
        principal = self._as_guardian(principal)
        visibility = self.visibility(principal.organisation_id)
        if not visibility.advisers:
            principal = replace(principal, advises=frozenset())
        scope = replace(scope_for_caseload(principal, self.minimum_group), visibility=visibility)
        question = self._question("caseload", scope, Filters(), 0)
        # Guardians see what the learner sees.
        spared = frozenset() if visibility.policy.risk_words else principal.guards - principal.advises
        return self._answer(
            question, self._caseload, lambda connection: read_caseload(connection, scope, question.as_of, spared)
        )

    def _as_guardian(self, principal: Principal) -> Principal:
        """The principal with the learners whose guardian they are this moment: what is revoked is gone at once, and
        what is accepted is there, however long principals are remembered."""
        organisation, person = principal.organisation_id, principal.person_id
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            found = connection.execute(guarded_statement(organisation, [person], self.clock()))
            return replace(principal, guards=frozenset(PersonId(one.learner_id) for one in found) - {person})

    def quality(self, principal: Principal) -> QualityView:
        """How good the data of the principal's organisation are."""
        scope = scope_for_institution(principal, self.minimum_group)
        question = self._question("quality", scope, Filters(), 0)
        return self._answer(question, self._quality, lambda connection: read_quality(connection, scope, question.as_of))

    def classrooms(self, principal: Principal) -> tuple[CourseChoice, ...]:
        """The classrooms that the principal may open, those under way first; not cached."""
        with self.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
            keys = None if principal.administers else principal.teaches_in
            return choices(connection, principal.organisation_id, keys, AsOf(self.clock()))

    def found(self, principal: Principal, words: str) -> Found:
        """Courses and learners whose pages the principal may open, by a few words; not cached.

        Who sees groups only finds no learner by that.
        """
        words = words[:MOST_WORDS]
        advised = self._caseload_if_any(principal)
        as_of, organisation = AsOf(self.clock()), principal.organisation_id
        version = " ".join(self.live.versions(organisation, course) for course in sorted(principal.teaches_in))
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            learning = self._taught.by(principal, version, as_of, lambda: read_learning(connection, principal, as_of))
            taught = read_found_learners(connection, principal, words, learning)
            courses = read_found_courses(connection, principal, words)
        said, known = folded(words).split(), {one.public_id for one in taught}
        others = [one for one in advised if said and one.public_id not in known and fits(one.name, said)]
        cared = tuple(FoundLearner(one.public_id, one.name, one.courses) for one in others)
        return Found(courses, (*taught, *cared)[:MOST_FOUND])

    def _caseload_if_any(self, principal: Principal) -> tuple[CaseloadRow, ...]:
        if not principal.advises and not principal.guards:
            return ()
        try:
            return self.caseload(principal).learners
        except NotPermitted:
            # What made somebody a guardian may have ended since, and an organisation may let no advisers look.
            return ()

    def find_course(self, principal: Principal, public_id: UUID) -> CourseId:
        """The key of a course of the principal's organisation. It says nothing about whether it may be seen."""
        organisation = principal.organisation_id

        def look_up() -> int:
            with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
                return find_course(connection, organisation, public_id)

        return CourseId(self._ids.find(organisation, public_id, look_up))

    def find_person(self, principal: Principal, public_id: UUID) -> PersonId:
        """The key of a person of the principal's organisation. It says nothing about whether they may be seen."""
        if public_id == principal.public_id:
            return principal.person_id
        organisation = principal.organisation_id

        def look_up() -> int:
            with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
                return find_person(connection, organisation, public_id)

        return PersonId(self._ids.find(organisation, public_id, look_up))

    def _read_student(self, scope: Scope, filters: Filters, person: PersonId) -> StudentView:
        asked = replace(filters, level=None, section=None, unit=None)
        question = self._question("student", scope, asked, int(person))

        def read(connection: Connection) -> StudentView:
            view = read_student(connection, scope, question.as_of, asked, person)
            return view if scope.visibility is None else limited(view, scope.visibility)

        return self._answer(question, self._student, read)

    def visibility(self, organisation: OrganisationId) -> Visibility:
        """What learners of an organisation, and their guardians, see at this moment."""
        zone = ZoneInfo(self.live.freshness().zone)
        return self.visibilities.of(organisation).at(self.clock().astimezone(zone).time())

    def _question(self, name: str, scope: Scope, filters: Filters, subject: int) -> Question:
        """The question with the version of all data that its answer is made of."""
        organisation = scope.organisation_id
        if scope.courses is None:
            version = self.live.versions(organisation)
        else:
            tokens = [self.live.versions(organisation, course) for course in sorted(scope.courses)]
            tokens += [self.live.versions(organisation, None, person) for person in sorted(scope.learners or ())]
            version = " ".join(tokens)
        return Question(name, scope, filters, subject, version, AsOf(self.clock()))

    def _answer(self, question: Question, form: Form[T], read: Callable[[Connection], T]) -> T:
        def compute() -> T:
            with self.database.transaction(DatabaseRole.WEB, question.scope.organisation_id) as connection:
                return read(connection)

        view = self.cache.answer(question, form, compute)
        # The kept answer is complete until its version changes, so it is as fresh as the watermark says now.
        return replace(view, freshness=replace(self.live.freshness(), zone=view.freshness.zone))
