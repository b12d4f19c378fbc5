"""Files and choices on the page of history that are made to do harm: a sentence, and nobody else is held up."""

import gzip
from typing import Any

import pytest

from dashapp.domain.history import ImportState
from dashapp.domain.uploads import plain_name
from dashapp.web.application import Application
from tests.callbacks.history import (
    TABLE,
    administrator,
    application,
    database,
    last,
    moodle_log,
    own,
    read,
    send,
    shown,
    work,
)
from tests.campus import Campus
from tests.served import Visitor

__all__ = ["administrator", "application", "database", "own"]


@pytest.mark.parametrize(
    ("name", "content", "form", "said"),
    [
        ("..", moodle_log(), {}, ""),
        ("ü" * 200 + ".csv", moodle_log(), {}, ""),
        (
            "a.csv",
            "When,Reader,Book\n0001-01-01T00:00:00,1,2\n",
            {**TABLE, "zone": "Asia/Tokyo", "format": ""},
            "right",
        ),
        ("a.csv", "When,Reader,Book\n2026,1,2\n", {**TABLE, "format": "%Y%Y"}, "names a part of the time twice"),
        ("a.csv", "a" * 300_000 + ",b\n1,2\n", TABLE, ""),
        # Made when the test runs, not whenever tests are collected.
        ("a.gz", lambda: gzip.compress(b"When," + b"a" * 300_000_000, 9), TABLE, "unpacks to more than is taken"),
        ("a.json", '{"a": "' + "a" * (17 << 20) + '"}\n', TABLE, "a line of more than 16 megabytes"),
    ],
    ids=["dots", "long name", "year one", "twice", "wide head", "flood", "endless line"],
)
def test_hostile_files_end_with_a_sentence_and_hold_nobody_up(
    administrator: Visitor, own: Campus, application: Application, name: str, content: Any, form: Any, said: str
) -> None:
    form = dict(form)
    content = content() if callable(content) else content
    columns = {"time": "when", "person": "reader", "activity": "book"} if form else {}
    read(administrator, own, [send(application, own, plain_name(name), content)], **form, columns=columns)

    work(application)

    assert last(own).state in (ImportState.FAILED, ImportState.CHECKED)
    assert last(own).trouble != "stopped"
    assert said in shown(administrator, own), last(own).trouble


def test_what_nobody_has_thought_of_fails_alone_and_its_words_are_in_no_log(
    administrator: Visitor, own: Campus, application: Application, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    read(administrator, own, [send(application, own, "mdl_logstore_standard_log.csv", moodle_log())])

    def breaks(*_given: object) -> None:
        raise RuntimeError("Ada Ash of the file")

    monkeypatch.setattr("ingest.history.serving.open_history", breaks)
    with caplog.at_level("DEBUG"):
        work(application)

    assert last(own).state is ImportState.FAILED
    assert "It was stopped several times." in shown(administrator, own)
    assert "Ada Ash" not in caplog.text
