"""The dialogs of a report: shared with somebody, restored to what it was, made into files."""

import json
from typing import Any

import pytest

from tests.callbacks.people import Strangers, answer_of
from tests.callbacks.reports import (
    BY_COURSE,
    document,
    download,
    download_said,
    imported,
    made,
    pattern,
    save,
    share,
    share_said,
)
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

TESS, THEO, ADA = "Tess Thorne", "Theo Tull", "Ada Abel"


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, TESS)


@pytest.fixture
def theo(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, THEO)


def test_a_person_is_found_by_name_and_may_change_what_is_shared_so(
    tess: Visitor, theo: Visitor, campus: Campus
) -> None:
    key = imported(tess, BY_COURSE)
    found = json.dumps(share(tess, key, "words", words="tull")["report-share-found"])
    public = str(campus.people[THEO].public_id)
    assert public in found
    learner = share(tess, key, "words", words="Ada Abel")
    assert "Nobody of the staff" in json.dumps(learner["report-share-found"])
    assert "could not be shared" in share_said(share(tess, key, "with", str(campus.people[ADA].public_id)))

    assert share_said(share(tess, key, "with", public, edit=True)) == "It is shared."
    assert save(theo, key, document(title="By Theo"))["revision"] == 2
    rows = json.dumps(share(tess, key, "open")["report-share-rows"])
    ended = rows.partition('"row": "')[2].partition('"')[0]
    assert "no longer" in share_said(share(tess, key, "end", ended))
    assert save(theo, key, document(title="Again"), revision=2)["trouble"]


def test_versions_are_listed_and_one_of_them_comes_back(tess: Visitor, theo: Visitor) -> None:
    key = made(tess)
    save(tess, key, document(BY_COURSE))

    def ask(visitor: Visitor, revision: object = None) -> Any:
        values: dict[str, Any] = {**address(key)}
        changed = "report-version-open.n_clicks"
        if revision is None:
            values[changed] = 1
        else:
            values["report-restore"] = {revision: 1}
            changed = f"{pattern('report-restore', revision)}.n_clicks"
        return answer_of(visitor.ask("report-version-rows", values, changedPropIds=[changed]))

    assert "as it is now" in json.dumps(ask(tess))
    restored = ask(tess, 1)["report-version-read"]["data"]
    assert (restored["document"]["title"], restored["number"]) == ("New report", 1)
    for odd in (2**40, -1, "1; DROP"):
        assert "report-version-read" not in json.dumps(ask(tess, odd))
    assert "sees its versions" in json.dumps(ask(theo))
    assert "report-version-read" not in json.dumps(ask(theo, 1))


def test_a_file_is_asked_for_watched_and_cancelled_by_who_asked_alone(tess: Visitor, theo: Visitor) -> None:
    made = download(tess, "make", "xlsx", document(BY_COURSE, title="To take along"))

    assert "being made" in download_said(made)
    assert made["report-download-tick"]["disabled"] is False
    assert "To take along" in json.dumps(made["report-download-rows"])
    assert "To take along" not in json.dumps(download(theo, "open"))
    ticked = download(tess, "tick")
    assert "report-download-said" not in ticked
    run = json.dumps(ticked).partition('"row": "')[2].partition('"')[0]
    assert "not under way" in download_said(download(theo, "cancel", run))
    assert "cancelled" in download_said(download(tess, "cancel", run))
    assert "not under way" in download_said(download(tess, "cancel", run))
    assert download(tess, "open")["report-download-tick"]["disabled"] is True


@pytest.mark.parametrize("given", [None, 7, [], {"blocks": [{"kind": "video"}]}])
def test_no_file_is_made_of_what_is_no_report(tess: Visitor, given: object) -> None:
    assert "did not understand" in download_said(download(tess, "make", "pdf", given))
    assert "no such format" in download_said(download(tess, "make", "exe", document(BY_COURSE)))
    assert "not under way" in download_said(download(tess, "cancel", "x"))


def extract(visitor: Visitor, button: str, row: str = "", **chosen: object) -> Any:
    """What comes of a click in the dialog of rows."""
    given: dict[str, object] = {
        "table": "events",
        "course": "all",
        "first": "2026-01-01",
        "last": "2026-02-01",
        **chosen,
    }
    values: dict[str, Any] = {**address(None), **{f"extracts-{name}.value": value for name, value in given.items()}}
    if row:
        values[f"extracts-{button}"] = {row: 1}
        changed = f"{pattern(f'extracts-{button}', row)}.n_clicks"
    else:
        changed = "extracts-tick.n_intervals" if button == "tick" else f"extracts-{button}.n_clicks"
        values[changed] = 1
    return answer_of(visitor.ask("extracts-rows", values, changedPropIds=[changed]))


def extract_said(answer: Any) -> str:
    return str(answer["extracts-said"]["children"])


def test_rows_are_asked_for_by_who_teaches_and_cancelled(tess: Visitor, theo: Visitor) -> None:
    opening = extract(tess, "open", first="", last="")
    assert [each["label"].partition(" ")[0] for each in opening["extracts-course"]["options"]] == ["All", "ALG"]
    course = opening["extracts-course"]["options"][1]["value"]
    assert opening["extracts-first"]["value"] < opening["extracts-last"]["value"]
    assert "extracts-first" not in extract(tess, "open")

    made = extract(tess, "make", "parquet", course=course, table="learner_days")
    assert "being made" in extract_said(made)
    assert "Days of each learner" in json.dumps(made["extracts-rows"])
    assert "Days of each learner" not in json.dumps(extract(theo, "open")["extracts-rows"])
    run = json.dumps(extract(tess, "tick")["extracts-rows"]).partition('"row": "')[2].partition('"')[0]
    assert "not under way" in extract_said(extract(theo, "cancel", run))
    assert "cancelled" in extract_said(extract(tess, "cancel", run))


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": "people"},
        {"table": None},
        {"first": "2026-03-01"},
        {"first": ""},
        {"first": "0001-01-01"},
        {"last": "9999-12-31"},
        {"last": ["2026-01-01"]},
        {"course": "ALG 1"},
        {"course": None},
        {"course": ["x"]},
    ],
)
def test_what_makes_no_rows_is_said_and_nothing_is_asked_for(tess: Visitor, wrong: dict[str, object]) -> None:
    assert extract_said(extract(tess, "make", "csv", **wrong)).startswith("Choose what")
    assert "no such format" in extract_said(extract(tess, "make", "pdf"))
    assert extract(tess, "open")["extracts-tick"]["disabled"] is True


def test_rows_are_offered_to_who_sees_learners_by_name_only(tess: Visitor, visitor: Strangers, campus: Campus) -> None:
    hidden = [
        answer_of(one.ask("reports-page", address(None)))["extracts-open"]["hidden"]
        for one in (tess, visitor().sign_in(campus, ADMINISTRATOR))
    ]
    assert hidden == [False, True]


def test_a_report_that_is_too_long_for_a_document_is_told_so_before_one_is_begun(
    tess: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.report_downloads.MOST_LAID_ROWS", 0)
    told = document(BY_COURSE, title="Too long")

    for form in ("pdf", "html"):
        refused = download(tess, "make", form, told)
        assert "no document can hold. Choose Excel or CSV." in download_said(refused)
        assert "Too long" not in json.dumps(refused)
    assert "It is being made." in download_said(download(tess, "make", "csv", told))
    monkeypatch.setattr("callbacks.report_downloads.MOST_LAID_ROWS", 2)
    assert "It is being made." in download_said(download(tess, "make", "pdf", told))
