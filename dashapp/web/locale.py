"""Each request is answered in the reader's language."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

from dashapp.words import best_locale, use_locale

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PARAMETER: Final = "locale"


class LocaleOfRequest:
    """A WSGI layer: the locale comes from `?locale=` of the page or the browser's preferences."""

    def __init__(self, inner: WsgiApp) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers one request; the body is complete when this returns, so the locale may end with it."""
        with use_locale(_locale_of(environ)):
            return self._inner(environ, start_response)


def _locale_of(environ: dict[str, Any]) -> str:
    # Callbacks are sent to Dash's own address: the page that sends them is in their Referer.
    for query in (environ.get("QUERY_STRING", ""), str(environ.get("HTTP_REFERER", "")).partition("?")[2]):
        asked = parse_qs(query).get(PARAMETER, [""])[0]
        if asked:
            return best_locale(environ.get("HTTP_ACCEPT_LANGUAGE"), asked)
    return best_locale(environ.get("HTTP_ACCEPT_LANGUAGE"))
