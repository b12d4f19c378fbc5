"""Charts are drawn once: the room that their texts take is known before, and is what plotly would give them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import WAITING, campus
from tests.browser.service import Service, until
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = pytest.mark.browser
NARROWER, WIDER = -4.0, 4.0
"""In px: browsers that round each letter to whole px make long texts wider, for which the edge has room; letters that a
system's font draws may be narrower than is reckoned with."""
ROOMS = """async () => {
  const found = [];
  const plots = [...document.querySelectorAll('.js-plotly-plot')];
  for (const plot of plots.filter((one) => one._fullLayout && one.data.length)) {
    const side = plot.layout.xaxis?.side === 'top' ? 't' : 'b', own = plot._fullLayout._size;
    const layout = JSON.parse(JSON.stringify({ ...plot.layout, margin: { l: 4, r: 4, t: 4, b: 4 } }));
    const axes = Object.keys(layout).filter((name) => /^[xy]axis/.test(name));
    for (const name of axes) layout[name].automargin = true;
    const other = document.createElement('div');
    other.style = `width: ${plot.clientWidth}px; height: ${plot.clientHeight}px`;
    document.body.append(other);
    await Plotly.newPlot(other, JSON.parse(JSON.stringify(plot.data)), layout, { displayModeBar: false });
    const plotlys = other._fullLayout._size;
    found.push({
      name: plot.closest('.dash-graph').id, anew: plot._fullLayout._redrawFromAutoMarginCount !== undefined,
      left: own.l - plotlys.l, line: own[side] - plotlys[side], right: own.r - plotlys.r, single: axes.length === 2,
      seen: layout.xaxis?.visible !== false,
    });
    Plotly.purge(other);
    other.remove();
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("width", "locale"),
    [(1280, "en"), pytest.param(360, "de", marks=pytest.mark.long), pytest.param(1280, "fr", marks=pytest.mark.long)],
)
@pytest.mark.parametrize(
    ("who", "path"),
    [
        pytest.param("Ada Abel", "/me", marks=pytest.mark.long),
        ("Tess Thorne", "ALG 1"),
        pytest.param(ADMINISTRATOR, "organisation", marks=pytest.mark.long),
    ],
)
def test_a_chart_is_drawn_once_with_the_room_that_plotly_would_give_it(
    service: Service, open_as: Callable[..., Page], who: str, path: str, width: int, locale: str
) -> None:
    address = {"ALG 1": service.course("ALG 1"), "organisation": service.organisation()}.get(path, path)
    page = open_as(who, f"{address}?locale={locale}", fresh=True, viewport={"width": width, "height": 900})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".la-further.la-loading")).to_have_count(0)
    until(page, f"{WAITING}.length === 0")

    rooms = page.evaluate(ROOMS)

    assert len(rooms) >= 4
    assert [one["name"] for one in rooms if one["anew"]] == []
    for one in rooms:
        if one["seen"]:
            assert one["left"] >= NARROWER, one
            assert one["line"] >= NARROWER, one
            assert one["right"] >= NARROWER, one
        if one["seen"] and one["single"]:
            assert one["left"] <= WIDER, one
            assert one["line"] <= WIDER, one
