"""Signed addresses that open one page in a frame, for systems that cannot launch one: a teacher or an administrator
has one made for a page of theirs, and whoever opens it while it is good sees that page as they do, and nothing else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, request

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.embed_links import epoch_of
from dashapp.data.store.sessions import NotBelieved
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.devices import device_of, network_of
from dashapp.security.embedding import Embedding, Look
from dashapp.security.guard import Access, Guard
from dashapp.security.rates import Rates
from dashapp.security.reach import Reach
from dashapp.security.sessions import Manner
from dashapp.security.short_pages import refusal_page
from dashapp.security.signing import Signer
from dashapp.words import _

PATH: Final = "/embed-link"
USUAL_LIFETIME: Final = timedelta(minutes=10)
LONGEST_LIFETIME: Final = timedelta(hours=24)
SESSION_IDLE: Final = timedelta(hours=1)
SESSION_LIMIT: Final = timedelta(hours=4)
LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class EmbedLink:
    """Which page, as whom, and until when it can be opened (seconds since 1970)."""

    organisation_id: OrganisationId
    person: PublicId
    page: str
    """Below the path of the public address: `/embed/courses/<id>`."""
    expires: int
    epoch: int
    """Of the maker's links: when it has been raised, this one is over."""

    def to_text(self) -> str:
        """The form that is signed."""
        page = urlsafe_b64encode(self.page.encode()).decode("ascii").rstrip("=")
        return f"{self.organisation_id}.{self.person.hex}.{self.expires}.{self.epoch}.{page}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The link of a signed text; None where it has another form."""
        parts = text.split(".")
        try:
            organisation, person, expires, epoch, page = parts
            path = urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode()
            known = OrganisationId(int(organisation)), PublicId(UUID(hex=person))
            return cls(*known, path, int(expires), int(epoch))
        except ValueError:
            return None


@dataclass(slots=True)
class EmbedLinks:
    """Makes links and reads them."""

    secret_keys: Sequence[str]
    clock: Clock
    public_url: str
    database: Database
    _signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self._signer = Signer(self.secret_keys, "embed link")

    def make(self, principal: Principal, page: str, lifetime: timedelta = USUAL_LIFETIME) -> str:
        """The whole address for a page such as `/embed/courses/<id>`.

        Raises NotPermitted for who is neither administrator nor teacher, NotFound where no such page can be embedded
        alone or the lifetime is none (at most a day).
        """
        if not (principal.administers or principal.teaches_in):
            raise NotPermitted("Embed links are made by teachers and administrators.")
        if Reach.of(page) is None:
            raise NotFound("No page at this address can be embedded alone: it should read like /embed/courses/<id>.")
        if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
            raise NotFound("A link can be opened for a day at most.")
        expires = int((self.clock() + lifetime).timestamp())
        organisation, maker = principal.organisation_id, principal.public_id
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            epoch = epoch_of(connection, organisation, maker)
        link = EmbedLink(organisation, maker, page, expires, epoch)
        return f"{self.public_url}{PATH}/{self._signer.sign(link.to_text())}"

    def read(self, text: str) -> EmbedLink | None:
        """The link of an address's last part, if it is ours and its time is not over."""
        signed = self._signer.verify(text) if len(text) <= LONGEST_TEXT else None
        link = EmbedLink.from_text(signed) if signed else None
        return link if link is not None and link.expires > self.clock().timestamp() else None


@dataclass(frozen=True, slots=True)
class EmbedLinkRoute:
    """`GET /embed-link/<text>`: the page, opened by a session that reaches no further."""

    guard: Guard
    links: EmbedLinks
    embedding: Embedding
    rates: Rates

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        view = self.rates.of_starts(self._open)
        server.add_url_rule(f"{prefix}{PATH}/<text>", "open_embed_link", view, methods=["GET"])
        self.guard.open_route("open_embed_link", Access.PUBLIC)

    def _open(self, text: str) -> Response:
        if request.method != "GET":
            abort(405)  # Flask lets HEAD in with GET; it would begin a session that nobody gets
        base, link = urlsplit(self.guard.public_url).path, self.links.read(text)
        if link is None:
            return _over(base)
        manner = Manner(
            carrier=Carrier.BEARER,
            page=link.page,
            device=device_of(request.headers.get("User-Agent")),
            origin=network_of(request.remote_addr),
            idle=SESSION_IDLE,
            absolute=SESSION_LIMIT,
            link_epoch=link.epoch,
        )
        try:
            session = self.guard.sessions.issue(link.organisation_id, link.person, SignInMethod.LINK, manner)
        except NotBelieved:
            return _over(base)
        look = Look(request.args.get("locale"), request.args.get("theme"))
        path = f"{base}{link.page}"
        return self.embedding.bearer_answer(link.organisation_id, session, path, look, alone=True)


def _over(base: str) -> Response:
    words = _("The link has expired or was not made here. Load the page around it again, or ask for a new link.")
    return refusal_page(base, _("This link opens nothing any more"), words, 404)
