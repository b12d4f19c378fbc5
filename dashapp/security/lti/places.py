"""The addresses that platforms know, below the service's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dashapp.domain.keys import PublicId
from dashapp.domain.lti import ChosenPage
from dashapp.security import frames

LOGIN: Final = "/lti/login"
"""Followed by the public id of an organisation; alone, it is the address that all of them once had."""
LAUNCH: Final = "/lti/launch"
BOUND: Final = "/lti/bound"
"""Where a page that has found its binder posts the launch once more."""
CHOSEN: Final = "/lti/chosen"
KEYS: Final = "/lti/keys"
OPEN: Final = "/lti/open"
REGISTER: Final = "/lti/register"


@dataclass(frozen=True, slots=True)
class Places:
    """`public_url`: the service's address without a closing slash."""

    public_url: str

    @property
    def path(self) -> str:
        """The path of the service: "" or "/prefix"."""
        return urlsplit(self.public_url).path

    def login(self, organisation: PublicId) -> str:
        """Where a platform of an organisation begins. Two organisations may have one platform, so each has its own."""
        return f"{self.public_url}{LOGIN}/{organisation}"

    @property
    def launch(self) -> str:
        """Where a platform sends its message: the only address to which it may send people back."""
        return self.public_url + LAUNCH

    def keys(self, organisation: PublicId) -> str:
        """The public halves of the keys with which the tool signs for an organisation."""
        return f"{self.public_url}{KEYS}/{organisation}"

    def open(self, page: ChosenPage) -> str:
        """What a link to a page names as its target."""
        return f"{self.public_url}{OPEN}/{page.to_text()}"

    def register(self, code: str) -> str:
        """The one address that registers a platform."""
        return f"{self.public_url}{REGISTER}/{code}"

    def page_of(self, target: str) -> ChosenPage | None:
        """The page that a target names; None for an address that is none of ours."""
        login = self.public_url + LOGIN
        if target in (self.launch, login, self.public_url, f"{self.public_url}/") or target.startswith(f"{login}/"):
            return ChosenPage()
        start = f"{self.public_url}{OPEN}/"
        if not target.startswith(start):
            return None
        page = ChosenPage.parse(target.removeprefix(start))
        return page if self.open(page) == target else None


def origin_of(url: str) -> str:
    """The origin of a platform's address, as browsers write it; "" for what has none that a header could name.

    Also over http: which platforms may speak that, is decided when they are registered.
    """
    try:
        return frames.origin_of(url, plain=True)
    except frames.NoOrigin:
        return ""


def origins_of(urls: Iterable[str]) -> tuple[str, ...]:
    """The origins of several addresses, each once, in order."""
    return tuple(sorted({origin_of(url) for url in urls} - {""}))
