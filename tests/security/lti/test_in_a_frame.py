"""A launch in a frame of another site, over HTTPS, in a real Chromium with third-party cookies blocked and allowed."""

import html
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from flask import Flask, request
from playwright.sync_api import Frame, Page, Response, sync_playwright
from werkzeug.serving import make_server

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.frame_origins import register_frame_origin
from dashapp.data.store.lti.platforms import NewPlatform, add_platform
from dashapp.web.application import Application
from dashapp.web.serve import QuietServer
from tests.campus import ISSUER, Campus
from tests.conftest import CHROMIUM_OPTIONS
from tests.security.loopback import certificate_for
from tests.security.lti.platform import CLIENT, DEPLOYMENT, INSTRUCTOR, Platform
from tests.served import application_on
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.long]
READY = ".la-page:not(.la-loading)"


@dataclass
class Sites:
    """Two sites with a certificate each of them: the platform on 127.0.0.1, the tool on 127.0.0.2."""

    platform: Platform
    tool: str
    application: Application
    campus: Campus


def course_page(platform: Platform, tool: str) -> Flask:
    """The platform's pages: a course that shows the tool in a frame, and the answer to its question."""
    server = Flask("course")

    @server.route("/course")
    def course() -> str:
        said = {"iss": platform.url, "login_hint": "t-1", "target_link_uri": f"{tool}/lti/launch", "client_id": CLIENT}
        address = html.escape(f"{tool}/lti/login?{urlencode(said)}")
        return f'<!doctype html><iframe name="tool" src="{address}" width="1000" height="800"></iframe>'

    @server.route("/auth")
    def authorize() -> str:
        target = f"{tool}/lti/launch"
        claims = platform.claims(request.args["nonce"], sub="t-1", roles=[INSTRUCTOR], target_link_uri=target)
        fields = {"id_token": platform.sign(claims), "state": request.args["state"]}
        inputs = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in fields.items())
        script = "<script>document.forms[0].submit()</script>"
        return f'<!doctype html><form method="post" action="{target}">{inputs}</form>{script}'

    @server.route("/<part>", methods=["GET", "POST"])
    def answer(part: str) -> Any:
        return platform.answer(part)

    return server


@contextmanager
def listening(application: Application, port: int, folder: Path) -> Iterator[None]:
    """The app behind TLS on the second address."""
    files = {"ssl_certfile": str(folder / "certificate.pem"), "ssl_keyfile": str(folder / "key.pem")}
    config = uvicorn.Config(
        application.asgi, host="127.0.0.2", port=port, lifespan="off", log_config=None, timeout_graceful_shutdown=1,
        **files,  # type: ignore[arg-type]  # one dict for two parameters
    )  # fmt: skip
    server = QuietServer(config)
    started = threading.Event()
    startup = server.startup

    async def announce(*args: Any, **named: Any) -> None:
        await startup(*args, **named)
        started.set()

    server.startup = announce  # type: ignore[method-assign]  # the only place where uvicorn tells that it listens
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(20), "the web server did not start"
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def sites(launch_database: Database, campus: Campus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Both sites, and the registration of the platform."""
    folder = tmp_path_factory.mktemp("sites")
    chain, tls = certificate_for(folder)
    port = free_port()
    tool, platform = f"https://127.0.0.2:{port}", Platform()
    course = make_server("127.0.0.1", 0, course_page(platform, tool), threaded=True, ssl_context=tls)
    platform.url = f"https://127.0.0.1:{course.server_port}"
    thread = threading.Thread(target=course.serve_forever, daemon=True)
    thread.start()
    register(campus, platform)
    values: dict[str, Any] = {"public_url": tool, "outgoing_networks": "127.0.0.0/8", "outgoing_ca_file": chain}
    try:
        with application_on(launch_database, campus, **values) as made, listening(made, port, folder):
            yield Sites(platform, tool, made, campus)
            made.rosters.close()
    finally:
        course.shutdown()
        thread.join()
        course.server_close()


def register(campus: Campus, platform: Platform) -> None:
    """As the administration page does."""
    url, organisation, now = platform.url, campus.organisation_id, datetime.now(UTC)
    new = NewPlatform(
        title="Platform in a browser", issuer=url, client_id=CLIENT, authorization_url=f"{url}/auth",
        token_url=f"{url}/token", keyset_url=f"{url}/keys", added_by="a test", added_at=now, enabled=True,
        events_issuer=ISSUER, deployments=(DEPLOYMENT,),
    )  # fmt: skip
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        add_platform(connection, organisation, new)
        register_frame_origin(connection, organisation, url, "lti test", now)


@pytest.fixture(params=["blocked", "allowed"])
def page(request: pytest.FixtureRequest, sites: Sites, tmp_path: Path) -> Iterator[Page]:
    """A Chromium with a profile of its own, in which third-party cookies are blocked or not."""
    blocked = request.param == "blocked"
    preferences = {"profile": {"cookie_controls_mode": 1 if blocked else 0, "block_third_party_cookies": blocked}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(preferences))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path,
            executable_path=shutil.which("chromium"),
            args=list(CHROMIUM_OPTIONS),
            ignore_https_errors=True,
        )
        yield context.pages[0]
        context.close()


def tool_in(page: Page) -> Frame:
    """The frame with our page, once it shows data."""
    frame = page.frame("tool")
    assert frame is not None
    frame.wait_for_selector(READY, timeout=30_000)
    return frame


def is_data(answer: Response) -> bool:
    """Whether a callback has been answered."""
    return "/_dash-update-component" in answer.url and answer.status == 200


def test_a_launch_in_a_frame_shows_a_living_classroom_that_survives_a_reload(page: Page, sites: Sites) -> None:
    page.goto(f"{sites.platform.url}/course")
    frame = tool_in(page)
    address = frame.evaluate("location.pathname")
    assert address.startswith("/embed/courses/")

    with page.expect_response(is_data):
        frame.select_option("#classroom-section", "A")
    with page.expect_response(is_data, timeout=30_000):
        sites.campus.load([sites.campus.view("Ada Abel")])

    frame.evaluate("() => { setTimeout(() => location.reload(), 0) }")
    page.wait_for_event("framenavigated")
    frame = tool_in(page)
    assert frame.evaluate("location.pathname") == address
    assert frame.evaluate("document.cookie") == ""
