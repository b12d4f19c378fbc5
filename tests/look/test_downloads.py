"""What of a card can be taken along, made and looked into in a real browser, on pages filled from sample views."""

import csv
import json
import struct
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Locator, Page, expect

from dashapp.domain.spreadsheets import MARK, harmless
from dashapp.figures.theme import Theme, palette
from tests.look import test_in_the_browser as gallery
from tests.look.test_in_the_browser import opened

pytestmark = pytest.mark.browser

address: Callable[..., Iterator[str]] = gallery.address
page: Callable[..., Page] = gallery.page


def taken(page: Page, card: Locator, entry: str, folder: Path) -> tuple[str, bytes]:
    """The name and the content of what an entry of the card's menu makes."""
    card.locator("summary").click()
    with page.expect_download() as made:
        card.get_by_role("button", name=entry).click()
    path = folder / made.value.suggested_filename
    made.value.save_as(path)
    return path.name, path.read_bytes()


def test_a_chart_is_taken_along_as_picture_drawing_and_numbers_with_filter_and_moment(
    new_page: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    page = opened(new_page(color_scheme="dark", viewport={"width": 1280, "height": 900}), address, "classroom")
    page.locator("#classroom-heat .main-svg").first.wait_for()
    page.evaluate("document.getElementById('shell-about').textContent = 'ALG 1 Algebra'")
    card = page.locator(".la-card", has=page.locator("#classroom-heat"))

    name, png = taken(page, card, "Picture PNG", tmp_path)
    assert (name, png[:8]) == ("classroom-heat-2026-05-07.png", b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2000
    assert height > 1200

    name, svg = taken(page, card, "Drawing SVG", tmp_path)
    text = " ".join(" ".join(ET.fromstring(svg).itertext()).replace("\u00a0", " ").split())
    assert name == "classroom-heat-2026-05-07.svg"
    for said in ("Who was active, week by week?", "ALG 1 Algebra", "Section: all", "As of 10:42:07"):
        assert said in text
    # The page is dark, its picture is for paper.
    drawn = svg.decode()
    assert palette(Theme.LIGHT)["seq-6"] in drawn or "rgb(46, 73, 165)" in drawn
    assert palette(Theme.DARK)["seq-6"] not in drawn

    name, numbers = taken(page, card, "Numbers CSV", tmp_path)
    rows = list(csv.reader(StringIO(numbers.decode()), strict=True))
    meta = page.evaluate("document.querySelector('#classroom-heat .js-plotly-plot').layout.meta")
    assert numbers.decode().startswith(MARK)
    assert len({len(row) for row in rows}) == 1
    blank = next(place for place, row in enumerate(rows) if not any(row))
    told = {row[0].removeprefix(MARK): row[1] for row in rows[:blank]}
    assert (told["Card"], told["Of"]) == ("Who was active, week by week?", "ALG 1 Algebra")
    assert told["Filters"].startswith("Section: all")
    assert told["As of"].startswith("As of 10:42:07")
    assert rows[blank + 1 :] == [meta["head"], *([harmless(cell) for cell in row] for row in meta["rows"])]


def test_a_grid_is_taken_along_with_all_its_rows_and_says_which_are_hidden(
    page: Page, address: str, tmp_path: Path
) -> None:
    opened(page, address, "institution")
    card = page.locator(".la-card", has=page.locator("#institution-courses"))
    card.locator(".ag-row").first.wait_for()

    _name, numbers = taken(page, card, "Numbers CSV", tmp_path)
    rows = list(csv.reader(StringIO(numbers.decode())))
    head = next(row for row in rows if row[0] == "Course")
    assert head[1:3] == ["Active in 7 days", "Enrolled"]
    hidden = next(row for row in rows if row[0] == "AAA")
    assert [cell for cell in hidden if cell] == ["AAA", "Hidden for privacy: fewer than 5 learners"]

    _name, svg = taken(page, card, "Drawing SVG", tmp_path)
    assert "Hidden for privacy" in "".join(ET.fromstring(svg).itertext())


def test_a_list_is_taken_along_as_its_rows_and_says_why_it_has_no_picture(
    page: Page, address: str, tmp_path: Path
) -> None:
    opened(page, address, "student")
    for name, head in (("student-due", "Activity"), ("student-next", "Step"), ("student-why", None)):
        card = page.locator(".la-card", has=page.locator(f"#{name}"))
        card.locator("li, tbody tr").first.wait_for()
        file, numbers = taken(page, card, "Rows CSV", tmp_path)
        rows = list(csv.reader(StringIO(numbers.decode()), strict=True))
        blank = next(place for place, row in enumerate(rows) if not any(row))
        told = {row[0].removeprefix(MARK): row[1] for row in rows[:blank]}
        assert (file, told["Filters"]) == (f"{name}-2026-05-07.csv", "Course: All courses")
        assert told["As of"].startswith("As of 10:42:07")
        # Several courses stand in a table without heads.
        first = blank + 1 + (head is not None)
        assert head in (None, rows[blank + 1][0])
        assert len(rows[first:]) == card.locator(".la-body > div > ul > li, .la-body tbody tr").count()
    card.locator("summary").click()
    expect(card.get_by_text("A list is words already")).to_be_visible()
    expect(card.get_by_role("button", name="Picture PNG")).to_have_count(0)


@pytest.mark.long
def test_a_card_without_figures_offers_nothing_to_take_along(page: Page, address: str) -> None:
    opened(page, address, "classroom")
    page.locator("#classroom-heat .main-svg").first.wait_for()
    page.evaluate(
        "document.getElementById('classroom-heat-state').innerHTML = '<div class=\"la-state private\">Hidden</div>'"
    )
    card = page.locator(".la-card", has=page.locator("#classroom-heat"))
    card.locator("summary").click()

    expect(card.get_by_role("button", name="Definition")).to_be_visible()
    expect(card.get_by_role("button", name="Picture PNG")).to_be_hidden()
    expect(card.get_by_role("button", name="Numbers CSV")).to_be_hidden()


FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "\u200b=1", "\x1c=1", "\x85=1", "\ufeff=1", "a;=1",
    "a, +1", "\uff1d1", "\uff20x", "plain", "a-b", "1 = 1", "", "é|@x", "a\n-b",
)  # fmt: skip


def test_no_cell_is_a_formula_in_the_browser_either(page: Page, address: str) -> None:
    """The same rule as the server's, over all that begins a formula or looks like it."""
    opened(page, address, "student")
    made = page.evaluate("(cells) => cells.map(laNumbers.harmless)", list(FORMULAS))
    assert made == [harmless(cell) for cell in FORMULAS]
    quoted = page.evaluate("(lines) => laNumbers.csv(lines)", [['say "x"', "a,b"], ["one\r\ntwo"]])
    assert quoted == MARK + '"say ""x""","a,b"\r\n"one\r\ntwo",\r\n', json.dumps(quoted)
