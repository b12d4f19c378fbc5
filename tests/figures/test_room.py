"""The room beside a plot, from the widths of the letters."""

from base64 import b64encode
from typing import Any

import pytest
from playwright.sync_api import Page

from dashapp.figures.font import LINE, width
from dashapp.figures.room import EDGE, STANDOFF, beside
from tests.shared import REPOSITORY

ADD_FONT = """async ([name, data]) => {
  const font = new FontFace(name, `url(data:font/woff2;base64,${data})`, { weight: '100 700' });
  document.fonts.add(await font.load());
}"""
DRAWN_WIDE = """(letters) => {
  const place = document.createElement('canvas').getContext('2d');
  place.font = "400 1000px latin, 'latin-ext', monospace";
  return Object.fromEntries(letters.map((letter) => [letter, place.measureText(letter).width]));
}"""
MARGIN = {"l": 4, "r": 20, "t": 8, "b": 4}
COUNTS = {"range": [0, 110], "tickvals": [0, 50, 100], "ticktext": ["0", "50", "100"]}
WEEKS = {"range": [0.5, 9.5], "tickvals": [1, 9], "ticktext": ["1", "9"]}


def room(**layout: Any) -> dict[str, int]:
    found = beside({"xaxis": WEEKS, "yaxis": COUNTS, **layout}, MARGIN, narrow=False)
    margin: dict[str, int] = found["margin"]
    return margin


def test_a_text_is_as_wide_as_its_letters() -> None:
    # In thousandths of an em: digits 600, M 812, i 250, a space 236.
    assert width("100") == pytest.approx(3 * 0.6 * 12)
    assert width("Mi 1", 10) == pytest.approx(8.12 + 2.5 + 2.36 + 6)


def test_colours_take_no_room_and_escaped_signs_are_one_letter() -> None:
    assert width('1<span style="color:#fff">0</span>') == width("10")
    assert width("&lt;") == width("0") == pytest.approx(7.2)
    assert width("\u20681\u2069") == width("1")


@pytest.mark.parametrize("text", ["<b>1</b>", "1<br>2", "مقرر", "漢"])
def test_nobody_guesses_how_wide_another_font_is(text: str) -> None:
    assert width(text) is None
    axis = {**COUNTS, "ticktext": ["0", "50", text]}
    assert beside({"xaxis": WEEKS, "yaxis": axis}, MARGIN, narrow=False) == {}


def test_the_widest_text_decides_on_the_left_and_one_line_below() -> None:
    assert room() == {"l": 22 + STANDOFF + 1 + EDGE, "r": 20, "t": 8, "b": LINE + STANDOFF + EDGE + 2}


def test_weeks_above_take_their_line_there() -> None:
    margin = room(xaxis={**WEEKS, "side": "top", "showline": False})
    assert (margin["t"], margin["b"]) == (LINE - 1 + STANDOFF + EDGE, 4)


def test_a_margin_that_is_wider_already_stays() -> None:
    assert room(margin={"l": 100, "r": 12, "t": 30, "b": 50}) == {"l": 100, "r": 12, "t": 30, "b": 50}


def test_a_text_at_the_end_reaches_over_it() -> None:
    margin = room(xaxis={"range": [0, 9], "tickvals": [0, 9], "ticktext": ["0", "0" * 10]})
    # Half of ten digits of 7.2 px.
    assert margin["r"] == 36 + EDGE


def test_of_several_plots_those_inside_need_no_room_outside() -> None:
    across = {"xaxis": {**WEEKS, "domain": [0, 0.45]}, "xaxis2": {**WEEKS, "domain": [0.55, 1], "anchor": "y2"}}
    wide = {**COUNTS, "ticktext": ["0", "50", "1" * 8]}
    up = {"yaxis": COUNTS, "yaxis2": {**wide, "anchor": "x2"}}
    assert beside({**across, **up}, MARGIN, narrow=False)["margin"]["l"] == 22 + STANDOFF + 1 + EDGE


def test_moments_stand_on_their_axis_like_numbers() -> None:
    days = {"range": ["2026-01-01", "2026-01-11"], "tickvals": ["2026-01-11"], "ticktext": ["0" * 10]}
    assert room(xaxis=days)["r"] == 36 + EDGE


def test_axes_that_are_not_seen_take_none() -> None:
    hidden = {"visible": False, "range": [0, 1]}
    assert room(xaxis=hidden, yaxis=hidden) == MARGIN


@pytest.mark.parametrize(
    "axis",
    [
        {"ticktext": ["a"], "tickvals": ["a"]},
        {**COUNTS, "range": ["some", "category"]},
        {**COUNTS, "tickangle": -45},
        {**COUNTS, "side": "right"},
        {**COUNTS, "ticktext": ["0", "50", "0" * 40]},
        {"range": [0, 1], "tickvals": [0, 1]},
        {"range": [1, 1], "tickvals": [1], "ticktext": ["1"]},
    ],
)
def test_what_only_plotly_knows_is_left_to_it(axis: dict[str, Any]) -> None:
    assert beside({"xaxis": WEEKS, "yaxis": axis}, MARGIN, narrow=False) == {}


@pytest.mark.browser
def test_letters_are_as_wide_as_a_browser_draws_them_in_the_font_of_pages(page: Page) -> None:
    page.goto((REPOSITORY / "assets" / "licences" / "plotly.txt").as_uri())
    for part in ("latin", "latin-ext"):
        font = (REPOSITORY / "assets" / "fonts" / f"ibm-plex-sans-{part}-wght-normal.woff2").read_bytes()
        page.evaluate(ADD_FONT, [part, b64encode(font).decode()])
    known = [letter for letter in map(chr, range(0x20, 0x2300)) if width(letter) and letter not in "<&"]

    drawn = page.evaluate(DRAWN_WIDE, known)

    assert len(known) > 300
    reckoned = {letter: width(letter, 1000) or 0 for letter in known}
    assert {
        letter: (wide, reckoned[letter]) for letter, wide in drawn.items() if abs(wide - reckoned[letter]) > 1
    } == {}
