"""How learners stood when they were written to, and 7 and 14 days later: as of then, however late it is noted."""

from collections.abc import Sequence
from datetime import date, datetime
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.contacts import ContactsOf, read_contacts
from dashapp.data.queries.courses import read_campus
from dashapp.data.store.messages import begin_due, queue, settle, take_next
from dashapp.domain.audit import Actor
from dashapp.domain.indicators.follow_up import Situation
from dashapp.domain.messages import HELD, Draft, NewMessage, Outcome, Recipient, Template
from dashapp.domain.scope import AsOf
from dashapp.domain.views import Level
from dashapp.domain.views.contacts import Look, Standing
from dashapp.jobs.message_snapshots import MessageSnapshots
from tests.data.queries.conftest import World, at, room

WRITTEN = at("04-24 09:00")
"""A Friday."""


@pytest.fixture
def written_to(campus: World) -> World:
    """Ada, Dan and Fay are written to on 24 April; the mail to Fay is refused. Dan leaves a week later."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        connection.execute(text("UPDATE people SET email = lower(given_name) || '@example.edu'"))
    write(campus, ("ada", "dan", "fay"), WRITTEN, refused="fay")
    campus.member("dan", "ALG", active=False, occurred_at=at("05-01 08:00"))
    campus.write()
    return campus


def write(world: World, names: Sequence[str], when: datetime, refused: str = "", author: str = "tutor") -> None:
    """A message that goes out as the job of mails does it, but for the mail server."""
    draft = Draft.parse(Template.BLANK, "Hello", "How are you?")
    assert draft is not None
    to = tuple(Recipient(world.person_id(name), "", (), Level.WATCH, 55.0, True) for name in names)
    new = NewMessage(world.organisation, world.course_id("ALG"), world.person_id(author), draft, "en", when, to)
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        queue(connection, new, Actor(author))
        begin_due(connection, world.organisation, when + HELD)
        while (mail := take_next(connection, world.organisation, when + HELD)) is not None:
            came = Outcome.REFUSED if refused and mail.address.startswith(refused) else Outcome.SENT
            settle(connection, world.organisation, mail, (came, ""), when + HELD)


def take(world: World, now: datetime) -> None:
    MessageSnapshots(world.database, lambda: now).run(Signal())


def standings(world: World, name: str, now: datetime) -> tuple[Standing, ...]:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        local = read_campus(connection, world.organisation, AsOf(now)).local
        asked = ContactsOf(world.organisation, world.person_id(name), frozenset({world.course_id("ALG")}))
        (contact,) = read_contacts(connection, asked, now, local)
    return contact.standings


def rows(world: World) -> list[Any]:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        return list(connection.execute(text("SELECT * FROM message_snapshots ORDER BY person_id, days_after")).all())


THEN = Situation(Level.WATCH, 55.0, 100 / 3, 1, 1, 1)
"""Ada's, with the level and the score that the author saw: one of three works handed in, on the 18th, and nothing else
in the 7 days before."""
AFTER_7 = Situation(Level.CALM, 80.0, 100 / 3, 16 + 30, 4, 2)
"""25 April to 1 May: two looks on the 28th, a quarter of an hour apart, and two on the 30th."""
AFTER_14 = Situation(Level.CALM, 70.0, 200 / 3, 2, 2, 2)
"""2 to 8 May: the second work on the 4th with 6 of 10 points, and a look on the 6th."""


def test_each_column_is_written_when_its_days_are_over_and_not_before(written_to: World) -> None:
    assert [one.look for one in standings(written_to, "ada", at("04-24 10:00"))] == [
        Look.NOT_YET,
        Look.NOT_DUE,
        Look.NOT_DUE,
    ]
    # A minute before the 8th day after the mail begins in Berlin.
    take(written_to, at("05-01 21:59"))
    assert [one.look for one in standings(written_to, "ada", at("05-01 21:59"))] == [
        Look.TAKEN,
        Look.NOT_DUE,
        Look.NOT_DUE,
    ]
    take(written_to, at("05-01 22:00"))
    first, second, third = standings(written_to, "ada", at("05-01 22:00"))
    assert (first.situation, second.situation) == (THEN, AFTER_7)
    assert (second.as_of, third.look) == (at("05-01 22:00"), Look.NOT_DUE)


def test_a_course_that_cannot_be_read_keeps_no_other_waiting(
    written_to: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> object:
        raise ValueError("not to be read")

    with monkeypatch.context() as patched:
        patched.setattr("dashapp.jobs.message_snapshots.read_situations", fails)
        take(written_to, at("05-01 22:00"))
    assert rows(written_to) == []
    take(written_to, at("05-01 22:00"))
    assert rows(written_to) != []


def test_what_is_written_weeks_late_says_what_was_so_then(written_to: World) -> None:
    # All of this happened after the 14 days were over, before anybody looked.
    written_to.submitted("ada", "ALG", "three", "05-15 09:00", score=1.0)
    written_to.graded("ada", "ALG", "two", "05-16 09:00", 0.0)
    written_to.seen("ada", "ALG", "05-15 12:00")
    written_to.write(at("05-17 10:00"))
    take(written_to, at("06-20 10:00"))

    found = standings(written_to, "ada", at("06-20 10:00"))
    assert [one.situation for one in found] == [THEN, AFTER_7, AFTER_14]
    before = rows(written_to)
    take(written_to, at("06-21 10:00"))
    assert rows(written_to) == before


def test_who_has_left_has_no_data_and_a_refused_mail_is_not_followed(written_to: World) -> None:
    take(written_to, at("05-20 10:00"))

    assert [one.look for one in standings(written_to, "dan", at("05-20 10:00"))] == [
        Look.TAKEN,
        Look.NO_DATA,
        Look.NO_DATA,
    ]
    assert standings(written_to, "fay", at("05-20 10:00")) == ()


def test_a_learner_who_became_one_with_another_keeps_what_was_written_to_either(written_to: World) -> None:
    written_to.person("ada-twin")
    written_to.write()
    with written_to.database.administration() as connection:
        connection.exec_driver_sql(
            "UPDATE analytics.people SET merged_into = %s WHERE person_id = %s",
            (written_to.person_id("ada-twin"), written_to.person_id("ada")),
        )
        connection.exec_driver_sql(
            "UPDATE analytics.learner_course_days SET person_id = %s WHERE person_id = %s",
            (written_to.person_id("ada-twin"), written_to.person_id("ada")),
        )
        connection.commit()
    take(written_to, at("05-20 10:00"))

    found = standings(written_to, "ada-twin", at("05-20 10:00"))
    assert [one.look for one in found] == [Look.TAKEN] * 3
    assert found[1].situation is not None
    assert found[1].situation.events == 4


def test_a_source_without_times_has_events_and_a_break_has_no_level(world: World) -> None:
    world.course("ALG", breaks=((date(2026, 4, 20), date(2026, 5, 3)),))
    for name in ("ada", "tutor"):
        world.person(name, email=f"{name}@example.edu")
    world.learners("ALG", "ada")
    world.seen_on("ada", "ALG", "04-28", "04-29", "05-06")
    world.write()
    write(world, ("ada",), WRITTEN)
    take(world, at("05-20 10:00"))

    then, after_7, _after_14 = (one.situation for one in standings(world, "ada", at("05-20 10:00")))
    assert then == Situation(Level.WATCH, 55.0, None, None, 0, 0)
    assert after_7 == Situation(None, None, None, None, 2, 2)


def test_the_list_says_when_the_last_mail_of_the_course_went_to_each(written_to: World) -> None:
    write(written_to, ("ada",), at("05-04 23:30"))
    written_to.course("BOT")
    written_to.learners("BOT", "eve")
    written_to.write()

    contacted = {row.name: row.contacted for row in room(written_to).learners}
    # Half past one at night in Berlin. The mail to Fay was refused.
    assert contacted.pop("Ada Example") == date(2026, 5, 5)
    assert set(contacted.values()) == {None}
    assert {row.name: row.contacted for row in room(written_to, as_of=AsOf(at("04-30 10:00"))).learners} == {
        **{f"{name} Example": None for name in ("Ben", "Cho", "Eve", "Fay")},
        **{f"{name} Example": date(2026, 4, 24) for name in ("Ada", "Dan")},
    }
