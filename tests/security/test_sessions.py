"""A session is a signed cookie with two limits; keys rotate."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.security.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, RENEW_AFTER, Session, Sessions
from dashapp.security.signing import Signer
from dashapp.security.topics import Topic, Topics

OLD, NEW = "o" * 40, "n" * 40
PERSON = PublicId(UUID("018f6f7e-0000-7000-8000-000000000001"))


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 7, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_session_says_who_signed_in(watch: Watch) -> None:
    sessions = Sessions([OLD], watch)

    session = sessions.read(sessions.issue(OrganisationId(7), PERSON))

    assert session is not None
    assert (session.organisation_id, session.person) == (7, PERSON)


def test_a_session_ends_when_nothing_is_heard_for_too_long(watch: Watch) -> None:
    sessions = Sessions([OLD], watch)
    cookie = sessions.issue(OrganisationId(7), PERSON)

    watch.now += IDLE_LIMIT + timedelta(seconds=1)

    assert sessions.read(cookie) is None


def test_a_busy_session_is_renewed_until_the_absolute_limit(watch: Watch) -> None:
    sessions = Sessions([OLD], watch)
    cookie: str | None = sessions.issue(OrganisationId(7), PERSON)
    begun = watch.now
    while (session := sessions.read(cookie)) is not None:
        watch.now += RENEW_AFTER
        cookie = sessions.renewed(session)

    assert ABSOLUTE_LIMIT < watch.now - begun <= ABSOLUTE_LIMIT + 2 * RENEW_AFTER


def test_a_fresh_session_is_not_renewed(watch: Watch) -> None:
    sessions = Sessions([OLD], watch)
    session = sessions.read(sessions.issue(OrganisationId(7), PERSON))

    assert session is not None
    assert sessions.renewed(session) is None


def test_an_old_key_still_verifies_and_a_removed_one_does_not(watch: Watch) -> None:
    cookie = Sessions([OLD], watch).issue(OrganisationId(7), PERSON)

    assert Sessions([NEW, OLD], watch).read(cookie) is not None
    assert Sessions([NEW], watch).read(cookie) is None


@pytest.mark.parametrize("cookie", [None, "", ".", "1.2.3.4", "1.x.3.4.sig", "é.é", "1" * 5000])
def test_a_cookie_that_we_did_not_sign_is_nobody(watch: Watch, cookie: str | None) -> None:
    assert Sessions([OLD], watch).read(cookie) is None


def test_a_changed_cookie_is_nobody(watch: Watch) -> None:
    sessions = Sessions([OLD], watch)
    text, _dot, signature = sessions.issue(OrganisationId(7), PERSON).rpartition(".")

    assert sessions.read(f"8{text[1:]}.{signature}") is None


def test_a_text_signed_for_one_purpose_is_none_for_another() -> None:
    signed = Signer([OLD], "one").sign("text")

    assert Signer([OLD], "one").verify(signed) == "text"
    assert Signer([OLD], "another").verify(signed) is None


@pytest.mark.parametrize("text", ["", "1.2.3", "a.b.c.d", "1.2.3.4.5"])
def test_a_signed_text_of_another_form_is_no_session(text: str) -> None:
    assert Session.from_text(text) is None
    assert Topic.from_text(text) is None


@pytest.mark.parametrize("course", [None, CourseId(3)])
@pytest.mark.parametrize("person", [None, PersonId(4)])
def test_a_topic_comes_back_as_it_was_signed(course: CourseId | None, person: PersonId | None) -> None:
    topics = Topics((OLD,))
    topic = Topic(OrganisationId(1), PublicId(uuid4()), course, person)

    assert topics.read(topics.sign(topic)) == topic
    assert topics.read("x" * 1000) is None
