"""How long somebody who builds a report waits for its preview, in Chromium: `python -m benchmarks.report_builder`.

From a change in the inspector (weeks or months of a chart divided by course) until its chart is drawn anew, in a
report of seven questions; each change to a question that was asked in this minute before, and each to a new one.
Browser, web server and database share the machine; without `--data-dir` the campus is the demo's.
Yardstick, in the same run: the same round of a report without any question, from the change of its title on.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browser import imported_site
from benchmarks.machine import machine
from benchmarks.sites import Site, chromium, demo_site, running, seconds_of

TARGET: Final = 1.0
TEMPLATE: Final = "Weekly course report"
ASKED: Final = "Who is active?"
PERIODS: Final = ("last 8 full weeks", "last 26 full weeks", "last 52 full weeks", "last 4 full weeks")
AWAIT: Final = """(text) => {{
  window.laShown = null;
  const began = performance.now(), before = document.querySelector('{chart}')?.data;
  const look = () => {{
    const sheet = document.querySelector('#report-sheet').innerText, plot = document.querySelector('{chart}');
    if (sheet.includes(text) && (!plot || plot.data !== before)) window.laShown = performance.now() - began;
    else requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}}"""
CHART: Final = "#report-sheet .la-sheet-block.w12 .js-plotly-plot"


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
        empty = _renamed(_opened(site, context, "New report"), rounds)
        page = _opened(site, context, TEMPLATE)
        page.locator(".la-blk", has_text=ASKED).click()
        _waits(page, lambda: page.select_option("#report-control-grain", label="Month"), "per month")
        _waits(page, lambda: page.select_option("#report-control-grain", label="Week"), "per week")
        known = [_changed(page, "grain", *way) for _round in range(rounds) for way in _WAYS]
        new = [_changed(page, "period", period, period) for period in PERIODS]
    beside = f"a report without questions: {statistics.median(empty):.2f}"
    _row("change to a question asked before, median", statistics.median(known), beside)
    _row("the same, slowest", max(known), beside)
    _row("change to a new question, slowest", max(new), beside)


_WAYS: Final = (("Month", "per month"), ("Week", "per week"))


def _opened(site: Site, context: BrowserContext, name: str) -> Page:
    """The builder with a new report, once its preview stands."""
    page = context.new_page()
    page.goto(f"{site.base}/reports")
    page.wait_for_selector(".la-page:not(.la-loading)")
    page.locator("button", has_text=name).first.click()
    page.wait_for_selector(".la-report:not(.la-loading) #report-sheet .la-sheet-foot")
    return page


def _renamed(page: Page, rounds: int) -> list[float]:
    return [
        _waits(page, lambda title=f"Report {number}": page.fill("#report-control-title", title), f"Report {number}")  # type: ignore[misc]  # mypy sees no default of a lambda
        for number in range(rounds)
    ]


def _changed(page: Page, control: str, label: str, text: str) -> float:
    return _waits(page, lambda: page.select_option(f"#report-control-{control}", label=label), text)


def _waits(page: Page, change: Callable[[], object], text: str) -> float:
    """Seconds from a change until its preview has this text, and its chart is drawn anew."""
    page.wait_for_selector("#report-inspector[aria-busy='false']")
    page.evaluate(AWAIT.format(chart=CHART), text)
    change()
    return seconds_of(page, "window.laShown")


def _row(what: str, value: float, beside: str) -> None:
    verdict = "met" if value <= TARGET else "NOT MET"
    print(f"{what:<46}{value:>7.2f} s {TARGET:>6.2f}  {verdict:<9}{beside}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
