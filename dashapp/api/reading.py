"""What other services read with a key: `GET /api/v1/me` and `GET /api/v1/courses`, as JSON.

The answers come through the same scope and the same query as the pages, so that a service sees what an administrator
sees: groups of at least k.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, jsonify, request

from dashapp.data.reader import PageReader
from dashapp.data.store.service_keys import MARK
from dashapp.data.viewing import Viewing, ViewNotes
from dashapp.domain.audit import ORGANISATION_SUBJECT, Actor, ViewerRole
from dashapp.domain.errors import NotPermitted
from dashapp.domain.views import CourseFigures
from dashapp.security.devices import network_of
from dashapp.security.guard import Access, Guard
from dashapp.security.rates import Rates
from dashapp.security.service_keys import KnownServices, Service, ServiceScope

ME: Final = "/api/v1/me"
COURSES: Final = "/api/v1/courses"


@dataclass(frozen=True, slots=True)
class ReadingApi:
    """The routes for services. `install` adds and opens them; each checks the key by itself."""

    services: KnownServices
    reader: PageReader
    rates: Rates
    views: ViewNotes

    def install(self, server: Flask, guard: Guard, prefix: str) -> None:
        """Adds the routes below the path of the public address."""
        for endpoint, path, view in (("api_me", ME, self._me), ("api_courses", COURSES, self._courses)):
            limited = self.rates.of_service_reads(view)
            server.add_url_rule(f"{prefix}{path}", endpoint, limited, methods=["GET"])
            guard.open_route(endpoint, Access.PUBLIC)

    def _me(self) -> Response:
        service = self._service()
        if service is None:
            return _unauthorized()
        scopes = sorted(scope.value for scope in service.scopes)
        return jsonify({"name": service.name, "scopes": scopes, "expires_at": service.expires_at})

    def _courses(self) -> Response:
        service = self._service()
        if service is None:
            return _unauthorized()
        try:
            scope = service.scope(ServiceScope.READ_COURSES, self.reader.minimum_group)
        except NotPermitted:
            return _problem(403, "forbidden", f"The key needs the scope {ServiceScope.READ_COURSES}.")
        view = self.reader.courses_of(scope)
        # Like a page: one row in a quarter of an hour, and no answer where it cannot be written.
        actor = Actor(f"{MARK}{service.prefix}", ViewerRole.SERVICE, network_of(request.remote_addr))
        self.views.note(Viewing(service.organisation_id, actor, ORGANISATION_SUBJECT, "courses"))
        return jsonify(
            {
                "as_of": view.freshness.as_of.isoformat(),
                "minimum_group": scope.minimum_group,
                "courses": [_course(figures) for figures in view.courses],
            }
        )

    def _service(self) -> Service | None:
        return self.services.identify(request.headers.get("Authorization"))


def _course(figures: CourseFigures) -> dict[str, Any]:
    return {
        "id": str(figures.course.public_id),
        "code": figures.course.code,
        "title": figures.course.title,
        "under_way": figures.under_way,
        "hidden": figures.hidden,
        "enrolled": figures.enrolled,
        "active_7_days": figures.active_7,
    }


def _unauthorized() -> Response:
    answer = _problem(401, "unauthorized", "Show a key: Authorization: Bearer las_…")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="learning analytics"'
    return answer


def _problem(status: int, kind: str, detail: str) -> Response:
    answer = jsonify({"error": kind, "detail": detail})
    answer.status_code = status
    return answer
