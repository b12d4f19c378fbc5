"""Addresses of the pages, valid for ever; the same under /embed for pages inside a frame."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId


@dataclass(frozen=True, slots=True)
class Links:
    """`prefix` is the path prefix of the service with a slash at its end ("/" without one)."""

    prefix: str = "/"
    embedded: bool = False
    alone: bool = False
    """Whether the reader's session opens this one page only: what would lead away from it is plain text."""
    institution: PublicId | None = None
    """The organisation of a reader who may open its page, where a page leads back to it."""

    def _to(self, path: str, filters: Filters | None = None) -> str:
        query = filters.to_query() if filters else ""
        base = f"{self.prefix.rstrip('/')}{'/embed' if self.embedded else ''}{path}"
        return f"{base}?{query}" if query else base

    def _each(self, path: str, filters: Filters | None) -> Callable[[PublicId | str], str]:
        before, mark, query = self._to(path, filters).partition("?")
        return lambda one: f"{before}{one}{mark}{query}"

    def me(self, filters: Filters | None = None) -> str:
        """The reader's own page."""
        return self._to("/me", filters)

    def learner(self, learner: PublicId, filters: Filters | None = None) -> str:
        """The page of a learner."""
        return self._to(f"/learners/{learner}", filters)

    def each_learner(self, filters: Filters | None = None) -> Callable[[PublicId | str], str]:
        """The same for many learners: what their addresses have in common is written once."""
        return self._each("/learners/", filters)

    def caseload(self) -> str:
        """The learners whom the reader advises or is guardian of."""
        return self._to("/caseload")

    def own_guardians(self) -> str:
        """Who sees the reader's own page as their guardian."""
        return self._to("/me/guardians")

    def invitation(self) -> str:
        """Where a code makes the reader a guardian."""
        return self._to("/guardian")

    def guardians(self, organisation: PublicId) -> str:
        """The guardians of an organisation."""
        return self._to(f"/organisations/{organisation}/guardians")

    def courses(self) -> str:
        """The list of the classrooms that the reader may open."""
        return self._to("/courses")

    def course(self, course: PublicId, filters: Filters | None = None) -> str:
        """The classroom of a course."""
        return self._to(f"/courses/{course}", filters)

    def each_course(self, filters: Filters | None = None) -> Callable[[PublicId | str], str]:
        """The same for many courses."""
        return self._each("/courses/", filters)

    def organisation(self, organisation: PublicId, filters: Filters | None = None) -> str:
        """The page of an organisation."""
        return self._to(f"/organisations/{organisation}", filters)

    def administration(self, organisation: PublicId) -> str:
        """The overview of the administration of an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/administration"

    def connections(self, organisation: PublicId) -> str:
        """The systems that send events to an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/connections"

    def units(self, organisation: PublicId) -> str:
        """The units and programmes of an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/units"

    def course_list(self, organisation: PublicId, query: str = "") -> str:
        """The courses of an organisation, for its administrators; never in a frame."""
        address = f"{self.prefix.rstrip('/')}/organisations/{organisation}/courses"
        return f"{address}?{query}" if query else address

    def sign_in(self, organisation: PublicId) -> str:
        """The providers, keys of services and accounts of an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/sign-in"

    def terms(self, organisation: PublicId) -> str:
        """The terms of an organisation with their calendar; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/terms"

    def visibility(self, organisation: PublicId) -> str:
        """What students of an organisation see; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/visibility"

    def preview(self, course: PublicId) -> str:
        """The page as a student of a course sees it; never in a frame."""
        return f"{self.prefix.rstrip('/')}/courses/{course}/preview"

    def history(self, organisation: PublicId) -> str:
        """Imports of what happened before, from files; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/history"

    def history_problems(self, organisation: PublicId, key: UUID) -> str:
        """What an import of history could not take, as a file; never below /embed."""
        return f"{self.history(organisation)}/{key}/problems.csv"

    def rosters(self, organisation: PublicId) -> str:
        """The rosters of an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/rosters"

    def roster_findings(self, organisation: PublicId, run: UUID) -> str:
        """What a check of a roster has found, as a file; never below /embed."""
        return f"{self.rosters(organisation)}/{run}/findings.csv"

    def leaving(self, organisation: PublicId) -> str:
        """Exports of everything, and the deletion of an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/leaving"

    def organisation_file(self, organisation: PublicId, export: UUID) -> str:
        """The file of an export of everything; never below /embed."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/exports/{export}.zip"

    def data_quality(self, organisation: PublicId) -> str:
        """The page about the quality of an organisation's data."""
        return self._to(f"/organisations/{organisation}/data-quality")

    def platforms(self, organisation: PublicId) -> str:
        """The learning platforms of an organisation."""
        return self._to(f"/organisations/{organisation}/platforms")

    def people(self, organisation: PublicId, query: str = "") -> str:
        """Everybody of an organisation, for its administrators; never in a frame. `query`: the filters."""
        base = f"{self.prefix.rstrip('/')}/organisations/{organisation}/people"
        return f"{base}?{query}" if query else base

    def person(self, organisation: PublicId, person: PublicId) -> str:
        """The entry of somebody, for administrators; never in a frame."""
        return f"{self.people(organisation)}/{person}"

    def dead_letters(self, organisation: PublicId) -> str:
        """What was refused in an organisation."""
        return self._to(f"/organisations/{organisation}/dead-letters")

    def own_password(self) -> str:
        """Where the reader changes their password; never in a frame."""
        return f"{self.prefix.rstrip('/')}/account/password"

    def learners_file(self, course: PublicId) -> str:
        """The list of a classroom as a file; the query of its page may follow. Never below /embed."""
        return f"{self.prefix.rstrip('/')}/courses/{course}/learners.csv"

    def own_sessions(self) -> str:
        """Where the reader is signed in; never in a frame."""
        return f"{self.prefix.rstrip('/')}/account/sessions"

    def sessions(self, organisation: PublicId) -> str:
        """Who is signed in to an organisation; never in a frame."""
        return f"{self.prefix.rstrip('/')}/organisations/{organisation}/sessions"

    def reports(self) -> str:
        """The reports that the reader may read."""
        return self._to("/reports")

    def report(self, report: UUID) -> str:
        """One report."""
        return self._to(f"/reports/{report}")

    def schedules(self) -> str:
        """The reports that go out by themselves."""
        return self._to("/schedules")

    def exported_file(self, export: UUID) -> str:
        """A file that was made of a report; never below /embed."""
        return f"{self.prefix.rstrip('/')}/exports/{export}"

    def audit(self, organisation: PublicId) -> str:
        """Who looked at what in an organisation."""
        return self._to(f"/organisations/{organisation}/audit")
