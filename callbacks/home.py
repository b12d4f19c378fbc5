"""Where somebody starts: their own page, their classroom, or the institution."""

from urllib.parse import urlsplit

from dash import Input, Output

from dashapp import ids
from dashapp.components.links import Links
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring


def lead_home(asked: Asked, start: object) -> str:
    """The address of the first page of the reader's role."""
    del start  # it only says that the page is open
    return home_of(asked, Links(f"{urlsplit(asked.services.settings.public_url).path}/"))


def home_of(asked: Asked, links: Links) -> str:
    """The course where the reader wants to begin; else the institution for administrators, the classroom or the list of
    them for staff, the caseload for advisers and guardians, else the own page."""
    principal = asked.principal
    chosen = principal.settings
    if chosen.course is not None and chosen.course_id in principal.teaches_in:
        return links.course(chosen.course)
    if chosen.course is not None and chosen.course_id in principal.learns_in:
        return own_page(asked, links)
    if principal.administers:
        return links.organisation(asked.services.reader.own_address(principal.organisation_id))
    if principal.teaches_in:
        rooms = asked.services.reader.classrooms(principal)
        return links.course(rooms[0].public_id) if len(rooms) == 1 else links.courses()
    if (principal.advises or principal.guards) and not principal.learns_in:
        return links.caseload()
    return links.me()


def own_page(asked: Asked, links: Links) -> str:
    """The reader's own page, with the course in focus where they want to begin."""
    chosen = asked.principal.settings
    in_focus = chosen.course if chosen.course_id in asked.principal.learns_in else None
    return links.me(Filters(course=in_focus) if in_focus else None)


def register(registry: CallbackRegistry) -> None:
    """Connects the start."""
    wiring = Wiring(
        output=Output(ids.Home.LOCATION, "href"),
        inputs={"start": Input(ids.Home.ASKED, "data")},
    )
    registry.register(Permission.SIGNED_IN, lead_home, wiring)
