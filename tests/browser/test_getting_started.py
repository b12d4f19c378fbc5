"""An administrator's first afternoon: from an empty installation to a teacher's classroom with live data, in the
browser."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database
from dashapp.jobs.roster_runs import RosterWork
from dashapp.observability.metrics import build_metrics
from dashapp.security.set_up import FirstStart
from dashapp.web.application import Application
from ingest.loop import ingest_from
from tests.browser.conftest import SLOW
from tests.ingest.roster.archives import class_, enrolment, school, texts, user, write_zip
from tests.served import application_on, serving, web_settings

pytestmark = pytest.mark.browser


LMS = "https://moodle.north.example"


@pytest.fixture
def empty(database: Database, tmp_path: Path) -> Iterator[tuple[str, Application]]:
    """A service without an organisation, with its ingest and the job of rosters."""
    ingest = ingest_from(web_settings(database), database, build_metrics())
    ingest.start()
    stopping = Signal()
    try:
        with application_on(database, data_dir=tmp_path / "var") as application, serving(application) as base:
            services = application.services
            work = RosterWork(services.settings, database, services.clock)
            thread = Thread(target=_again_and_again, args=(work, stopping), daemon=True)
            thread.start()
            yield base, application
            stopping.set()
            thread.join()
    finally:
        ingest.stop()


def _again_and_again(work: RosterWork, stopping: Signal) -> None:
    while not stopping.wait(0.2):
        work.run(stopping)


def roster(path: Path) -> Path:
    """What the student system writes: a class, three learners and a teacher, called as Moodle calls them."""
    files = school()
    year = datetime.now(UTC).year
    for session in files["academicSessions"]:
        session |= {"startDate": f"{year}-01-01", "endDate": f"{year + 1}-01-01", "schoolYear": f"{year}"}
    files["classes"] = [class_("c1", title="Biology", classCode=f"{LMS}/course/view.php?id=3")]
    names = {
        "u1": ("0", "Ada", "Ash"),
        "u2": ("1", "Bob", "Birch"),
        "u3": ("2", "Eve", "Elm"),
        "u4": ("9", "Tess", "Tull"),
    }
    files["users"] = [user(key, given, familyName=last, username=name) for key, (name, given, last) in names.items()]
    files["roles"] = [row for row in files["roles"] if row["userSourcedId"] in names]
    taught = [enrolment(f"e{key}", "c1", key, "teacher" if key == "u4" else "student") for key in names]
    files["enrollments"] = taught
    return write_zip(path, texts(files))


def statement(number: int) -> dict[str, object]:
    """What a learning system sends when somebody looks at a page."""
    return {
        "id": f"5b0c2f6e-3a0d-4c63-9f2c-7d6b1e0a4c{number:02d}",
        "actor": {"account": {"homePage": "https://moodle.north.example", "name": f"{number}"}},
        "verb": {"id": "http://id.tincanapi.com/verb/viewed"},
        "object": {
            "id": "https://moodle.north.example/mod/page/view.php?id=7",
            "definition": {"name": {"en": "Cells"}, "type": "http://activitystrea.ms/schema/1.0/page"},
        },
        "context": {
            "contextActivities": {
                "grouping": [
                    {
                        "id": "https://moodle.north.example/course/view.php?id=3",
                        "definition": {
                            "name": {"en": "Biology"},
                            "type": "http://lrs.learninglocker.net/define/type/moodle/course",
                        },
                    }
                ]
            }
        },
        "timestamp": datetime.now(UTC).isoformat(),
    }


def post(address: str, key: str, statements: list[dict[str, object]]) -> None:
    """Posts statements as Moodle's plugin does."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "X-Experience-API-Version": "1.0.3",
    }
    request = Request(f"{address}/statements", json.dumps(statements).encode(), headers)  # our own server
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def set_up(page: Page, base: str, code: str) -> None:
    """The page of the first start, as its reader fills it in."""
    page.goto(base)
    page.get_by_label("Code of the first start").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name", exact=True).fill("North College")
    expect(page.get_by_label("Short name")).to_have_value("north-college")
    page.get_by_label("Given name").fill("Robin")
    page.get_by_label("Family name").fill("Reed")
    page.get_by_label("E-mail address").fill("robin@north.example")
    page.get_by_label("Password", exact=True).fill("seven green lanterns")
    page.get_by_label("The password once more").fill("seven green lanterns")
    page.get_by_label("Name, such as Autumn 2026").fill("This year")
    year = datetime.now(UTC).year
    page.get_by_label("Teaching starts").fill(f"{year}-01-01")
    page.get_by_label("Teaching ends").fill(f"{year}-12-31")
    page.get_by_role("button", name="Set up and sign in").click()


def connect(page: Page) -> tuple[str, str]:
    """The first system, connected: the address that its steps name, and its key."""
    expect(page.locator("#connections-title")).to_have_text("No system is connected yet")
    page.get_by_label("Name, as the lists show it").fill("Moodle")
    page.get_by_label("Its own address").fill(LMS)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#connections-said")).to_contain_text("north-college-moodle is connected")
    steps = page.locator("#connections-steps")
    key = re.search(r"la_[a-z2-7]{12}_[\w-]{43}", steps.inner_text())
    assert key is not None
    return steps.locator("dd code").first.inner_text(), key[0]


def take_roster_in(page: Page, path: Path) -> None:
    """A roster of the connected system: how its names are Moodle's, the file, a look, and Go."""
    expect(page.locator("#rosters-title")).to_have_text("No roster of north-college-moodle has been taken in yet")
    for which, column, kind in (("people", "username", "account"), ("courses", "classCode", "course")):
        for part, value in (("column", column), ("issuer", LMS), ("kind", kind)):
            page.locator(f"#rosters-set-{which}-{part}").fill(value)
    page.locator("#rosters-save").click()
    expect(page.locator("#rosters-said")).not_to_be_empty()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(path)
    expect(page.locator(".la-upload-said")).to_contain_text("has arrived")
    page.get_by_role("button", name="Check the files").click()
    expect(page.locator("#rosters-strip tr", has_text="People")).to_contain_text("4")
    page.get_by_role("button", name="Take the roster in").click()
    expect(page.locator("#rosters-state")).to_contain_text("The roster is taken in.")


def let_in(page: Page, name: str) -> str:
    """An account for somebody of the roster; the address at which they choose their password."""
    page.get_by_label("Search").first.fill(name)
    expect(page.locator("#people-rows tbody tr")).to_have_count(1)
    page.locator("#people-rows a", has_text=name).first.click()
    page.get_by_label("Name to sign in with").fill("tess@north.example")
    page.get_by_role("button", name="Open an account").click()
    page.get_by_role("button", name="Make a link to set a password").click()
    return page.locator("#person-link code").inner_text()


def sign_in_first(page: Page, base: str, link: str) -> None:
    """Somebody chooses a password by the link that they were given, and signs in."""
    page.goto(f"{base}/sign-in/password{link.partition('/sign-in/password')[2]}")
    for field in ("New password", "The new password once more"):
        page.get_by_label(field, exact=True).fill("nine slow trams")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name or e-mail address").fill("tess@north.example")
    page.get_by_label("Password").fill("nine slow trams")
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.long
def test_from_an_empty_installation_to_a_classroom_with_live_data(
    empty: tuple[str, Application], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    base, application = empty
    services = application.services
    code = FirstStart(services.database, services.settings.secret_keys).code()
    assert code is not None
    page = new_page(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin")
    page.set_default_timeout(SLOW)

    set_up(page, base, code)
    page.wait_for_selector("#institution-page:not(.la-loading)")
    page.get_by_role("link", name="Administration").first.click()
    expect(page.locator("#administration-title")).to_have_text("5 steps are left for North College")
    page.get_by_role("link", name="Connect a learning system that sends events").click()

    address, key = connect(page)
    assert address.endswith("/xapi")
    expect(page.locator("#connections-rows")).to_contain_text("Waits for the first event")

    rail = page.get_by_role("navigation", name="Administration")
    rail.get_by_role("link", name="Rosters").click()
    take_roster_in(page, roster(tmp_path / "roster.zip"))
    rail.get_by_role("link", name="All people").click()
    link = let_in(page, "Tess Tull")

    teacher = new_page(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin")
    teacher.set_default_timeout(SLOW)
    sign_in_first(teacher, base, link)
    teacher.wait_for_selector("#classroom-page:not(.la-loading), #courses-page:not(.la-loading)")
    if teacher.locator("#courses-page").count():
        teacher.get_by_role("link", name="Biology").first.click()
    teacher.wait_for_selector("#classroom-page:not(.la-loading)")
    for learner in ("Ada Ash", "Bob Birch", "Eve Elm"):
        expect(teacher.locator("#classroom-page")).to_contain_text(learner)
    expect(teacher.locator("#classroom-page")).to_contain_text("never")

    rail.get_by_role("link", name="Connections").click()
    expect(page.locator("#connections-rows")).to_contain_text("Waits for the first event")
    post(f"{base}/xapi", key, [statement(number) for number in range(3)])

    # Nobody reloads: both pages hear of it.
    expect(page.locator("#connections-rows")).to_contain_text("First event seen")
    expect(page.locator("#connections-rows")).to_contain_text("3 people · 1 course")
    expect(teacher.locator("#classroom-page")).to_contain_text("today")
