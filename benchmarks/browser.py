"""What people wait for, in Chromium: `python -m benchmarks.browser`.

The last chart painted, cold (nothing kept) and warm (scripts kept), and from an event posted into the transport to the
open page at a rate of 2 s. Browser, web server, ingest and database share the machine. The campus is the demo's.
Yardstick, in the same run: a page without a framework that draws the same figures from a file.
With `--data-dir` the painted pages are those of the largest course of an existing embedded database (see
`benchmarks.pages`), which gets a teacher and an administrator.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from benchmarks.machine import machine
from benchmarks.pages import Subject, largest_course
from benchmarks.sites import (
    PATIENCE,
    PORT,
    REPOSITORY,
    DemoSite,
    Site,
    Visitor,
    chromium,
    demo_site,
    running,
    seconds_of,
)
from dashapp.data.database import Database, embedded_database
from dashapp.domain.events import Identifier, LearningEvent, Verb
from dashapp.domain.keys import PublicId
from dashapp.security.sign_in import DemoPerson
from dashapp.settings import load_settings
from ingest.demo.campus import Fate
from ingest.sending import sender_for

COLD_TARGET, WARM_TARGET, LIVE_TARGET = 2.0, 1.3, 3.0
WATCH = """
window.laPainted = null;
const look = () => {
  const page = document.querySelector('.la-page:not(.la-loading)');
  const plots = page ? [...page.querySelectorAll('.la-plot')] : [];
  const due = plots.filter((plot) => !plot.querySelector('.la-over')?.childElementCount);
  const drawn = due.every((plot) => plot.querySelector('.cartesianlayer .trace, .cartesianlayer .hm image'));
  const tables = page ? [...page.querySelectorAll('.la-table-grid')] : [];
  const grids = tables.every((grid) => grid.querySelector('.ag-row'));
  if (page && plots.length && drawn && grids) requestAnimationFrame(() => { window.laPainted ??= performance.now(); });
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
FIGURES = """[...document.querySelectorAll('.js-plotly-plot')].map((plot) => ({
  data: plot.data, layout: plot.layout, height: plot.getBoundingClientRect().height }))"""
PLAIN = """<!doctype html><meta charset=utf-8><script src="plotly.js"></script><body><script>
const figures = {figures};
figures.forEach((figure) => {{ const place = document.createElement('div'); place.style.height = figure.height + 'px';
  document.body.append(place); Plotly.newPlot(place, figure.data, figure.layout, {{ displayModeBar: false }}); }});
requestAnimationFrame(() => {{ window.laPainted = performance.now(); }});
</script>"""
TODAY = """() => { const plot = document.querySelector('#classroom-days .js-plotly-plot');
  return plot?.data ? plot.data[0].y.at(-1) : null; }"""
NOTE_TODAY = f"""() => {{ const today = {TODAY}; window.laSeen = []; let last = today();
  const note = (now) => window.laSeen.push([Date.now() / 1000, last = now]);
  setInterval(() => {{ const now = today(); if (now !== last) note(now); }}, 20);
}}"""


_APPOINT = text("""
WITH person AS (INSERT INTO people (organisation_id) VALUES (:organisation) RETURNING person_id, public_id),
  role AS (INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)
    SELECT :organisation, person_id, :kind, :scope, :role, 'administration' FROM person)
SELECT public_id FROM person
""")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="DATA_DIR of an existing embedded database; paints only")
    parser.add_argument("--rounds", type=int, default=5, help="visits of each page, cold and warm")
    parser.add_argument("--events", type=int, default=40, help="live changes to time")
    chosen = parser.parse_args(arguments)
    print(machine())
    with chromium() as browser:
        if chosen.data_dir is not None:
            with imported_site(chosen.data_dir) as (imported, visitors):
                _paints(imported, browser, visitors, chosen.rounds)
        else:
            with demo_site() as site, running(site.settings):
                _paints(site, browser, _demo_visitors(site, browser), chosen.rounds)
                _changes(site, browser, chosen.events)
    return 0


@contextmanager
def imported_site(folder: Path) -> Iterator[tuple[Site, list[Visitor]]]:
    """The service on an existing embedded database, with a learner, a teacher and an administrator of its largest
    course."""
    settings = load_settings(_env_file=None, data_dir=folder, port=PORT)
    database = embedded_database(folder / "database")
    try:
        visitors = _appointed(database, largest_course(database))
        # Keeping house would remove the older raw events of a database that is to be read again.
        with running(settings, DATA_RETENTION_DAYS="36500", AGGREGATE_RETENTION_DAYS="36500"):
            yield Site(f"http://127.0.0.1:{PORT}", settings, database), visitors
    finally:
        database.close()


def _appointed(database: Database, subject: Subject) -> list[Visitor]:
    """A learner of the course, and a teacher and an administrator who are made for this."""
    organisation = subject.organisation
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        values = {"organisation": organisation, "kind": "course", "scope": subject.course, "role": "teacher"}
        teacher = PublicId(connection.execute(_APPOINT, values).scalar_one())
        values = {"organisation": organisation, "kind": "organisation", "scope": organisation, "role": "administrator"}
        dean = PublicId(connection.execute(_APPOINT, values).scalar_one())
        connection.commit()
    return [
        Visitor(organisation, subject.learner_public_id, "/", "student"),
        Visitor(
            organisation, teacher, f"/courses/{subject.course_public_id}", f"classroom, {subject.learners:,} learners"
        ),
        Visitor(organisation, dean, "/", "institution"),
    ]


def _demo_visitors(site: DemoSite, browser: Browser) -> list[Visitor]:
    pages = (("student", "student"), ("teacher", "classroom, 160 learners"), ("administrator", "institution"))
    found = []
    for role, what in pages:
        person = site.somebody(role)
        path, _code = _path(site, browser, person)
        found.append(Visitor(person.organisation_id, person.public_id, path, what))
    return found


def _paints(site: Site, browser: Browser, visitors: Sequence[Visitor], rounds: int) -> None:
    for visitor in visitors:
        # The first visit after a start compresses the scripts and draws the figures: it is not what people wait for.
        first = site.enter(browser, visitor)
        _visit(first, site.base + visitor.path)
        address = first.pages[0].url
        cold, warm, plain = [], [], []
        for _round in range(rounds):
            context = site.enter(browser, visitor)
            cold.append(_visit(context, address))
            warm.append(_visit(context, address))
            plain.append(drawn_plainly(context))
            context.close()
        print(
            f"{visitor.what}: last chart painted cold {statistics.median(cold):.2f} s (target {COLD_TARGET}), "
            f"warm {statistics.median(warm):.2f} s (target {WARM_TARGET}); "
            f"yardstick, the same figures without a framework {statistics.median(plain):.2f} s; "
            f"medians of {rounds}"
        )


def _visit(context: BrowserContext, address: str) -> float:
    if context.pages:
        page = context.pages[0]
    else:
        page = context.new_page()
        page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    return seconds_of(page, "window.laPainted")


def _path(site: Site, browser: Browser, person: DemoPerson) -> tuple[str, str]:
    """The path of the page of somebody, and the code of a teacher's course."""
    context = site.enter(browser, person)
    page = context.new_page()
    page.goto(f"{site.base}/courses" if person.role == "teacher" else f"{site.base}/")
    code = ""
    if person.role == "teacher":
        link = page.locator("#courses-list a").first
        code = link.locator("b").inner_text()
        link.click()
    page.wait_for_selector("#student-page, #classroom-page, #institution-page", state="attached")
    path = page.url.removeprefix(site.base)
    context.close()
    return path, code


def drawn_plainly(context: BrowserContext) -> float:
    """The figures of the page that the context shows, drawn by plotly alone from a file."""
    figures = context.pages[0].evaluate(FIGURES)
    with tempfile.TemporaryDirectory(prefix="la-plain-") as folder:
        shutil.copy(REPOSITORY / "assets" / "plotly.min.js", Path(folder) / "plotly.js")
        document = Path(folder) / "index.html"
        document.write_text(PLAIN.format(figures=json.dumps(figures).replace("</", "<\\/")), encoding="utf-8")
        page = context.new_page()
        page.goto(document.as_uri(), wait_until="commit")
        seconds = seconds_of(page, "window.laPainted")
        page.close()
    return seconds


def _changes(site: DemoSite, browser: Browser, events: int) -> None:
    """Events of learners who have not been active today: each lets the last bar of the classroom grow."""
    teacher = site.somebody("teacher")
    path, code = _path(site, browser, teacher)
    context = site.enter(browser, teacher)
    page = context.new_page()
    page.goto(site.base + path)
    page.wait_for_selector("#classroom-days .cartesianlayer .trace")
    page.evaluate(NOTE_TODAY)
    course = next(each for each in site.campus.campus.courses if each.text.code == code)
    # Who has left the course no longer counts in its chart.
    steady = [one for one in site.campus.campus.learners if one.fate is Fate.STEADY]
    learners = [one for one in steady if any(each.course is course for each in one.enrolments)]
    sender = sender_for(site.settings, site.database, site.campus.source)
    seconds = []
    for number, learner in enumerate(learners[:events]):
        before = page.evaluate(TODAY) or 0
        sent = time.time()
        sender.send([_view(learner.identifier, course.identifier, number)])
        seconds.append(_seen(page, before) - sent)
        # Not in step with the page's own rhythm.
        page.wait_for_timeout(100 + 137 * (number % 15))
    sender.close()
    ordered = sorted(seconds)
    print(
        f"posted event to the open page, asking every 2 s: median {statistics.median(seconds):.2f} s, "
        f"p95 {ordered[int(len(ordered) * 0.95) - 1]:.2f} s (target {LIVE_TARGET}), {len(seconds)} events; "
        "yardstick: asking every 2 s alone is 1.00 s and 1.90 s"
    )
    context.close()


def _seen(page: Page, before: float) -> float:
    for _attempt in range(PATIENCE):
        for at, value in page.evaluate("window.laSeen"):
            if value is not None and value > before:
                return float(at)
        page.wait_for_timeout(20)
    raise SystemExit("A posted event did not reach the page within a minute.")


def _view(person: Identifier, course: Identifier, number: int) -> LearningEvent:
    now = datetime.now(UTC)
    return LearningEvent(f"benchmark-{now.timestamp()}-{number}", Verb.VIEWED, person, course, occurred_at=now)


if __name__ == "__main__":
    raise SystemExit(main())
