"""What a learning platform says at a launch, as values: who, in which role, where, and which page was asked for.

LTI 1.3 core, Deep Linking 2.0, Names and Role Provisioning Services 2.0 (1EdTech). A platform can make learners,
teachers and assistants of the one course that it launches from, and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Role

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING_CLAIM: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ROSTER_CLAIM: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ROSTER_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
VERSION: Final = "1.3.0"
RESOURCE_LINK: Final = "LtiResourceLinkRequest"
DEEP_LINKING: Final = "LtiDeepLinkingRequest"
DEEP_LINKING_ANSWER: Final = "LtiDeepLinkingResponse"
PERSON_KIND: Final = "lti"
"""The kind of identifiers that are a platform's `sub`; their issuer is the platform's."""
SOURCED_KIND: Final = "lis_person_sourcedid"
"""The kind of identifiers that are what the student system calls somebody, as a platform repeats it."""
LONGEST_NAME: Final = 200
LONGEST_ID: Final = 255
"""What the specification allows a `sub` and the ids of contexts and links."""

_MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER: Final = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


class LaunchRefused(AnalyticsError):
    """A message that is not believed. The text is for the log: who sent it hears the same short words every time."""


def roles_in_course(given: Iterable[object]) -> frozenset[Role]:
    """The role that a list of LTI roles gives in the course: one of ours, or none.

    Only roles of the context count. One of the institution or the system (`institution/person#Instructor`,
    `system/person#Administrator`) opens no course, and a Mentor is nobody's guardian. Moodle's rosters hold the short
    names, which the specification keeps for roles of the context.
    """
    found: set[Role] = set()
    for role in given:
        if not isinstance(role, str):
            continue
        name = _context_role(role)
        if name == "Instructor#TeachingAssistant":
            return frozenset({Role.ASSISTANT})
        if name == "Instructor":
            found.add(Role.TEACHER)
        elif name == "Learner":
            found.add(Role.LEARNER)
    return frozenset({Role.TEACHER}) if Role.TEACHER in found else frozenset(found)


def _context_role(role: str) -> str | None:
    """ "Instructor", "Instructor#TeachingAssistant" or "Learner"; None for what is no role of a context."""
    if role.startswith(f"{_MEMBERSHIP}#"):
        return role.removeprefix(f"{_MEMBERSHIP}#")
    if role.startswith(f"{_MEMBERSHIP}/"):
        # A sub-role, which stands beside its principal role; only this one says less than the principal one.
        rest = role.removeprefix(f"{_MEMBERSHIP}/")
        return rest if rest == "Instructor#TeachingAssistant" else None
    if role == "TeachingAssistant":
        return "Instructor#TeachingAssistant"
    return role if role in ("Instructor", "Learner") else None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as a platform names them, in a launch or in a roster."""

    sub: str
    roles: frozenset[Role]
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    sourced_id: str | None = None
    is_test: bool = False

    @classmethod
    def parse(cls, sub: object, roles: object, said: Mapping[str, Any], sourced: object = None) -> Self:
        """From the claims of a token or the entry of a roster. Raises LaunchRefused without a usable `sub`."""
        if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_ID or not sub.isprintable():
            raise LaunchRefused("the message names nobody")
        listed = roles if isinstance(roles, list) else []
        given, family = plain(said.get("given_name")), plain(said.get("family_name"))
        if given is None and family is None:
            given = plain(said.get("name"))
        return cls(
            sub,
            roles_in_course(listed),
            given,
            family,
            plain(said.get("email")),
            plain(sourced),
            _TEST_USER in listed,
        )


def plain(text: object) -> str | None:
    """A text without control characters, of a bearable length; None where nothing is left of it."""
    if not isinstance(text, str):
        return None
    kept = "".join(letter for letter in text[: LONGEST_NAME * 2] if letter.isprintable()).strip()
    return kept[:LONGEST_NAME] or None


@dataclass(frozen=True, slots=True)
class Context:
    """The course of a platform from which was launched, or whose roster this is."""

    id: str
    title: str | None
    label: str | None
    sourced_id: str | None
    roster_url: str | None

    @classmethod
    def parse(cls, claims: Mapping[str, Any]) -> Self | None:
        """None where the launch belongs to no course."""
        said = _mapping(claims.get(f"{CLAIM}context"))
        key = said.get("id")
        if not isinstance(key, str) or not 0 < len(key) <= LONGEST_ID or not key.isprintable():
            return None
        roster = _mapping(claims.get(ROSTER_CLAIM)).get("context_memberships_url")
        sourced = _mapping(claims.get(f"{CLAIM}lis")).get("course_section_sourcedid")
        return cls(
            key,
            plain(said.get("title")),
            plain(said.get("label")),
            plain(sourced),
            roster if isinstance(roster, str) and len(roster) <= 2000 and roster.isprintable() else None,
        )


class Page(StrEnum):
    """What a teacher can embed."""

    START = "start"
    """Teachers their classroom, learners their own page."""
    CLASSROOM = "classroom"
    """That of a course which the link names; learners their own page in it."""
    COURSES = "courses"


@dataclass(frozen=True, slots=True)
class ChosenPage:
    """A page, and the course where it is another one than that of the launch."""

    page: Page = Page.START
    course: UUID | None = None

    def to_text(self) -> str:
        """The form that stands in addresses and in parameters of links."""
        return f"{self.page}.{self.course}" if self.course else str(self.page)

    @classmethod
    def parse(cls, text: object) -> Self:
        """From an address or a parameter; what is unknown means the start."""
        if not isinstance(text, str):
            return cls()
        name, _, course = text.partition(".")
        try:
            return cls(Page(name), UUID(course) if course else None)
        except ValueError:
            return cls()


@dataclass(frozen=True, slots=True)
class DeepLink:
    """What a platform wants to have chosen, and where the choice goes. All of it was signed."""

    return_url: str
    data: str | None


@dataclass(frozen=True, slots=True)
class Launch:
    """A message that has been verified."""

    deployment_id: str
    member: Member
    context: Context | None
    resource_link_id: str | None
    resource_link_title: str | None
    page: ChosenPage
    deep_link: DeepLink | None
    locale: str | None
    theme: str | None
    """As the link's custom parameter `theme` says it: the standard has no claim for it."""

    @classmethod
    def parse(cls, claims: Mapping[str, Any], page: ChosenPage) -> Self:
        """The message in claims whose signature, audience and times hold. Raises LaunchRefused."""
        kind = claims.get(f"{CLAIM}message_type")
        if claims.get(f"{CLAIM}version") != VERSION or kind not in (RESOURCE_LINK, DEEP_LINKING):
            raise LaunchRefused("the message is of another kind or version")
        link = _mapping(claims.get(f"{CLAIM}resource_link"))
        if kind == RESOURCE_LINK and not _is_id(link.get("id")):
            raise LaunchRefused("the message names no resource link")
        sourced = _mapping(claims.get(f"{CLAIM}lis")).get("person_sourcedid")
        locale = _mapping(claims.get(f"{CLAIM}launch_presentation")).get("locale")
        custom = _mapping(claims.get(f"{CLAIM}custom"))
        return cls(
            str(claims[f"{CLAIM}deployment_id"]),
            Member.parse(claims.get("sub"), claims.get(f"{CLAIM}roles"), claims, sourced),
            Context.parse(claims),
            link["id"] if kind == RESOURCE_LINK else None,
            plain(link.get("title")),
            page if page != ChosenPage() else ChosenPage.parse(custom.get("la_page")),
            _deep_link(claims) if kind == DEEP_LINKING else None,
            plain(locale),
            plain(custom.get("theme")),
        )


def _deep_link(claims: Mapping[str, Any]) -> DeepLink:
    said = _mapping(claims.get(f"{DEEP_LINKING_CLAIM}deep_linking_settings"))
    url, data, accepts = said.get("deep_link_return_url"), said.get("data"), said.get("accept_types")
    if (
        not isinstance(url, str)
        or len(url) > 2000
        or not url.isprintable()
        or (data is not None and not isinstance(data, str))
    ):
        raise LaunchRefused("the message does not say where a choice should go")
    if not isinstance(accepts, list) or "ltiResourceLink" not in accepts:
        raise LaunchRefused("the platform takes no links here")
    return DeepLink(url, data)


def _is_id(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST_ID and text.isprintable()


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
