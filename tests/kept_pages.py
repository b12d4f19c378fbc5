"""Pages of a browser that the tests of a module use one after the other, and what goes wrong on any page."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

OWN_HOSTS = ("127.0.0.1", "localhost")
PATIENCE = 90_000
"""Milliseconds for what a page is waited for: a machine on which others work too is several times as slow."""
FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


def watch(page: Page, errors: list[str]) -> Callable[[], None]:
    """Adds to `errors` what goes wrong from now on: errors on the console, uncaught exceptions, requests that leave the
    machine. Gives what ends that."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"console: {message.text} ({message.location.get('url')})")

    def on_error(error: object) -> None:
        errors.append(f"uncaught: {error}")

    def on_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in OWN_HOSTS:
            errors.append(f"request to a foreign host: {request.url}")

    heard: dict[Any, Any] = {"console": on_console, "pageerror": on_error, "request": on_request}
    for event, listener in heard.items():
        page.on(event, listener)

    def end() -> None:
        for event, listener in heard.items():
            page.remove_listener(event, listener)

    return end


class KeptPages:
    """A page that has read the service's scripts once shows the next page in a third of the time.

    Between two tests it forgets cookies, storage, headers and size. What cannot be taken back (scripts added to a page,
    a slower processor) needs a page of its own.
    """

    def __init__(self, browser: Browser) -> None:
        """Holds no page yet."""
        self._browser = browser
        self._idle: dict[str, list[Page]] = {}
        self._options: dict[Page, dict[str, Any]] = {}

    def take(self, options: dict[str, Any]) -> Page:
        """A page of a session of its own with these options of Playwright's `new_context`."""
        idle = self._idle.get(_key(options))
        if idle:
            return idle.pop()
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        self._options[page] = options
        return page

    def give_back(self, page: Page) -> None:
        """The test is done with it."""
        context, options = page.context, self._options[page]
        for other in context.pages:
            if other is not page:
                other.close()
        context.set_offline(False)
        if urlsplit(page.url).scheme == "http":
            page.evaluate(FORGET)
        page.goto("about:blank")
        context.clear_cookies()
        context.set_extra_http_headers({})
        if "viewport" in options:
            page.set_viewport_size(options["viewport"])
        self._idle.setdefault(_key(options), []).append(page)


def _key(options: dict[str, Any]) -> str:
    return json.dumps(options, sort_keys=True)
