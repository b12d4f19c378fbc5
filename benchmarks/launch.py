"""From a click in a learning platform to the first chart in its frame, in Chromium: `python -m benchmarks.launch`.

A teacher opens the classroom of 160 learners, a learner the own page, by LTI 1.3 over HTTPS, cold (nothing kept) and
warm (scripts kept). From the click on: login, the platform's answer, the launch, and the page. Browser, platform, web
server, ingest and database share the machine; the campus is the demo's. Yardstick, in the same run: the same page in a
window of the frame's size, opened at its own address by somebody who has a session.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.lms import CLIENT, DEPLOYMENT, Lms, certificate, https_before, platform
from benchmarks.machine import machine
from benchmarks.sites import PORT, DemoSite, chromium, demo_site, running, seconds_of
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.frame_origins import register_frame_origin
from dashapp.data.store.identified import find_people
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.lti.platforms import NewPlatform, add_platform
from dashapp.domain.clock import system_clock
from dashapp.domain.events import Identifier, Role
from dashapp.domain.joins import JoinRule
from dashapp.domain.lti import PERSON_KIND
from dashapp.security.lti.places import Places
from dashapp.security.sessions import COOKIE, HOST_ONLY, Sessions
from ingest.demo.campus import Course, Fate

TARGET: Final = 3.0
"""Seconds on two cores."""
WATCH: Final = """
if (window.parent === window) {
  addEventListener('message', ({ data }) => { if (data?.laSeen) window[data.laSeen] ??= data.at; });
  addEventListener('click', () => { window.laClicked = performance.timeOrigin + performance.now(); }, true);
}
const look = () => {
  const page = document.querySelector('.la-page:not(.la-loading)');
  const plots = page ? [...page.querySelectorAll('.la-plot')] : [];
  const isDrawn = (plot) => plot.querySelector('.cartesianlayer .trace, .cartesianlayer .hm image');
  const due = plots.filter((plot) => !plot.querySelector('.la-over')?.childElementCount);
  const first = due.some(isDrawn), last = due.length && due.every(isDrawn);
  requestAnimationFrame(() => {
    const at = performance.timeOrigin + performance.now();
    if (first) window.parent.postMessage({ laSeen: 'laFirst', at }, '*');
    if (last) window.parent.postMessage({ laSeen: 'laLast', at }, '*');
    else look();
  });
};
requestAnimationFrame(look);
"""
"""The page outside hears of a chart in the frame at the frame after the one that painted it; so does a page of its
own, from itself. Both in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the platform launches, and what opens then."""

    role: Role
    sub: str
    what: str


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds until the first and until the last chart was painted, and where."""

    first: float
    last: float
    address: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where a launch takes longer than aimed at."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.launch", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="launches of each person, cold and warm")
    chosen = parser.parse_args(arguments)
    print(machine())
    late = False
    with _sites() as (site, lms, people), chromium() as browser:
        for person in people:
            late |= _measure(browser, (site, lms), person, chosen.rounds)
    return int(late)


@contextmanager
def _sites() -> Iterator[tuple[DemoSite, Lms, list[Person]]]:
    """The service and the platform, which know each other, and whom the platform launches."""
    with tempfile.TemporaryDirectory(prefix="la-launch-") as folder, demo_site() as site:
        chain, tls = certificate(Path(folder))
        course = max(site.campus.campus.courses, key=lambda one: len(_learners(site, one)))
        with https_before(PORT, tls) as address, platform(address, course.identifier.value, tls) as lms:
            _register(site, lms, course.identifier)
            told = {"PUBLIC_URL": address, "OUTGOING_NETWORKS": "127.0.0.0/8", "OUTGOING_CA_FILE": str(chain)}
            with running(site.settings, **told):
                learners = _learners(site, course)
                teacher = Person(Role.TEACHER, "teacher", f"teacher, classroom of {len(learners)} learners")
                yield site, lms, [teacher, Person(Role.LEARNER, learners[0].value, "learner, own page")]


def _learners(site: DemoSite, course: Course) -> list[Identifier]:
    """Who is in a course; those who are there all the time first."""
    found = [one for one in site.campus.campus.learners if any(each.course is course for each in one.enrolments)]
    return [one.identifier for one in sorted(found, key=lambda one: one.fate is not Fate.STEADY)]


def _register(site: DemoSite, lms: Lms, course: Identifier) -> None:
    """As an administrator does: the platform, its pages, and that it calls learners what events call them."""
    organisation, now = site.campus.organisation_id, datetime.now(UTC)
    new = NewPlatform(
        title="Platform",
        issuer=lms.url,
        client_id=CLIENT,
        authorization_url=f"{lms.url}/auth",
        token_url=f"{lms.url}/token",
        keyset_url=f"{lms.url}/keys",
        added_by="benchmark",
        added_at=now,
        enabled=True,
        events_issuer=course.issuer,
        deployments=(DEPLOYMENT,),
    )
    lms.login = Places("").login(own_address(site.database, organisation))
    person = site.campus.campus.learners[0].identifier
    with site.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        add_platform(connection, organisation, new)
        register_frame_origin(connection, organisation, lms.url, "benchmark", now)
    with site.database.transaction(DatabaseRole.JOBS, None) as connection:
        rule = JoinRule(lms.url, PERSON_KIND, person.issuer, person.kind)
        add_rule(connection, organisation, rule, "benchmark", now)


def _measure(browser: Browser, sites: tuple[DemoSite, Lms], person: Person, rounds: int) -> bool:
    """Prints the times of somebody; whether the first chart came later than aimed at."""
    site, lms = sites
    # The first launch after a start compresses the scripts and draws the figures: it is not what people wait for.
    context = _context(browser)
    address = _launch(context, lms, person).address
    context.close()
    cold, warm, plain_cold, plain_warm = [], [], [], []
    for _round in range(rounds):
        context = _context(browser)
        cold.append(_launch(context, lms, person))
        warm.append(_launch(context, lms, person))
        context.close()
        context = _context(browser, width=1000, height=800)
        _sign_in(context, site, lms, person)
        plain_cold.append(_open(context, address))
        plain_warm.append(_open(context, address))
        context.close()
    print(f"{person.what}: from the click to the first chart (to the last one), medians of {rounds}")
    print(f"  launched in a frame    cold {_words(cold)}, warm {_words(warm)} (target {TARGET} s)")
    print(f"  yardstick: by address  cold {_words(plain_cold)}, warm {_words(plain_warm)}", flush=True)
    return _first(cold) > TARGET


def _context(browser: Browser, width: int = 1280, height: int = 900) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": height}, ignore_https_errors=True)
    context.add_init_script(WATCH)
    return context


def _launch(context: BrowserContext, lms: Lms, person: Person) -> Times:
    page = _page(context)
    # A course that is reloaded would open again what its frame has shown.
    page.goto("about:blank")
    page.goto(f"{lms.url}/course/{person.role}/{person.sub}")
    page.click("#open")
    return _times(page, "window.laClicked")


def _open(context: BrowserContext, address: str) -> Times:
    page = _page(context)
    page.goto(address, wait_until="commit")
    return _times(page, "performance.timeOrigin")


def _page(context: BrowserContext) -> Page:
    return context.pages[0] if context.pages else context.new_page()


def _times(page: Page, begun: str) -> Times:
    first, last = (seconds_of(page, _since(seen, begun)) for seen in ("laFirst", "laLast"))
    return Times(first, last, page.frames[-1].url)


def _since(seen: str, begun: str) -> str:
    return f"window.{seen} ? window.{seen} - {begun} : null"


def _sign_in(context: BrowserContext, site: DemoSite, lms: Lms, person: Person) -> None:
    """A session with a cookie of somebody whom the platform has launched."""
    organisation, name = site.campus.organisation_id, Identifier(lms.url, PERSON_KIND, person.sub)
    with site.database.transaction(DatabaseRole.INGEST, organisation) as connection:
        found = find_people(connection, organisation, [name])[name]
    sessions = Sessions(site.settings.secret_keys, system_clock, site.database)
    text = sessions.issue(organisation, found.public_id)
    context.add_cookies([{"name": f"{HOST_ONLY}{COOKIE}", "value": text, "url": lms.tool}])


def _first(times: Sequence[Times]) -> float:
    return statistics.median(one.first for one in times)


def _words(times: Sequence[Times]) -> str:
    return f"{_first(times):.2f} s ({statistics.median(one.last for one in times):.2f} s)"


if __name__ == "__main__":
    sys.exit(main())
