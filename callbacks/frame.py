"""What stands around the pages and depends on the reader: tabs, account, and the way out of a frame."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from dash import Input, Output, State, no_update

from callbacks.home import home_of, own_page
from dashapp import ids
from dashapp.components import shell
from dashapp.components.links import Links
from dashapp.components.shell import Tab
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.domain.sessions import SignInMethod
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.guard import current_session, stands_alone
from dashapp.words import _

MOST_TABS = 4
"""More courses than that stand in the list only."""


def show_frame(asked: Asked, path: object, search: object, named: object) -> dict[str, object]:
    """Tabs of the role with the open one marked, the account menu, and what an embedded page is called.

    `named`: what the account menu holds already. It is drawn anew only when that changes, since it may be open.
    """
    prefix = urlsplit(asked.services.settings.public_url).path
    here = str(path)[:300] if isinstance(path, str) else ""
    links = Links(f"{prefix}/")
    if stands_alone():
        return _alone()
    tabs = tabs_of(asked, links, _room_of(asked, links, here, search) or here)
    name = asked.principal.name or _("You")
    current = next((tab.label for tab in tabs if tab.current), _("Learning analytics"))
    entries = account_of(asked, links)
    holds = "\n".join([name, *(entry.label for entry in entries)])
    return {
        "nav": shell.tab_links(tabs),
        "bar": shell.tab_links(tabs),
        "account": no_update if named == holds else shell.account(name, f"{prefix}/sign-out", entries),
        "named": holds,
        "title": current,
        "open": _unframed(here, prefix) or home_of(asked, links),
    }


def _alone() -> dict[str, object]:
    """Around a page that was opened alone: nothing leads away from it, and nobody is named."""
    return {"nav": [], "bar": [], "account": None, "named": None, "title": _("Learning analytics"), "open": None}


def account_of(asked: Asked, links: Links) -> list[Tab]:
    """The pages about the account, for its menu."""
    entries = [Tab(_("Your sessions"), links.own_sessions())]
    if current_session().method is SignInMethod.LOCAL:
        entries.append(Tab(_("Your password"), links.own_password(), whole=True))
    if asked.principal.learns_in:
        entries.append(Tab(_("Who sees my page"), links.own_guardians()))
    return entries


def _unframed(here: str, prefix: str) -> str | None:
    """The address of an embedded page outside of the frame. Two slashes at its start would lead to another server."""
    embedded = f"{prefix}/embed/"
    if not here.startswith(embedded):
        return None
    rest = here.removeprefix(embedded).lstrip("/\\")
    return f"{prefix}/{rest}"


def _room_of(asked: Asked, links: Links, here: str, search: object) -> str | None:
    """The classroom from which a teacher looks at the page of a learner, as its address says; None elsewhere. For who
    teaches nobody it is the caseload.

    Without a course in the address it is the first of the learner's courses that the teacher may see.
    """
    start, found, learner = here.replace("/embed/", "/", 1).partition("/learners/")
    if not found or f"{start}/" != links.prefix:
        return None
    if not asked.principal.teaches_in:
        return links.caseload()
    query = parse_qs(search[:300].lstrip("?")) if isinstance(search, str) else {}
    chosen = Filters.parse(course=next(iter(query.get("course", [])), None)).course
    if chosen is not None:
        return links.course(PublicId(chosen))
    try:
        # The same question as the page's own, so that it is answered once.
        view = asked.services.reader.learner(asked.principal, UUID(learner), Filters())
    except (NotFound, NotPermitted, Unavailable, ValueError):
        return None
    return links.course(view.courses[0].public_id) if view.courses else None


def tabs_of(asked: Asked, links: Links, here: str) -> list[Tab]:
    """The pages of the reader's roles; the one on the way to `here` is marked."""
    principal = asked.principal
    plain = here.replace("/embed/", "/", 1)
    tabs: list[tuple[str, str]] = []
    if principal.learns_in:
        tabs.append((_("My page"), links.me()))
    if principal.administers:
        own = asked.services.reader.own_address(principal.organisation_id)
        tabs.append((_("Institution"), links.organisation(own)))
    if principal.teaches_in or principal.administers:
        rooms = asked.services.reader.classrooms(principal)
        if principal.teaches_in and len(rooms) <= MOST_TABS:
            tabs += [(room.code or room.title, links.course(room.public_id)) for room in rooms]
        else:
            tabs.append((_("Classrooms"), links.courses()))
    if principal.advises or principal.guards:
        tabs.append((_("Caseload") if principal.advises else _("My learners"), links.caseload()))
    if principal.teaches_in or principal.administers:
        tabs.append((_("Reports"), links.reports()))
    if principal.administers:
        tabs.append((_("Administration"), links.administration(own)))
        if plain.startswith(f"{links.organisation(own)}/"):
            # Every page below that of the organisation is one of its administration.
            plain = links.administration(own)
    # Of two tabs on the way to a page the nearer one is open.
    nearest = max((href for _label, href in tabs if f"{plain}/".startswith(f"{href}/")), key=len, default=None)
    leads = {links.me(): own_page(asked, links)}
    return [Tab(label, leads.get(href, href), current=href == nearest) for label, href in tabs]


def register(registry: CallbackRegistry) -> None:
    """Connects the frame."""
    wiring = Wiring(
        output={
            "nav": Output(ids.Shell.NAV, "children"),
            "bar": Output(ids.Shell.TAB_BAR, "children"),
            "account": Output(ids.Shell.ACCOUNT, "children"),
            "named": Output(ids.Shell.ACCOUNT, "data-named"),
            "title": Output(ids.Shell.EMBED_TITLE, "children"),
            "open": Output(ids.Shell.EMBED_OPEN, "href"),
        },
        inputs={
            "path": Input(ids.Shell.LOCATION, "pathname"),
            "search": Input(ids.Shell.LOCATION, "search"),
            "named": State(ids.Shell.ACCOUNT, "data-named"),
        },
    )
    registry.register(Permission.SIGNED_IN, show_frame, wiring)
