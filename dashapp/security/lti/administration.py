"""What administrators decide about learning platforms: whom to believe, and who and what is whom."""

from dataclasses import dataclass
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.learning_platforms import may_be_linked
from dashapp.data.queries.people import find_person
from dashapp.data.store.audit import record
from dashapp.data.store.frame_origins import register_frame_origin, withdraw_frame_origins
from dashapp.data.store.groups import Merge
from dashapp.data.store.locks import own_organisation, own_sessions
from dashapp.data.store.lti.codes import keep_code
from dashapp.data.store.lti.launches import (
    contexts_of,
    find_course_by_public_id,
    link_course,
    read_context,
    read_course,
)
from dashapp.data.store.lti.members import Statement, state
from dashapp.data.store.lti.platforms import (
    NewPlatform,
    Platform,
    PlatformError,
    add_platform,
    find_by_public_id,
    read_platform,
    remove_platform,
    set_deployment,
    set_enabled,
)
from dashapp.data.store.merges import merge_people
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.store.sessions import Ender, SessionChoice, end_sessions
from dashapp.data.store.writer import Limits
from dashapp.domain.audit import (
    ORGANISATION_SUBJECT,
    Action,
    ViewerRole,
    course_subject,
    person_subject,
    platform_subject,
)
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.platforms import ContextKey
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import Voucher
from dashapp.security.acting import acting
from dashapp.security.lti.places import Places, origins_of
from dashapp.security.lti.registration import Codes, Registering, check_addresses, new_code


class CannotLink(AnalyticsError):
    """These two cannot be linked; the text says why."""


@dataclass(frozen=True, slots=True)
class PlatformAdministration:
    """Acts for one administrator. Every action is done when it returns; all raise Unavailable and NotFound."""

    database: Database
    clock: Clock
    places: Places
    codes: Codes
    outgoing: Registering
    limits: Limits
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    @property
    def _by(self) -> str:
        return str(self.principal.public_id)

    def _record(self, connection: Connection, action: Action, subject: str, **detail: str) -> None:
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        record(connection, self._organisation, actor, action, {"subject": subject, **detail})

    def make_code(self) -> str:
        """A new address at which a platform may register itself, once."""
        code = self.codes.make(self._organisation)
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            keep_code(connection, self._organisation, new_code(code, self._by, self.clock()))
            self._record(connection, Action.PLATFORM_ADDRESS, ORGANISATION_SUBJECT)
        return self.places.register(code)

    def add(self, new: NewPlatform) -> None:
        """Registers a platform by hand. Raises RegistrationRefused, PlatformError and FramesFull."""
        check_addresses(self.outgoing, new)
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            key = add_platform(connection, self._organisation, new)
            platform = read_platform(connection, self._organisation, key)
            assert platform is not None
            self._record(connection, Action.PLATFORM_ADDED, platform_subject(platform.public_id))
            if platform.enabled:
                self._let_frame(connection, platform)

    def switch(self, public_id: UUID, *, enabled: bool) -> None:
        """Believes a platform from now on, or no longer: its sessions end. Its roles stay as they were said last.

        Raises FramesFull.
        """
        platform = self._platform(public_id)
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            own_sessions(connection, self._organisation)
            set_enabled(connection, self._organisation, platform.platform_id, enabled=enabled)
            action = Action.PLATFORM_ON if enabled else Action.PLATFORM_OFF
            self._record(connection, action, platform_subject(public_id))
            if enabled:
                self._let_frame(connection, platform)
            else:
                self._end_sessions(connection, Voucher.platform(public_id))
                withdraw_frame_origins(connection, self._organisation, _source(platform))

    def remove(self, public_id: UUID) -> None:
        """Forgets a platform; every role that it gave ends."""
        platform = self._platform(public_id)
        self.switch(public_id, enabled=False)
        for course_id in self._courses_of(platform):
            with self.database.transaction(DatabaseRole.INGEST, self._organisation) as connection:
                course = read_course(connection, self._organisation, course_id)
            if course is not None:
                state(self.database, Statement(platform, course, (), self.clock(), complete=True), self.limits)
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            own_sessions(connection, self._organisation)
            self._end_sessions(connection, Voucher.platform(public_id))
            remove_platform(connection, self._organisation, platform.platform_id)
            self._record(connection, Action.PLATFORM_REMOVED, platform_subject(public_id))

    def confirm(self, public_id: UUID, deployment_id: str, *, enabled: bool = True) -> None:
        """Believes a deployment that a launch has named, or does not any more: its sessions end."""
        platform = self._platform(public_id)
        if not 0 < len(deployment_id) <= 255 or not deployment_id.isprintable():
            raise PlatformError("A deployment id is needed.")
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            own_sessions(connection, self._organisation)
            mine = (platform.platform_id, deployment_id)
            set_deployment(connection, self._organisation, mine, self.clock(), enabled=enabled)
            action = Action.DEPLOYMENT_CONFIRMED if enabled else Action.DEPLOYMENT_WITHDRAWN
            self._record(connection, action, platform_subject(public_id), deployment=deployment_id)
            if not enabled:
                self._end_sessions(connection, Voucher.platform(public_id, deployment_id))

    def _end_sessions(self, connection: Connection, voucher: Voucher) -> None:
        """Ends what was begun on a word that is not believed any more, in the transaction that owns the trust."""
        by = Ender(acting(self.principal, ViewerRole.ADMINISTRATOR), self.principal.person_id)
        end_sessions(connection, self._organisation, SessionChoice(voucher=voucher), by)

    def link_person(self, known_to_platform: UUID, known_to_events: UUID) -> None:
        """Says that somebody whom only a platform knows is somebody whom events know. Raises CannotLink.

        Who links becomes able to open nothing by it: neither of the two may be themself, nor hold what the
        administration or a sign-in has granted.
        """
        organisation = self._organisation
        # A place among the writers: pages that show them are to hear of it.
        with (
            claim_slot(self.database, DatabaseRole.JOBS) as slot,
            self.database.transaction(DatabaseRole.JOBS, organisation) as connection,
        ):
            # What is looked at here holds until the two are one.
            own_organisation(connection, organisation)
            absorbed = find_person(connection, organisation, known_to_platform)
            kept = find_person(connection, organisation, known_to_events)
            if self.principal.person_id in (absorbed, kept):
                raise CannotLink("Nobody links themself.")
            if not may_be_linked(connection, organisation, absorbed, kept):
                raise CannotLink("One of the two has been linked already, or is more than a learner.")
            merge = Merge(kept, absorbed, "linked by the administration", self._by, self.clock())
            merge_people(connection, organisation, merge)
            slot.record(connection, organisation, (), (kept, absorbed))
            self._record(connection, Action.PERSON_LINKED, person_subject(kept), merged=person_subject(absorbed))

    def link_course(self, key: ContextKey, course: UUID) -> None:
        """Says which of our courses a platform's course is; roles that it had in another one end."""
        platform = self._platform(key.platform)
        organisation = self._organisation
        with self.database.transaction(DatabaseRole.INGEST, organisation) as connection:
            wanted = find_course_by_public_id(connection, organisation, course)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            context = read_context(connection, organisation, platform.platform_id, key.deployment_id, key.context_id)
            if context is None or wanted is None:
                raise NotFound("There is no such course.")
            link_course(connection, organisation, context, wanted)
            self._record(connection, Action.COURSE_LINKED, course_subject(wanted))
        if context.course_id not in (None, wanted) and context.course_id not in self._courses_of(platform):
            with self.database.transaction(DatabaseRole.INGEST, organisation) as connection:
                before = read_course(connection, organisation, context.course_id)
            if before is not None:
                state(self.database, Statement(platform, before, (), self.clock(), complete=True), self.limits)

    def _courses_of(self, platform: Platform) -> set[CourseId]:
        with self.database.transaction(DatabaseRole.WEB, self._organisation) as connection:
            contexts = contexts_of(connection, self._organisation)
        return {
            context.course_id
            for context in contexts
            if context.platform_id == platform.platform_id and context.course_id is not None
        }

    def _platform(self, public_id: UUID) -> Platform:
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            platform = find_by_public_id(connection, self._organisation, public_id)
        if platform is None:
            raise NotFound("There is no such platform.")
        return platform

    def _let_frame(self, connection: Connection, platform: Platform) -> None:
        for origin in origins_of(platform.addresses):
            register_frame_origin(connection, self._organisation, origin, _source(platform), self.clock())


def _source(platform: Platform) -> str:
    """Under which the origins of a platform are registered."""
    return f"lti {platform.public_id}"
