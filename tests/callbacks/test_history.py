"""The page of history: files are given, read, looked at and brought in by the job; others' are out of reach."""

import csv
import io
from datetime import timedelta
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest

from dashapp import ids
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store import history_imports as store
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.history import ImportState
from dashapp.web.application import Application
from tests.callbacks.history import (
    EVENTS,
    SAID,
    administrator,
    application,
    count,
    database,
    last,
    moodle_log,
    own,
    press,
    read,
    send,
    shown,
    work,
)
from tests.campus import Campus
from tests.served import Visitor

__all__ = ["administrator", "application", "database", "own"]


def test_files_are_read_looked_at_and_brought_in_once(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    assert "Nothing has been brought in yet" in shown(administrator, own)
    file = send(application, own, "mdl_logstore_standard_log.csv", moodle_log(4, bad=True))
    before = count(own, EVENTS)

    assert read(administrator, own, [file]).startswith("The files are being read.")
    work(application)

    assert count(own, EVENTS) == before, "reading writes nothing"
    found = last(own)
    assert found.state is ImportState.CHECKED
    assert found.found is not None
    assert (found.found["events"], found.found["people"], found.found["courses"]) == (3, 3, 1)
    assert [number for _month, number in found.found["months"]] == [1, 1, 1]
    page = shown(administrator, own)
    assert "3 events, of 3 people in 1 course, would be counted" in page
    assert "1 record cannot be taken" in page
    assert "timecreated" in page

    assert press(administrator, "begin", found.public_id).startswith("It is being brought in.")
    work(application)

    assert count(own, EVENTS) == before + 3
    assert last(own).state is ImportState.DONE
    assert "3 new events" in shown(administrator, own)
    assert not list(UploadFolder.below(application.services.settings.data_dir).root.rglob("mdl*"))
    assert count(own, "SELECT count(*) FROM uploads") == 0
    assert count(own, "SELECT count(*) FROM audit_log WHERE action LIKE 'history.%'") == 3

    again = send(application, own, "mdl_logstore_standard_log.csv", moodle_log(4, bad=True))
    read(administrator, own, [again])
    work(application)
    press(administrator, "begin", last(own).public_id)
    work(application)
    assert count(own, EVENTS) == before + 3
    assert "nothing new: everything was known already" in shown(administrator, own)


def test_a_job_that_is_ended_half_way_is_gone_on_with(
    administrator: Visitor, own: Campus, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.history.importing.BATCH_EVENTS", 2)
    monkeypatch.setattr("ingest.history.serving.TOLD_EVERY", 0.0)
    before = count(own, EVENTS)
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log(9))])
    work(application)
    key = last(own).public_id
    press(administrator, "begin", key)

    class Ends(Signal):
        """The process is told to end while the first batches are written."""

        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked > 2

    work(application, Ends())

    stopped = last(own)
    assert stopped.state is ImportState.WAITING
    assert before < count(own, EVENTS) < before + 9
    work(application)
    assert last(own).state is ImportState.DONE
    assert count(own, EVENTS) == before + 9
    assert last(own).figures.new == 9


def test_what_a_paused_import_has_brought_in_is_counted_when_it_goes_on(
    administrator: Visitor, own: Campus, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.history.importing.BATCH_EVENTS", 2)
    before = count(own, EVENTS)
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log(9))])
    work(application)
    key = last(own).public_id
    press(administrator, "begin", key)

    class Pressed(Signal):
        """Somebody pauses it between two batches."""

        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            if self.asked == 2:
                press(administrator, "pause", key)
                # The page is told once a second: it is told now.
                monkeypatch.setattr("ingest.history.serving.TOLD_EVERY", 0.0)
            return False

    work(application, Pressed())

    paused = last(own)
    assert paused.state is ImportState.PAUSED
    assert before < count(own, EVENTS) < before + 9
    assert paused.figures.new == count(own, EVENTS) - before
    press(administrator, "go-on", key)
    work(application)
    assert last(own).state is ImportState.DONE
    assert last(own).figures.new == 9


def test_an_import_pauses_goes_on_and_is_cancelled(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log())])
    work(application)
    key = last(own).public_id
    press(administrator, "begin", key)
    assert press(administrator, "pause", key).startswith("It pauses")
    work(application)
    assert last(own).state is ImportState.PAUSED
    assert press(administrator, "begin", key).startswith("That is not there any more.")
    second = send(application, own, "mdl_logstore_standard_log.csv", moodle_log())
    assert read(administrator, own, [second]).startswith("An import of this sender is under way.")
    assert press(administrator, "go-on", key).startswith("It goes on")
    assert press(administrator, "cancel", key).startswith("It is cancelled")
    work(application)
    assert last(own).state is ImportState.CANCELLED
    assert count(own, "SELECT count(*) FROM uploads") == 1, "the file of the second one"


def test_a_job_that_has_died_is_replaced_and_given_up_in_the_end(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log())])
    at = application.services.clock()
    for _attempt in range(store.MOST_ATTEMPTS):
        with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
            assert store.take_import(connection, own.organisation_id, at) is not None
            assert store.take_import(connection, own.organisation_id, at) is None
        at += store.SILENT + timedelta(seconds=1)
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        assert store.take_import(connection, own.organisation_id, at) is None
    assert last(own).state is ImportState.FAILED
    assert "It was stopped several times." in shown(administrator, own)


def table() -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("When", "Reader", "Book", "Number"))
    for number in range(3):
        writer.writerow((f"0{number + 1}.03.2026 10:00", f"=r{number}", "cells", number))
    return out.getvalue()


def test_a_table_is_brought_in_by_the_columns_that_were_chosen(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    file = send(application, own, "reading.csv", table())
    given = {"history-kind.value": "csv", "history-uploads.data": [{"key": str(file)}]}
    answer = administrator.ask(ids.History.MOODLE, given, changedPropIds=["history-kind.value"])
    assert answer.status_code == 200
    said = answer.get_data(as_text=True)
    assert all(name in said for name in ("when", "reader", "book", "number", "01.03.2026 10:00"))

    form = {"kind": "csv", "verb": "viewed", "format": "%d.%m.%Y %H:%M", "course-named": "bio", "activity-type": "page"}
    missing = read(administrator, own, [file], **form, columns={"time": "when"})
    assert missing.startswith("Say which columns hold the time")
    whole = {"time": "when", "person": "reader", "activity": "book", "id": "number"}
    before = count(own, EVENTS)
    assert read(administrator, own, [file], **form, columns=whole).startswith("The files are being read.")
    work(application)
    press(administrator, "begin", last(own).public_id)
    work(application)
    assert count(own, EVENTS) == before + 3


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"zone": "Mars/Base"}, "There is no such time zone."),
        ({"until": "yesterday"}, "That is no day."),
        ({"site": "javascript:alert(1)"}, "The address should read"),
        ({"course": "-3"}, "Write whole numbers only"),
        ({"source": "x"}, "Choose the sender"),
        ({"source": "999999"}, "Choose the sender"),
        ({"zone": "Europe/\0"}, "There is no such time zone."),
        ({"zone": ["UTC"]}, "One of the fields holds something"),
        ({"site": "http://["}, "The address should read"),
        ({"until": "0001-01-01"}, "That is no day."),
        ({"kind": "canvas", "people": "hostile"}, "One of the fields holds something"),
        ({"kind": "canvas", "people": ["id"]}, "One of the fields holds something"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said(
    administrator: Visitor, own: Campus, application: Application, form: dict[str, Any], said: str
) -> None:
    file = send(application, own, "mdl_logstore_standard_log.csv", moodle_log())
    assert read(administrator, own, [file], **form).startswith(said)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mdl_logstore_standard_log.csv", "id,eventname\n1,x\n", "is no table that is known here"),
        ("notes.csv", "a,b\n1,2\n", "notes.csv"),
        ("mdl_logstore_standard_log.csv", "", "empty"),
        ("photo.jpg", bytes(range(256)) * 20, "photo.jpg"),
    ],
)
def test_files_that_are_none_fail_with_a_sentence_that_names_them(
    administrator: Visitor, own: Campus, application: Application, name: str, content: str | bytes, said: str
) -> None:
    read(administrator, own, [send(application, own, name, content)])
    work(application)
    assert last(own).state is ImportState.FAILED
    assert said in shown(administrator, own), last(own).trouble
    assert "Traceback" not in shown(administrator, own)


def test_a_file_in_another_encoding_is_read_and_said(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    form = {"kind": "csv", "verb": "viewed", "format": "%d.%m.%Y %H:%M", "course-named": "bio", "activity-type": "page"}
    whole = {"time": "when", "person": "reader", "activity": "book", "id": "number"}
    file = send(application, own, "lesen.csv", table().replace("cells", "Zellen für Anfänger").encode("cp1252"))
    read(administrator, own, [file], **form, columns=whole)
    work(application)
    assert "Read as Windows-1252, since it is no UTF-8: lesen.csv" in shown(administrator, own)


def test_files_and_senders_of_others_are_out_of_reach(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    with own.database.transaction(DatabaseRole.JOBS, None) as connection:
        other = create_organisation(connection, "other", "Other", "UTC")
    with own.database.transaction(DatabaseRole.JOBS, other) as connection:
        theirs = register_source(connection, other, NewSource("theirs", "https://other.example"))
    file = send(application, own, "mdl_logstore_standard_log.csv", moodle_log())

    assert read(administrator, own, [file], source=str(theirs)).startswith("Choose the sender")
    assert read(administrator, own, [uuid4()]).startswith("Give the files first")
    assert press(administrator, "cancel", uuid4()).startswith("That is not there any more.")
    assert press(administrator, "cancel", "x").startswith("That is not there any more.")


def problems_of(campus: Campus, key: object) -> str:
    return f"/organisations/{own_address(campus.database, campus.organisation_id)}/history/{key}/problems.csv"


def test_what_cannot_be_taken_is_given_as_a_file(administrator: Visitor, own: Campus, application: Application) -> None:
    courses = "id,fullname,shortname,startdate,enddate,timemodified\n7,Algebra,=A1,1772409600,1740873600,1740873600\n"
    files = [("mdl_logstore_standard_log.csv", moodle_log(3, bad=True)), ("mdl_course.csv", courses)]
    read(administrator, own, [send(application, own, *each) for each in files])
    work(application)
    key = last(own).public_id
    path = problems_of(own, key)
    assert path in shown(administrator, own).replace("\\u002f", "/")

    answer = administrator.client.get(path)

    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert lines[0] == ["file", "line", "column", "reason"]
    assert ["mdl_course.csv", "2", "enddate", "the course ends before it starts"] in lines
    assert [line[:3] for line in lines if "log" in line[0]] == [["mdl_logstore_standard_log.csv", "4", "timecreated"]]
    assert administrator.client.get(problems_of(own, uuid4())).status_code == 404


@pytest.mark.parametrize("who", ["Tess Thorne", "Ada Abel"])
def test_a_teacher_and_a_learner_have_no_history_to_bring_in(
    administrator: Visitor, own: Campus, application: Application, who: str
) -> None:
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log(3, bad=True))])
    work(application)
    key = last(own).public_id
    visitor = Visitor(application.server.test_client(), application).sign_in(own, who)

    assert "mdl_logstore" not in shown(visitor, own)
    assert visitor.client.get(problems_of(own, key)).status_code == 404
    name = f'{{"row":"{key}","type":"history-begin"}}.n_clicks'
    given = {"history-begin": {str(key): 1}, "history-done.data": 0}
    answer = visitor.ask(SAID, given, changedPropIds=[name])
    assert SAID not in answer.get_json().get("response", {})
    assert last(own).state is ImportState.CHECKED
