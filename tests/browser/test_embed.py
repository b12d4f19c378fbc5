"""Pages in a frame of another site: opened by a signed link, without any cookie, by a bearer that no address shows."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal

import pytest
from playwright.sync_api import Frame, Page, Request, expect

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.frame_origins import register_frame_origin
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.schedules import add_schedule, ask_now
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor
from dashapp.domain.clock import system_clock
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import NewSchedule, Target, Way
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.jobs.exports import ReportExports
from dashapp.jobs.report_copies import ScheduledReports
from dashapp.security.embed_links import EmbedLinks
from dashapp.security.sessions import Manner
from tests.browser.service import WITHIN, Service, until
from tests.jobs.scheduled import REPORT

PORTAL = b"""<!doctype html><title>Portal</title><body><script>
window.heard = [];
addEventListener("message", (event) => heard.push({ origin: event.origin, data: event.data }));
const frame = Object.assign(document.createElement("iframe"), { name: "tool", width: 900, height: 500 });
frame.src = decodeURIComponent(location.hash.slice(1));
document.body.append(frame);
</script>"""


class Portal(BaseHTTPRequestHandler):
    """A page of another system, which frames what its address names."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PORTAL if self.path.startswith("/portal") else b"")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def portal() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def registered(portal: ThreadingHTTPServer, service: Service) -> str:
    """The origin of the portal, on another site than the service: localhost is not 127.0.0.1."""
    origin, campus = f"http://localhost:{portal.server_port}", service.campus
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        register_frame_origin(connection, campus.organisation_id, origin, "test", system_clock())
    # Another organisation has origins, too: which ones may frame a page depends on whose it is.
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        other = create_organisation(connection, "framed", "Framed College", "Europe/Berlin")
    with campus.database.transaction(DatabaseRole.JOBS, other) as connection:
        register_frame_origin(connection, other, "https://lms.framed.example", "test", system_clock())
    service.application.embedding.origins.forget()
    return origin


Embed = Callable[..., tuple[Page, Frame]]


@pytest.fixture
def link_to(service: Service) -> Callable[[str, str], str]:
    """Makes a signed link as somebody, to a page below /embed."""

    def make(name: str, path: str) -> str:
        guard, person = service.application.guard, service.campus.people[name]
        session = guard.sessions.read(guard.sessions.issue(service.campus.organisation_id, person.public_id))
        assert session is not None
        principal = guard.find_principal(session)
        assert principal is not None
        settings = service.application.services.settings
        links = EmbedLinks(settings.secret_keys, system_clock, service.base, service.campus.database)
        return links.make(principal, f"/embed{path}")

    return make


@pytest.fixture
def embed(registered: str, new_page: Callable[..., Page]) -> Embed:
    """Opens an address in a frame of the portal."""

    def open_frame(address: str, origin: str = registered) -> tuple[Page, Frame]:
        page = new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(WITHIN * 1000)
        page.goto(f"{origin}/portal#{address}")
        frame = page.frame("tool")
        assert frame is not None
        return page, frame

    return open_frame


def callbacks_under_way(page: Page) -> set[Request]:
    """Those that a page asks from now on and that have not been answered yet."""
    under_way: set[Request] = set()

    def begun(request: Request) -> None:
        if "_dash-update-component" in request.url:
            under_way.add(request)

    page.on("request", begun)
    page.on("requestfinished", lambda request: under_way.discard(request))  # noqa: PLW0108  # Playwright marks it
    return under_way


def test_a_link_opens_its_page_in_a_frame_and_a_reload_keeps_it(
    service: Service, link_to: Callable[[str, str], str], embed: Embed, page_errors: list[str]
) -> None:
    course = service.course("ALG 1")
    address = link_to("Tess Thorne", course)

    page, frame = embed(f"{address}?theme=dark&locale=en_XA")
    frame.wait_for_selector(".la-page:not(.la-loading)")

    tenant = own_address(service.campus.database, service.campus.organisation_id)
    assert frame.url == f"{service.base}/embed{course}?locale=en_XA&theme=dark&tenant={tenant}"
    assert page.context.cookies() == []
    expect(frame.locator("#classroom-title")).not_to_be_empty()
    expect(frame.locator(".la-nav")).to_be_hidden()
    assert frame.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert frame.evaluate("document.documentElement.lang") == "en-XA"
    expect(frame.locator(".la-embedbar .la-live")).to_have_attribute("data-state", "live")
    expect(frame.locator("#shell-embed-open")).to_be_hidden()

    under_way = callbacks_under_way(page)
    with page.expect_response(lambda answer: "classroom-page" in (answer.request.post_data or "")):
        frame.select_option("#classroom-section", "A")
    until(frame, "location.search.includes('section=A')")
    assert f"tenant={tenant}" in frame.url
    # Nothing that is under way is cut off by the reload. (The page was idle before, so that "networkidle" would say so
    # at once.)
    while under_way:
        page.wait_for_event("requestfinished")

    # The link opens no learner's page, so the names lead nowhere; who gets there all the same is told, and comes back.
    expect(frame.locator("#classroom-learners").get_by_text("Ada Abel").filter(visible=True).first).to_be_visible()
    assert frame.locator("a[href*='/learners/']").count() == 0
    learner = service.campus.people["Ada Abel"].public_id
    frame.evaluate(f"history.pushState({{}}, '', '/embed/learners/{learner}')")
    frame.evaluate("window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'))")
    expect(frame.locator("#la-over p")).to_contain_text("Ópéñ thé líñk áğáíñ")

    frame.evaluate("location.reload()")
    frame.wait_for_selector(".la-page:not(.la-loading)")
    expect(frame.locator("#classroom-title")).not_to_be_empty()
    assert frame.url.startswith(f"{service.base}/embed{course}?")
    assert page.context.cookies() == []
    heard = page.evaluate("heard")
    assert {each["origin"] for each in heard} == {service.base}
    assert {each["data"]["subject"] for each in heard} == {"lti.frameResize"}
    assert heard[-1]["data"]["height"] > 500
    assert not any("bearer" in str(each) for each in heard)
    page_errors.clear()  # the browser notes each answer 403


def test_the_height_follows_the_page_in_both_directions(
    service: Service, link_to: Callable[[str, str], str], embed: Embed
) -> None:
    page, frame = embed(link_to("Tess Thorne", service.course("ALG 1")))
    frame.wait_for_selector(".la-page:not(.la-loading)")
    until(page, "heard.length > 0")
    full = page.evaluate("heard.at(-1).data.height")

    frame.evaluate(
        "Object.assign(document.querySelector('.la-page').style, { blockSize: '400px', overflow: 'hidden' })"
    )

    until(page, f"heard.at(-1).data.height < {full} / 2")


def test_a_link_that_opens_nothing_any_more_says_so_in_the_frame(
    service: Service, link_to: Callable[[str, str], str], embed: Embed, page_errors: list[str]
) -> None:
    address = link_to("Tess Thorne", service.course("ALG 1"))

    _page, frame = embed(f"{address}x?theme=dark")

    expect(frame.locator("h1")).to_have_text("This link opens nothing any more")
    assert frame.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page_errors.clear()  # the browser notes the answer 404


def test_a_page_that_is_not_registered_cannot_frame_ours_nor_hear_of_it(
    service: Service,
    link_to: Callable[[str, str], str],
    embed: Embed,
    portal: ThreadingHTTPServer,
    page_errors: list[str],
) -> None:
    address = link_to("Tess Thorne", service.course("ALG 1"))

    page, frame = embed(address, f"http://127.0.0.1:{portal.server_port}")
    until(page, "document.querySelector('iframe').contentDocument === null")
    frame.wait_for_load_state()

    assert frame.locator("#react-entry-point").count() == 0
    assert page.evaluate("heard") == []
    assert any("frame-ancestors" in each for each in page_errors)
    page_errors.clear()


def test_a_page_of_the_same_site_frames_nothing_of_who_is_signed_in_by_the_cookie(
    service: Service,
    new_page: Callable[..., Page],
    portal: ThreadingHTTPServer,
    page_errors: list[str],
) -> None:
    """Another port of a host is another origin of the same site, so that the browser sends the cookie in its frames."""
    origin, campus = f"http://127.0.0.1:{portal.server_port}", service.campus
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        register_frame_origin(connection, campus.organisation_id, origin, "same site", system_clock())
    service.application.embedding.origins.forget()
    page = new_page(viewport={"width": 1280, "height": 900})
    service.sign_in(page, "Max Moor")
    own = own_address(campus.database, campus.organisation_id)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # Playwright marks what it is given

    page.goto(f"{origin}/portal#{service.base}/embed/organisations/{own}/guardians?tenant={own}")
    frame = page.frame("tool")
    assert frame is not None
    expect(frame.locator("#la-over h1")).to_have_text("This page has closed")

    assert frame.locator("#guardians-save").count() == 0
    # The document came with the cookie; nothing that the page has asked since did.
    from_frame = [(each.url, "cookie" in each.all_headers()) for each in asked if each.frame == frame]
    assert [by_cookie for url, by_cookie in from_frame if "/guardians?" in url] == [True]
    callbacks = [by_cookie for url, by_cookie in from_frame if "_dash-update-component" in url]
    assert callbacks
    assert not any(callbacks)
    page_errors.clear()


def with_bearer(service: Service, page: Page, name: str, path: str) -> str:
    """Opens a page that holds a bearer session of somebody, as after a launch."""
    person = service.campus.people[name]
    text = service.application.guard.sessions.issue(
        service.campus.organisation_id, person.public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
    )
    page.set_default_timeout(WITHIN * 1000)
    page.goto(f"{service.base}{path}")
    page.evaluate("text => history.replaceState({ la: { bearer: text, origins: [] } }, '')", text)
    page.reload()
    page.wait_for_selector(".la-page:not(.la-loading)")
    return text


@pytest.mark.long
def test_a_new_tab_has_a_session_of_its_own_by_a_ticket_that_no_address_shows(
    service: Service, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    page = new_page()
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    text = with_bearer(service, page, "Ada Abel", "/embed/me")
    page_errors.clear()  # before the session was in its place, the empty page was told that it has none

    with page.context.expect_page() as opened:
        page.click("#shell-embed-open")
    tab = opened.value
    tab.wait_for_selector(".la-page:not(.la-loading)")

    assert tab.url == f"{service.base}/me"
    assert [cookie["name"] for cookie in page.context.cookies()] == ["la_session"]
    assert not any(text in url or "ticket=" in url for url in asked)
    assert tab.evaluate("history.state?.la ?? null") is None


@pytest.mark.long
def test_two_courses_in_one_browser_stay_apart(
    service: Service, link_to: Callable[[str, str], str], embed: Embed, registered: str
) -> None:
    page, algebra = embed(link_to("Tess Thorne", service.course("ALG 1")))
    other = page.context.new_page()
    other.goto(f"{registered}/portal#{link_to('Theo Tull', service.course('BOT 1'))}")
    botany = other.frame("tool")
    assert botany is not None
    botany.wait_for_selector(".la-page:not(.la-loading)")

    algebra.evaluate("location.reload()")
    algebra.wait_for_selector(".la-page:not(.la-loading)")

    expect(algebra.locator("#classroom-count")).to_have_text("8 learners")
    expect(botany.locator("#classroom-count")).to_have_text("3 learners")


@pytest.mark.long
def test_a_download_in_a_frame_goes_by_a_ticket(
    service: Service, link_to: Callable[[str, str], str], embed: Embed
) -> None:
    page, frame = embed(link_to("Tess Thorne", service.course("ALG 1")))
    frame.wait_for_selector(".la-page:not(.la-loading)")

    frame.click("article:has(#classroom-learners-file) .la-menu summary")
    with page.expect_download() as started:
        frame.click("#classroom-learners-file")

    assert started.value.suggested_filename.startswith("classroom-learners-")
    assert "Ada Abel" in started.value.path().read_text(encoding="utf-8-sig")
    assert "/embed/courses/" in frame.url

    # What the server makes of a card comes with the page's own bearer.
    frame.click("article:has(#classroom-days) .la-menu summary")
    with page.expect_download() as started:
        frame.click("article:has(#classroom-days) [data-la-download=csv]")
    assert "ALG 1 Algebra" in started.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.long
def test_files_of_reports_are_made_and_downloaded_in_a_frame_without_any_cookie(
    service: Service, embed: Embed, page_errors: list[str]
) -> None:
    campus, frame_of = service.campus, f"?tenant={own_address(service.campus.database, service.campus.organisation_id)}"
    reader = campus.people["Tess Thorne"]
    text = service.application.guard.sessions.issue(
        campus.organisation_id, reader.public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
    )
    page, frame = embed(f"{service.base}/embed/reports{frame_of}")
    frame.wait_for_selector("#la-over")
    frame.evaluate("text => history.replaceState({ la: { bearer: text, origins: [] } }, '')", text)
    frame.evaluate("location.reload()")
    frame.wait_for_selector("#reports-page:not(.la-loading)")
    page_errors.clear()  # before the session was in its place, the empty page was told that it has none
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        targets = (Target(Way.DOWNLOAD, reader.person_id),)
        new = NewSchedule(REPORT, None, "0 7 * * 1", "Europe/Berlin", (ExportFormat.CSV,), targets)
        schedule = add_schedule(connection, campus.organisation_id, reader.person_id, new, system_clock())
        ask_now(connection, campus.organisation_id, schedule, reader.person_id, system_clock())
    ScheduledReports(campus.settings, campus.database, system_clock).run(Signal())

    frame.get_by_role("button", name="New report").click()
    frame.locator(".la-q", has_text="How do the courses compare?").click()
    expect(frame.locator("#report-sheet")).to_contain_text("ALG 1")
    frame.get_by_role("button", name="Download", exact=True).click()
    frame.get_by_role("button", name="Tables as CSV").click()
    expect(frame.locator("#report-download-rows")).to_contain_text("waits for its turn")
    ReportExports(campus.settings, campus.database, system_clock).run(Signal())
    with page.expect_download() as made:
        frame.get_by_role("link", name="Download: New report, Tables as CSV").click()
    frame.locator("#report-downloads").get_by_role("button", name="Close").click()
    frame.evaluate("history.back()")
    with page.expect_download() as received:
        frame.locator("#received-rows a").first.click()

    assert "ALG 1" in made.value.path().read_text(encoding="utf-8-sig")
    assert "8" in received.value.path().read_text(encoding="utf-8-sig")  # the learners of her course
    assert "/embed/reports" in frame.url
    assert page.context.cookies() == []


def test_a_session_that_has_ended_says_so_in_the_frame(
    service: Service, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    page = new_page()
    text = with_bearer(service, page, "Ada Abel", "/embed/me")
    sessions = service.application.guard.sessions
    session = sessions.read(text)
    assert session is not None

    sessions.end(session.organisation_id, SessionChoice(digest=session.digest), Ender(Actor("somebody")))

    expect(page.locator("#la-over h1")).to_have_text("This page has closed")
    expect(page.locator("#react-entry-point")).to_be_hidden()
    page_errors.clear()  # the browser notes each answer 401


@pytest.mark.long
def test_moving_to_another_page_in_the_frame_keeps_the_session(
    service: Service, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    text = with_bearer(service, page, "Tess Thorne", f"/embed{service.course('ALG 1')}")
    page_errors.clear()

    page.evaluate("history.pushState({}, '', '/embed/courses')")
    page.reload()

    page.wait_for_selector("#courses-page:not(.la-loading)")
    assert page.evaluate("history.state.la.bearer") == text
