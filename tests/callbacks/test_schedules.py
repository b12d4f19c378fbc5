"""The dialog of schedules as browsers ask for it: saved, changed, run, ended, and nothing by whoever may not."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.callbacks.people import Strangers, answer_of
from tests.callbacks.reports import BY_COURSE, imported
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

TESS, THEO, SUE = "Tess Thorne", "Theo Tull", "Sue Stone"
FORM = {
    "every": "week",
    "time": "07:00",
    "weekdays": ["1", "5"],
    "day": 1,
    "cron": "",
    "zone": "Europe/Berlin",
    "formats": ["csv", "html"],
    "ways": ["mail"],
    "hook": "",
    "folder": [],
    "addresses": "",
}


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, TESS)


@pytest.fixture
def report(tess: Visitor) -> str:
    return imported(tess, BY_COURSE)


def press(visitor: Visitor, report: str, button: str, row: str = "", **form: Any) -> dict[str, Any]:
    """What comes of a click in the dialog; `editing` is the schedule that the form is about."""
    editing = {"row": form.pop("editing", None), "shown": True, "number": 3}
    given = {f"schedules-{name}.value": value for name, value in {**FORM, **form}.items()}
    values = {**address(report), **given, "schedules-editing.data": editing}
    if row:
        values[f"schedules-{button}"] = {row: 1}
        changed = f'{{"row":"{row}","type":"schedules-{button}"}}.n_clicks'
    else:
        values[f"schedules-{button}.n_clicks"] = 1
        changed = f"schedules-{button}.n_clicks"
    found: dict[str, Any] = answer_of(visitor.ask("schedules-rows", values, changedPropIds=[changed]))
    return found


def said(answer: dict[str, Any]) -> str:
    return str(answer["schedules-said"]["children"])


def rows(answer: dict[str, Any]) -> str:
    return json.dumps(answer["schedules-rows"]["children"], ensure_ascii=False)


def only_row(answer: dict[str, Any]) -> str:
    """The schedule of the only "Run now"."""
    text = rows(answer)
    assert text.count('"schedules-run"') == 1
    begin = text.index('"type": "schedules-run"')
    return text[begin:].partition('"row": "')[2][:36]


def people(campus: Campus, *names: str) -> list[str]:
    return [str(campus.people[name].public_id) for name in names]


def form_of(visitor: Visitor, report: str, row: str | None = None) -> dict[str, Any]:
    values = {**address(report), "schedules-editing.data": {"row": row, "shown": True, "number": 4}}
    found: dict[str, Any] = answer_of(visitor.ask("schedules-form", values, changedPropIds=["schedules-editing.data"]))
    return found


def test_a_schedule_is_saved_shown_in_words_changed_run_paused_and_ended(
    tess: Visitor, report: str, campus: Campus
) -> None:
    assert "It goes out to nobody yet." in rows(press(tess, report, "open"))
    begun = form_of(tess, report)
    assert [one["label"] for one in begun["schedules-people"]["options"]] == [
        f"{name} (no e-mail address)" for name in (SUE, TESS)
    ]
    assert (begun["schedules-people"]["value"], begun["schedules-form"]["hidden"]) == (people(campus, TESS), False)
    assert begun["schedules-outside"]["hidden"]

    saved = press(tess, report, "save", people=people(campus, TESS, SUE))
    assert said(saved) == "The schedule is saved."
    for part in ("Mondays, Fridays, 07:00", "Europe/Berlin", "Next: ", SUE, "CSV"):
        assert part in rows(saved), part
    row = only_row(saved)

    assert form_of(tess, report, row)["schedules-weekdays"]["value"] == ["1", "5"]
    changed = press(tess, report, "save", editing=row, people=people(campus, SUE), every="month", day=15, time="18:30")
    assert "Day 15 of every month, 18:30" in rows(changed)
    assert only_row(changed) == row

    run = press(tess, report, "run", row)
    assert (said(run), run["schedules-tick"]["disabled"]) == ("It is being made now.", False)
    assert "asked for by Tess Thorne" in rows(run)
    assert said(press(tess, report, "run", row)) == "It is being made already."
    assert "Paused" in rows(press(tess, report, "pause", row))
    assert "Next: " in rows(press(tess, report, "resume", row))
    assert "It goes out to nobody yet." in rows(press(tess, report, "end", row))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"people": []}, "Choose at least one recipient"),
        ({"people": ["nobody"]}, "Somebody among the recipients"),
        ({"people": [str(uuid4())]}, "Somebody among the recipients"),
        ({"ways": ["outside"]}, "Choose at least one recipient"),
        ({"hook": "https://example.org/hook"}, "for administrators"),
        ({"folder": ["folder"]}, "for administrators"),
        ({"addresses": "a@example.org"}, "for administrators"),
        ({"zone": "Mars/Olympus"}, "no such time zone"),
        ({"zone": 7}, "no such time zone"),
        ({"formats": ["exe"]}, "Choose at least one format"),
        ({"formats": ["png"]}, "Choose at least one format"),
        ({"every": "second"}, "no such time"),
        ({"every": "otherwise", "cron": "* * * * *"}, "no such time"),
        ({"every": "week", "weekdays": ["9", 3, None]}, "no such time"),
        ({"every": "month", "day": 32}, "no such time"),
        ({"every": "month", "day": "1; DROP TABLE people"}, "no such time"),
        ({"time": "25:00"}, "no such time"),
        ({"time": "07:00:30"}, "no such time"),
        ({"time": {"$ne": 1}}, "no such time"),
    ],
)
def test_what_makes_no_schedule_is_refused_in_words(
    tess: Visitor, report: str, campus: Campus, form: dict[str, Any], words: str
) -> None:
    found = press(tess, report, "save", **{"people": people(campus, TESS), **form})
    assert words in said(found)
    assert "It goes out to nobody yet." in rows(found)


def test_nobody_sees_or_changes_schedules_of_reports_that_are_not_theirs(
    tess: Visitor, report: str, campus: Campus, visitor: Strangers
) -> None:
    row = only_row(press(tess, report, "save", people=people(campus, TESS)))
    theo = visitor().sign_in(campus, THEO)
    for button, which in (("open", ""), ("run", row), ("end", row), ("save", "")):
        found = press(theo, report, button, which, people=people(campus, THEO))
        assert "not there any more, or not yours" in said(found)
        assert found["schedules-rows"]["children"] == []
    assert form_of(theo, report, row)["schedules-form"]["hidden"]
    own = imported(theo, BY_COURSE)
    for button in ("run", "pause", "end"):
        assert "not there any more, or not yours" in said(press(theo, own, button, row))
    assert "not there any more, or not yours" in said(
        press(theo, own, "save", editing=row, people=people(campus, THEO))
    )
    assert "not there any more, or not yours" in said(press(theo, own, "send", str(uuid4())))
    assert only_row(press(tess, report, "open")) == row

    learner = visitor().sign_in(campus, "Ada Abel")
    values = {**address(report), "schedules-open.n_clicks": 1}
    refused = learner.ask("schedules-rows", values, changedPropIds=["schedules-open.n_clicks"])
    assert "schedules-rows" not in refused.get_data(as_text=True), refused.get_data(as_text=True)[:500]


def test_an_administrator_sets_other_programs_and_people_outside_up(campus: Campus, visitor: Strangers) -> None:
    administrator = visitor().sign_in(campus, ADMINISTRATOR)
    report = imported(administrator, BY_COURSE)
    form: dict[str, Any] = {
        "people": people(campus, TESS),
        "folder": ["folder"],
        "addresses": "partner@example.org\n\n",
    }
    assert not form_of(administrator, report)["schedules-outside"]["hidden"]
    assert "has to begin with https://" in said(press(administrator, report, "save", **form, hook="http://10.0.0.7/"))
    saved = press(administrator, report, "save", **form)
    row = only_row(saved)

    assert "partner@example.org" in rows(saved)
    filled = form_of(administrator, report, row)
    assert filled["schedules-addresses"]["value"] == "partner@example.org"
    assert filled["schedules-folder"]["value"] == ["folder"]
    assert "It is signed with this key: " in filled["schedules-key"]["children"]
