"""HTML that a page hands out ready-made means to a browser what the components meant."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from playwright.sync_api import Page

from dashapp.components import classroom, institution, student
from dashapp.web.still import Still, stilled

pytestmark = pytest.mark.browser

READ = """(pieces) => pieces.map(({ tag, markup }) => {
  const element = document.createElement(tag); element.innerHTML = markup; return element.innerHTML; })"""
TAGS = re.compile(r"</?[a-z0-9]+")


def pieces_in(layout: Any) -> list[Still]:
    if isinstance(layout, Still):
        return [layout]
    children = layout if isinstance(layout, list) else getattr(layout, "children", None)
    if not isinstance(children, (list, tuple)):
        children = [] if children is None or isinstance(children, str) else [children]
    return [piece for child in children for piece in pieces_in(child)]


def components_in(layout: Any) -> int:
    if isinstance(layout, (list, tuple)):
        return sum(components_in(one) for one in layout)
    if not hasattr(layout, "to_plotly_json"):
        return 0
    return 1 + components_in(getattr(layout, "children", None) or [])


def test_a_browser_reads_the_elements_of_every_piece_as_they_were_written(new_page: Callable[..., Page]) -> None:
    Dash("app", pages_folder="", add_log_handler=False)
    layouts = [stilled(module.body(), lambda _name: False) for module in (student, classroom, institution)]
    pieces = [{"tag": piece.tag, "markup": piece.markup} for layout in layouts for piece in pieces_in(layout)]
    assert len(pieces) > 60

    read = new_page().evaluate(READ, pieces)

    for piece, found in zip(pieces, read, strict=True):
        assert TAGS.findall(found) == TAGS.findall(piece["markup"])


@pytest.mark.parametrize("module", [student, classroom, institution], ids=lambda one: one.PAGE)
def test_more_than_half_of_a_page_is_handed_out_as_html(module: Any) -> None:
    Dash("app", pages_folder="", add_log_handler=False)

    assert components_in(stilled(module.body(), lambda _name: False)) < components_in(module.body()) / 2
