"""Two sites over HTTPS, as a browser meets them: a platform on 127.0.0.1 shows the tool on 127.0.0.2 in a frame."""

import html
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from flask import Flask, request
from werkzeug.serving import make_server

from dashapp.data.database import Database
from tests.campus import LEARNERS, Campus
from tests.security.loopback import certificate_for
from tests.security.lti.course import register
from tests.security.lti.platform import CLIENT, INSTRUCTOR, Platform
from tests.served import application_on, serving
from tests.servers import free_port

COURSE = """<!doctype html><meta charset="utf-8"><title>A course</title><link rel="icon" href="data:,">
<script>
window.heard = [];
const kept = new Map(), keeps = %(keeps)s;
addEventListener("message", ({ source, origin, data }) => {
  if (origin !== %(tool)s) return;
  heard.push(data.subject);
  if (!keeps || !["lti.put_data", "lti.get_data"].includes(data.subject)) return;
  if (data.subject === "lti.put_data") kept.set(data.key, data.value);
  const said = { subject: `${data.subject}.response`, message_id: data.message_id, key: data.key };
  source.postMessage({ ...said, value: kept.get(data.key) }, origin);
});
</script>
<iframe name="tool" src="%(login)s" width="1000" height="800"></iframe>"""
"""A course's page: it notes what the frame says and, where it keeps data for launches, does so as 1EdTech describes."""

FILE_MENU = "article:has(#classroom-learners-file) .la-menu summary"
FILE_LINK = "#classroom-learners-file"
"""The list of learners as a file, and the menu in which it stands."""

READY = ".la-page:not(.la-loading)"
"""Our page, once it shows data."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Both of them. Each has a certificate by `authority`."""

    platform: Platform
    tool: str
    campus: Campus
    authority: Path
    newcomers: Iterator[str] = field(default_factory=lambda: iter(LEARNERS["algebra"]))
    """Learners of the course who have not been active today."""

    def somebody_studies(self) -> None:
        """One learner more is active today."""
        self.campus.load([self.campus.view(next(self.newcomers))])

    def status_of(self, address: str) -> int:
        """What somebody without any cookie or bearer is answered."""
        trust = ssl.create_default_context(cafile=self.authority)
        return httpx.get(address, verify=trust, trust_env=False).status_code

    @property
    def course(self) -> str:
        """The address of a course that shows the tool."""
        return f"{self.platform.url}/course"

    @property
    def keeping_course(self) -> str:
        """The same in a platform that offers to keep data for a launch."""
        return f"{self.course}?keeps=1"


def course_pages(platform: Platform, tool: str) -> Flask:
    """The platform's pages: a course that shows the tool in a frame, and the answer to its question."""
    server = Flask("course")

    @server.route("/course")
    def course() -> str:
        keeps = "keeps" in request.args
        said = {"iss": platform.url, "login_hint": "t-1", "target_link_uri": f"{tool}/lti/launch", "client_id": CLIENT}
        if keeps:
            said |= {"lti_storage_target": "_parent", "lti_message_hint": "keeps"}
        login = html.escape(f"{tool}{platform.login}?{urlencode(said)}")
        return COURSE % {"keeps": json.dumps(keeps), "tool": json.dumps(tool), "login": login}

    @server.route("/auth")
    def authorize() -> str:
        target = f"{tool}/lti/launch"
        claims = platform.claims(request.args["nonce"], sub="t-1", roles=[INSTRUCTOR], target_link_uri=target)
        fields = {"id_token": platform.sign(claims), "state": request.args["state"]}
        if request.args.get("lti_message_hint") == "keeps":
            fields["lti_storage_target"] = "_parent"
        inputs = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in fields.items())
        script = "<script>document.forms[0].submit()</script>"
        head = '<!doctype html><meta charset="utf-8"><title>On the way</title><link rel="icon" href="data:,">'
        return f'{head}<form method="post" action="{target}">{inputs}</form>{script}'

    @server.route("/<part>", methods=["GET", "POST"])
    def answer(part: str) -> Any:
        return platform.answer(part)

    return server


@contextmanager
def two_sites(database: Database, campus: Campus, folder: Path) -> Iterator[Sites]:
    """Serves both, with the platform registered. Certificates and keys lie in the folder."""
    authority, tls = certificate_for(folder)
    port = free_port()
    tool, platform = f"https://127.0.0.2:{port}", Platform()
    platform.roster = [{"status": "Active", "user_id": "t-1", "roles": ["Instructor"]}]
    course = make_server("127.0.0.1", 0, course_pages(platform, tool), threaded=True, ssl_context=tls)
    platform.url = f"https://127.0.0.1:{course.server_port}"
    thread = threading.Thread(target=course.serve_forever, daemon=True)
    thread.start()
    register(campus, platform)
    values: dict[str, Any] = {"public_url": tool, "outgoing_networks": "127.0.0.0/8", "outgoing_ca_file": authority}
    try:
        with application_on(database, campus, **values) as made, serving(made, port, "127.0.0.2", folder):
            yield Sites(platform, tool, campus, authority)
            made.rosters.close()
    finally:
        course.shutdown()
        thread.join()
        course.server_close()
