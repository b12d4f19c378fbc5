"""Deep Linking: a teacher chooses which page a link of the platform opens, and the choice goes back signed."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Response

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.lti.platforms import Platform, read_platform
from dashapp.domain.clock import Clock
from dashapp.domain.events import STAFF_ROLES
from dashapp.domain.keys import PublicId
from dashapp.domain.lti import (
    CLAIM,
    DEEP_LINKING_ANSWER,
    DEEP_LINKING_CLAIM,
    VERSION,
    ChosenPage,
    Launch,
    LaunchRefused,
    Page,
)
from dashapp.security.frames import frame_by, send_to
from dashapp.security.lti.launching import Arrival, Launches
from dashapp.security.lti.pages import Choice, Pages
from dashapp.security.lti.places import Places, origin_of, origins_of
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.lti.states import Choosing
from dashapp.security.signing import Signer
from dashapp.words import _

CHOOSE_WITHIN: Final = timedelta(minutes=30)
ANSWER_HOLDS: Final = 300
"""Seconds in which the platform has to take the answer."""

ListCourses = Callable[[Arrival], Sequence[tuple[PublicId, str]]]
"""(public id, name) of the courses that somebody may show."""


@dataclass(frozen=True, slots=True)
class DeepLinking:
    """Offers pages and signs the choice."""

    database: Database
    clock: Clock
    places: Places
    pages: Pages
    launches: Launches
    signing_keys: SigningKeys
    signer: Signer
    list_courses: ListCourses

    def offer(self, platform: Platform, launch: Launch) -> Response:
        """The pages to choose from. Raises LaunchRefused for anybody but staff of the course."""
        assert launch.deep_link is not None
        if not launch.member.roles & STAFF_ROLES:
            raise LaunchRefused("a deep link that was not begun by staff of the course")
        if not origin_of(launch.deep_link.return_url):
            raise LaunchRefused("the choice has nowhere to go")
        arrival = self.launches.settle(platform, launch)
        courses = [(key, name) for key, name in self.list_courses(arrival) if not _is_own(arrival, key)]
        choosing = Choosing(
            platform.organisation_id,
            platform.platform_id,
            launch.deployment_id,
            launch.deep_link.return_url,
            launch.deep_link.data,
            tuple(str(key) for key, _name in courses),
            int((self.clock() + CHOOSE_WITHIN).timestamp()),
        )
        name = (launch.context.title or launch.context.label or "") if launch.context else ""
        return self.pages.choose(choosing.sign(self.signer), name, _choices(courses))

    def send(self, signed: str, page: str) -> Response:
        """Takes a choice to the platform. Raises LaunchRefused for one that was not offered."""
        now = self.clock()
        choosing = Choosing.read(self.signer, signed, now)
        chosen = ChosenPage.parse(page)
        if choosing is None or chosen.to_text() != page or not _is_offered(choosing, chosen):
            raise LaunchRefused("a choice that was not offered")
        organisation = choosing.organisation_id
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            platform = read_platform(connection, organisation, choosing.platform_id)
        if platform is None or not platform.enabled or choosing.deployment_id not in platform.deployments:
            raise LaunchRefused("the platform is switched off")
        token = self.signing_keys.sign(organisation, self._answer(platform, choosing, chosen))
        origin = origin_of(choosing.return_url)
        frame_by(origins_of((*platform.addresses, choosing.return_url)))
        send_to([origin])
        return self.pages.send(choosing.return_url, token)

    def _answer(self, platform: Platform, choosing: Choosing, chosen: ChosenPage) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        item = {
            "type": "ltiResourceLink",
            "title": _title(chosen),
            "url": self.places.open(chosen),
            "custom": {"la_page": chosen.to_text()},
            "iframe": {"width": 1000, "height": 800},
        }
        claims: dict[str, Any] = {
            "iss": platform.client_id,
            "aud": [platform.issuer],
            "azp": platform.issuer,
            "iat": now,
            "exp": now + ANSWER_HOLDS,
            "nonce": secrets.token_urlsafe(16),
            f"{CLAIM}deployment_id": choosing.deployment_id,
            f"{CLAIM}message_type": DEEP_LINKING_ANSWER,
            f"{CLAIM}version": VERSION,
            f"{DEEP_LINKING_CLAIM}content_items": [item],
        }
        if choosing.data is not None:
            claims[f"{DEEP_LINKING_CLAIM}data"] = choosing.data
        return claims


def _is_own(arrival: Arrival, course: PublicId) -> bool:
    return arrival.course is not None and arrival.course.public_id == course


def _is_offered(choosing: Choosing, chosen: ChosenPage) -> bool:
    if chosen.page is Page.CLASSROOM:
        return chosen.course is not None and str(chosen.course) in choosing.courses
    return chosen.course is None


def _title(chosen: ChosenPage) -> str:
    match chosen.page:
        case Page.COURSES:
            return _("Classrooms")
        case _:
            return _("Learning analytics")


def _choices(courses: Sequence[tuple[PublicId, str]]) -> list[Choice]:
    offered = [
        Choice(
            Page.START.value,
            _("This course"),
            _("Teachers see the classroom, learners see their own page"),
        ),
        Choice(Page.COURSES.value, _("All my classrooms"), _("Teachers see their list, learners see their own page")),
    ]
    line = _("Another course of yours: its teachers see the classroom, learners see their own page")
    for key, name in courses:
        offered.append(Choice(ChosenPage(Page.CLASSROOM, key).to_text(), name, line))
    return offered
