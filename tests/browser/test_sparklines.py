"""The columns in a learner's row show that learner's own weeks, in the colours of the theme."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashapp.figures.theme import Theme, palette
from dashapp.ids import Classroom, fresh_of
from tests.browser.conftest import SLOW
from tests.browser.service import Service
from tests.browser.test_vain import asks_for_data

pytestmark = pytest.mark.browser
COLUMNS = """(cell) => [...cell.querySelectorAll('.la-spark > i')].map((one) => ({
  height: one.getBoundingClientRect().height, colour: getComputedStyle(one).backgroundColor }))"""
LOW_PX = 1.5
NOTHING_PX = 1.0


def in_rgb(colour: str) -> str:
    """A colour as browsers name it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


@pytest.mark.parametrize("theme", [Theme.LIGHT, pytest.param(Theme.DARK, marks=pytest.mark.long)])
def test_the_columns_of_a_row_are_the_weeks_that_were_sent_for_it(
    new_page: Callable[..., Page], service: Service, theme: Theme
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme.value)
    page.set_default_timeout(SLOW)
    service.sign_in(page, "Tess Thorne")
    with page.expect_response(lambda answer: asks_for_data(answer.request)) as sent:
        page.goto(service.base + service.course("ALG 1"))
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme.value)
    rows: dict[str, dict[str, Any]] = {
        row["name"]: row for row in sent.value.json()["response"][fresh_of(Classroom.LEARNERS)]["data"]["rows"]
    }
    weeks = [rows[name]["weeks"] for name in ("Ada Abel", "Hue Hall")]
    assert weeks[0] != weeks[1]
    assert rows["Ada Abel"]["peak"] == max(max(row["weeks"]) for row in rows.values())
    full, none = in_rgb(palette(theme)["chart-others"]), in_rgb(palette(theme)["line-strong"])

    for name in ("Ada Abel", "Hue Hall"):
        spark = page.locator("#classroom-learners .ag-row").filter(has_text=name).locator("[col-id=weeks] .la-spark")
        spark.wait_for()
        tall = spark.evaluate("(one) => one.getBoundingClientRect().height")
        shown, values = spark.locator("..").evaluate(COLUMNS), rows[name]["weeks"]
        wanted = [max(LOW_PX, value / rows[name]["peak"] * tall) if value else NOTHING_PX for value in values]
        assert [one["height"] for one in shown] == pytest.approx(wanted, abs=0.1)
        assert [one["colour"] for one in shown] == [full if value else none for value in values]
        assert spark.get_attribute("aria-label") == ", ".join(map(str, values))
