"""The courses of an organisation for its administrators: `/organisations/<id>/courses`. It is not there under `/embed`.

`/courses`, without an organisation, is the list of classrooms.
"""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, course_list, course_opened
from dashapp.domain.principal import Permission
from dashapp.domain.structure import CourseFilters
from dashapp.words import _


def layout(organisation: str = "", **query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    filters = CourseFilters.parse(query)
    body = course_list.body(filters, course_opened.opened(filters))
    return administration.around(organisation, "course-list", body)


def _title(**_variables: str) -> str:
    return _("Courses · Administration · Learning analytics")


dash.register_page(
    "pages.course_list",
    path_template="/organisations/<organisation>/courses",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
