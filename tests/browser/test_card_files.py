"""What an entry of a card's menu gives in a real browser, on each of the pages: picture, drawing and numbers."""

import csv
import struct
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Locator, Page, expect

from dashapp.domain.spreadsheets import MARK
from dashapp.figures.theme import Theme, palette
from tests.browser.conftest import SLOW
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def card_of(page: Page, name: str) -> Locator:
    return page.locator(".la-card", has=page.locator(f"#{name}"))


def taken(page: Page, card: Locator, entry: str, folder: Path) -> tuple[str, bytes]:
    """The name and the content of what an entry of the card's menu makes."""
    card.locator("summary").click()
    # The first picture starts a browser of the server's own.
    with page.expect_download(timeout=3 * SLOW) as made:
        card.get_by_role("button", name=entry).click()
    path = folder / made.value.suggested_filename
    made.value.save_as(path)
    expect(page.locator("#shell-said")).to_contain_text("The file has been made")
    expect(card.locator("summary")).not_to_have_attribute("aria-busy", "true")
    return path.name, path.read_bytes()


@pytest.mark.parametrize(
    ("name", "path", "chart"),
    [
        pytest.param("Ada Abel", "/me", "student-weeks", marks=pytest.mark.long),
        ("Tess Thorne", "ALG 1", "classroom-heat"),
        pytest.param(ADMINISTRATOR, "organisation", "institution-days", marks=pytest.mark.long),
    ],
)
def test_a_chart_of_each_page_is_taken_along_as_picture_drawing_and_numbers(
    open_as: OpenAs, service: Service, tmp_path: Path, name: str, path: str, chart: str
) -> None:
    where = {"ALG 1": service.course("ALG 1"), "organisation": service.organisation()}.get(path, path)
    page = open_as(name, where, color_scheme="dark")
    page.locator(f"#{chart} .main-svg").first.wait_for()
    card = card_of(page, chart)
    title = card.locator("h2").first.inner_text()

    file, png = taken(page, card, "Picture PNG", tmp_path)
    assert file.startswith(f"{chart}-20")
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24])[0] == 2000

    file, svg = taken(page, card, "Drawing SVG", tmp_path)
    drawn = ET.fromstring(svg)
    said = " ".join(" ".join(drawn.itertext()).replace("\u00a0", " ").split())
    assert title in said
    assert "As of" in said
    assert "Small College" in said
    # The page is dark, its picture is for paper.
    assert palette(Theme.DARK)["chart-me"] not in svg.decode()
    assert palette(Theme.DARK)["seq-6"] not in svg.decode()
    assert len([one for one in drawn.iter() if one.tag.endswith("}path")]) > 3, "there is no chart"

    file, numbers = taken(page, card, "Numbers CSV", tmp_path)
    assert numbers.decode().startswith(MARK)
    rows = list(csv.reader(StringIO(numbers.decode().removeprefix(MARK), newline=""), strict=True))
    assert rows[0] == ["Card", title, *("" for _more in rows[0][2:])]
    meta = page.evaluate(f"document.querySelector('#{chart} .js-plotly-plot').layout.meta")
    blank = next(place for place, row in enumerate(rows) if not any(row))
    assert len(rows[blank + 2 :]) == len(meta["rows"])


def test_rows_of_a_grid_are_taken_along_as_they_are_sorted_and_of_a_list_as_they_stand(
    open_as: OpenAs, service: Service, tmp_path: Path
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    card = card_of(page, "classroom-learners")
    card.locator(".ag-row").first.wait_for()
    card.locator(".ag-header-cell[col-id=name]").click()
    card.locator(".ag-header-cell[col-id=name]").click()
    shown = [
        one.inner_text()
        for one in sorted(card.locator(".ag-row [col-id=name]").all(), key=lambda at: at.bounding_box()["y"])  # type: ignore[index]  # they are visible
    ]
    _name, svg = taken(page, card, "Drawing SVG", tmp_path)
    texts = [text for one in ET.fromstring(svg).iter() if (text := (one.text or "").strip()) in shown]
    assert texts == shown
    assert shown == sorted(shown, reverse=True)

    learner = open_as("Ada Abel", "/me")
    card = card_of(learner, "student-why")
    card.locator("tbody tr").first.wait_for()
    _name, numbers = taken(learner, card, "Rows CSV", tmp_path)
    rows = list(csv.reader(StringIO(numbers.decode()), strict=True))
    blank = next(place for place, row in enumerate(rows) if not any(row))
    # Several courses stand in a table without heads.
    assert [row[0] for row in rows[blank + 1 :]] == card.locator(".la-body tbody tr td:first-child").all_inner_texts()
    card.locator("summary").click()
    expect(card.get_by_text("A list is words already")).to_be_visible()
    expect(card.get_by_role("button", name="Picture PNG")).to_have_count(0)
