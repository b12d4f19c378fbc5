"""What is decided on the page of courses: fields of one course, its sections, and what many are given at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from callbacks import structure
from callbacks.structure import Done, chosen_key, key_in
from dashapp.components import course_list, course_opened
from dashapp.components.course_opened import field_word
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.course_opened import read_opened
from dashapp.data.queries.unit_tree import read_choices
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import PublicId
from dashapp.domain.parsing import day_of
from dashapp.domain.structure import (
    LONGEST_CODE,
    LONGEST_TITLE,
    MOST_CHOSEN,
    NONE,
    Assignment,
    CourseChoice,
    CourseFilters,
    Field,
    checked_days,
    plain_text,
)
from dashapp.ids import CourseList as List
from dashapp.ids import CourseOpened as Opened
from dashapp.security.callbacks import Asked
from dashapp.security.structure.courses import CourseAdministration, SectionAdministration
from dashapp.words import _, listing, ngettext, number

PLANNING: Final = ("planning", "planned", "plan")
SECTION: Final = ("section_key", "section_head", "section_name", "section_fixed", "section_title", "section_open")
_LONGEST: Final = {Field.CODE: LONGEST_CODE, Field.TITLE: LONGEST_TITLE}
_GIVEN: Final = ("term", "unit", "programme")


@dataclass(frozen=True, slots=True)
class Given:
    """What the controls of the page hold."""

    form: Mapping[str, object]
    filters: CourseFilters

    @property
    def held(self) -> Mapping[str, object]:
        """What the fields of the opened course held when it was opened."""
        held = self.form.get("held")
        return held if isinstance(held, Mapping) else {}

    @property
    def course(self) -> UUID:
        """The course that is opened. Raises NotFound."""
        course = CourseFilters.parse({"course": self.held.get("course")}).course
        if course is None:
            raise NotFound("No course is opened.")
        return course


def act(asked: Asked, button: object, given: Given, decision: object) -> Done:
    """Does what a button says. Raises what a decision refuses."""
    desk = structure.desk_of(asked)
    if button == List.UNDO:
        return structure.take_back(asked, decision)
    if button == List.CANCEL:
        return None, None, _planned(None, "")
    if button in (List.GIVE_SELECTED, List.GIVE_ALL):
        return _plan(asked, given, everything=button == List.GIVE_ALL)
    if button == List.CONFIRM:
        return _assign(asked, given)
    if button == Opened.SAVE:
        return _save(CourseAdministration(desk), given)
    if button in (Opened.SECTION_SAVE, Opened.SECTION_CLEAR):
        return _save_section(SectionAdministration(desk), given, clear=button == Opened.SECTION_CLEAR)
    released = next((field for field in Field if button == Opened.release(field.value)), None)
    if released is not None:
        change = CourseAdministration(desk).release(given.course, [released])
        return _("{field}: the source's word holds again.").format(field=field_word(released)), change, {}
    return _on_section(asked, SectionAdministration(desk), button, given)


# ------------------------------------------------------------------ one course


def _save(deciding: CourseAdministration, given: Given) -> Done:
    decisions = _decisions(given)
    if not decisions:
        return _("Nothing was changed: the fields are as they were."), None, {}
    change = deciding.decide(given.course, decisions)
    said = listing([field_word(field) for field in decisions])
    return _("Decided: {fields}. Pages of the course follow.").format(fields=said), change, {}


def _decisions(given: Given) -> dict[Field, Any]:
    """The fields that hold something else than when the course was opened. Raises TermError."""
    form, held = given.form, given.held
    changed = [field for field in course_opened.SINGLE if (form.get(field.value) or "") != held.get(field.value)]
    decisions: dict[Field, Any] = {field: _parsed(field, form.get(field.value)) for field in changed}
    pairs = course_opened.pauses()
    paused = any((form.get(name) or "") != held.get(name) for pair in pairs for name in pair)
    if not paused and not {Field.STARTS, Field.ENDS} & decisions.keys():
        return decisions
    breaks = [(day_of(form.get(first)), day_of(form.get(last))) for first, last in pairs]
    days = checked_days(day_of(form.get("starts_on")), day_of(form.get("ends_on")), [*breaks, *_more(held)])
    if paused:
        decisions[Field.BREAKS] = days
    return decisions


def _more(held: Mapping[str, object]) -> list[tuple[date | None, date | None]]:
    """Breaks of the course that found no place among the controls."""
    more = held.get("more")
    pairs = more if isinstance(more, list) else []
    return [(day_of(pair[0]), day_of(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def _parsed(field: Field, given: object) -> Any:
    if field in course_opened.CHOSEN:
        return chosen_key(given)
    return day_of(given) if field in course_opened.DAYS else plain_text(given, _LONGEST[field]) or None


# ------------------------------------------------------------------ many courses


def _assignment(form: Mapping[str, object]) -> Assignment:
    """What many courses are to get."""

    def key(name: str) -> int | None:
        chosen = form.get(f"give_{name}")
        return NONE if chosen == "none" else chosen_key(chosen)

    follow = form.get("follow")
    return Assignment(key("term"), key("unit"), key("programme"), isinstance(follow, list) and "follow" in follow)


def _plan(asked: Asked, given: Given, *, everything: bool) -> Done:
    """Counts what would be done, and asks."""
    assignment = _assignment(given.form)
    if not assignment.decisions:
        raise NotFound("Nothing was chosen.")
    rows = given.form.get("selected")
    named = [row.get("id") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    filters = replace(given.filters, course=None) if everything else None
    choice = CourseChoice(_courses(named), filters)
    plan = CourseAdministration(structure.desk_of(asked)).plan(choice, assignment)
    held = {
        "named": [str(one) for one in choice.named] if filters is None else None,
        "query": _query(filters) if filters is not None else None,
        **{f"give_{name}": given.form.get(f"give_{name}") for name in _GIVEN},
        "follow": given.form.get("follow"),
    }
    return None, None, _planned(held, course_list.planned(plan, _things(asked, assignment)))


def _courses(named: list[object]) -> tuple[UUID, ...]:
    """The public ids among these texts."""
    keys = (CourseFilters.parse({"course": one}).course for one in named[:MOST_CHOSEN])
    return tuple(key for key in keys if key is not None)


def _query(filters: CourseFilters) -> dict[str, str]:
    """Filters as the controls hold them."""
    keys = {"term": filters.term, "unit": filters.unit, "programme": filters.programme}
    texts = {name: "none" if key == NONE else str(key or "") for name, key in keys.items()}
    return {"q": filters.search, "known": "events" if filters.from_events else "", **texts}


def _things(asked: Asked, assignment: Assignment) -> list[str]:
    """What courses get, in words."""
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.WEB, organisation) as connection:
        choices = read_choices(connection, organisation)
    said = [
        _named(assignment.term, choices.terms, _("no term"), _("the term {name}")),
        _named(assignment.unit, choices.units, _("no unit"), _("the unit {name}")),
        _named(assignment.programme, choices.programmes, _("no programme"), _("the programme {name}")),
        _("the days of their term") if assignment.follow else None,
    ]
    return [one for one in said if one is not None]


def _named(key: int | None, known: tuple[tuple[int, str], ...], none: str, some: str) -> str | None:
    if key is None:
        return None
    return none if key == NONE else some.format(name=dict(known).get(key, ""))


def _planned(plan: dict[str, Any] | None, words: str) -> dict[str, Any]:
    return {"planning": plan is None, "planned": words, "plan": plan}


def _assign(asked: Asked, given: Given) -> Done:
    """Does what was planned, and said."""
    plan = given.form.get("plan")
    if not isinstance(plan, Mapping) or not _assignment(plan).decisions:
        raise NotFound("Nothing was planned.")
    named, query = plan.get("named"), plan.get("query")
    filters = CourseFilters.parse(query) if isinstance(query, Mapping) else None
    choice = CourseChoice(_courses(named if isinstance(named, list) else []), filters)
    deciding = CourseAdministration(structure.desk_of(asked))
    courses, change = deciding.assign(choice, _assignment(plan))
    said = ngettext("Done for {number} course.", "Done for {number} courses.", courses)
    return said.format(number=number(courses)), change, _planned(None, "")


# ------------------------------------------------------------------ sections


def _save_section(deciding: SectionAdministration, given: Given, *, clear: bool) -> Done:
    if clear:
        return None, None, _section(None, "", "")
    name, title = given.form.get("section_name"), given.form.get("section_title")
    key, text = key_in(given.form.get("section_key")), title if isinstance(title, str) else ""
    if key is None:
        change = deciding.add(given.course, name if isinstance(name, str) else "", text)
    else:
        change = deciding.rename(given.course, key, text)
    return _("The section is saved."), change, _section(None, "", "")


def _on_section(asked: Asked, deciding: SectionAdministration, button: object, given: Given) -> Done:
    kind, row = structure.row_of(button)
    if kind == "section-remove":
        return _("The section is removed."), deciding.remove(given.course, row), _section(None, "", "")
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        opened = read_opened(connection, organisation, PublicId(given.course), asked.services.clock())
    found = next((one for one in opened.sections if one.section_id == row), None)
    if found is None or kind != "section-change":
        raise NotFound("There is no such section.")
    return None, None, {**_section(row, found.name, found.title or ""), "section_open": True}


def _section(key: int | None, name: str, title: str) -> dict[str, Any]:
    """The form of sections with one in it, or empty."""
    head = _("Change {name}").format(name=title or name) if key is not None else ""
    shown = {"section_key": key, "section_head": head, "section_name": name, "section_title": title}
    return {**shown, "section_fixed": key is not None}
