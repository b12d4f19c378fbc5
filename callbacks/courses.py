"""The list of the courses that the reader may open."""

from collections.abc import Mapping

from dash import Output, dcc, html
from dash.development.base_component import Component

from callbacks.answering import PAGE_INPUTS, PageAddress, links_for, refused
from dashapp import ids
from dashapp.components import card
from dashapp.components.links import Links
from dashapp.domain.principal import Permission
from dashapp.domain.views import CourseChoice
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.words import _


def list_courses(asked: Asked, page: Mapping[str, object]) -> dict[str, object]:
    """The courses as links, those under way first."""
    links = links_for(asked, PageAddress.parse(page))
    courses = asked.services.reader.classrooms(asked.principal)
    if not courses:
        empty = card.no_data(_("A course appears here as soon as you are enrolled as its teacher."))
        return {"page": "la-page", "listed": empty}
    listed = html.Ul([_entry(course, links) for course in courses], className="la-list")
    return {"page": "la-page", "listed": listed}


def _entry(course: CourseChoice, links: Links) -> Component:
    title = html.Span(course.title, className="la-2")
    return html.Li(dcc.Link([html.B(course.code, className="la-m"), " ", title], href=links.course(course.public_id)))


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    outputs = {"page": Output(ids.Courses.PAGE, "className"), "listed": Output(ids.Courses.LIST, "children")}
    wiring = Wiring(
        output=outputs, inputs={"page": {"address": PAGE_INPUTS["address"]}}, refused=lambda: refused(ids.Courses.PAGE)
    )
    registry.register(Permission.CLASSROOM_PAGE, list_courses, wiring)
