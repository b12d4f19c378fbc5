"""What statements of the profiles become: who, what, where, how well."""

from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

import pytest

from dashapp.data.store.keys import content_digest
from dashapp.domain.events import ActivityType, Identifier, LearningEvent, MembershipChanged, RefusalReason, Role, Verb
from tests.ingest.xapi.statements import (
    ACTIVITIES,
    COURSE,
    FORUM,
    ID,
    ISSUER,
    QUESTION,
    QUIZ,
    SCORED,
    SITE,
    STREAMS,
    TYPES,
    VIDEO,
    activity,
    decoded,
    learning,
    refusal,
    verb,
    within,
)
from tests.ingest.xapi.statements import statement as whole

TINCAN = "http://id.tincanapi.com/verb/"
ADL_2 = "https://w3id.org/xapi/adl/verbs/"
VIDEO_VERBS = "https://w3id.org/xapi/video/verbs/"


# ------------------------------------------------------------------ who and when


def test_a_person_is_an_account_of_its_home_page() -> None:
    assert learning().person == Identifier("https://lms.example", "account", "anna")


def test_a_mailbox_and_its_hash_are_the_same_person() -> None:
    digest = sha1(b"mailto:anna@example.org", usedforsecurity=False).hexdigest()
    person = Identifier("mailto", "mbox_sha1sum", digest)
    assert learning(actor={"mbox": "mailto:Anna@Example.org"}).person == person
    assert learning(actor={"mbox_sha1sum": digest.upper()}).person == person


def test_an_openid_is_a_person() -> None:
    assert learning(actor={"openid": "https://anna.example"}).person == Identifier(
        "openid", "openid", "https://anna.example"
    )


def test_what_a_group_did_is_counted_for_nobody_unless_it_is_one_person() -> None:
    anna, ben = {"mbox": "mailto:anna@example.org"}, {"mbox": "mailto:ben@example.org"}
    for group in ({"member": [anna, ben]}, {"mbox": "mailto:team@example.org"}):
        assert refusal(actor={"objectType": "Group", **group}).reason is RefusalReason.GROUP_ACTOR
    assert learning(actor={"objectType": "Group", "member": [anna]}).person == learning(actor=anna).person


def test_the_id_is_the_statements_own_in_small_letters() -> None:
    assert learning(id=ID.upper()).id == ID


def test_a_statement_without_an_id_has_one_of_its_content() -> None:
    said = whole(id=None)
    turned = dict(reversed(said.items()))
    ids = {event.id for event in map(decoded, (said, turned)) if isinstance(event, LearningEvent)}
    assert len(ids) == 1
    assert learning(id=None, timestamp="2026-03-02T09:30:01Z").id not in ids


def test_a_statement_without_a_time_has_none_until_it_is_received() -> None:
    assert learning(timestamp=None).occurred_at is None
    assert learning(timestamp="2026-03-02T10:30:00+01:00").occurred_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


# ------------------------------------------------------------------ where


def typed(iri: str, kind: str) -> dict[str, Any]:
    return {"id": iri, "definition": {"type": kind}}


CMI5_COURSE = "https://w3id.org/xapi/cmi5/activitytype/course"
FRENCH_COURSE = "http://vocab.xapi.fr/activities/course"
OPEN_EDX = "https://x/course/course-v1:edX+DemoX+Demo"
MOODLE = "https://m/course/view.php?id=5"
COURSES: list[tuple[str, dict[str, Any], str]] = [
    ("by type", within(COURSE), COURSE["id"]),
    ("of Moodle, in the grouping", within(grouping=[SITE, typed(MOODLE, f"{TYPES}lms/course")]), MOODLE),
    ("of cmi5, by type", within(typed("https://c/1", CMI5_COURSE)), "https://c/1"),
    ("of Open edX, without a type", within({"id": OPEN_EDX}), OPEN_EDX),
    ("of Moodle, without a type", within({"id": MOODLE}), MOODLE),
    ("of the French Moodle profile", within(typed("https://m/5", FRENCH_COURSE)), "https://m/5"),
    ("nowhere", {"platform": "Somewhere"}, "outside-of-courses"),
    ("on the platform only", within(grouping=[SITE]), "outside-of-courses"),
]


@pytest.mark.parametrize(("context", "course"), [(c, v) for _, c, v in COURSES], ids=[name for name, *_ in COURSES])
def test_the_course_is_found_around_the_activity(context: dict[str, Any], course: str) -> None:
    assert learning(context=context).course == Identifier(ISSUER, "course", course)


def test_the_course_of_cmi5_is_the_publishers_grouping() -> None:
    cmi5 = {"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"}
    activities = {"grouping": [{"id": "https://publisher.example/course/7"}], "category": [cmi5]}
    said = learning(context={"contextActivities": activities})
    assert said.course.value == "https://publisher.example/course/7"


def test_a_statement_about_a_course_has_no_activity() -> None:
    said = learning(object=COURSE, context=None)
    assert (said.course.value, said.activity, said.verb) == (COURSE["id"], None, Verb.VIEWED)
    assert learning(object=COURSE, verb=verb("completed")).verb is Verb.COMPLETED
    assert learning(object=COURSE, verb=verb(f"{TINCAN}earned"), result={"score": {"scaled": 0.5}}).score is None


def test_titles_come_in_the_language_of_the_statement_else_in_english() -> None:
    names = {"fr": "Vecteurs", "de-AT": "Vektoren", "en-GB": "Vectors"}
    page = {"id": "https://lms.example/page/7", "definition": {"name": names}}
    course = {**COURSE, "definition": {**COURSE["definition"], "name": {"nl": "Algebra"}}}
    for language, title in (("de", "Vektoren"), ("fr-CA", "Vecteurs"), ("nl", "Vectors"), (None, "Vectors")):
        context = within(course) if language is None else within(course, language=language)
        said = learning(object=page, context=context)
        assert (said.activity_title, said.course_title) == (title, "Algebra")
    assert learning(context=None).course_title == "Outside of courses"


def test_an_identifier_too_long_for_an_index_ends_in_its_digest() -> None:
    one, other = (learning(object={"id": f"https://lms.example/{'x' * 2000}{end}"}).activity for end in "ab")
    assert one is not None and other is not None  # noqa: PT018  # one fact
    assert one != other
    assert len(one.value) < 300


TYPED = [
    (f"{ACTIVITIES}assessment", ActivityType.QUIZ),
    (f"{ACTIVITIES}lesson", ActivityType.PAGE),
    (f"{ACTIVITIES}file", ActivityType.RESOURCE),
    (f"{TYPES}school-assignment", ActivityType.ASSIGNMENT),
    (f"{TYPES}forum", ActivityType.FORUM),
    (f"{TYPES}chat-channel", ActivityType.COLLABORATION),
    ("https://w3id.org/xapi/openedx/activity/timed-assessment", ActivityType.EXAM),
    (f"{ACTIVITIES}external-activity", ActivityType.EXTERNAL_TOOL),
    ("https://w3id.org/xapi/video/activity-type/video", ActivityType.VIDEO),
    ("https://elsewhere.example/types/juggling", ActivityType.OTHER),
]


@pytest.mark.parametrize(("iri", "kind"), TYPED)
def test_activity_types_of_the_profiles_are_known(iri: str, kind: ActivityType) -> None:
    assert learning(object={"id": "https://lms.example/x", "definition": {"type": iri}}).activity_type is kind


def test_an_activity_without_a_type_claims_none() -> None:
    assert learning().activity_type is None


# ------------------------------------------------------------------ what

PAGE: dict[str, Any] = {"id": "https://lms.example/page/7"}
VERBS: list[tuple[str, dict[str, Any], dict[str, Any] | None, Verb]] = [
    ("experienced", PAGE, None, Verb.VIEWED),
    (f"{TINCAN}viewed", PAGE, None, Verb.VIEWED),
    ("launched", PAGE, None, Verb.VIEWED),
    ("launched", QUIZ, None, Verb.STARTED),
    ("initialized", VIDEO, None, Verb.VIEWED),
    ("initialized", QUIZ, None, Verb.STARTED),
    ("resumed", QUIZ, None, Verb.STARTED),
    ("attempted", PAGE, None, Verb.STARTED),
    ("attempted", QUESTION, SCORED, Verb.SUBMITTED),
    ("answered", QUESTION, SCORED, Verb.ANSWERED),
    ("responded", QUESTION, None, Verb.ANSWERED),
    ("completed", PAGE, None, Verb.COMPLETED),
    ("completed", QUIZ, SCORED, Verb.SUBMITTED),
    ("completed", VIDEO, SCORED, Verb.COMPLETED),
    ("passed", QUIZ, SCORED, Verb.SUBMITTED),
    ("passed", PAGE, None, Verb.COMPLETED),
    ("failed", QUIZ, SCORED, Verb.SUBMITTED),
    ("failed", PAGE, None, Verb.SUBMITTED),
    (f"{STREAMS}submit", QUIZ, None, Verb.SUBMITTED),
    ("scored", QUIZ, SCORED, Verb.GRADED),
    ("scored", QUIZ, None, Verb.INTERACTED),
    (f"{TINCAN}earned", QUIZ, SCORED, Verb.GRADED),
    ("progressed", PAGE, None, Verb.INTERACTED),
    ("progressed", PAGE, {"completion": True}, Verb.COMPLETED),
    ("interacted", PAGE, {"completion": False}, Verb.INTERACTED),
    ("terminated", VIDEO, None, Verb.PAUSED),
    ("terminated", PAGE, None, Verb.INTERACTED),
    ("suspended", QUIZ, None, Verb.INTERACTED),
    (f"{ADL_2}satisfied", PAGE, None, Verb.COMPLETED),
    (f"{ADL_2}waived", PAGE, None, Verb.COMPLETED),
    (f"{ADL_2}abandoned", PAGE, None, Verb.INTERACTED),
    (f"{VIDEO_VERBS}played", VIDEO, None, Verb.PLAYED),
    (f"{VIDEO_VERBS}paused", VIDEO, None, Verb.PAUSED),
    (f"{VIDEO_VERBS}seeked", VIDEO, None, Verb.SEEKED),
    ("asked", QUESTION, None, Verb.INTERACTED),
    ("shared", PAGE, None, Verb.INTERACTED),
    ("commented", PAGE, None, Verb.INTERACTED),
    ("https://w3id.org/xapi/acrossx/verbs/posted", FORUM, None, Verb.POSTED),
    ("registered", PAGE, None, Verb.INTERACTED),
    ("https://elsewhere.example/verbs/juggled", PAGE, None, Verb.INTERACTED),
]


@pytest.mark.parametrize(("name", "about", "result", "expected"), VERBS)
def test_verbs_are_read_with_their_object_and_their_result(
    name: str, about: dict[str, Any], result: dict[str, Any] | None, expected: Verb
) -> None:
    said = learning(verb=verb(name), object=about, result=result)
    assert said.verb is expected
    assert said.activity == activity(about["id"])


def test_a_verb_that_is_no_more_than_an_interaction_to_us_is_kept_as_the_sender_says_it() -> None:
    juggled, danced = (verb(f"https://elsewhere.example/verbs/{name}") for name in ("juggled", "danced"))
    assert learning(verb=juggled).term == juggled["id"]
    assert learning(verb=verb("attempted"), object=QUIZ).term is None
    # So the same id with another verb is another content, which is a conflict.
    assert content_digest(learning(verb=juggled)) != content_digest(learning(verb=danced))


def test_logging_in_is_an_interaction_with_the_platform_outside_of_courses() -> None:
    said = learning(verb=verb(f"{ADL_2}logged-in"), object=SITE, context=None)
    assert (said.verb, said.course.value, said.activity) == (
        Verb.INTERACTED,
        "outside-of-courses",
        activity("https://lms.example"),
    )


def test_who_registers_for_a_course_is_a_learner_of_it() -> None:
    person, course = learning().person, learning().course
    began = decoded(verb=verb("registered"), object=COURSE, context=None)
    assert began == MembershipChanged(ID, person, course, Role.LEARNER, True, learning().occurred_at)
    ended = decoded(verb=verb(f"{TINCAN}unregistered"), object=COURSE, context=None)
    assert isinstance(ended, MembershipChanged)
    assert not ended.active


def test_a_plan_is_an_interaction_with_what_is_planned() -> None:
    plan = {"objectType": "SubStatement", "actor": whole()["actor"], "verb": verb("attempted"), "object": QUIZ}
    said = learning(object=plan, verb=verb("https://elsewhere.example/verbs/planned"))
    assert (said.verb, said.activity, said.activity_type) == (Verb.INTERACTED, activity(QUIZ["id"]), ActivityType.QUIZ)


def test_a_statement_about_somebody_or_another_statement_is_an_interaction_in_the_course() -> None:
    for about in ({"objectType": "Agent", "mbox": "mailto:b@example.org"}, {"objectType": "StatementRef", "id": ID}):
        said = learning(object=about, verb=verb("commented"))
        assert (said.verb, said.activity, said.course.value) == (Verb.INTERACTED, None, COURSE["id"])
