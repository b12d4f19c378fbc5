"""How a session comes into a frame: in the body of an answer, and from there into the page's memory.

The answer to a launch is the page itself. It holds the session as data, which `assets/session.js` takes into memory and
into `history.state` before anything else runs; the same script gives the address its page. Thus the session is in no
address, no cookie and no storage, and there is no second round trip.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response

from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.security.frames import FrameOrigins, frame_by
from dashapp.words import best_locale, current_locale, use_locale

DATA_ID: Final = "la-given"
THEMES: Final = ("light", "dark")

Document = Callable[[str, str], str]
"""Gives the HTML of the page at a path (below the public address), with a piece of HTML at the start of its head."""


def _no_document(_path: str, _given: str) -> str:
    raise NotFound("There is no page yet.")


@dataclass(frozen=True, slots=True)
class Look:
    """What a launch says about how the page should look; what it does not know is None."""

    locale: str | None = None
    """As a browser or a platform says it: `de-AT`, `ar`."""
    theme: str | None = None
    """`light` or `dark`."""

    def on(self, path: str) -> str:
        """The path with this look in its query, where it survives a reload."""
        parts = urlsplit(path)
        said = {
            "locale": best_locale(self.locale, self.locale) if self.locale else None,
            "theme": self.theme if self.theme in THEMES else None,
        }
        kept = [(name, value) for name, value in parse_qsl(parts.query) if not said.get(name)]
        query = urlencode([*kept, *((name, value) for name, value in said.items() if value)])
        return urlunsplit(("", "", parts.path, query, parts.fragment))


PLAIN: Final = Look()


@dataclass(slots=True)
class Embedding:
    """Answers with a page and the session that opens it."""

    origins: FrameOrigins
    document: Document = _no_document
    """Set by the composition root, once the page is made."""

    def bearer_answer(
        self, organisation: OrganisationId, session_text: str, path: str, look: Look = PLAIN, *, alone: bool = False
    ) -> Response:
        """The page at `path` (such as `/embed/me`, with the path of the public address), opened by a bearer session.

        Only the organisation's registered origins may frame it. `alone`: the session opens no other page, so that a
        reload from another address comes back to this one.
        """
        origins = self.origins.of(organisation)
        address = look.on(path)
        given: dict[str, object] = {"bearer": session_text, "origins": origins}
        given |= {"tenant": self.origins.name_of(organisation), "only": address if alone else None}
        head = _data({"held": given, "address": address})
        locale = best_locale(look.locale, look.locale) if look.locale else current_locale()
        with use_locale(locale):
            html = self.document(urlsplit(path).path, head)
        response = Response(html, mimetype="text/html")
        frame_by(origins)
        return response


def _data(values: object) -> str:
    """Values as data in HTML, which no browser runs."""
    text = json.dumps(values).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{DATA_ID}">{text}</script>'
