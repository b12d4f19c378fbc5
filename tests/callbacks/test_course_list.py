"""The page of courses: found, filtered, opened with where everything comes from, and decided about, one or many."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import operator
from dashapp.domain.clock import system_clock
from dashapp.domain.events import CourseDescribed, Identifier
from dashapp.domain.structure import CourseFilters
from dashapp.domain.terms import Term
from dashapp.security.structure.desk import Desk
from dashapp.security.structure.terms import TermAdministration
from dashapp.security.structure.units import ProgrammeAdministration, UnitAdministration
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ALGEBRA, ISSUER, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings

SAID = "course-list-said"
AUTUMN = Term("Autumn", date(2026, 9, 7), date(2026, 12, 18))
CHEMISTRY = Identifier(ISSUER, "course", "chemistry")
"""Events alone know it."""


@pytest.fixture
def own(new_campus: Campus) -> Campus:
    new_campus.load([new_campus.view("Ada Abel", CHEMISTRY)])
    TermAdministration(desk_of(new_campus)).add(AUTUMN)
    return new_campus


@pytest.fixture
def database(own: Campus) -> Database:
    return own.database


@pytest.fixture
def application(own: Campus) -> Iterator[Application]:
    with application_on(own.database, own) as made:
        yield made


@pytest.fixture
def administrator(application: Application, own: Campus) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)


def desk_of(campus: Campus) -> Desk:
    return Desk(campus.database, system_clock, campus.organisation_id, operator("tests"))


def value(campus: Campus, query: str, **values: object) -> Any:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return connection.execute(text(query), values).scalar_one()


def course(campus: Campus, name: str = "algebra") -> UUID:
    query = (
        "SELECT public_id FROM courses JOIN course_identifiers USING (organisation_id, course_id) WHERE value = :name"
    )
    return UUID(str(value(campus, query, name=name)))


def term(campus: Campus) -> int:
    return int(value(campus, "SELECT term_id FROM terms WHERE name = 'Autumn'"))


def listed(visitor: Visitor, campus: Campus, **chosen: str) -> dict[str, Any]:
    controls = {"q": "search", "term": "term", "unit": "unit", "programme": "programme", "known": "known"}
    controls["page"] = "page-number"
    values = {f"course-list-{controls[name]}.value": text_ for name, text_ in chosen.items()}
    return answer_of(
        visitor.ask("course-list-page", {**address(own_address(campus.database, campus.organisation_id)), **values})
    )


def codes(visitor: Visitor, campus: Campus, **chosen: str) -> list[str]:
    return [row["code"] for row in listed(visitor, campus, **chosen)["course-list-grid"]["rowData"]]


def opened(visitor: Visitor, campus: Campus, public_id: UUID | str) -> dict[str, Any]:
    values = address(own_address(campus.database, campus.organisation_id))
    return answer_of(visitor.ask("course-opened-nothing", {**values, "course-opened-course.value": str(public_id)}))


def form_of(shown: dict[str, Any]) -> dict[str, Any]:
    """What the controls of the opened course hold, as the browser sends them back."""
    fields = {f"{name}.value": part["value"] for name, part in shown.items() if "value" in part}
    return {**fields, "course-opened-held.data": shown["course-opened-held"]["data"]}


def press(visitor: Visitor, button: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    values = {f"{button}.n_clicks": 1, **(given or {})}
    return answer_of(visitor.ask(SAID, values, changedPropIds=[f"{button}.n_clicks"]))


def press_row(visitor: Visitor, what: str, row: int, given: dict[str, Any]) -> dict[str, Any]:
    changed = [f'{{"row":{row},"type":"section-{what}"}}.n_clicks']
    return answer_of(visitor.ask(SAID, {f"section-{what}": {row: 1}, **given}, changedPropIds=changed))


def answer_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def said(response: dict[str, Any]) -> str:
    return str(response[SAID]["children"])


def undo(visitor: Visitor, response: dict[str, Any]) -> dict[str, Any]:
    return press(visitor, "course-list-undo", {"course-list-decision.data": response["course-list-decision"]["data"]})


# ------------------------------------------------------------------ the list


def test_the_list_says_how_many_there_are_and_whom_they_have(administrator: Visitor, own: Campus) -> None:
    shown = listed(administrator, own)

    assert shown["course-list-title"]["children"] == "3 courses, 1 known from events only"
    rows = {row["code"]: (row["learners"], row["staff"], row["unit"]) for row in shown["course-list-grid"]["rowData"]}
    assert rows == {"ALG 1": (8, 2, "Science"), "BOT 1": (3, 1, "Science"), "chemistry": (0, 0, "–")}
    assert shown["course-list-place"]["children"] == "1 to 3 of 3"


def test_courses_are_found_by_code_title_and_identifier_and_filtered(administrator: Visitor, own: Campus) -> None:
    desk = desk_of(own)
    science = value(own, "SELECT organisation_unit_id FROM organisation_units")
    UnitAdministration(desk).add("Faculty")
    faculty = value(own, "SELECT organisation_unit_id FROM organisation_units WHERE name = 'Faculty'")
    UnitAdministration(desk).change(science, "Science", faculty)
    ProgrammeAdministration(desk).add("Natural sciences")
    everything = ["ALG 1", "BOT 1", "chemistry"]

    assert codes(administrator, own, q="alg") == ["ALG 1"]
    assert codes(administrator, own, q=" BOTANY ") == ["BOT 1"]
    assert codes(administrator, own, q="chemis") == ["chemistry"]
    assert codes(administrator, own, q="%") == codes(administrator, own, q="\0'\\ud800") == []
    assert codes(administrator, own, unit=str(faculty)) == ["ALG 1", "BOT 1"]
    assert codes(administrator, own, unit="none") == codes(administrator, own, known="events") == ["chemistry"]
    assert codes(administrator, own, term="none") == codes(administrator, own, programme="none") == everything
    assert codes(administrator, own, term=str(term(own))) == []
    assert codes(administrator, own, term="x", page="999999", known="?") == everything


def test_filters_of_the_address_are_what_the_controls_say() -> None:
    given = {"q": " a  b ", "term": "none", "unit": "7", "known": "events", "page": "2", "course": "x"}

    filters = CourseFilters.parse(given)

    assert filters == CourseFilters("a b", -1, 7, None, True, 2, None)
    assert filters.to_query() == "q=a+b&term=none&unit=7&known=events"


# ------------------------------------------------------------------ one course


def test_an_opened_course_says_where_everything_comes_from(administrator: Visitor, own: Campus) -> None:
    shown = opened(administrator, own, course(own))

    origins = {name: part["children"] for name, part in shown.items() if "-origin-" in name}
    assert origins["course-opened-origin-title"] == "Said by lms-small."
    assert origins["course-opened-origin-term"] == "Nobody has said."
    facts = str(shown["course-opened-facts"]["children"])
    for part in ("8 learners, by lms-small", "2 teachers, by lms-small", "'algebra'", "lms-small, "):
        assert part in facts
    sections = str(shown["course-opened-section-rows"]["children"])
    assert "Section A" in sections
    assert "4 learners · 1 of staff" in sections
    unnamed = opened(administrator, own, course(own, "chemistry"))
    assert "events alone know it" in str(unnamed["course-opened-facts"]["children"])
    assert "Called so by events" not in str(unnamed)


def test_only_what_was_changed_is_decided_and_holds_until_it_is_released(administrator: Visitor, own: Campus) -> None:
    form = form_of(opened(administrator, own, course(own)))
    entered = {
        "course-opened-field-title.value": "Linear algebra",
        "course-opened-field-term.value": str(term(own)),
        "course-opened-field-starts-on.value": "",
        "course-opened-field-ends-on.value": None,
        "course-opened-break-1-first.value": "2026-10-26",
        "course-opened-break-1-last.value": "2026-10-30",
    }
    saved = press(administrator, "course-opened-save", {**form, **entered})
    described = CourseDescribed("later", ALGEBRA, datetime.now(UTC) - timedelta(hours=1), "ALG 7", "Algebra VII")
    own.load([described])

    shown = opened(administrator, own, course(own))
    assert said(saved) == (
        "Decided: Title, Term, Teaching starts, Teaching ends, Breaks of its own. Pages of the course follow."
    )
    assert shown["course-opened-field-title"]["value"] == "Linear algebra"
    assert shown["course-opened-origin-title"]["children"] == (
        "Decided by the administration. The source says: Algebra VII."
    )
    assert shown["course-opened-release-title"] == {"hidden": False}
    assert shown["course-opened-field-code"]["value"] == "ALG 7"
    assert "1 break" in str(shown["course-opened-facts"]["children"])
    assert shown["course-opened-origin-starts-on"]["children"] == "Decided by the administration."

    released = press(administrator, "course-opened-release-title", form_of(shown))
    assert said(released) == "Title: the source's word holds again."
    again = opened(administrator, own, course(own))
    assert again["course-opened-field-title"]["value"] == "Algebra VII"
    undo(administrator, released)
    assert opened(administrator, own, course(own))["course-opened-field-title"]["value"] == "Linear algebra"


def test_nothing_changed_is_said_and_wrong_days_are_explained(administrator: Visitor, own: Campus) -> None:
    form = form_of(opened(administrator, own, course(own)))
    starts, ends = "course-opened-field-starts-on.value", "course-opened-field-ends-on.value"
    first, last = "course-opened-break-1-first.value", "course-opened-break-1-last.value"

    wrong = [
        press(administrator, "course-opened-save", {**form, **entered})
        for entered in (
            {},
            {starts: "2026-09-01", ends: "2026-08-01"},
            {starts: "2026-09-01", ends: "2026-12-01", first: "2026-12-24", last: "2026-12-26"},
            {first: "2026-12-24"},
        )
    ]

    assert [said(one) for one in wrong] == [
        "Nothing was changed: the fields are as they were.",
        "Teaching ends before it starts. Exchange the two days.",
        "Break 1: This break is not within the days of teaching.",
        "Break 1: Enter the first and the last day of the break, or neither.",
    ]
    assert value(own, "SELECT count(*) FROM courses WHERE decided <> '{}'") == 0


def test_a_course_that_events_alone_know_gets_a_name(administrator: Visitor, own: Campus) -> None:
    form = form_of(opened(administrator, own, course(own, "chemistry")))

    press(administrator, "course-opened-save", {**form, "course-opened-field-title.value": "Chemistry"})

    assert codes(administrator, own, known="events") == []
    assert listed(administrator, own)["course-list-title"]["children"] == "3 courses"


def test_what_is_not_there_is_said_so(administrator: Visitor, own: Campus) -> None:
    for name in ("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "x"):
        shown = opened(administrator, own, name)
        assert shown["course-opened-parts"] == {"hidden": True}
    assert "There is no such course" in str(opened(administrator, own, "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"))


# ------------------------------------------------------------------ sections


def test_sections_are_added_renamed_and_removed_and_it_is_taken_back(administrator: Visitor, own: Campus) -> None:
    form = form_of(opened(administrator, own, course(own)))
    entered = {"course-opened-section-name.value": "C", "course-opened-section-title.value": "Evening group"}
    press(administrator, "course-opened-section-save", {**form, **entered})
    made = value(own, "SELECT section_id FROM sections WHERE title = 'Evening group'")
    changing = press_row(administrator, "change", made, form)
    assert changing["course-opened-section-name"] == {"value": "C", "disabled": True}
    assert changing["course-opened-section-form"] == {"open": True}

    renamed = {"course-opened-section-key.data": made, "course-opened-section-title.value": "Night group"}
    press(administrator, "course-opened-section-save", {**form, **renamed})
    removed = press_row(administrator, "remove", made, form)

    assert (said(removed), value(own, "SELECT count(*) FROM sections WHERE name = 'C'")) == (
        "The section is removed.",
        0,
    )
    undo(administrator, removed)
    assert value(own, "SELECT title FROM sections WHERE name = 'C'") == "Night group"
    with_people = value(own, "SELECT min(section_id) FROM sections WHERE title = 'Section A'")
    assert said(press_row(administrator, "remove", with_people, form)) == "It cannot go: 5 people belong to it."


# ------------------------------------------------------------------ many courses


def test_all_that_are_listed_get_a_term_after_they_were_counted(administrator: Visitor, own: Campus) -> None:
    given = {
        "course-list-give-term.value": str(term(own)),
        "course-list-unit.value": "",
        "course-list-follow.value": [],
    }
    filters = {"course-list-search.value": "1", "course-list-follow.value": ["follow"]}

    planned = press(administrator, "course-list-give-all", {**given, **filters})

    assert planned["course-list-planning"] == {"hidden": False}
    assert planned["course-list-planned"]["children"] == (
        "2 courses get the term Autumn, the days of their term; for 2 of them that is new."
    )
    assert value(own, "SELECT count(*) FROM courses WHERE term_id IS NOT NULL") == 0
    done = press(administrator, "course-list-confirm", {"course-list-plan.data": planned["course-list-plan"]["data"]})
    assert said(done) == "Done for 2 courses."
    assert value(own, "SELECT count(*) FROM courses WHERE term_id IS NOT NULL AND starts_on IS NULL") == 2
    assert said(undo(administrator, done)) == "Taken back."
    assert value(own, "SELECT count(*) FROM courses WHERE term_id IS NULL AND starts_on IS NOT NULL") == 2


def test_selected_courses_get_a_unit(administrator: Visitor, own: Campus) -> None:
    selected = [{"id": str(course(own, "chemistry"))}, {"id": "x"}, {"id": str(UUID(int=7))}]
    science = value(own, "SELECT organisation_unit_id FROM organisation_units")
    given = {"course-list-give-unit.value": str(science), "course-list-grid.selectedRows": selected}

    planned = press(administrator, "course-list-give-selected", given)
    press(administrator, "course-list-confirm", {"course-list-plan.data": planned["course-list-plan"]["data"]})

    assert planned["course-list-planned"]["children"] == "1 course gets the unit Science; for 1 of them that is new."
    assert value(own, "SELECT count(*) FROM courses WHERE organisation_unit_id IS NOT NULL") == 3


def test_a_plan_is_left_and_nothing_is_planned_from_nothing(administrator: Visitor, own: Campus) -> None:
    assert press(administrator, "course-list-cancel")["course-list-planning"] == {"hidden": True}
    for button, given in (
        ("course-list-give-all", {}),
        ("course-list-give-all", {"course-list-give-term.value": str(2**62)}),
        ("course-list-confirm", {"course-list-plan.data": [1]}),
        ("course-list-confirm", {"course-list-plan.data": {"query": {}, "give_term": str(2**62)}}),
        ("course-opened-save", {}),
    ):
        assert said(press(administrator, button, given)).startswith("That is not there any more.")
    assert value(own, "SELECT count(*) FROM courses WHERE decided <> '{}'") == 0


# ------------------------------------------------------------------ who may


def test_nobody_else_sees_or_decides_about_courses(
    application: Application, administrator: Visitor, own: Campus, database: Database
) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    theirs, here = course(other), own_address(database, own.organisation_id)

    assert "There is no such course" in str(opened(administrator, own, theirs))
    held = {"course-opened-held.data": {"course": str(theirs)}, "course-opened-field-title.value": "Stolen"}
    assert said(press(administrator, "course-opened-save", held)).startswith("That is not there any more.")
    assert said(press(administrator, "course-opened-release-title", held)).startswith("That is not there any more.")
    foreign = administrator.ask("course-list-page", address(own_address(database, other.organisation_id)))
    assert "There is nothing here" in foreign.get_data(as_text=True)
    for name in ("Tess Thorne", "Ada Abel"):
        somebody = Visitor(application.server.test_client(), application).sign_in(own, name)
        assert "There is nothing here" in somebody.ask("course-list-page", address(here)).get_data(as_text=True)
        one = {**address(here), "course-opened-course.value": str(course(own))}
        assert "ALG 1" not in somebody.ask("course-opened-nothing", one).get_data(as_text=True)
        values = {"course-opened-save.n_clicks": 1, **held}
        answer = somebody.ask(SAID, values, changedPropIds=["course-opened-save.n_clicks"])
        assert SAID not in answer.get_json()["response"]
    assert value(other, "SELECT count(*) FROM courses WHERE decided <> '{}'") == 0
