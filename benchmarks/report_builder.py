"""How long somebody who builds a report waits for its preview, in Chromium: `python -m benchmarks.report_builder`.

A report of ten charts. From a change in the inspector (weeks or months of one of them), or of the order, until all ten
stand painted; changes to questions that were asked in this minute before, and to new ones.
Yardsticks, in the same run: the same changes where nothing of the report is held, so that all ten charts are sent and
drawn anew (as every change did before parts had names); and a report without any question, from the change of its
title on. Browser, web server and database share the machine; without `--data-dir` the campus is the demo's.
"""

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browser import imported_site
from benchmarks.machine import machine
from benchmarks.sites import Site, chromium, demo_site, running, seconds_of
from dashapp.domain.reports.document import Bars, Chart, Data, Report, Width, written
from dashapp.domain.reports.periods import Grain, Moving
from dashapp.domain.reports.questions import Dimension, Question

TARGET: Final = 1.0
PERIODS: Final = ("last 8 full weeks", "last 26 full weeks", "last 52 full weeks", "last 4 full weeks")
WEEKS: Final = Moving(count=12)
_BY_WEEK: Final = ("active_learners", "events", "minutes", "share_active", "sessions")
_BY_COURSE: Final = ("active_learners", "events", "minutes", "enrolled", "handed_in")
CHARTS: Final = len(_BY_WEEK) + len(_BY_COURSE)
CHANGED: Final = UUID(int=1)
"""The chart that is changed: the first."""
AWAIT: Final = """([block, text]) => {
  const chart = () => document.querySelector(`[data-la-shows="${block}"] .js-plotly-plot`);
  const began = performance.now(), before = chart()?.data;
  window.laShown = null;
  const look = () => {
    const sheet = document.querySelector('#report-sheet'), plots = [...sheet.querySelectorAll('.la-plot')];
    const painted = plots.every((plot) => plot.querySelector('.js-plotly-plot .main-svg'));
    const changed = !block || (chart()?.data && chart().data !== before);
    if (sheet.innerText.includes(text) && painted && changed) window.laShown = performance.now() - began;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
AWAIT_ORDER: Final = """(block) => {
  const began = performance.now();
  window.laShown = null;
  const look = () => {
    const sheet = document.querySelector('#report-sheet'), plots = [...sheet.querySelectorAll('.la-plot')];
    const painted = plots.every((plot) => plot.querySelector('.js-plotly-plot .main-svg'));
    const first = sheet.querySelector('[data-la-shows]').dataset.laShows;
    if (painted && first === block) window.laShown = performance.now() - began;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
FORGET: Final = "laReportPages.forget()"
_WAYS: Final = (("Month", "per month"), ("Week", "per week"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_builder", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="DATA_DIR of an existing embedded database")
    parser.add_argument("--rounds", type=int, default=10, help="changes of each kind")
    chosen = parser.parse_args(arguments)
    print(machine())
    with chromium() as browser:
        if chosen.data_dir is not None:
            with imported_site(chosen.data_dir) as (imported, visitors):
                _report(imported, browser, visitors[-1], chosen.rounds)
        else:
            with demo_site() as site, running(site.settings):
                _report(site, browser, site.somebody("administrator"), chosen.rounds)
    return 0


def _report(site: Site, browser: Browser, who: Any, rounds: int) -> None:
    with site.enter(browser, who) as context:
        empty = statistics.median(_renamed(_opened(site, context, Report(title="Empty")), rounds))
        page = _opened(site, context, _ten())
        drawn = page.locator("#report-sheet .js-plotly-plot").count()
        if drawn != CHARTS:
            raise SystemExit(f"{drawn} charts are drawn in place of {CHARTS}.")
        page.locator(".la-blk").first.click()
        for way in _WAYS:
            _changed(page, "grain", *way)
        known = [_changed(page, "grain", *way) for _round in range(rounds) for way in _WAYS]
        whole = [_changed(page, "grain", *way, forget=True) for _round in range(rounds) for way in _WAYS]
        moved = [_moved(page, key) for _round in range(rounds) for key in ("Alt+ArrowDown", "Alt+ArrowUp")]
        new = [_changed(page, "period", period, period) for period in PERIODS]
    beside = f"a report without questions: {empty:.2f}"
    _row("change of one chart of ten, median", statistics.median(known), beside)
    _row("the same, slowest", max(known), beside)
    _row("change of the order of ten, median", statistics.median(moved), beside)
    _row("change to a new question, slowest", max(new), beside)
    again = statistics.median(whole)
    print(f"all ten sent and drawn anew, median{again:>18.2f} s, {again / statistics.median(known):.1f} times as long")


def _ten() -> Report:
    weekly = (Question(measures=(key,), grain=Grain.WEEK, period=WEEKS) for key in _BY_WEEK)
    divided = (Question(measures=(key,), split=Dimension.COURSE, period=WEEKS) for key in _BY_COURSE)
    charts = [(Chart.LINE, one) for one in weekly] + [(Chart.BAR, one) for one in divided]
    blocks = tuple(
        Data(id=UUID(int=place), chart=chart, question=question, width=Width.FULL, bars=Bars.HORIZONTAL)
        if chart is Chart.BAR
        else Data(id=UUID(int=place), chart=chart, question=question)
        for place, (chart, question) in enumerate(charts, 1)
    )
    return Report(title="Ten charts", blocks=blocks)


def _opened(site: Site, context: BrowserContext, report: Report) -> Page:
    """The builder with this report, once its preview stands."""
    page = context.new_page()
    page.goto(f"{site.base}/reports")
    page.wait_for_selector(".la-page:not(.la-loading)")
    sent = json.dumps({"data": {"text": written(report), "number": 1}})
    page.evaluate(f"dash_clientside.set_props('reports-sent', {sent})")
    page.wait_for_selector(".la-report:not(.la-loading) #report-sheet .la-sheet-foot")
    page.evaluate(AWAIT, ["", report.title])
    seconds_of(page, "window.laShown")
    return page


def _renamed(page: Page, rounds: int) -> list[float]:
    found = []
    for number in range(rounds):
        title = f"Report {number}"
        page.evaluate(AWAIT, ["", title])
        page.fill("#report-control-title", title)
        found.append(seconds_of(page, "window.laShown"))
    return found


def _changed(page: Page, control: str, label: str, text: str, *, forget: bool = False) -> float:
    """Seconds from a change until the preview has this text, and its charts are drawn."""
    if forget:
        page.evaluate(FORGET)
    return _waits(
        page,
        lambda: page.evaluate(AWAIT, [str(CHANGED), text]),
        lambda: page.select_option(f"#report-control-{control}", label=label),
    )


def _moved(page: Page, key: str) -> float:
    first = str(UUID(int=2) if key == "Alt+ArrowDown" else CHANGED)
    page.locator("#report-canvas [aria-selected='true']").focus()
    return _waits(page, lambda: page.evaluate(AWAIT_ORDER, first), lambda: page.keyboard.press(key))


def _waits(page: Page, watch: Callable[[], object], change: Callable[[], object]) -> float:
    page.wait_for_selector("#report-inspector[aria-busy='false']")
    watch()
    change()
    return seconds_of(page, "window.laShown")


def _row(what: str, value: float, beside: str) -> None:
    verdict = "met" if value <= TARGET else "NOT MET"
    print(f"{what:<40}{value:>7.2f} s {TARGET:>6.2f}  {verdict:<9}{beside}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
