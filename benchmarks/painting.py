"""Speed in the browser with a classroom of 2,000 learners, as one table with targets: `python -m benchmarks.painting`.

The last chart and list painted (cold, warm, cold at 20 Mbit/s), processor time of the page's main thread, filter and
lasso until every chart is drawn anew, layout shift of the three pages at two widths, memory over live updates. Browser,
web server and database share the machine. Without `--data-dir` a campus is made as in `benchmarks.pages`.
Yardsticks, in the same run: the same figures drawn by plotly alone from a file; the transfer alone at 20 Mbit/s; plotly
redrawing the open page's charts.

`--lighthouse FOLDER` asks Lighthouse too, where `npm install lighthouse` was done in that folder.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from benchmarks.browser import drawn_plainly, imported_site
from benchmarks.heap import INTERPRETED, Kept, growth, kept
from benchmarks.large_campus import Size
from benchmarks.machine import machine
from benchmarks.pages import make_campus
from benchmarks.sites import Site, Visitor, chromium
from benchmarks.watching import REACT, WAITED, WATCH, Load, load, until
from dashapp.data.database import embedded_database

COLD, WARM, SLOW, ACTION, SHIFT, HEAP = 2.0, 1.3, 2.5, 0.3, 0.05, 10.0
MEGABITS: Final = 20
TICKS_AN_HOUR: Final = 720
LEARNT: Final = 20
"""Updates after which a page's memory is first looked at: until then caches fill."""
WIDTHS: Final = (1280, 360)
CATEGORIES: Final = {"performance": 85, "accessibility": 100}
IS_LASSO: Final = """document.querySelector('#classroom-time-and-score .js-plotly-plot').layout.dragmode === 'lasso'
  ? 1 : null"""
SCATTER: Final = "#classroom-time-and-score .nsewdrag"


def row(what: str, value: float, target: float, unit: str, beside: str = "") -> None:
    """Prints a figure, what is aimed at, whether it is met, and the yardstick of the same run."""
    verdict = "met" if value <= target else "NOT MET"
    print(f"{what:<46}{value:>9.2f} {unit:<6}{target:>7.2f}  {verdict:<9}{beside}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.painting", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="DATA_DIR of an existing embedded database")
    parser.add_argument("--rounds", type=int, default=5, help="visits, cold and warm, and actions of each kind")
    parser.add_argument("--ticks", type=int, default=60, help="live updates over which memory is watched")
    parser.add_argument("--memory", action="store_true", help="watch memory alone")
    parser.add_argument("--lighthouse", type=Path, help="folder with node_modules/lighthouse")
    chosen = parser.parse_args(arguments)
    print(machine())
    with tempfile.TemporaryDirectory(prefix="painting-") as folder:
        Path(folder).chmod(0o755)
        where = chosen.data_dir or Path(folder)
        if chosen.data_dir is None:
            database = embedded_database(where / "database")
            make_campus(database, Size())
            database.close()
        with imported_site(where) as (site, visitors):
            print(f"{'':<46}{'figure':>9} {'':<6}{'target':>7}")
            classroom = next(each for each in visitors if each.what.startswith("classroom"))
            _memory(site, classroom, chosen.ticks)
            if not chosen.memory:
                with chromium() as browser:
                    _report(site, browser, visitors, chosen)
    return 0


def _report(site: Site, browser: Browser, visitors: Sequence[Visitor], chosen: argparse.Namespace) -> None:
    classroom = next(each for each in visitors if each.what.startswith("classroom"))
    _visits(site, browser, classroom, chosen.rounds)
    _filters(site, browser, classroom, chosen.rounds)
    for visitor in visitors:
        for width in WIDTHS:
            context, page, session = _opened(site, browser, visitor, width)
            shift = load(page, session, site.base + visitor.path).shift
            row(f"{visitor.what}, {width} px: layout shift", shift, SHIFT, "")
            context.close()
        if chosen.lighthouse is not None:
            _lighthouse(site, browser, visitor, chosen.lighthouse)
    _lassos(site, browser, classroom, chosen.rounds)


def _opened(
    site: Site, browser: Browser, visitor: Visitor, width: int = 1280
) -> tuple[BrowserContext, Page, CDPSession]:
    context = site.enter(browser, visitor)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(WATCH)
    return context, page, context.new_cdp_session(page)


def _visits(site: Site, browser: Browser, visitor: Visitor, rounds: int) -> None:
    address = site.base + visitor.path
    cold: list[Load] = []
    warm: list[Load] = []
    slow: list[Load] = []
    alone: list[float] = []
    for number in range(rounds + 1):
        context, page, session = _opened(site, browser, visitor)
        found = load(page, session, address)
        again = load(page, context.new_cdp_session(page), address)
        figures = drawn_plainly(context)
        context.close()
        context, page, session = _opened(site, browser, visitor)
        through = load(page, session, address, MEGABITS)
        context.close()
        if number:  # the first visit after a start compresses the scripts, which is not what people wait for
            cold, warm, slow, alone = [*cold, found], [*warm, again], [*slow, through], [*alone, figures]
    beside = f"plotly alone from a file {statistics.median(alone):.2f} s"
    row(f"{visitor.what}: painted, cold", _median(cold, lambda one: one.painted), COLD, "s", beside)
    row(f"{visitor.what}: painted, warm", _median(warm, lambda one: one.painted), WARM, "s", beside)
    transfer = _median(slow, lambda one: one.kilobytes) * 8 / (MEGABITS * 1000)
    beside = f"transfer alone {transfer:.2f} s"
    row(f"{visitor.what}: painted, 20 Mbit/s", _median(slow, lambda one: one.painted), SLOW, "s", beside)
    for name, loads in (("cold", cold), ("warm", warm)):
        thread, script, layout = (_median(loads, getter) for getter in (_thread, _script, _layout))
        one, longest = loads[-1], _median(loads, lambda each: each.longest_task)
        print(
            f"  {name}: processor time of the main thread {thread:.2f} s, of it scripts {script:.2f} s, "
            f"style and layout {layout:.2f} s; {one.requests} requests, {one.kilobytes:,.0f} kB, "
            f"{one.callbacks} callbacks, {one.elements:,} elements, longest task {longest:.2f} s"
        )


def _median(loads: Sequence[Load], figure: Callable[[Load], float]) -> float:
    return statistics.median(figure(one) for one in loads)


def _thread(one: Load) -> float:
    return one.thread


def _script(one: Load) -> float:
    return one.script


def _layout(one: Load) -> float:
    return one.layout


def _filters(site: Site, browser: Browser, visitor: Visitor, rounds: int) -> None:
    context, page, session = _opened(site, browser, visitor)
    load(page, session, site.base + visitor.path)
    alone = page.evaluate(REACT) / 1000
    _report_actions(page, "filter until all charts are drawn anew", _filter, rounds, alone)
    context.close()


def _lassos(site: Site, browser: Browser, visitor: Visitor, rounds: int) -> None:
    context, page, session = _opened(site, browser, visitor)
    load(page, session, site.base + visitor.path)
    alone = page.evaluate(REACT) / 1000
    page.locator("#classroom-drag label").last.click()
    until(page, IS_LASSO)
    _report_actions(page, "lasso until all charts are drawn anew", _lasso, rounds, alone)
    context.close()


def _report_actions(page: Page, what: str, act: Callable[[Page, int], None], rounds: int, alone: float) -> None:
    """Seconds from the reader's last event until the last chart is drawn, and what of it is waiting for the server."""
    took, waited = [], []
    for number in range(rounds + 1):
        act(page, number)
        done = until(page, "window.laOver(window.laActed)")
        took.append((done - float(page.evaluate("window.laActed"))) / 1000)
        waited.append(float(page.evaluate(WAITED)) / 1000)
    beside = f"of it the server {statistics.median(waited[1:]):.2f} s; plotly redrawing alone {alone:.2f} s"
    row(what, statistics.median(took[1:]), ACTION, "s", beside)


def _filter(page: Page, number: int) -> None:
    page.locator("#classroom-level label").nth(1 + number % 2).click()


def _lasso(page: Page, number: int) -> None:
    """Around half of the chart, a little more each time, so that others are chosen."""
    chart = page.locator(SCATTER).first
    # In the middle: what is only just in view may lie beneath the bar at the top, which then takes the pointer.
    chart.evaluate("(one) => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = chart.bounding_box()
    assert box is not None
    across = box["width"] * (0.4 + 0.05 * (number % 8))
    corners = ((8, 8), (across, 8), (across, box["height"] - 8), (8, box["height"] - 8))
    for place, (x, y) in enumerate(corners):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        if not place:
            page.mouse.down()
    page.mouse.up()


def _memory(site: Site, visitor: Visitor, ticks: int) -> None:
    """What stays after forced collections, while the page is updated again and again as by a change of its data, in a
    browser of its own; see `benchmarks.heap`."""
    with chromium(INTERPRETED) as browser:
        context, page, session = _opened(site, browser, visitor)
        load(page, session, site.base + visitor.path)
        seen: list[Kept] = []
        for number in range(LEARNT + ticks):
            start = page.evaluate("performance.now()")
            # A page that says it holds nothing has all sent, and charts that stand otherwise are drawn, as when
            # everything has changed.
            page.evaluate("dash_clientside.set_props('classroom-page', { 'data-la-shown': null })")
            page.evaluate("document.querySelectorAll('.js-plotly-plot').forEach((one) => { one.layout.margin = {}; })")
            page.evaluate(f"dash_clientside.set_props('shell-version', {{ data: 'update-{number}' }})")
            until(page, f"window.laSince({start})")
            if number >= LEARNT and number % 5 == 0:
                seen.append(kept(session, number))
        beside = (
            f"{seen[0].heap / 1e6:.1f} MB after {seen[0].updates} updates, {seen[-1].heap / 1e6:.1f} MB after "
            f"{seen[-1].updates}; each adds {growth(seen, 'nodes'):.2f} nodes and "
            f"{growth(seen, 'listeners'):.2f} listeners"
        )
        row("heap: growth over an hour of changes", growth(seen, "heap") * TICKS_AN_HOUR / 1e6, HEAP, "MB", beside)
        context.close()


def _lighthouse(site: Site, browser: Browser, visitor: Visitor, folder: Path) -> None:
    context = site.enter(browser, visitor)
    cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in context.cookies())
    command = [
        "node", str(folder / "node_modules" / "lighthouse" / "cli" / "index.js"), site.base + visitor.path, "--quiet",
        "--preset=desktop", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps({'Cookie': cookies})}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    answer = subprocess.run(command, capture_output=True, check=True, env=environment)
    found = json.loads(answer.stdout)["categories"]
    said = {name: round(found[name]["score"] * 100) for name in CATEGORIES}
    missed = [name for name, least in CATEGORIES.items() if said[name] < least]
    print(f"{visitor.what}: Lighthouse, desktop: {said}, at least {CATEGORIES}: {'NOT MET' if missed else 'met'}")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
