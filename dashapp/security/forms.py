"""The plain pages with forms around the sign-in: how they look, and that only they can send their forms."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from flask import make_response, render_template_string, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.security.assets import marked, style_sheet
from dashapp.security.guard import Guard
from dashapp.security.signing import Signer
from dashapp.words import _, language_tag, text_direction

FORM_COOKIE: Final = "la_form"
FORM_SECONDS: Final = 3600

_HEAD: Final = """<!doctype html>
<html lang="{{ lang }}" dir="{{ dir }}" data-bs-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{% if reload %}<meta http-equiv="refresh" content="2">{% endif %}
<title>{{ title }}</title>
<link rel="icon" type="image/svg+xml" href="{{ base }}/assets/{{ asset("favicon.svg") }}">
<link rel="stylesheet" href="{{ base }}/assets/{{ look }}">
<script src="{{ base }}/assets/{{ asset("early.js") }}"></script>
</head>
<body>
<main class="la-page la-sign-in{% if wide %} la-wide{% endif %}">
<header class="la-head"><div><h1>{{ title }}</h1></div></header>
{% if error %}<p class="la-form-error" role="alert" id="form-error">{{ error }}</p>{% endif %}
"""
_FOOT: Final = """</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Forms:
    """Makes the pages of one app, and knows their forms again."""

    guard: Guard
    secret_keys: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """The path of the public address, without a closing slash."""
        return urlsplit(self.guard.public_url).path

    def page(self, template: str, status: int = 200, **values: Any) -> BaseResponse:
        """A page around `template`, which finds the token of its forms as `form`, and the path prefix as `base`.

        `title` is needed; `error`, `wide` (more than one narrow column) and `reload` (soon) are for pages that have it.
        """
        cookie = self.guard.cookie(FORM_COOKIE)
        nonce = request.cookies.get(cookie, "")
        if not (20 <= len(nonce) <= 40 and nonce.isascii()):
            # Kept while there is one, so that a second tab does not take the first one's form away.
            nonce = secrets.token_urlsafe(16)
        html = render_template_string(
            _HEAD + template + _FOOT,
            lang=language_tag(),
            dir=text_direction(),
            base=self.prefix,
            look=style_sheet(text_direction()).path,
            asset=marked,
            form=self._signer().sign(nonce),
            **values,
        )
        response = make_response(html, status)
        secure = self.guard.secure_cookies
        response.set_cookie(cookie, nonce, max_age=FORM_SECONDS, httponly=True, samesite="Strict", secure=secure)
        return response

    def message(self, title: str, text: str, link: tuple[str, str], status: int = 200) -> BaseResponse:
        """A page that is only words, and leads on. `link`: words and address."""
        template = '<p>{{ text }}</p><p><a href="{{ href }}">{{ words }}</a></p>'
        return self.page(template, status, title=title, text=text, words=link[0], href=link[1])

    def sent_by_own_page(self) -> bool:
        """Whether the running POST comes from a form of ours in the browser that was shown it."""
        nonce = self._signer().verify(request.form.get("form", ""))
        kept = request.cookies.get(self.guard.cookie(FORM_COOKIE), "")
        same = bool(nonce) and hmac.compare_digest((nonce or "").encode(), kept.encode("utf-8", "surrogatepass"))
        return same and self.guard.same_origin()

    def _signer(self) -> Signer:
        return Signer(self.secret_keys, "sign-in form")


def ended_form() -> str:
    """What is said when a form cannot be trusted any more."""
    return _("This page was open for too long. Try again.")
