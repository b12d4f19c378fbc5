"""Each request is answered in the reader's language."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import parse_qs

from werkzeug.wrappers import Request

from dashapp.domain.person_settings import NOTHING_CHOSEN, PersonSettings
from dashapp.words import best_locale, use_locale

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PARAMETER: Final = "locale"
HOLDS: Final = "la.settings"
"""Where the settings of the reader stand in the environment of a request."""


class LocaleOfRequest:
    """A WSGI layer: the locale is the one that the page's address names (`?locale=`), else the one that the reader has
    chosen, else the best of the browser's preferences. `settings_of` says what the reader has chosen; it is not asked
    for the files below `kept`, which are the same for everybody."""

    def __init__(
        self, inner: WsgiApp, settings_of: Callable[[Request], PersonSettings], kept: Sequence[str] = ()
    ) -> None:
        self._inner = inner
        self._settings_of = settings_of
        self._kept = tuple(kept)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers one request; the body is complete when this returns, so the locale may end with it."""
        is_file = bool(self._kept) and str(environ.get("PATH_INFO", "")).startswith(self._kept)
        holds = NOTHING_CHOSEN if is_file else self._settings_of(Request(environ))
        environ[HOLDS] = holds
        with use_locale(_locale_of(environ, holds.language)):
            return self._inner(environ, start_response)


def _locale_of(environ: dict[str, Any], chosen: str | None) -> str:
    accepted = environ.get("HTTP_ACCEPT_LANGUAGE")
    # Callbacks are sent to Dash's own address: the page that sends them is in their Referer.
    for query in (environ.get("QUERY_STRING", ""), str(environ.get("HTTP_REFERER", "")).partition("?")[2]):
        asked = parse_qs(query).get(PARAMETER, [""])[0]
        if asked:
            return best_locale(accepted, asked)
    return best_locale(accepted, chosen)
