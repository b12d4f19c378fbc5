"""The pages of a platform as a browser sees them: a course with the tool in a frame, and storage for the tool."""

import html
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from playwright.sync_api import Frame, Page, sync_playwright
from werkzeug.serving import make_server

from dashapp.data.database import DatabaseRole
from dashapp.data.store.frame_origins import register_frame_origin
from dashapp.data.store.lti.platforms import NewPlatform, add_platform
from tests.campus import ISSUER, Campus
from tests.conftest import CHROMIUM_OPTIONS
from tests.security.lti.frame import login_path
from tests.security.lti.platform import CLIENT, DEPLOYMENT, INSTRUCTOR, Platform

READY = ".la-page:not(.la-loading)"
SLOW = 90_000
"""Milliseconds that a busy machine may need before a test gives up."""
_KEEPER = """<!doctype html><title>Course</title><body><script>
const said = __SAID__;
parent.asked ??= [];
const kept = new Map();
addEventListener("message", (event) => {
  const { subject, message_id, key, value } = event.data ?? {};
  if (event.origin !== said.tool || !["lti.put_data", "lti.get_data"].includes(subject)) return;
  parent.asked.push(subject);
  if (subject === "lti.put_data") kept.set(key, value);
  const answer = { subject: `${subject}.response`, message_id, key, value: kept.get(key) };
  if (said.answered_by === "stranger") frames.stranger.postMessage(answer, "*");
  else event.source.postMessage(answer, said.tool);
});
</script>"""
"""Keeps data for the tool: the course itself, or a frame of it."""
_FRAMES = """__OTHERS__<iframe name="tool" width="1000" height="800"></iframe>
<script>addEventListener("load", () => { frames.tool.location = said.login; }, { once: true })</script>"""
"""The tool is opened once the other frames are there."""
_STRANGER = """<!doctype html><title>Stranger</title><script>
addEventListener("message", (event) => {
  parent.frames.tool.postMessage(event.data, "*");
  parent.postMessage({ told: event.data.subject }, "*");
});
</script>"""
"""A frame of another origin, which tells the tool the very answer that the platform would give."""


@dataclass(slots=True)
class Course:
    """The platform's pages, for a tool at an address."""

    platform: Platform
    tool: str
    stranger: str = ""
    """The address of another origin that serves the same pages."""

    def address(self, **offered: str) -> str:
        """A course with the tool in a frame. `offered`: `storage` is the name of the frame that keeps data,
        `answered_by` says who answers there, `theme` is a custom parameter of the link."""
        return f"{self.platform.url}/course?{urlencode(offered)}"

    def server(self) -> Flask:
        """Answers for all of them."""
        server = Flask("course")
        server.add_url_rule("/course", view_func=self._show)
        server.add_url_rule("/auth", view_func=self._authorize)
        server.add_url_rule("/keeper", view_func=self._keep)
        server.add_url_rule("/stranger", view_func=lambda: _STRANGER)

        for part in ("keys", "token", "roster"):
            answer = partial(self.platform.answer, part)
            server.add_url_rule(f"/{part}", part, answer, methods=["GET", "POST"])
        return server

    def _show(self) -> str:
        offered = request.args.to_dict()
        asked = {
            "iss": self.platform.url,
            "login_hint": "t-1",
            "lti_message_hint": json.dumps(offered),
            "target_link_uri": f"{self.tool}/lti/launch",
            "client_id": CLIENT,
        }
        if "storage" in offered:
            asked["lti_storage_target"] = offered["storage"]
        others = {}
        if offered.get("storage", "_parent") != "_parent":
            others[offered["storage"]] = f"{self.platform.url}/keeper"
        if offered.get("answered_by") == "stranger":
            others["stranger"] = f"{self.stranger}/stranger"
        frames = "".join(f'<iframe name="{name}" src="{address}"></iframe>' for name, address in others.items())
        login = f"{self.tool}{self.platform.login}?{urlencode(asked)}"
        return self._keep(login=login, **offered) + _FRAMES.replace("__OTHERS__", frames)

    def _keep(self, **said: str) -> str:
        return _KEEPER.replace("__SAID__", json.dumps({"tool": self.tool, **said}))

    def _authorize(self) -> str:
        target, offered = f"{self.tool}/lti/launch", json.loads(request.args["lti_message_hint"])
        changed: dict[str, Any] = {"custom": {"theme": offered["theme"]}} if "theme" in offered else {}
        claims = self.platform.claims(
            request.args["nonce"], sub="t-1", roles=[INSTRUCTOR], target_link_uri=target, **changed
        )
        fields = {"id_token": self.platform.sign(claims), "state": request.args["state"]}
        if "storage" in offered:
            fields["lti_storage_target"] = offered["storage"]
        inputs = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in fields.items())
        script = "<script>document.forms[0].submit()</script>"
        return f'<!doctype html><form method="post" action="{target}">{inputs}</form>{script}'


@contextmanager
def listening(server: Flask, tls: SSLContext) -> Iterator[str]:
    """A server behind TLS on a free port of 127.0.0.1; gives its address."""
    made = make_server("127.0.0.1", 0, server, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def register(campus: Campus, platform: Platform) -> None:
    """As the administration page does."""
    platform.login = login_path(campus)
    url, organisation, now = platform.url, campus.organisation_id, datetime.now(UTC)
    new = NewPlatform(
        title="Platform in a browser", issuer=url, client_id=CLIENT, authorization_url=f"{url}/auth",
        token_url=f"{url}/token", keyset_url=f"{url}/keys", added_by="a test", added_at=now, enabled=True,
        events_issuer=ISSUER, deployments=(DEPLOYMENT,),
    )  # fmt: skip
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        add_platform(connection, organisation, new)
        register_frame_origin(connection, organisation, url, "lti test", now)


@contextmanager
def browser(folder: Path, preferences: dict[str, Any]) -> Iterator[Page]:
    """A Chromium with a profile of its own."""
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=shutil.which("chromium"), args=list(CHROMIUM_OPTIONS), ignore_https_errors=True
        )
        context.set_default_timeout(SLOW)
        yield context.pages[0]
        context.close()


def tool_in(page: Page) -> Frame:
    """The tool's frame."""
    frame = page.frame("tool")
    assert frame is not None
    return frame
