"""Writing to learners: only to those whom one sees by name, with their own reasons, and with a way back."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from callbacks.messages import MOST_CHOSEN
from dashapp.data.database import Database, DatabaseRole
from dashapp.domain.clock import system_clock
from dashapp.domain.messages import LONGEST_BODY, LONGEST_SUBJECT
from dashapp.jobs.message_snapshots import MessageSnapshots
from dashapp.security import guard
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ADVISER, LEARNERS, SECTION_TEACHER, TEACHERS, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings
from tests.shared import REPOSITORY

TEACHER = TEACHERS["algebra"]
WITHOUT = "Hue Hall"
"""No address is known of her."""
ALL = LEARNERS["algebra"]
MARKUP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def own(module_database: Database) -> Campus:
    campus = build_campus(web_settings(module_database), module_database)
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("UPDATE people SET email = lower(given_name) || '@example.edu'"))
        connection.execute(text("UPDATE people SET email = NULL WHERE given_name = 'Hue'"))
    return campus


@pytest.fixture(scope="module")
def application(own: Campus) -> Iterator[Application]:
    smtp: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_from": "analytics@example.edu", "smtp_security": "none"}
    with application_on(own.database, own, **smtp) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_yet(own: Campus) -> None:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        connection.execute(text("DELETE FROM messages"))


def somebody(application: Application, own: Campus, name: str = TEACHER) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, name)


def here(application: Application, own: Campus, code: str = "ALG 1") -> dict[str, Any]:
    principal = application.guard.find_principal.of(own.organisation_id, own.people[ADMINISTRATOR].public_id)  # type: ignore[attr-defined]
    found = application.services.reader.classrooms(principal)
    return address(next(one.public_id for one in found if one.code == code))


def ids(own: Campus, *names: str) -> list[str]:
    return [str(own.people[name].public_id) for name in names]


def ask(visitor: Visitor, output: str, button: str, values: dict[str, Any]) -> Any:
    given = {f"messages-{button}.n_clicks": 1, **values}
    answer = visitor.ask(output, given, changedPropIds=[f"messages-{button}.n_clicks"])
    assert answer.status_code == 200, answer.status_code
    return answer.get_json()["response"]


def prepare(visitor: Visitor, place: dict[str, Any], picked: object, button: str = "selected") -> Any:
    return ask(visitor, "messages-who", button, {**place, "messages-picked.data": picked})


def send(
    visitor: Visitor, place: dict[str, Any], who: object, subject: object = "{course}", body: object = "Dear {name}"
) -> Any:
    form = {"messages-template.value": "away", "messages-subject.value": subject, "messages-body.value": body}
    return ask(visitor, "messages-said", "send", {**place, **form, "messages-who.data": who})


def written(own: Campus) -> dict[str, str]:
    statement = (
        "SELECT p.given_name || ' ' || p.family_name AS name, r.state FROM message_recipients r"
        " JOIN people p USING (organisation_id, person_id)"
    )
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        return {row.name: row.state for row in connection.execute(text(statement))}


def test_the_dialog_says_to_whom_and_to_whom_not(application: Application, own: Campus) -> None:
    place, tess = here(application, own), somebody(application, own)
    answer = prepare(tess, place, ids(own, "Ada Abel", WITHOUT))

    said = str(answer["messages-to"]["children"])
    assert "1 mail, one for each: Ada Abel." in said
    assert f"No address is known of {WITHOUT}" in said
    assert sorted(answer["messages-who"]["data"]) == sorted(ids(own, "Ada Abel", WITHOUT))
    assert answer["messages-ask"]["disabled"] is False
    assert answer["messages-asked-words"]["children"] == "1 mail will be sent. Now?"


def test_all_who_need_help_are_those_of_the_list(application: Application, own: Campus) -> None:
    place, tess = here(application, own), somebody(application, own)
    grid = tess.ask("classroom-page", place)
    rows = grid.get_json()["response"]["classroom-learners-fresh"]["data"]["rows"]
    needing = sorted(row["id"] for row in rows if row["level_kind"] == "help")

    assert sorted(prepare(tess, place, None, "help")["messages-who"]["data"]) == needing


def test_more_than_one_message_may_go_to_are_told_so(
    application: Application, own: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.messages.MOST_CHOSEN", 1)
    place, tess = here(application, own), somebody(application, own)
    answer = prepare(tess, place, ids(own, "Ada Abel", "Ben Brook", WITHOUT))

    assert "Choose fewer, by the filters or the search." in str(answer["messages-to"]["children"])
    assert answer["messages-who"]["data"] == []
    assert answer["messages-ask"]["disabled"] is True


def test_the_ids_of_the_most_learners_fit_into_a_question() -> None:
    longest_draft = 4 * (LONGEST_SUBJECT + LONGEST_BODY)
    assert len(json.dumps([str(uuid4())] * MOST_CHOSEN)) + longest_draft + 10_000 < guard.LONGEST_BODY


def test_the_browser_sends_one_learner_too_many_at_most() -> None:
    assert f"MOST_CHOSEN = {MOST_CHOSEN};" in (REPOSITORY / "assets" / "messages.js").read_text()


def test_what_is_sent_is_queued_audited_by_keys_and_can_be_taken_back(application: Application, own: Campus) -> None:
    place, tess = here(application, own), somebody(application, own)
    answer = send(tess, place, ids(own, "Ada Abel", "Ben Brook", WITHOUT), body=f"Dear {{name}}, {MARKUP}")
    sent = answer["messages-sent"]["data"]

    assert answer["messages-said"]["children"] == (
        f"2 mails will go in 10 seconds. Not to {WITHOUT}: no address is known."
    )
    assert answer["messages-undo"]["hidden"] is False
    assert written(own) == {"Ada Abel": "waiting", "Ben Brook": "waiting", WITHOUT: "no_address"}
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        rows = connection.execute(text("SELECT * FROM audit_log WHERE action = 'message.queued'")).all()
    assert {row.subject for row in rows} == {
        f"person {own.people[name].person_id}" for name in ("Ada Abel", "Ben Brook", WITHOUT)
    }
    assert not any(word in str(row) for row in rows for word in (MARKUP, "Ada", "example.edu"))
    other = somebody(application, own, SECTION_TEACHER)
    assert "too late" in str(ask(other, "messages-said", "undo", {"messages-sent.data": sent}))
    back = ask(tess, "messages-said", "undo", {"messages-sent.data": sent})
    assert back["messages-said"]["children"] == "Taken back. Nothing was sent."


def test_staff_of_a_section_write_to_their_own_learners_only(application: Application, own: Campus) -> None:
    place, sue = here(application, own), somebody(application, own, SECTION_TEACHER)
    send(sue, place, ids(own, *ALL))

    assert set(written(own)) == {name for place, name in enumerate(ALL) if place % 2 == 0}


@pytest.mark.parametrize("name", [ADMINISTRATOR, "Ada Abel", TEACHERS["botany"]])
def test_who_sees_no_names_of_the_course_writes_to_nobody(application: Application, own: Campus, name: str) -> None:
    place = here(application, own)
    visitor = somebody(application, own, name)
    given = {**place, "messages-subject.value": "Hello", "messages-body.value": "Hello"}
    given |= {"messages-who.data": ids(own, *ALL), "messages-send.n_clicks": 1}
    answer = visitor.ask("messages-said", given, changedPropIds=["messages-send.n_clicks"])

    assert answer.status_code in (200, 403)
    assert written(own) == {}
    assert "will go" not in answer.text


@pytest.mark.parametrize(
    "forged",
    [
        *(None, "x", 7, {}, [None, 7, {}, "x", "\ud800"], [["a"]]),
        ["018f6f7e-0000-7000-8000-000000000001"] * 1_000,
    ],
    ids=lambda each: str(each)[:20].encode("ascii", "replace").decode(),
)
def test_learners_that_are_none_are_nobody(application: Application, own: Campus, forged: Any) -> None:
    answer = send(somebody(application, own), here(application, own), forged)

    assert "can be written to" in answer["messages-said"]["children"]
    assert written(own) == {}


def test_ten_thousand_recipients_are_refused_before_they_are_read(application: Application, own: Campus) -> None:
    given = {**here(application, own), "messages-who.data": ids(own, "Ada Abel") * 10_000, "messages-send.n_clicks": 1}
    answer = somebody(application, own).ask("messages-said", given, changedPropIds=["messages-send.n_clicks"])

    assert answer.status_code == 413
    assert written(own) == {}


def test_learners_of_another_course_are_left_out(application: Application, own: Campus) -> None:
    send(somebody(application, own), here(application, own), ids(own, "Ivy Ives", "Jon Jade", "Cleo Cole"))

    assert set(written(own)) == {"Cleo Cole"}


@pytest.mark.parametrize(
    ("subject", "body"), [("", "text"), ("\r\n", "text"), ("a", " "), ("a" * 151, "text"), ("a", "b" * 5001), (7, None)]
)
def test_a_text_that_is_none_is_not_sent(application: Application, own: Campus, subject: Any, body: Any) -> None:
    answer = send(somebody(application, own), here(application, own), ids(own, "Ada Abel"), subject, body)

    assert "needs a subject and a text" in answer["messages-said"]["children"]
    assert written(own) == {}


def test_the_preview_is_what_the_first_learner_reads_and_markup_is_text(application: Application, own: Campus) -> None:
    form = {"messages-subject.value": f"{{course}} {MARKUP}", "messages-body.value": "Dear {name}, {other}"}
    values = {**here(application, own), **form, "messages-who.data": ids(own, "Ada Abel")}
    answer = somebody(application, own).ask("messages-preview", values)

    said = str(answer.get_json()["response"])
    assert f"Algebra {MARKUP}" in said
    assert "Dear Ada Abel, {other}" in said
    assert "dangerously" not in said


def test_without_a_mail_server_the_text_can_only_be_copied(own: Campus) -> None:
    with application_on(own.database, own) as bare:
        place, tess = here(bare, own), somebody(bare, own)
        answer = prepare(tess, place, ids(own, "Ada Abel"))
        assert "Sending is not set up here" in str(answer["messages-to"]["children"])
        assert answer["messages-ask"]["disabled"] is True
        assert send(tess, place, ids(own, "Ada Abel"))["messages-said"]["children"] == "Nothing was sent."
    assert written(own) == {}


def test_the_text_is_copied_for_each_who_was_chosen_with_their_own_reason(
    application: Application, own: Campus
) -> None:
    form = {"messages-template.value": "away", "messages-subject.value": "{course}", "messages-body.value": "{reason}"}
    values = {
        **here(application, own),
        **form,
        "messages-who.data": ids(own, "Ada Abel", "Fay Ford", WITHOUT, "Ivy Ives"),
    }
    data = ask(somebody(application, own), "messages-copied", "copy", values)["messages-copied"]["data"]

    blocks = dict(block.split("\n", 1) for block in data["text"].split("\n\n----\n\n"))
    # Those without an address too, and nobody of another course.
    assert set(blocks) == {"Ada Abel", "Fay Ford", WITHOUT}
    assert all(block.startswith("Algebra\n") for block in blocks.values())
    assert "score 40 %" in blocks["Fay Ford"].lower().replace("\u00a0", " ")
    assert "40" not in blocks["Ada Abel"]
    assert data["said"].startswith("Copied: 3 texts, for ")
    assert all(name in data["said"] for name in blocks)

    own_only = ask(somebody(application, own, SECTION_TEACHER), "messages-copied", "copy", values)
    assert "Fay Ford" not in own_only["messages-copied"]["data"]["text"]
    empty = ask(somebody(application, own), "messages-copied", "copy", {**values, "messages-body.value": " "})
    assert empty["messages-copied"]["data"]["text"] == ""


def test_a_text_that_grows_beyond_a_clipboard_is_refused_in_words(
    application: Application, own: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.components.messages.MOST_COPIED", 100)
    form = {"messages-subject.value": "Hello", "messages-body.value": "{course} " * 20}
    values = {**here(application, own), **form, "messages-who.data": ids(own, "Ada Abel", "Fay Ford")}
    data = ask(somebody(application, own), "messages-copied", "copy", values)["messages-copied"]["data"]

    assert data["text"] == ""
    assert data["said"] == "All these texts together are too long to be copied. Choose fewer learners."


def contacts(visitor: Visitor, own: Campus, name: str, **more: Any) -> str:
    """What the part of a learner's page says."""
    wanted = {"values": {"shell-address": {"id": ids(own, name)[0], "embedded": False, **more}}, "update": False}
    answer = visitor.ask("student-contacts.className", {"student-contacts-wanted.data": wanted})
    assert answer.status_code in (200, 204, 403)
    return str(answer.get_data(as_text=True))


def test_staff_read_at_the_learner_who_wrote_when_and_why_and_what_came_before(
    application: Application, own: Campus
) -> None:
    place, tess = here(application, own), somebody(application, own)
    assert "No data yet" in contacts(tess, own, "Fay Ford")
    send(tess, place, ids(own, "Fay Ford"), body=f"a private line {MARKUP}")
    said = contacts(tess, own, "Fay Ford")

    for part in ("Tess Thorne", "ALG 1", "Score 40", "then: Watch", "waiting to be sent"):
        assert part in said, part
    assert "not yet due" not in said
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        connection.execute(text("UPDATE message_recipients SET state = 'sent', sent_at = now()"))
    said = contacts(tess, own, "Fay Ford")
    for part in ("after 7 days", "after 14 days", "written down within minutes", "not yet due"):
        assert part in said, part
    MessageSnapshots(own.database, system_clock).run(Signal())
    said = contacts(tess, own, "Fay Ford")
    assert "written down within minutes" not in said
    assert "Time in the 7 days before" in said
    # Nothing is kept of what another application has read before the mail went.
    with application_on(own.database, own) as fresh:
        answer = somebody(fresh, own).client.get(f"/courses/{place['shell-address.data']['id']}/learners.csv")
    rows = list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert {row["Name"] for row in rows if row["Contacted"]} == {"Fay Ford"}
    assert "a private line" not in said
    assert "Tess Thorne" not in contacts(tess, own, "Ada Abel")


def test_nobody_but_staff_of_the_course_reads_what_was_written(application: Application, own: Campus) -> None:
    send(somebody(application, own), here(application, own), ids(own, "Ada Abel", "Ben Brook"))

    assert "Tess Thorne" in contacts(somebody(application, own), own, "Ada Abel")
    for name, learner in (
        *(("Ada Abel", "Ada Abel"), (ADMINISTRATOR, "Ada Abel"), (ADVISER, "Ada Abel"), ("Ben Brook", "Ada Abel")),
        *((TEACHERS["botany"], "Ada Abel"), (SECTION_TEACHER, "Ben Brook")),
    ):
        assert "Tess Thorne" not in contacts(somebody(application, own, name), own, learner), name
    assert "Tess Thorne" not in contacts(somebody(application, own), own, "Ada Abel", preview=True)
