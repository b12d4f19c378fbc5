"""Messages to learners go out by a real mail server: each once, apart from the others, and never when nobody knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.messages import TooManyMails, addresses_of, begin_due, queue, take_back, take_next
from dashapp.data.tables import people
from dashapp.domain.audit import Actor
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.messages import (
    AWAY,
    GIVEN_UP,
    HELD,
    LONGEST_WAIT,
    MOST_AN_HOUR,
    Draft,
    NewMessage,
    Recipient,
    Template,
)
from dashapp.domain.views import Level, Reason, Rule
from dashapp.jobs.messages import Messages, MessageTexts
from dashapp.settings import Settings, load_settings
from tests.data.conftest import make_organisation
from tests.mail_server import HANG_UP, MailBox, mail_server
from tests.security.loopback import certificate_for

BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MISSED = Reason(Rule.MISSED_DEADLINE, 2.0, 0.0, 2)
ANN, BEN, CLEO, DORA = "ann@example.edu", "ben@example.edu", "cleo@example.edu", "dora@example.edu"
MANY = 10_000


@dataclass
class Post:
    """An organisation with a teacher and four learners, and a clock that the test moves."""

    database: Database
    organisation: OrganisationId
    keys: dict[str, PersonId]
    now: datetime = BEGUN

    def write(self, *addresses: str, subject: str = "{course}: {reason}", body: str = "Dear {name}, {reason}.") -> Any:
        draft = Draft.parse(Template.MISSED_DEADLINE, subject, body)
        assert draft is not None
        recipients = tuple(
            Recipient(self.keys[one], "missed 2 deadlines", (MISSED,), Level.HELP, 41.5, True) for one in addresses
        )
        new = NewMessage(
            self.organisation, CourseId(7), self.keys["tess@example.edu"], draft, "en", self.now, recipients
        )
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return queue(connection, new, Actor("tess"))

    def round(self, box: MailBox, **values: Any) -> None:
        Messages(settings_for(box, **values), self.database, lambda: self.now).run(Signal())

    def states(self) -> dict[str, str]:
        statement = "SELECT p.email, r.state FROM message_recipients r JOIN people p USING (organisation_id, person_id)"
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return {row.email: row.state for row in connection.execute(text(statement))}

    def state(self) -> list[str]:
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return list(connection.execute(text("SELECT state FROM messages ORDER BY message_id")).scalars())


def settings_for(box: MailBox, **values: Any) -> Settings:
    given = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_from": "analytics@example.edu"}
    given |= {"smtp_security": "none", "public_url": "https://analytics.example.edu", **values}
    return load_settings(_env_file=None, demo=False, **given)


@pytest.fixture(scope="module")
def kept(module_database: Database) -> Post:
    organisation = make_organisation(module_database, "north")
    names = {"tess@example.edu": ("Tess", "Thörne"), ANN: ("Ann", "Abel"), BEN: ("Ben", "{reason}\r\nBcc: x@y.z")}
    names |= {CLEO: ("Cleo", "Cole"), DORA: ("Dora", "Dean")}
    keys = {}
    with module_database.transaction(DatabaseRole.JOBS, organisation) as connection:
        for email, (given, family) in names.items():
            row = {"organisation_id": organisation, "given_name": given, "family_name": family, "email": email}
            keys[email] = PersonId(
                connection.execute(people.insert().values(row).returning(people.c.person_id)).scalar_one()
            )
    return Post(module_database, organisation, keys)


@pytest.fixture
def post(kept: Post) -> Post:
    with kept.database.transaction(DatabaseRole.JOBS, kept.organisation) as connection:
        connection.execute(text("DELETE FROM messages"))
    kept.now = BEGUN
    return kept


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server() as found:
        yield found


def test_each_learner_gets_a_mail_of_their_own_over_one_connection(post: Post, box: MailBox) -> None:
    post.write(ANN, BEN, CLEO)
    post.now += HELD
    post.round(box)

    assert (post.state(), set(post.states().values()), box.connections) == (["sent"], {"sent"}, 1)
    assert sorted(one.recipients for one in box.taken) == [(ANN,), (BEN,), (CLEO,)]
    (one,) = box.to(ANN)
    assert (one.mail["To"], one.mail["Cc"], one.sender) == (ANN, None, "analytics@example.edu")
    assert str(one.mail["Reply-To"]) == "Tess Thörne <tess@example.edu>"
    assert str(one.mail["Message-ID"]).endswith("@analytics.example.edu>")
    assert one.mail["Content-Language"] == "en"
    assert one.mail.get_content().strip() == "Dear Ann Abel, missed 2 deadlines."
    assert len({str(each.mail["Message-ID"]) for each in box.taken}) == 3


def test_what_stands_in_a_name_or_a_subject_makes_no_header_and_is_no_placeholder(post: Post, box: MailBox) -> None:
    post.write(BEN, subject="Hello {name}\r\nBcc: all@example.edu\nX-Own: 1", body="<b>{name}</b>\r\n.\r\nend")
    post.now += HELD
    post.round(box)

    (one,) = box.taken
    assert one.mail["Subject"] == "Hello Ben {reason} Bcc: x@y.z Bcc: all@example.edu X-Own: 1"
    assert (one.mail["Bcc"], one.mail["X-Own"], one.recipients) == (None, None, (BEN,))
    assert one.mail.get_content_type() == "text/plain"
    assert one.mail.get_content().splitlines() == ["<b>Ben {reason} Bcc: x@y.z</b>", ".", "end"]


def test_a_message_is_held_for_ten_seconds_and_can_be_taken_back_by_its_author_only(post: Post, box: MailBox) -> None:
    first, second = post.write(ANN), post.write(BEN)
    author, other = post.keys["tess@example.edu"], post.keys[CLEO]
    post.now += HELD - timedelta(seconds=1)
    post.round(box)
    with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
        assert not take_back(connection, post.organisation, first, other, Actor("cleo"))
        assert take_back(connection, post.organisation, first, author, Actor("tess"))
        assert not take_back(connection, post.organisation, first, author, Actor("tess"))
    post.now += timedelta(seconds=1)
    post.round(box)

    assert [one.recipients for one in box.taken] == [(BEN,)]
    assert post.state() == ["taken_back", "sent"]
    with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
        assert not take_back(connection, post.organisation, second, author, Actor("tess"))


def test_a_refusal_for_now_is_tried_again_later_and_one_for_good_is_not(post: Post, box: MailBox) -> None:
    box.replies = {ANN: ["451 later"], BEN: ["550 nobody of that name"]}
    box.after_data = {CLEO: "554 not this"}
    post.write(ANN, BEN, CLEO, DORA)
    post.now += HELD
    post.round(box)
    assert post.states() == {ANN: "waiting", BEN: "failed", CLEO: "failed", DORA: "sent"}
    post.round(box)
    assert (post.states()[ANN], post.state()) == ("waiting", ["sending"])
    post.now += timedelta(minutes=1)
    post.round(box)

    assert (post.states()[ANN], post.state()) == ("sent", ["sent"])
    assert len(box.to(ANN)) == len(box.to(DORA)) == 1


def test_after_five_tries_a_mail_has_failed(post: Post, box: MailBox) -> None:
    box.replies = {ANN: ["451 later"] * 9}
    post.write(ANN)
    post.now += HELD
    for wait in (0, 1, 5, 30, 120):
        post.now += timedelta(minutes=wait)
        post.round(box)

    assert (post.states(), post.state(), len(box.replies[ANN])) == ({ANN: "failed"}, ["failed"], 4)


def test_a_mail_server_that_is_away_is_waited_for(post: Post, box: MailBox) -> None:
    post.write(ANN)
    post.now += HELD
    with mail_server() as gone:
        away = settings_for(gone)
    with pytest.raises(Unavailable):
        Messages(away, post.database, lambda: post.now).run(Signal())
    assert post.states() == {ANN: "waiting"}
    post.now += AWAY
    post.round(box)

    assert len(box.to(ANN)) == 1


def test_a_mail_that_the_server_hangs_up_on_holds_no_other_up_and_fails_after_two_days(
    post: Post, box: MailBox
) -> None:
    box.replies = {ANN: [HANG_UP] * 9}
    post.write(ANN, BEN, CLEO)
    post.now += HELD
    with pytest.raises(Unavailable):
        post.round(box)
    post.round(box)
    assert post.states() == {ANN: "waiting", BEN: "sent", CLEO: "sent"}
    post.now += LONGEST_WAIT
    with pytest.raises(Unavailable):
        post.round(box)
    post.round(box)

    assert (post.states()[ANN], post.state(), box.to(ANN)) == ("failed", ["sent"], [])


def test_when_the_answer_is_lost_the_mail_is_not_sent_again_and_the_others_are(post: Post, box: MailBox) -> None:
    box.after_data = {ANN: ""}
    post.write(ANN, BEN)
    post.now += HELD
    post.round(box)
    post.round(box)
    post.now += timedelta(hours=3)
    post.round(box)

    assert post.states() == {ANN: "unknown", BEN: "sent"}
    assert (len(box.to(ANN)), len(box.to(BEN))) == (1, 1)


def test_a_mail_that_a_dead_process_had_in_hand_is_not_sent_again(post: Post, box: MailBox) -> None:
    post.write(ANN)
    post.now += HELD
    with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
        begin_due(connection, post.organisation, post.now)
        assert take_next(connection, post.organisation, post.now) is not None
    post.round(box)
    assert post.states() == {ANN: "sending"}
    post.now += GIVEN_UP + timedelta(seconds=1)
    post.round(box)

    assert (post.states(), box.taken, post.state()) == ({ANN: "unknown"}, [], ["sent"])


def test_a_second_process_takes_nothing_that_is_in_hand(post: Post, box: MailBox) -> None:
    post.write(ANN, BEN)
    post.now += HELD
    meanwhile: list[str] = []

    def other_process(address: str) -> None:
        if not meanwhile:
            meanwhile.append(address)
            post.round(box)

    box.before_answer = other_process
    post.round(box)

    assert sorted(one.recipients for one in box.taken) == [(ANN,), (BEN,)]
    assert set(post.states().values()) == {"sent"}


@pytest.mark.parametrize("at_once", [True, False], ids=["tls", "starttls"])
def test_the_way_to_the_mail_server_is_encrypted_and_its_certificate_checked(
    post: Post, tmp_path: Path, at_once: bool
) -> None:
    post.write(ANN)
    post.now += HELD
    authority, context = certificate_for(tmp_path, "localhost")
    secure = {"smtp_host": "localhost", "smtp_security": "tls" if at_once else "starttls"}
    secure |= {"smtp_username": "analytics", "smtp_password": "a password"}
    with mail_server(context=context, tls_at_once=at_once) as box:
        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            post.round(box, **secure)
        assert (box.taken, box.logins) == ([], [])
        post.now += AWAY
        post.round(box, **secure, outgoing_ca_file=authority)

        assert box.taken[0].encrypted
        assert len(box.logins) == 1


def test_a_server_without_starttls_gets_neither_password_nor_mail(post: Post, box: MailBox) -> None:
    post.write(ANN)
    post.now += HELD
    secure = {"smtp_security": "starttls", "smtp_username": "analytics", "smtp_password": "a password"}
    with pytest.raises(Unavailable, match="SMTPNotSupportedError"):
        post.round(box, **secure)

    assert (box.taken, box.logins, post.states()) == ([], [], {ANN: "waiting"})


def test_nobody_writes_more_mails_an_hour_than_are_allowed(post: Post) -> None:
    for number in range(MOST_AN_HOUR // 4):
        post.write(ANN, BEN, CLEO, DORA, subject=f"message {number}")
    with pytest.raises(TooManyMails) as refused:
        post.write(ANN)
    assert refused.value.left == 0
    post.now += timedelta(hours=1, seconds=1)
    assert post.write(ANN)


def test_two_clicks_are_one_message(post: Post, box: MailBox) -> None:
    assert post.write(ANN, BEN) == post.write(BEN, ANN)
    assert post.write(ANN) != post.write(ANN, subject="another one")
    post.now += HELD
    post.round(box)

    assert (len(box.to(ANN)), len(box.to(BEN))) == (3, 1)


def test_one_mail_at_a_time_is_taken_in_hand_though_the_table_seemed_to_hold_one_row(post: Post) -> None:
    # Then the plan begins with that table, and asks for the next mail once for each of its rows.
    post.write(ANN)
    with post.database.administration() as connection:
        connection.exec_driver_sql("ANALYZE analytics.message_recipients")
        connection.commit()
    post.write(BEN, CLEO)
    post.now += HELD
    with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
        connection.execute(text("SET LOCAL enable_hashjoin = off"))
        connection.execute(text("SET LOCAL enable_mergejoin = off"))
        connection.execute(text("SET LOCAL enable_indexscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        begin_due(connection, post.organisation, post.now)
        assert take_next(connection, post.organisation, post.now)

    assert sorted(post.states().values()) == ["sending", "waiting", "waiting"]


def test_ten_thousand_recipients_are_refused_before_anything_is_written(post: Post) -> None:
    draft = Draft.parse(Template.BLANK, "Hello", "Hello")
    assert draft is not None
    one = Recipient(post.keys[ANN], "", (), Level.CALM, None, True)
    new = NewMessage(
        post.organisation, CourseId(7), post.keys["tess@example.edu"], draft, "en", post.now, (one,) * MANY
    )
    with (
        pytest.raises(TooManyMails),
        post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection,
    ):
        queue(connection, new, Actor("tess"))
    assert post.state() == []


def test_texts_go_after_their_time_and_who_was_written_to_stays(post: Post, box: MailBox) -> None:
    post.write(ANN)
    post.now += HELD
    post.round(box)
    for days, kept in ((364, True), (366, False)):
        later = BEGUN + timedelta(days=days)
        MessageTexts(post.database, 365, lambda at=later: at).run(Signal())  # type: ignore[misc]
        with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
            row = connection.execute(text("SELECT subject, body FROM messages")).one()
        assert ((row.subject is not None), (row.body is not None)) == (kept, kept)
    assert post.states() == {ANN: "sent"}


def test_no_text_name_or_address_is_logged(
    post: Post, box: MailBox, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    post.write(ANN, body="a sentence of its own for {name}")
    post.now += HELD
    post.round(box)
    captured = capsys.readouterr()
    written = captured.out + captured.err + caplog.text

    assert box.to(ANN)
    for secret in ("a sentence of its own", ANN, "Abel", "missed 2 deadlines"):
        assert secret not in written


def test_addresses_that_would_say_more_to_a_mail_server_are_none(post: Post) -> None:
    odd = ("a@b.c, d@e.f", "a@b.c\r\nRCPT TO:<x@y.z>", "<a@b.c>", "a b@c.d", "a@[127.0.0.1]", "@b.c", "a@", "")
    with post.database.transaction(DatabaseRole.JOBS, post.organisation) as connection:
        for each in odd:
            row = {"organisation_id": post.organisation, "email": each}
            made = connection.execute(people.insert().values(row).returning(people.c.public_id)).scalar_one()
            assert addresses_of(connection, post.organisation, [made])[made][1] is None, each
        connection.execute(text("DELETE FROM people WHERE email = ANY (:odd)"), {"odd": list(odd)})
