"""What somebody chooses for themself, asked and sent by the page's script: `/account/settings`.

Whose they are is who asks: there is no place in the request where somebody else could be named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from dashapp import words
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.courses import choices
from dashapp.data.store.person_settings import keep_settings
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.person_settings import PersonSettings, rate_of, theme_of
from dashapp.domain.principal import Principal
from dashapp.domain.scope import AsOf
from dashapp.security.guard import Access, Guard, current_principal, current_session
from dashapp.security.json_body import json_body
from dashapp.services import Services
from dashapp.words import _

Forget = Callable[[OrganisationId, PublicId], None]
PATH: Final = "/account/settings"


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """Answers with the reader's settings, and changes them."""

    guard: Guard
    services: Services
    forget: Forget
    """Has a person read anew."""

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        rule = f"{urlsplit(self.guard.public_url).path}{PATH}"
        server.add_url_rule(rule, "own_settings", self._answer, methods=["GET", "POST"])
        # Of a session that was opened for one page nobody knows whose eyes it has: it is a stranger's here.
        self.guard.open_route("own_settings", Access.SENT)

    def _answer(self) -> Response:
        principal = current_principal()
        if request.method == "POST":
            return self._keep(principal)
        return jsonify(self._said(principal))

    def _keep(self, principal: Principal) -> Response:
        given = json_body()
        chosen = self._chosen(principal, given) if isinstance(given, dict) else {}
        if chosen:
            own = principal.organisation_id
            with self.services.database.transaction(DatabaseRole.WEB, own) as connection:
                keep_settings(connection, (own, principal.person_id), chosen, self.services.clock())
            # Of two entries that were merged the session may name either.
            for person in {principal.public_id, current_session().person}:
                self.forget(own, person)
        return Response(status=204)

    def _chosen(self, principal: Principal, given: Mapping[str, object]) -> dict[str, object]:
        """What can be understood of it; an empty text: as the browser decides."""
        parsed: dict[str, tuple[str, object]] = {
            "theme": ("theme", theme_of(given.get("theme"))),
            "language": ("language", _language(given.get("language"))),
            "rate": ("rate", rate_of(given.get("rate"))),
            "course": ("default_course_id", self._course(principal, given.get("course"))),
        }
        return {
            column: value
            for name, (column, value) in parsed.items()
            if name in given and (value is not None or given[name] == "")
        }

    def _course(self, principal: Principal, value: object) -> int | None:
        """One of the person's own courses."""
        public = uuid_of(value)
        if public is None:
            return None
        try:
            course = self.services.reader.find_course(principal, public)
        except NotFound:
            return None
        return int(course) if course in principal.learns_in | principal.teaches_in else None

    def _said(self, principal: Principal) -> dict[str, object]:
        holds = principal.settings
        own = principal.organisation_id
        with self.services.database.transaction(DatabaseRole.WEB, own) as connection:
            keys = principal.learns_in | principal.teaches_in
            courses = choices(connection, own, keys, AsOf(self.services.clock())) if keys else ()
        return {
            "holds": _values(holds),
            "languages": [{"value": locale, "label": _named(locale)} for locale in words.available_locales()],
            "courses": [
                {"value": str(each.public_id), "label": " · ".join(filter(None, (each.code, each.title)))}
                for each in courses
            ],
        }


def _values(holds: PersonSettings) -> dict[str, object]:
    return {
        "theme": holds.theme.value if holds.theme else "",
        "language": holds.language if holds.language in words.available_locales() else "",
        "rate": "" if holds.rate is None else str(holds.rate),
        "course": str(holds.course or ""),
    }


def _language(value: object) -> str | None:
    return value if isinstance(value, str) and value in words.available_locales() else None


def _named(locale: str) -> str:
    """A language in its own words, with the state of its translation in the reader's."""
    name = words.language_name(locale)
    return _("{language} (draft)").format(language=name) if words.is_draft(locale) else name
