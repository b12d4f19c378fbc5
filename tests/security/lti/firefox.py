"""A stock Firefox, headless, steered by Selenium: its own defaults, and trust in a test's authority."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from ssl import PEM_cert_to_DER_cert
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import (
    JavascriptException,
    NoSuchElementException,
    NoSuchFrameException,
    NoSuchWindowException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.support.wait import WebDriverWait

from tests import servers
from tests.security.lti.sites import READY

WITHIN = 30.0
"""Seconds that a busy machine may need."""
OWN_HOSTS = ("127.0.0.1", "127.0.0.2")
NOT_YET = (
    JavascriptException,
    NoSuchElementException,
    NoSuchFrameException,
    NoSuchWindowException,
    StaleElementReferenceException,
)
"""What is said of a page while another one takes its place."""
LEFT = "downloadable font: download failed", "status=2152398850"
"""What stands on the console when a page is left while its fonts are on their way (NS_BINDING_ABORTED)."""
TRUST = """
Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(arguments[0], "CT,,");
"""


@dataclass(slots=True)
class Firefox:
    """The browser, what its pages have asked for, and what went wrong in them."""

    driver: webdriver.Firefox
    errors: list[str] = field(default_factory=list)
    """A test that provokes an error takes it off this list."""
    asked: list[str] = field(default_factory=list)
    """Every address, in order."""
    _saved: "Queue[Path]" = field(default_factory=Queue)

    def enter(self) -> None:
        """Goes into the frame, once it shows our page with data."""

        def is_there(driver: webdriver.Firefox) -> bool:
            driver.switch_to.default_content()
            driver.switch_to.frame("tool")
            return bool(driver.find_elements(By.CSS_SELECTOR, READY))

        WebDriverWait(self.driver, WITHIN, ignored_exceptions=NOT_YET).until(is_there)

    def leave(self) -> None:
        """Goes back to the page around the frame."""
        self.driver.switch_to.default_content()

    def value(self, expression: str) -> Any:
        """What an expression is where we are."""
        return self.driver.execute_script(f"return {expression}")

    def until(self, expression: str) -> None:
        """Waits until an expression is true where we are."""
        wait = WebDriverWait(self.driver, WITHIN, ignored_exceptions=NOT_YET)
        wait.until(lambda _driver: self.value(expression), f"it has not come true: {expression}")

    def click(self, selector: str) -> None:
        """Clicks on what a person would see."""
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def next_window(self) -> None:
        """Goes into the second window, once it is there."""
        WebDriverWait(self.driver, WITHIN).until(lambda driver: len(driver.window_handles) == 2)
        [opened] = set(self.driver.window_handles) - {self.driver.current_window_handle}
        self.driver.switch_to.window(opened)

    def preference(self, name: str) -> int:
        """What the browser itself goes by."""
        with self.driver.context(self.driver.CONTEXT_CHROME):
            return int(self.driver.execute_script("return Services.prefs.getIntPref(arguments[0])", name))

    def cookies(self) -> list[str]:
        """The names of all cookies that the browser keeps, of whatever site and wherever."""
        with self.driver.context(self.driver.CONTEXT_CHROME):
            return list(self.driver.execute_script("return Services.cookies.cookies.map((cookie) => cookie.name)"))

    def saved(self) -> Path:
        """The next file, once it is whole."""
        return self._saved.get(timeout=WITHIN)

    def watch(self) -> None:
        """Begins to note. Must be called before the first page is opened."""
        script, network, pages = self.driver.script, self.driver.network, self.driver.browsing_context
        script.add_console_handler(self._on_console)
        script.add_error_handler(self._on_error)
        network.add_event_handler("before_request_sent", self._on_request)
        pages.add_event_handler("download_end", self._on_saved)

    def _on_console(self, message: Any) -> None:
        if message.level == "error":
            self.errors.append(f"console: {message.text} ({message.source})")

    def _on_error(self, error: Any) -> None:
        """An exception that nothing has caught, or something that the browser has refused to do for the page."""
        if not all(part in error.message for part in LEFT):
            self.errors.append(f"uncaught: {error.message} ({error.source})")

    def _on_request(self, told: Any) -> None:
        address = told["request"]["url"]
        self.asked.append(address)
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in OWN_HOSTS:
            self.errors.append(f"request to a foreign host: {address}")

    def _on_saved(self, told: Any) -> None:
        self._saved.put(Path(told.download_params.filepath))


OpenFirefox = Callable[..., Firefox]
"""Takes what differs from Firefox's own preferences."""


@contextmanager
def opened(authority: Path, folder: Path, preferences: Mapping[str, Any]) -> Iterator[Firefox]:
    """A Firefox that trusts an authority and saves files into the folder. `preferences` differ from its own.

    Errors on a page's console and requests that leave the machine raise AssertionError at the end.
    """
    options = Options()
    options.binary_location = servers.firefox()
    options.add_argument("-headless")
    options.enable_bidi = True
    for name, value in {"browser.download.folderList": 2, "browser.download.dir": str(folder), **preferences}.items():
        options.set_preference(name, value)
    # With system access the authority comes to be trusted as an administrator's would be. To accept any certificate
    # instead would be a manner of its own, in which nothing says that the two sites are treated as people's are.
    log = str(folder / "geckodriver.log")
    service = Service(servers.geckodriver(), service_args=["--allow-system-access"], log_output=log)
    browser = Firefox(webdriver.Firefox(options, service))
    try:
        with browser.driver.context(browser.driver.CONTEXT_CHROME):
            browser.driver.execute_script(TRUST, b64encode(PEM_cert_to_DER_cert(authority.read_text())).decode())
        browser.watch()
        yield browser
    finally:
        browser.driver.quit()
    assert browser.errors == []
