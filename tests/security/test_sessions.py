"""A session is a random text whose digest is a row; it has two limits, and ends everywhere within seconds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.queries.sessions import list_sessions
from dashapp.data.store.sessions import Ender, SessionChoice, forget_sessions
from dashapp.data.tables import people, sessions
from dashapp.domain.audit import Actor
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.jobs.ended_sessions import EndedSessions
from dashapp.security.devices import device_of
from dashapp.security.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, Manner, Session, Sessions, Token
from dashapp.security.signing import Signer
from dashapp.security.topics import Basis, Topic, Topics
from dashapp.settings import load_settings
from tests.data.conftest import make_organisation
from tests.security.conftest import Watch

OLD, NEW = "o" * 40, "n" * 40
BEARER = Manner(Carrier.BEARER)


@pytest.fixture
def organisation(module_database: Database) -> OrganisationId:
    return make_organisation(module_database, f"college-{uuid4().hex[:8]}")


@pytest.fixture
def person(module_database: Database, organisation: OrganisationId) -> tuple[PersonId, PublicId]:
    with module_database.transaction(DatabaseRole.INGEST, organisation) as connection:
        row = connection.execute(
            insert(people)
            .values(organisation_id=organisation, given_name="Ada", family_name="Abel", provisional=False)
            .returning(people.c.person_id, people.c.public_id)
        ).one()
    return PersonId(row.person_id), PublicId(row.public_id)


Somebody = tuple[OrganisationId, tuple[PersonId, PublicId]]


@pytest.fixture
def somebody(organisation: OrganisationId, person: tuple[PersonId, PublicId]) -> Somebody:
    return organisation, person


@pytest.fixture
def made(module_database: Database, watch: Watch) -> Callable[..., Sessions]:
    """Makes the sessions of one process."""
    return lambda *keys: Sessions(keys or (OLD,), watch, module_database)


def begun(sessions: Sessions, somebody: Somebody, manner: Manner | None = None) -> str:
    organisation, (_key, public_id) = somebody
    return sessions.issue(organisation, public_id, SignInMethod.LOCAL, manner or Manner())


def digest_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


def test_a_session_says_who_signed_in_and_how(made: Callable[..., Sessions], somebody: Somebody) -> None:
    held = made()
    text = begun(held, somebody, Manner(Carrier.BEARER, page="/embed/me"))

    session = held.read(text)

    assert session is not None
    assert (session.organisation_id, session.person) == (somebody[0], somebody[1][1])
    assert (session.method, session.carrier, session.page) == (SignInMethod.LOCAL, Carrier.BEARER, "/embed/me")


def test_only_the_digest_of_the_text_stands_in_the_table(
    made: Callable[..., Sessions], somebody: Somebody, module_database: Database
) -> None:
    text = begun(made(), somebody)

    with module_database.transaction(DatabaseRole.WEB, somebody[0]) as connection:
        row = connection.execute(select(sessions)).one()
    assert bytes(row.digest) == digest_of(text)
    assert len(text.split(".")[4]) == 43  # 256 bits
    assert text.split(".")[4] not in str(row)


def test_nobody_can_be_signed_in_who_is_not_there(made: Callable[..., Sessions], organisation: OrganisationId) -> None:
    with pytest.raises(NotFound):
        made().issue(organisation, PublicId(uuid4()))


def test_a_session_ends_when_nothing_is_heard_for_too_long(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch
) -> None:
    here, elsewhere = made(), made()
    text = begun(here, somebody)
    assert here.read(text)

    watch.now += IDLE_LIMIT + timedelta(seconds=1)

    assert here.read(text) is None
    assert elsewhere.read(text) is None


def test_a_session_that_is_used_goes_on_until_the_absolute_limit(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch
) -> None:
    held = made()
    text, first = begun(held, somebody), watch.now
    while held.read(text):
        watch.now += IDLE_LIMIT / 2

    assert ABSOLUTE_LIMIT <= watch.now - first < ABSOLUTE_LIMIT + IDLE_LIMIT


def test_a_session_used_in_one_process_is_not_idle_in_another(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch
) -> None:
    here, elsewhere = made(), made()
    text = begun(here, somebody)
    assert elsewhere.read(text)
    watch.now += IDLE_LIMIT - timedelta(minutes=1)
    assert here.read(text)
    here.follow()

    watch.now += timedelta(minutes=2)

    assert elsewhere.read(text) is not None


def test_that_a_session_was_seen_is_written_once_a_minute_at_most(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch, module_database: Database
) -> None:
    held = made()
    text = begun(held, somebody)

    def written() -> datetime:
        with module_database.transaction(DatabaseRole.WEB, somebody[0]) as connection:
            found: datetime = connection.execute(select(sessions.c.seen_at)).scalar_one()
        return found

    begin = watch.now
    held.follow()  # what comes within a minute of this is not written
    watch.now += timedelta(minutes=5)
    assert held.read(text)
    held.follow()
    assert written() == begin
    held.start()
    held.stop()
    assert written() == watch.now


def test_an_ended_session_is_nobody_here_at_once_and_elsewhere_once_it_has_listened(
    made: Callable[..., Sessions], somebody: Somebody
) -> None:
    here, elsewhere = made(), made()
    text = begun(here, somebody)
    elsewhere.follow()
    assert elsewhere.read(text)
    assert elsewhere.glance(text)

    assert here.end(somebody[0], SessionChoice(digest=digest_of(text)), Ender(Actor("somebody"))) == 1

    assert here.read(text) is None
    elsewhere.follow()
    assert elsewhere.read(text) is None
    assert elsewhere.glance(text) is None
    assert here.end(somebody[0], SessionChoice(digest=digest_of(text)), Ender(Actor("somebody"))) == 0


def test_a_process_that_starts_later_knows_what_was_ended_before(
    made: Callable[..., Sessions], somebody: Somebody
) -> None:
    here = made()
    text = begun(here, somebody)
    here.end(somebody[0], SessionChoice(digest=digest_of(text)), Ender(Actor("somebody")))
    later = made()

    later.follow()

    assert later.glance(text) is None


def test_a_process_that_cannot_hear_of_endings_asks_the_row(
    made: Callable[..., Sessions], somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, deaf = made(), made()
    text = begun(here, somebody)
    assert deaf.read(text)
    here.end(somebody[0], SessionChoice(digest=digest_of(text)), Ender(Actor("somebody")))

    monkeypatch.setattr("dashapp.security.sessions.TRUSTED", -1.0)

    assert deaf.read(text) is None


def test_what_live_lets_through_by_its_signature_is_confirmed_or_ended_by_the_thread(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch
) -> None:
    here, elsewhere = made(), made()
    text = begun(here, somebody)
    assert isinstance(elsewhere.glance(text), Token)
    elsewhere.follow()
    assert isinstance(elsewhere.glance(text), Session)

    idle = made()
    watch.now += IDLE_LIMIT + timedelta(seconds=1)
    assert idle.glance(text)
    idle.follow()
    assert idle.glance(text) is None


def test_one_ends_all_other_sessions_of_a_person(made: Callable[..., Sessions], somebody: Somebody) -> None:
    held = made()
    organisation, (key, _public_id) = somebody
    texts = [begun(held, somebody) for _ in range(3)]

    others = SessionChoice(person_id=key, but=digest_of(texts[0]))
    assert held.end(organisation, others, Ender(Actor("somebody"), key)) == 2

    assert [held.read(text) is not None for text in texts] == [True, False, False]


def test_a_choice_that_names_nothing_ends_nothing(made: Callable[..., Sessions], somebody: Somebody) -> None:
    held = made()
    text = begun(held, somebody)

    with pytest.raises(ValueError, match="names nothing"):
        held.end(somebody[0], SessionChoice(), Ender(Actor("somebody")))
    assert held.read(text)


def test_sessions_of_another_organisation_cannot_be_ended(
    made: Callable[..., Sessions], somebody: Somebody, module_database: Database
) -> None:
    held = made()
    text = begun(held, somebody)
    other = make_organisation(module_database, f"other-{uuid4().hex[:8]}")

    assert held.end(other, SessionChoice(digest=digest_of(text)), Ender(Actor("somebody"))) == 0
    assert held.read(text)


def test_the_list_shows_what_lasts_and_marks_the_own_one(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch, module_database: Database
) -> None:
    held = made()
    organisation, (key, _public_id) = somebody
    gone, own = (begun(held, somebody, Manner(device="Firefox, Linux")) for _ in range(2))
    begun(held, somebody, Manner(absolute=timedelta(seconds=1)))
    held.end(organisation, SessionChoice(digest=digest_of(gone)), Ender(Actor("somebody"), key))
    watch.now += timedelta(seconds=2)

    with module_database.transaction(DatabaseRole.WEB, organisation) as connection:
        listed = list_sessions(connection, organisation, watch.now, key, digest_of(own))
        everybody = list_sessions(connection, organisation, watch.now, None, digest_of(own))

    assert [(each.name, each.device, each.own) for each in listed] == [("Ada Abel", "Firefox, Linux", True)]
    assert everybody == listed


def test_sessions_long_over_are_thrown_away_and_others_are_not(
    made: Callable[..., Sessions], somebody: Somebody, watch: Watch, module_database: Database
) -> None:
    held = made()
    begun(held, somebody, Manner(absolute=timedelta(minutes=1)))
    text = begun(held, somebody)

    with module_database.transaction(DatabaseRole.JOBS, somebody[0]) as connection:
        assert forget_sessions(connection, somebody[0], watch.now + timedelta(minutes=2)) == 1
    EndedSessions(module_database, watch).run(Event())
    assert made().read(text) is not None


def test_a_session_cannot_be_made_to_belong_to_somebody_else(
    made: Callable[..., Sessions], somebody: Somebody, module_database: Database
) -> None:
    begun(made(), somebody)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        module_database.transaction(DatabaseRole.WEB, somebody[0]) as connection,
    ):
        connection.execute(text("UPDATE sessions SET person_id = 0"))


def test_while_the_database_is_away_nobody_is_believed_for_long(
    made: Callable[..., Sessions], somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = made()
    text = begun(held, somebody)
    assert held.read(text)

    def away(*_arguments: object) -> None:
        raise Unavailable("The database cannot be reached.")

    monkeypatch.setattr(Database, "transaction", away)
    assert held.read(text) is not None
    monkeypatch.setattr("dashapp.security.sessions.TRUSTED", -1.0)
    with pytest.raises(Unavailable):
        held.read(text)


def test_a_process_starts_before_the_database_is_migrated(empty_database_url: str, watch: Watch) -> None:
    database = database_from(load_settings(_env_file=None, database_url=empty_database_url))
    held = Sessions((OLD,), watch, database)

    held.start()
    held.stop()
    database.dispose()


def test_an_old_key_still_verifies_and_a_removed_one_does_not(
    made: Callable[..., Sessions], somebody: Somebody
) -> None:
    text = begun(made(OLD), somebody)

    assert made(NEW, OLD).read(text) is not None
    assert made(NEW).read(text) is None


@pytest.mark.parametrize(
    "text", [None, "", ".", "c.1.x.4.random.sig", "é.é", "\ud800", "1" * 5000, "c.1.2.3.4.5.6"], ids=repr
)
def test_a_text_that_we_did_not_sign_is_nobody(made: Callable[..., Sessions], text: str | None) -> None:
    held = made()

    assert held.read(text) is None
    assert held.glance(text or "") is None


def test_a_changed_text_is_nobody(made: Callable[..., Sessions], somebody: Somebody) -> None:
    held = made()
    text = begun(held, somebody)

    assert held.read(f"b{text[1:]}") is None
    assert held.read(text[:-1] + ("A" if text[-1] != "A" else "B")) is None


def test_a_text_signed_for_one_purpose_is_none_for_another() -> None:
    signed = Signer([OLD], "one").sign("text")

    assert Signer([OLD], "one").verify(signed) == "text"
    assert Signer([OLD], "another").verify(signed) is None


@pytest.mark.parametrize("text", ["", "1.2.3", "a.b.c.d", "c.2.3.4.5", "x.1.018f6f7e000070008000000000000001.4.r"])
def test_a_signed_text_of_another_form_is_no_session(text: str) -> None:
    assert Token.from_text(text) is None
    assert Topic.from_text(text) is None


@pytest.mark.parametrize("course", [None, CourseId(3)])
@pytest.mark.parametrize("person", [None, PersonId(4)])
def test_a_topic_comes_back_as_it_was_signed(course: CourseId | None, person: PersonId | None) -> None:
    topics = Topics((OLD,))
    topic = Topic(OrganisationId(1), PublicId(UUID(int=5)), course, person, Basis.GUARDIAN if person else Basis.ANY)

    assert topics.read(topics.sign(topic)) == topic
    assert topics.read("x" * 1000) is None


@pytest.mark.parametrize(
    ("said", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605 Version/19 Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36", "Chrome, Android"),
        ("<script>alert(1)</script>", ""),
        (None, ""),
    ],
)
def test_a_browser_is_kept_in_two_words(said: str | None, device: str) -> None:
    assert device_of(said) == device
