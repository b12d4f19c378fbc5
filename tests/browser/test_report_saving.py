"""Answers of the server that come late, of an older state or of another report, change nothing in the builder."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from tests.shared import REPOSITORY

WORDS: Final = {
    "saved": "Saved at {time}",
    "unsaved": "Unsaved",
    "saving": "Saving",
    "failed": "Failed",
    "largest": 100_000,
    "conflict": "Somebody else",
    "theirs": "Theirs",
    "mine": "Mine",
}
PAGE: Final = """<main id="report-page"><span class="la-saved"></span><div class="la-conflict" hidden></div>
<i id="report-words"></i></main>"""
SETTING: Final = """words => {
    document.getElementById("report-words").dataset.words = JSON.stringify(words);
    window.sent = {};
    window.drawn = [];
    window.laReportCanvas = { draw: () => {} };
    window.laReportInspector = { draw: (given) => window.drawn.push(given.number) };
    window.dash_clientside = { set_props: (id, props) => { window.sent[id] = props.data; } };
}"""


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """The scripts of the builder alone; what they send to the server stands in `window.sent`."""
    made = new_page()
    made.set_content(PAGE)
    made.evaluate(SETTING, WORDS)
    for name in ("report.js", "report_saving.js"):
        made.add_script_tag(path=str(REPOSITORY / "assets" / name))
    return made


def opens(page: Page, key: str, title: str, revision: int = 1) -> None:
    given = {"id": key, "document": {"title": title, "blocks": []}, "revision": revision, "mayEdit": True}
    page.evaluate("given => dash_clientside.report.opened(given)", {**given, "saved": "12:00"})


def edits(page: Page, title: str) -> dict[str, Any]:
    """Changes the title and leaves the page for another one, so that it is saved at once; what was sent."""
    page.evaluate("title => laReport.change(null, { title })", title)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=\"#x\">on</a>')")
    page.evaluate("document.querySelector('a').click()")
    found: dict[str, Any] = page.evaluate("window.sent['report-saving']")
    return found


def answers(page: Page, sent: dict[str, Any], **said: Any) -> None:
    given = {"id": sent["id"], "number": sent["number"], "conflict": False, "saved": "12:01", **said}
    page.evaluate("given => dash_clientside.report.saved(given)", given)


def revision(page: Page) -> int:
    found: int = page.evaluate("laReport.now().revision")
    return found


def test_the_answer_to_a_saving_of_another_report_changes_nothing_of_this_one(page: Page) -> None:
    opens(page, "a", "First")
    sent = edits(page, "First, changed")
    assert (sent["id"], sent["document"]["title"]) == ("a", "First, changed")
    opens(page, "b", "Second", 7)
    answers(page, sent, revision=2)
    assert revision(page) == 7

    answers(page, sent, revision=3, conflict=True)
    assert page.locator(".la-conflict").is_hidden()
    own = edits(page, "Second, changed")
    assert (own["id"], own["revision"]) == ("b", 7)
    answers(page, sent, revision=2)
    assert (revision(page), page.locator(".la-saved").text_content()) == (7, "Saving")
    answers(page, own, revision=8)
    assert (revision(page), page.locator(".la-saved").text_content()) == (8, "Saved at 12:01")


def test_what_was_offered_for_an_older_state_is_not_drawn_over_a_newer_one(page: Page) -> None:
    opens(page, "a", "First")
    page.wait_for_function("window.sent['report-wanted']")
    first = page.evaluate("window.sent['report-wanted'].number")
    page.evaluate("laReport.change(null, { title: 'Changed' })")
    page.wait_for_function(f"window.sent['report-wanted'].number > {first}")
    number = page.evaluate("window.sent['report-wanted'].number")
    for given in (number, first, number):
        said = json.dumps({"number": given, "selected": None, "blocks": {}, "controls": [given]})
        page.evaluate(f"dash_clientside.report.offered({said})")
    assert page.evaluate("window.drawn") == [number]

    opens(page, "b", "Second")
    page.evaluate(f"dash_clientside.report.offered({json.dumps({'number': number, 'trouble': 'Of the first'})})")
    assert page.locator(".la-saved").text_content() == "Saved at 12:00"
