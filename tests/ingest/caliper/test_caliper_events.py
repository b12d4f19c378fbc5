"""The events of Caliper 1.1 and 1.2, and what they become."""

import json
from typing import Any

import pytest

from dashapp.domain.errors import Refused
from dashapp.domain.events import Identifier, LearningEvent, RefusalReason
from ingest.caliper import decode
from ingest.caliper.vocabulary import RULES
from tests.ingest.caliper.samples import (
    ANNA,
    APPLICATION,
    COURSE,
    EVENT_ID,
    GROUP,
    ISSUER,
    LEARNING_ONLY,
    PAGE,
    QUIZ,
    SECTION,
    V1P1,
    V1P2,
    Sample,
    attempt,
    caliper_event,
    envelope,
)
from tests.ingest.caliper.talk import TALK
from tests.ingest.caliper.work import WORK

SAMPLES = [*WORK, *TALK]


def one(event: dict[str, Any]) -> LearningEvent:
    """What a single event in an envelope becomes."""
    (found,) = decode(envelope(event), LEARNING_ONLY)
    assert isinstance(found, LearningEvent), found
    return found


@pytest.mark.parametrize("version", [V1P1, V1P2])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda each: each.name)
def test_each_event_becomes_what_the_mapping_says(sample: Sample, version: str) -> None:
    event = {**sample.event, "@context": version}
    assert decode(envelope(event, version=version), LEARNING_ONLY) == [sample.expected()]


def test_every_type_of_event_has_a_sample() -> None:
    assert set(RULES) - {sample.event["type"] for sample in SAMPLES} == set()


def test_every_entity_may_be_named_by_its_id_alone() -> None:
    by_id = caliper_event(
        "ViewEvent",
        "Viewed",
        PAGE,
        actor=ANNA,
        edApp=APPLICATION,
        group=SECTION,
        membership=f"{SECTION}/rosters/1",
        session="https://lms.example/sessions/s-1",
    )
    by_value = caliper_event("ViewEvent", "Viewed", {"id": PAGE, "type": ""}, group={"id": SECTION})
    assert one(by_id) == one(by_value)


def test_an_event_may_come_without_an_envelope() -> None:
    event = caliper_event("ViewEvent", "Viewed", PAGE)
    assert decode(json.dumps(event).encode(), LEARNING_ONLY) == [one(event)]


def test_the_id_is_the_uuid_in_lower_case_with_its_prefix_or_without() -> None:
    for said in (f"urn:uuid:{EVENT_ID.upper()}", f"URN:UUID:{EVENT_ID}", EVENT_ID):
        assert one(caliper_event("ViewEvent", "Viewed", PAGE, id=said)).id == EVENT_ID


def test_the_course_is_the_group_whatever_offering_it_belongs_to() -> None:
    offering = {"id": "https://lms.example/courses/7", "type": "CourseOffering"}
    assert (
        one(caliper_event("ViewEvent", "Viewed", PAGE, group={**GROUP, "subOrganizationOf": offering})).course == COURSE
    )
    assert one(caliper_event("ViewEvent", "Viewed", PAGE, group=offering)).course.value == offering["id"]


def test_a_group_of_learners_belongs_to_its_course() -> None:
    group = {"id": f"{SECTION}/groups/2", "type": "Group", "subOrganizationOf": GROUP}
    assert one(caliper_event("ViewEvent", "Viewed", PAGE, group=group)).course == COURSE
    group = {"id": f"{SECTION}/groups/2", "type": "Group", "subOrganizationOf": SECTION}
    assert one(caliper_event("ViewEvent", "Viewed", PAGE, group=group)).course == COURSE


def test_without_a_group_the_membership_or_the_object_names_the_course() -> None:
    assert one(caliper_event("ViewEvent", "Viewed", PAGE, group=None)).course == COURSE
    page = {"id": PAGE, "type": "Page", "isPartOf": {"id": f"{SECTION}/book", "type": "Document", "isPartOf": GROUP}}
    assert one(caliper_event("ViewEvent", "Viewed", page, group=None, membership=None)).course == COURSE
    school = {"id": "https://lms.example/school", "type": "Organization"}
    assert one(caliper_event("ViewEvent", "Viewed", PAGE, group=school)).course == COURSE


def test_an_event_without_a_course_is_outside_of_courses() -> None:
    found = one(caliper_event("SessionEvent", "LoggedIn", APPLICATION, group=None, membership=None))
    assert found.course == Identifier(ISSUER, "course", "outside-of-courses")
    assert found.course_title == "Outside of courses"


@pytest.mark.parametrize(
    "actor",
    [
        {"id": "http://purl.imsglobal.org/caliper/Person", "type": "Person"},
        "http://purl.imsglobal.org/caliper/Person",
        {"id": "_:b0", "type": "Person"},
        {"id": APPLICATION, "type": "SoftwareApplication"},
    ],
)
def test_what_nobody_in_particular_did_is_left_out(actor: Any) -> None:
    assert decode(envelope(caliper_event("ViewEvent", "Viewed", PAGE, actor=actor)), LEARNING_ONLY) == []


def test_what_a_group_did_is_nobodys() -> None:
    event = caliper_event("ViewEvent", "Viewed", PAGE, actor={"id": SECTION, "type": "Group"})
    (found,) = decode(envelope(event), LEARNING_ONLY)
    assert isinstance(found, Refused)
    assert found.reason is RefusalReason.GROUP_ACTOR


def test_anonymous_groups_and_things_are_none() -> None:
    found = one(
        caliper_event(
            "ViewEvent",
            "Viewed",
            {"id": "http://purl.imsglobal.org/caliper/Page", "type": "Page"},
            group={"id": "http://purl.imsglobal.org/caliper/CourseSection", "type": "CourseSection"},
            membership=None,
            session="http://purl.imsglobal.org/caliper/Session",
        )
    )
    assert found.activity is None
    assert found.session is None
    assert found.course.value == "outside-of-courses"


def test_long_addresses_are_shortened_to_something_of_their_own() -> None:
    long = [f"https://lms.example/search?q={'ä' * 1000}{end}" for end in "ab"]
    found = [one(caliper_event("NavigationEvent", "NavigatedTo", each)).activity for each in long]
    assert found[0] != found[1]
    for each in found:
        assert each is not None
        assert len(each.value.encode()) <= 1000
        assert each.value.startswith("https://lms.example/search?q=ää")


def test_good_items_are_kept_beside_bad_ones() -> None:
    good = caliper_event("ViewEvent", "Viewed", PAGE)
    body = envelope(good, {**good, "action": "Danced"}, 7, {**good, "id": EVENT_ID.replace("7", "8")})
    first, bad, worse, last = decode(body, LEARNING_ONLY)
    assert isinstance(first, LearningEvent)
    assert isinstance(last, LearningEvent)
    assert isinstance(bad, Refused)
    assert isinstance(worse, Refused)
    assert bad.detail == "item 1: the `action` of this type of event is one of Viewed - at `/data/1/action`"
    assert json.loads(bad.body or b"")["action"] == "Danced"
    assert worse.detail == "item 2: Expected `object`, got `int` - at `/data/2`"


def test_responses_are_told_as_text() -> None:
    def said(**response: Any) -> str | None:
        event = caliper_event(
            "AssessmentItemEvent",
            "Completed",
            f"{PAGE}/items/1",
            generated={"id": "_:r", "type": "Response", **response},
        )
        return one(event).response

    assert said(value=True) == "true"
    assert said(value=3.5) == "3.5"
    assert said(values=[1, "b", {"c": None}]) == '1, b, {"c":null}'
    assert said(dateTimeSelected="2026-03-02T00:00:00.000Z") == "2026-03-02T00:00:00.000Z"
    assert said() is None
    assert len(said(value="x" * 9000) or "") == 4000


def test_what_platforms_write_beside_the_standard_is_taken() -> None:
    """Bare UUIDs, empty lists, offerings as groups, a maximum of 0, an application that grades: seen in the field."""
    site = "https://mapping.example/v1/sites/54b54b42"
    learner = {"id": f"{site}/users/0e96", "type": "Person", "extensions": {"x:user.id": "_1_1"}}
    work = {"id": f"{site}/gradableItems/_1_1", "type": "Assessment", "maxAttempts": 0, "maxScore": 160, "items": []}
    tried = {"id": f"{site}/attempts/_1_1", "type": "Attempt", "assignable": work, "assignee": learner, "count": 1}
    application = {"id": f"{site}/applications/learn", "type": "SoftwareApplication"}
    offering = {"id": f"{site}/courses/6d01", "type": "CourseOffering", "members": [], "courseNumber": "BIO-101"}
    score = {"id": f"{site}/attempts/_1_1/score", "type": "Score", "attempt": tried, "maxScore": 0, "scoreGiven": 39.5}
    membership = {"id": f"{site}/members/0e96", "type": "Membership", "member": learner, "organization": offering}
    found = one(
        caliper_event(
            "GradeEvent",
            "Graded",
            tried,
            id="54b54b42-dd02-42f8-88ed-07bd719bfb7c",
            actor=application,
            generated={**score, "scoredBy": application},
            group=offering,
            membership=membership,
        )
    )
    assert (found.person.value, found.course.value) == (learner["id"], offering["id"])
    assert (found.score, found.max_score, found.attempt) == (39.5, 160, 1)


def test_names_need_not_be_addresses() -> None:
    found = one(
        caliper_event(
            "NavigationEvent",
            "NavigatedTo",
            {"id": "urn:lms:wikiPage:21", "type": "Page", "name": "Week 1"},
            actor={"id": "urn:lms:user:2107", "type": "Person", "extensions": {"com.lms": {"user_login": "a"}}},
            group={"id": "urn:lms:course:7", "type": "CourseOffering", "extensions": {}},
            session={"id": "urn:lms:session:ee6f", "type": "Session"},
        )
    )
    assert found.person.value == "urn:lms:user:2107"
    assert found.course.value == "urn:lms:course:7"
    assert found.activity == Identifier(ISSUER, "activity", "urn:lms:wikiPage:21")
    assert found.session == "urn:lms:session:ee6f"


def test_an_attempt_says_how_long_it_took() -> None:
    submitted = caliper_event("AssessmentEvent", "Submitted", QUIZ, generated={**attempt(QUIZ), "duration": "PT40M12S"})
    assert one(submitted).duration == 2412.0
