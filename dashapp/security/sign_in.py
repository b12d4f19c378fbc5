"""The sign-in of a laptop: one click makes you one of the demo campus's people. It is not there in production.

The real sign-in replaces the proof of who somebody is, and nothing else: sessions, guard and scopes stay.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, redirect, render_template_string, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.guard import Access, Guard
from dashapp.security.signing import Signer
from dashapp.words import _, language_tag, text_direction

SIGN_IN_PATH: Final = "/sign-in"
SIGN_OUT_PATH: Final = "/sign-out"
FORM_COOKIE: Final = "la_form"
FORM_SECONDS: Final = 3600

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo campus whom one may become. `role`: student, teacher or administrator."""

    organisation_id: OrganisationId
    public_id: PublicId
    role: str
    name: str
    detail: str
    """What tells them from the others of their role: the courses, the faculty."""


ListPeople = Callable[[], Sequence[DemoPerson]]

PAGE: Final = """<!doctype html>
<html lang="{{ lang }}" dir="{{ dir }}" data-bs-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{% if not groups %}<meta http-equiv="refresh" content="2">{% endif %}
<title>{{ title }}</title>
<link rel="icon" href="{{ base }}/_favicon.ico">
{% for sheet in sheets %}<link rel="stylesheet" href="{{ base }}/assets/{{ sheet }}">
{% endfor %}<script src="{{ base }}/assets/early.js"></script>
</head>
<body>
<main class="la-page la-sign-in">
<header class="la-head"><div><h1>{{ title }}</h1><p class="la-lead">{{ lead }}</p></div></header>
{% if not groups %}<p class="la-card" role="status">{{ empty }}</p>{% endif %}
<form method="post" action="{{ base }}/sign-in" class="la-grid">
<input type="hidden" name="form" value="{{ form }}"><input type="hidden" name="next" value="{{ next }}">
{% for group in groups %}<section class="la-card s4">
<header class="la-card-h"><h2>{{ group.title }}</h2><p>{{ group.line }}</p></header>
<ul class="la-list la-people">{% for person in group.people %}
<li><button type="submit" name="person" value="{{ person.public_id }}" class="la-person">
<span class="la-m">{{ person.name }}</span>
<span class="la-small la-2">{{ person.detail }}</span></button></li>{% endfor %}
</ul></section>
{% endfor %}</form>
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class DevelopmentSignIn:
    """The two routes of the demo sign-in. `install` adds and opens them."""

    guard: Guard
    list_people: ListPeople
    secret_keys: tuple[str, ...]
    style_sheets: tuple[str, ...]

    def install(self, server: Flask) -> None:
        """Adds `/sign-in` and `/sign-out`, below the path of the public address."""
        prefix = self._prefix()
        server.add_url_rule(f"{prefix}{SIGN_IN_PATH}", "sign_in", self._show, methods=["GET"])
        server.add_url_rule(f"{prefix}{SIGN_IN_PATH}", "sign_in_as", self._sign_in, methods=["POST"])
        server.add_url_rule(f"{prefix}{SIGN_OUT_PATH}", "sign_out", self._sign_out, methods=["GET", "POST"])
        for endpoint in ("sign_in", "sign_in_as", "sign_out"):
            self.guard.open_route(endpoint, Access.PUBLIC)

    def _prefix(self) -> str:
        return urlsplit(self.guard.public_url).path

    def _signer(self) -> Signer:
        return Signer(self.secret_keys, "sign-in form")

    def _show(self) -> BaseResponse:
        nonce = secrets.token_urlsafe(16)
        people = self.list_people()
        html = render_template_string(
            PAGE,
            lang=language_tag(),
            dir=text_direction(),
            title=_("Sign in to the demo campus"),
            lead=_("This page is for development only: choose who you want to be."),
            empty=_("The demo campus is being made. This page shows it in a few seconds."),
            groups=[group for group in _groups(people) if group["people"]],
            base=self._prefix(),
            sheets=self.style_sheets,
            form=self._signer().sign(nonce),
            next=local_path(request.args.get("next"), self._prefix()),
        )
        response = make_response(html)
        secure = self.guard.secure_cookies
        response.set_cookie(FORM_COOKIE, nonce, max_age=FORM_SECONDS, httponly=True, samesite="Strict", secure=secure)
        return response

    def _sign_in(self) -> BaseResponse:
        nonce = self._signer().verify(request.form.get("form", ""))
        if not nonce or nonce != request.cookies.get(FORM_COOKIE) or not self.guard.same_origin():
            # An old tab, or somebody else's page: the form is shown again, nothing is signed in.
            return redirect(f"{self._prefix()}{SIGN_IN_PATH}", code=303)
        wanted = request.form.get("person", "")
        person = next((one for one in self.list_people() if str(one.public_id) == wanted), None)
        if person is None:
            return Response(_("Nobody of the demo campus has this name."), status=404, mimetype="text/plain")
        response = redirect(local_path(request.form.get("next"), self._prefix()), code=303)
        self.guard.begin(response, person.organisation_id, person.public_id, SignInMethod.DEMO)
        log.info("sign_in.demo", organisation_id=int(person.organisation_id), role=person.role)
        return response

    def _sign_out(self) -> BaseResponse:
        response = redirect(f"{self._prefix()}{SIGN_IN_PATH}", code=303)
        if self.guard.same_origin():
            self.guard.finish(response)
        return response


def local_path(wanted: str | None, prefix: str) -> str:
    """An address on this service to go on to: what was wanted if it is one, else the start."""
    start = f"{prefix}/"
    if not wanted or not wanted.startswith(start) or wanted[1:2] in ("/", "\\") or len(wanted) > 2000:
        return start
    if any(ord(letter) < 32 or letter == "\\" for letter in wanted):
        return start
    return start if wanted.startswith((f"{prefix}{SIGN_IN_PATH}", f"{prefix}{SIGN_OUT_PATH}")) else wanted


def _groups(people: Sequence[DemoPerson]) -> list[dict[str, object]]:
    titles = {
        "student": (_("A student"), _("sees their own page")),
        "teacher": (_("A teacher"), _("sees the classrooms of their courses")),
        "administrator": (_("An administrator"), _("sees the whole institution")),
    }
    return [
        {"title": title, "line": line, "people": [one for one in people if one.role == role]}
        for role, (title, line) in titles.items()
    ]
