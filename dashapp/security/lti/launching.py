"""From a message of a platform to somebody in a course: believed, noted, joined to whom events know."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import IdentifiedPerson, find_people
from dashapp.data.store.lti.launches import (
    KnownContext,
    LinkedCourse,
    find_course,
    link_course,
    note_launch,
    read_course,
    use_state,
)
from dashapp.data.store.lti.members import Statement, is_linked, name_of, state
from dashapp.data.store.lti.platforms import Platform, note_deployment, note_refusal, read_platform
from dashapp.data.store.sessions import NotBelieved
from dashapp.data.store.vouchers import is_believed
from dashapp.data.store.writer import Limits
from dashapp.domain.clock import Clock
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.lti import CLAIM, Launch, LaunchRefused, Page
from dashapp.domain.sessions import Voucher
from dashapp.security.lti.places import Places
from dashapp.security.lti.states import LoginState
from dashapp.security.lti.tokens import FindKey, verify

LONGEST_WHY: Final = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom a platform has launched, and whom they are to us."""

    platform: Platform
    launch: Launch
    person: IdentifiedPerson
    course: LinkedCourse | None
    context: KnownContext | None
    linked: bool
    """Whether events know them."""

    @property
    def is_staff(self) -> bool:
        """Whether the platform calls them staff of the course."""
        return bool(self.launch.member.roles & STAFF_ROLES)

    @property
    def is_learner(self) -> bool:
        """Whether the platform calls them a learner of the course."""
        return Role.LEARNER in self.launch.member.roles


@dataclass(frozen=True, slots=True)
class Launches:
    """Believes messages and settles what they say. Safe to share between threads."""

    database: Database
    clock: Clock
    places: Places
    find_key: FindKey
    limits: Limits

    def believe(self, token: str, login: LoginState) -> tuple[Platform, Launch]:
        """The message that answers a login, which is used up with it. Raises LaunchRefused."""
        organisation = login.organisation_id
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            platform = read_platform(connection, organisation, login.platform_id)
        if platform is None or not platform.enabled:
            raise LaunchRefused("the platform is switched off")
        try:
            return platform, self._believed(token, login, platform)
        except LaunchRefused as refusal:
            with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
                note_refusal(connection, platform, str(refusal)[:LONGEST_WHY], self.clock())
            raise

    def _believed(self, token: str, login: LoginState, platform: Platform) -> Launch:
        now = self.clock()
        claims = verify(token, platform, login, self.find_key, now)
        page = self.places.page_of(login.target)
        if page is None:
            raise LaunchRefused("another target")
        deployment = str(claims[f"{CLAIM}deployment_id"])
        with self.database.transaction(DatabaseRole.WEB, platform.organisation_id) as connection:
            fresh = use_state(
                connection, platform.organisation_id, login.digest, datetime.fromtimestamp(login.expires_at, UTC)
            )
            if fresh and deployment not in platform.deployments:
                note_deployment(connection, platform, deployment, now)
        if not fresh:
            raise LaunchRefused("the login has been completed before")
        if deployment not in platform.deployments:
            raise LaunchRefused("a deployment that nobody has confirmed")
        return Launch.parse(claims, page)

    def settle(self, platform: Platform, launch: Launch) -> Arrival:
        """Notes the launch, gives the role in the course, and finds whom events know.

        Raises LaunchRefused where the platform is not believed any more by now, and Unavailable.
        """
        now, organisation = self.clock(), platform.organisation_id
        voucher = Voucher.platform(platform.public_id, launch.deployment_id)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            # Its keys may have been asked for meanwhile, which takes seconds.
            if not is_believed(connection, organisation, voucher):
                raise LaunchRefused("the platform was switched off meanwhile")
            context = note_launch(connection, platform, launch, now)
        course = self.course_of(platform, launch, context)
        try:
            said = Statement(platform, course, (launch.member,), now, voucher=voucher)
            state(self.database, said, self.limits)
        except NotBelieved:
            raise LaunchRefused("the platform was switched off meanwhile") from None
        name = name_of(platform, launch.member.sub)
        with self.database.transaction(DatabaseRole.INGEST, organisation) as connection:
            person = find_people(connection, organisation, [name])[name]
            linked = is_linked(connection, organisation, person.person_id)
        return Arrival(platform, launch, person, course, context, linked)

    def course_of(self, platform: Platform, launch: Launch, context: KnownContext | None) -> LinkedCourse | None:
        """Which of our courses was launched from: as the administration has said, else by the names that events use."""
        if context is None or launch.context is None:
            return None
        organisation = platform.organisation_id
        with self.database.transaction(DatabaseRole.INGEST, organisation) as connection:
            key = context.course_id or find_course(connection, platform, launch.context)
            course = None if key is None else read_course(connection, organisation, key)
        if course is not None and context.course_id is None:
            with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
                link_course(connection, organisation, context, course.course_id)
        return course


def path_of(arrival: Arrival) -> str | None:
    """The page that was launched, below the service's path; None where the person's role opens none."""
    chosen = arrival.launch.page
    course = chosen.course or (arrival.course.public_id if arrival.course else None)
    if arrival.is_staff:
        if chosen.page is Page.COURSES:
            return "/embed/courses"
        return None if course is None else f"/embed/courses/{course}"
    if arrival.is_learner:
        return "/embed/me" if course is None else f"/embed/me?course={course}"
    return None
