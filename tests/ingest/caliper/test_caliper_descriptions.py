"""Caliper entities that describe courses, activities, people and memberships."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from dashapp.domain.errors import Refused
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    RefusalReason,
    Role,
    Topic,
)
from ingest.caliper import decode
from tests.ingest.caliper.samples import (
    ANNA,
    COURSE,
    ESSAY,
    GROUP,
    LEARNING_ONLY,
    PERSON,
    SECTION,
    SOURCE,
    V1P2,
    activity,
    attempt,
    caliper_event,
    envelope,
)

WRITTEN = datetime(2026, 2, 1, 6, tzinfo=UTC)
SENT = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
WORK = {
    "id": ESSAY,
    "type": "AssignableDigitalResource",
    "name": "Essay",
    "dateCreated": "2026-01-01T06:00:00.000Z",
    "dateModified": "2026-02-01T06:00:00.000Z",
    "datePublished": "2026-02-02T06:00:00.000Z",
    "dateToSubmit": "2026-03-28T11:59:59.000Z",
    "maxScore": 15.0,
}
DESCRIBED_WORK = ActivityDescribed(
    "",
    COURSE,
    activity(ESSAY),
    WRITTEN,
    ActivityType.ASSIGNMENT,
    "Essay",
    published_at=datetime(2026, 2, 2, 6, tzinfo=UTC),
    due_at=datetime(2026, 3, 28, 11, 59, 59, tzinfo=UTC),
    max_score=15.0,
)
MEMBERSHIP = {
    "id": f"{SECTION}/rosters/1",
    "type": "Membership",
    "member": ANNA,
    "organization": GROUP,
    "roles": ["Learner"],
    "status": "Active",
    "dateCreated": "2026-02-01T06:00:00.000Z",
}


def described(entity: dict[str, Any], **fields: Any) -> list[Event]:
    """What an entity in an envelope describes, without the ids."""
    found = decode(envelope({"@context": V1P2, **entity}, **fields), SOURCE)
    events = [each for each in found if not isinstance(each, Refused)]
    assert len(events) == len(found), found
    assert all(each.id.startswith("caliper-") for each in events)
    return [replace(each, id="") for each in events]


def test_a_section_or_an_offering_describes_a_course() -> None:
    section = {
        **GROUP,
        "academicSession": "Spring 2026",
        "dateCreated": "2026-02-01T06:00:00.000Z",
        "subOrganizationOf": {"id": "https://lms.example/courses/7", "type": "CourseOffering"},
    }
    expected = CourseDescribed("", COURSE, WRITTEN, code="MAT-101-01", title="Algebra, section 1", term="Spring 2026")
    assert described(section) == [expected]
    assert described({"id": SECTION, "type": "CourseOffering"}) == [CourseDescribed("", COURSE, SENT)]


def test_work_that_is_part_of_a_course_describes_an_activity() -> None:
    assert described({**WORK, "isPartOf": GROUP}) == [DESCRIBED_WORK]
    chapter = {"id": f"{SECTION}/chapters/1", "type": "Chapter", "isPartOf": {"id": SECTION, "type": "CourseSection"}}
    assert described({**WORK, "isPartOf": chapter}) == [DESCRIBED_WORK]


def test_what_belongs_to_no_course_and_what_is_no_content_describes_nothing() -> None:
    assert described(WORK) == []
    assert described({**WORK, "isPartOf": SECTION}) == []
    assert described({"id": "https://lms.example", "type": "SoftwareApplication", "version": "v2"}) == []
    assert described({"id": "https://lms.example/x", "type": "Something"}) == []


def test_an_event_describes_its_work_in_passing_where_that_says_when_it_was_written() -> None:
    started = caliper_event("AssignableEvent", "Started", WORK)
    event, description = decode(envelope(started), SOURCE)
    assert isinstance(event, LearningEvent)
    assert isinstance(description, ActivityDescribed)
    assert replace(description, id="") == DESCRIBED_WORK
    as_attempt = caliper_event("AssignableEvent", "Submitted", attempt(WORK))
    assert decode(envelope(as_attempt), SOURCE)[1] == description
    assert len(decode(envelope(started), LEARNING_ONLY)) == 1
    undated = {name: value for name, value in WORK.items() if name not in ("dateCreated", "dateModified")}
    assert len(decode(envelope(caliper_event("AssignableEvent", "Started", undated)), SOURCE)) == 1


def test_a_bad_date_in_passing_spoils_the_description_only() -> None:
    event = caliper_event("AssignableEvent", "Started", {**WORK, "dateToSubmit": "soon"})
    found, refused = decode(envelope(event), SOURCE)
    assert isinstance(found, LearningEvent)
    assert isinstance(refused, Refused)
    assert refused.detail.endswith(" - at `/data/0/object/dateToSubmit`")
    alone = decode(envelope({**WORK, "isPartOf": GROUP, "dateModified": "2026-02-01T06:00:00"}), SOURCE)
    assert [each.detail[-24:] for each in alone if isinstance(each, Refused)] == ["at `/data/0/dateModified`"[-24:]]


def test_a_person_with_a_name_or_an_address_is_described() -> None:
    address = {"type": "SystemIdentifier", "identifierType": "EmailAddress", "identifier": "anna@example.org"}
    other = {"type": "SystemIdentifier", "identifierType": "SisSourcedId", "identifier": "s-1"}
    person = {"id": ANNA, "type": "Person", "dateModified": "2026-02-01T06:00:00.000Z"}
    assert described(person) == []
    assert described({**person, "name": "Anna Ärmel"}) == [
        PersonDescribed("", PERSON, WRITTEN, given_name="Anna Ärmel")
    ]
    assert described({**person, "otherIdentifiers": ["", other, address]}) == [
        PersonDescribed("", PERSON, WRITTEN, email="anna@example.org")
    ]
    anonymous = {"id": "http://purl.imsglobal.org/caliper/Person", "type": "Person", "name": "Somebody"}
    assert described(anonymous) == []


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        (["Learner"], [Role.LEARNER]),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"], [Role.LEARNER]),
        (["Instructor"], [Role.TEACHER]),
        (["TeachingAssistant"], [Role.ASSISTANT]),
        (["Instructor#TeachingAssistant"], [Role.ASSISTANT]),
        (["Instructor", "Learner"], [Role.LEARNER, Role.TEACHER]),
        (["Learner", "Administrator"], [Role.LEARNER]),
        (["Mentor"], []),
        ([], []),
    ],
)
def test_a_membership_that_comes_on_its_own_gives_roles(said: list[str], roles: list[Role]) -> None:
    expected = [MembershipChanged("", PERSON, COURSE, role, True, WRITTEN) for role in roles]
    assert described({**MEMBERSHIP, "roles": said}) == expected


def test_an_inactive_membership_ends_a_role() -> None:
    assert described({**MEMBERSHIP, "status": "Inactive"}) == [
        MembershipChanged("", PERSON, COURSE, Role.LEARNER, False, WRITTEN)
    ]


def test_no_membership_makes_an_administrator() -> None:
    (found,) = decode(envelope({**MEMBERSHIP, "roles": ["Administrator"]}), SOURCE)
    assert isinstance(found, Refused)
    assert found.reason is RefusalReason.FORBIDDEN_ROLE


def test_a_membership_without_a_member_is_refused() -> None:
    (found,) = decode(envelope({**MEMBERSHIP, "member": None}), SOURCE)
    assert isinstance(found, Refused)
    assert found.detail.endswith(" - at `/data/0/member`")


def test_a_membership_within_an_event_gives_nothing() -> None:
    found = decode(envelope(caliper_event("ViewEvent", "Viewed", ESSAY)), SOURCE)
    assert [type(each) for each in found] == [LearningEvent]


@pytest.mark.parametrize(
    "entity", [GROUP, {**WORK, "isPartOf": GROUP}, {"id": ANNA, "type": "Person", "name": "Anna"}, MEMBERSHIP]
)
def test_what_a_source_may_not_describe_is_left_out(entity: dict[str, Any]) -> None:
    assert len(described(entity)) == 1
    assert decode(envelope(entity), replace(SOURCE, allowed=frozenset({Topic.LEARNING}))) == []


def test_the_same_description_sent_again_is_the_same_event() -> None:
    again = {"sendTime": "2026-03-05T00:00:00.000Z"}
    first, second = decode(envelope(MEMBERSHIP), SOURCE), decode(envelope(MEMBERSHIP, **again), SOURCE)
    assert first == second
    (other,) = decode(envelope({**MEMBERSHIP, "roles": ["Instructor"]}), SOURCE)
    (one,) = first
    assert not isinstance(one, Refused)
    assert not isinstance(other, Refused)
    assert one.id != other.id
