"""Whose pages may show ours in a frame: read from the table, remembered for a few seconds, said in a header.

The answer to a launch or to an embed link knows its organisation. The empty page below `/embed`, which a frame asks for
when it is loaded anew, is sent before anybody is known: its address says whose it is (`?tenant=`, which the page's
own script adds). So nobody learns from a header which platforms other organisations have, and none can fill the header
of another.
"""

import re
from collections.abc import Iterable, Mapping
from threading import Lock
from time import monotonic
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from flask import g

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.frame_origins import read_frame_origins
from dashapp.data.store.lti.tool_keys import find_organisation_by_public_id
from dashapp.domain.errors import AnalyticsError, Unavailable
from dashapp.domain.keys import OrganisationId, PublicId

REMEMBERED: Final = 5.0
"""Seconds: so soon a change holds, without a restart."""
TENANT: Final = "tenant"
"""The parameter of an address below `/embed` that says whose page it is: a public id."""
_LONGEST: Final = 255
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
"""Nothing else may stand in a header's list of sources: no wildcard, no separator, no letter that a header cannot hold.
The table of origins has the same rule."""
_AMBIGUOUS: Final = frozenset("\u00df\u03c2\u200c\u200d")
"""What the two editions of IDNA write as different names: whoever means one enters the name as it is registered."""


class NoOrigin(AnalyticsError):
    """An address has no origin that could frame pages."""


def origin_of(address: str, *, plain: bool = False) -> str:
    """The origin of an address, as a browser says it: `https://lms.example.edu`.

    `plain` allows http, for development. Raises NoOrigin.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = _in_ascii(parts.netloc.rpartition("@")[2]).lower(), parts.port
    except ValueError:
        raise NoOrigin("This is no address.") from None
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or (scheme == "http" and not plain):
        raise NoOrigin("Pages can be framed by addresses that begin with https:// only.")
    usual = {"https": 443, "http": 80}[scheme]
    origin = f"{scheme}://{host.removesuffix(f':{port}') if port == usual else host}"
    if not host or len(host) > _LONGEST or not _ORIGIN.fullmatch(origin) or parts.username is not None:
        raise NoOrigin("The address has no plain host name.")
    return origin


def _in_ascii(host: str) -> str:
    """A host with its port as browsers send it: other letters than ASCII by IDNA. Raises ValueError."""
    if host.isascii():
        return host
    if not _AMBIGUOUS.isdisjoint(host.lower()):
        raise ValueError
    return host.encode("idna").decode("ascii")


class FrameOrigins:
    """The registered origins. Safe to share between threads; while the database is away, what was known last."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database
        self._known: Mapping[OrganisationId, tuple[str, ...]] = {}
        self._names: dict[str, OrganisationId] = {}
        # A public id never changes, so these are remembered for good.
        self._read_at = float("-inf")
        self._reading = Lock()

    def of(self, organisation: OrganisationId) -> tuple[str, ...]:
        """The origins that an organisation has registered."""
        return self._current().get(organisation, ())

    def named(self, organisation: str | None) -> tuple[str, ...]:
        """The origins of the organisation that an address names; where it names none, of the only one that has any."""
        known = self._current()
        if organisation is None:
            return next(iter(known.values())) if len(known) == 1 else ()
        key = self._key_of(organisation)
        return () if key is None else known.get(key, ())

    def name_of(self, organisation: OrganisationId) -> str:
        """How an address names the organisation. Raises NotFound, and Unavailable while the database is away."""
        for name, key in tuple(self._names.items()):
            if key == organisation:
                return name
        name = str(own_address(self._database, organisation))
        self._names[name] = organisation
        return name

    def _key_of(self, name: str) -> OrganisationId | None:
        """The organisation of a name; strangers may ask for any, so only those that exist are remembered."""
        known = self._names.get(name)
        if known is not None:
            return known
        try:
            public_id = PublicId(UUID(name))
            with self._database.transaction(DatabaseRole.WEB, None) as connection:
                found = find_organisation_by_public_id(connection, public_id)
        except (ValueError, Unavailable):
            return None
        if found is not None:
            self._names[str(public_id)] = found
        return found

    def forget(self) -> None:
        """Has the table read at the next question: for who has just changed it."""
        self._read_at = float("-inf")

    def _current(self) -> Mapping[OrganisationId, tuple[str, ...]]:
        # One thread reads; the others go on with what is known.
        if monotonic() - self._read_at >= REMEMBERED and self._reading.acquire(blocking=self._read_at < 0):
            try:
                if monotonic() - self._read_at >= REMEMBERED:
                    self._read()
            finally:
                self._reading.release()
        return self._known

    def _read(self) -> None:
        try:
            with self._database.transaction(DatabaseRole.WEB, None) as connection:
                rows = read_frame_origins(connection)
        except Unavailable:
            return
        found: dict[OrganisationId, tuple[str, ...]] = {}
        for organisation, origin in rows:
            found[organisation] = (*found.get(organisation, ()), origin)
        self._known, self._read_at = found, monotonic()


def frame_by(origins: Iterable[str]) -> None:
    """Lets these origins frame the answer of the running request; what is none is left out of the header."""
    g.framed_by = tuple(filter(_ORIGIN.fullmatch, origins))


def frame_by_anybody() -> None:
    """Lets every page frame the answer of the running request: for fixed words without anything to press."""
    g.framed_by = ("*",)


def framed_by() -> tuple[str, ...]:
    """Which other origins may frame the answer of the running request."""
    return tuple(g.get("framed_by", ()))


def send_to(origins: Iterable[str]) -> None:
    """Lets forms of the answer of the running request go to these origins; what is none is left out of the header."""
    g.sent_to = tuple(filter(_ORIGIN.fullmatch, origins))


def sent_to() -> tuple[str, ...]:
    """To which other origins forms of the answer of the running request may go."""
    return tuple(g.get("sent_to", ()))
