"""Keeps the roles of a course in step with the platform's roster: after launches, and now and then without one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from threading import Lock
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.lti.launches import KnownContext, contexts_of, note_roster, read_course
from dashapp.data.store.lti.members import Stated, Statement, state
from dashapp.data.store.lti.platforms import Platform, read_platform
from dashapp.data.store.sessions import NotBelieved
from dashapp.data.store.writer import Limits
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import Voucher
from dashapp.observability.logging import get_logger
from dashapp.security.lti.services import PlatformServices, RosterError

AFTER_LAUNCH: Final = timedelta(minutes=10)
"""A launch has the roster read again when the last reading is older."""
WITHOUT_LAUNCH: Final = timedelta(hours=1)
"""So old may a roster get, of courses that have been launched from within the last days."""

log = get_logger(__name__)


class Rosters:
    """Reads rosters, one at a time. Safe to share between threads."""

    def __init__(self, database: Database, clock: Clock, services: PlatformServices, limits: Limits) -> None:
        """Asks nobody yet."""
        self._database = database
        self._clock = clock
        self._services = services
        self._limits = limits
        self._executor: ThreadPoolExecutor | None = None
        self._waiting: set[tuple[int, int, str, str]] = set()
        self._lock = Lock()

    def sync_soon(self, platform: Platform, context: KnownContext) -> None:
        """Has the roster of a course read in the background, unless that was done a short while ago."""
        tried = context.roster_tried_at
        if context.roster_url is None or (tried is not None and self._clock() - tried < AFTER_LAUNCH):
            return
        key = (int(platform.organisation_id), platform.platform_id, context.deployment_id, context.context_id)
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
            if self._executor is None:
                self._executor = ThreadPoolExecutor(1, thread_name_prefix="lti-roster")
            self._executor.submit(self._sync_waiting, platform, context, key)

    def _sync_waiting(self, platform: Platform, context: KnownContext, key: tuple[int, int, str, str]) -> None:
        try:
            self.sync(platform, context)
        except Exception as error:
            # It is tried again at a later launch; nobody waits for it here.
            log.error("lti.roster_failed", platform_id=platform.platform_id, exc_info=error)
        finally:
            with self._lock:
                self._waiting.discard(key)

    def sync(self, platform: Platform, context: KnownContext) -> Stated | None:
        """Reads a roster and has the roles follow it; None where it could not be read, and nothing changed.

        Raises Unavailable.
        """
        organisation, now = platform.organisation_id, self._clock()
        with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
            note_roster(connection, organisation, context, now, None)
        if context.roster_url is None or context.course_id is None:
            return None
        with self._database.transaction(DatabaseRole.INGEST, organisation) as connection:
            course = read_course(connection, organisation, context.course_id)
        if course is None:
            return None
        try:
            members = self._services.roster(platform, context.context_id, context.roster_url)
        except RosterError as error:
            log.warning("lti.roster_unreadable", platform_id=platform.platform_id, error=str(error))
            return None
        voucher = Voucher.platform(platform.public_id, context.deployment_id)
        said = Statement(platform, course, members, now, complete=True, voucher=voucher)
        try:
            stated = state(self._database, said, self._limits)
        except NotBelieved:
            # Switched off, withdrawn or removed while it answered: nothing that it says counts any more.
            log.info("lti.roster_not_believed", platform_id=platform.platform_id)
            return None
        with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
            note_roster(connection, organisation, context, now, len(members))
        log.info("lti.roster_read", platform_id=platform.platform_id, members=len(members), ended=stated.ended)
        return stated

    def sync_due(self, organisations: Sequence[OrganisationId], stop: Signal) -> int:
        """Reads the rosters that have not been asked for within the hour; how many. For the jobs process."""
        done = 0
        for organisation in organisations:
            with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
                contexts = contexts_of(connection, organisation)
                keys = {context.platform_id for context in contexts}
                platforms = {key: read_platform(connection, organisation, key) for key in keys}
            for context in contexts:
                platform = platforms[context.platform_id]
                if stop.is_set() or platform is None or not self._is_due(platform, context):
                    continue
                try:
                    done += self.sync(platform, context) is not None
                except AnalyticsError as error:
                    log.warning("lti.roster_unreadable", platform_id=platform.platform_id, error=str(error))
        return done

    def _is_due(self, platform: Platform, context: KnownContext) -> bool:
        if not platform.enabled or context.deployment_id not in platform.deployments:
            return False
        tried = context.roster_tried_at
        fits = context.roster_url is not None and context.course_id is not None
        return fits and (tried is None or self._clock() - tried >= WITHOUT_LAUNCH)

    def close(self) -> None:
        """Waits for the roster that is being read, and reads no more."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(cancel_futures=True)
