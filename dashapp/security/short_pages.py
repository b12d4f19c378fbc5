"""Short pages outside of Dash: a few words, in the look of all pages, also where they stand in a frame."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, make_response, render_template_string, request
from markupsafe import Markup

from dashapp.security.assets import marked, style_sheet
from dashapp.security.frames import frame_by_anybody
from dashapp.words import language_tag, text_direction

_DOCUMENT: Final = """<!doctype html>
<html lang="{{ lang }}" dir="{{ dir }}" data-bs-theme="light" class="la-embed">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="icon" type="image/svg+xml" href="{{ base }}/assets/{{ asset("favicon.svg") }}">
<link rel="stylesheet" href="{{ base }}/assets/{{ look }}">
<script src="{{ base }}/assets/{{ asset("early.js") }}"></script>
{% for script in scripts %}<script src="{{ base }}/assets/{{ asset(script) }}" defer></script>
{% endfor %}</head>
<body>
{{ body }}
</body>
</html>
"""

_WORDS: Final = """<main class="la-narrow"><h1 class="h5">{{ title }}</h1><p class="la-2">{{ text }}</p></main>"""


def short_page(base: str, title: str, body: str, status: int = 200, scripts: Sequence[str] = ()) -> Response:
    """A page around `body`, which is HTML. `base`: the path of the service; `scripts`: more of ours, by their files."""
    html = render_template_string(
        _DOCUMENT,
        lang=language_tag(),
        dir=text_direction(),
        title=title,
        base=base,
        scripts=scripts,
        body=Markup(body),
        look=style_sheet(text_direction()).path,
        asset=marked,
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def words_page(base: str, title: str, text: str, status: int = 200) -> Response:
    """A page that is only words."""
    body: Any = render_template_string(_WORDS, title=title, text=text)
    return short_page(base, title, body, status)


def refusal_page(base: str, title: str, text: str, status: int) -> Response:
    """Words in place of a page that does not open. Anybody may frame them: a browser shows an error of its own where
    it may not show ours, they are the same for everybody, and there is nothing on them to see or to press."""
    frame_by_anybody()
    return words_page(base, title, text, status)


def asks_for_page() -> bool:
    """Whether the running request is a browser's for something to be shown, not a script's or a program's."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["text/plain"]
