"""The commands of the structure: what the pages of terms, units and courses do, on the same functions."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, TypeVar

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.course_list import PAGE_ROWS, read_courses_view
from dashapp.data.queries.course_opened import read_opened
from dashapp.data.queries.unit_tree import read_choices, read_units
from dashapp.data.store.audit import operator, record
from dashapp.data.store.organisations import BEGINNING, act_for_named, change_time_zone, time_zones
from dashapp.data.store.terms import list_terms
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.structure import NONE, Assignment, Choices, CourseChoice, CourseFilters, Field, checked_days
from dashapp.domain.terms import TermError, checked_term
from dashapp.security.structure.courses import CourseAdministration, SectionAdministration
from dashapp.security.structure.desk import Desk
from dashapp.security.structure.terms import TermAdministration
from dashapp.security.structure.units import ProgrammeAdministration, UnitAdministration
from dashapp.words.terms import term_objection

Say: TypeAlias = Callable[[str], object]
Read = TypeVar("Read")
_NOTHING = "none"
"""How a command says: no term, no unit, no programme, no day of its own."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a command works with."""

    database: Database
    options: argparse.Namespace
    say: Say
    organisation: OrganisationId

    @property
    def desk(self) -> Desk:
        """Where it decides, as whoever runs it."""
        return Desk(self.database, system_clock, self.organisation, operator(self.options.by))

    def read(self, query: Callable[[Connection, OrganisationId], Read]) -> Read:
        """What a query finds."""
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return query(connection, self.organisation)

    def done(self, change: int | None) -> None:
        """Tells what came of it, and how it is taken back."""
        self.say("Nothing has changed." if change is None else f"Done. It can be taken back: undo {change}")


def run(database: Database, options: argparse.Namespace, say: Say) -> None:
    """Runs the command that was parsed. Raises AnalyticsError with a sentence."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
    try:
        options.run(Terminal(database, options, say, organisation))
    except TermError as error:
        raise AnalyticsError(term_objection(error)) from None


# ------------------------------------------------------------------ time zone


def time_zone(terminal: Terminal) -> None:
    """Lists the time zones; with a zone and --from, days are those of that zone from this day on."""
    options = terminal.options
    if (options.zone is None) is not (options.first is None):
        raise AnalyticsError("Say both: the time zone, and from which day on it holds (--from).")
    if options.zone is not None:
        with terminal.database.transaction(DatabaseRole.JOBS, terminal.organisation) as connection:
            change_time_zone(connection, terminal.organisation, options.first, options.zone)
            what = {"subject": ORGANISATION_SUBJECT, "zone": options.zone, "from": options.first.isoformat()}
            record(connection, terminal.organisation, terminal.desk.actor, Action.TIME_ZONE_SET, what)
    for one in terminal.read(time_zones):
        since = "from the beginning" if one.valid_from == BEGINNING else f"from {one.valid_from}"
        terminal.say(f"{one.zone}  {since}")


# ------------------------------------------------------------------ terms


def terms_list(terminal: Terminal) -> None:
    """Lists the terms with their days."""
    for row in terminal.read(list_terms):
        days = "without a calendar" if row.term is None else f"{row.term.starts_on} to {row.term.ends_on}"
        breaks = [] if row.term is None else [f"{first}..{last}" for first, last in row.term.breaks]
        terminal.say("  ".join([row.name, days, f"{row.courses} courses", *breaks]))


def terms_set(terminal: Terminal) -> None:
    """Makes a term, or changes the one of this name."""
    options, known = terminal.options, _terms(terminal)
    term = checked_term(options.rename or options.name, options.starts, options.ends, options.pauses)
    deciding = TermAdministration(terminal.desk)
    key = known.get(options.name)
    terminal.done(deciding.add(term) if key is None else deciding.change(key, term))


def terms_remove(terminal: Terminal) -> None:
    """Removes a term; with --into its courses move."""
    into = None if terminal.options.into is None else _named(_terms(terminal), terminal.options.into)
    terminal.done(TermAdministration(terminal.desk).remove(_named(_terms(terminal), terminal.options.name), into))


def _terms(terminal: Terminal) -> dict[str, int]:
    return {row.name: row.term_id for row in terminal.read(list_terms)}


# ------------------------------------------------------------------ units and programmes


def units_list(terminal: Terminal) -> None:
    """Lists the tree."""
    for unit in terminal.read(read_units).units:
        terminal.say(f"{'  ' * unit.depth}{unit.name}  {unit.courses} courses, {unit.courses_below} with all below")


def units_set(terminal: Terminal) -> None:
    """Makes a unit, or renames and moves the one of this name."""
    options = terminal.options
    units = {unit.name: unit for unit in terminal.read(read_units).units}
    keys = {name: unit.unit_id for name, unit in units.items()}
    known = units.get(options.name)
    parent = known.parent_id if known is not None else None
    if options.below is not None:
        parent = None if options.below == _NOTHING else _named(keys, options.below)
    deciding, name = UnitAdministration(terminal.desk), options.rename or options.name
    terminal.done(deciding.add(name, parent) if known is None else deciding.change(known.unit_id, name, parent))


def units_remove(terminal: Terminal) -> None:
    """Removes a unit to which nothing belongs."""
    keys = {unit.name: unit.unit_id for unit in terminal.read(read_units).units}
    terminal.done(UnitAdministration(terminal.desk).remove(_named(keys, terminal.options.name)))


def programmes_list(terminal: Terminal) -> None:
    """Lists the programmes with their unit."""
    for row in terminal.read(read_units).programmes:
        terminal.say(f"{row.name}  {row.unit or 'no unit'}  {row.courses} courses")


def programmes_set(terminal: Terminal) -> None:
    """Makes a programme, or renames the one of this name and gives it another unit."""
    options, view = terminal.options, terminal.read(read_units)
    known = next((row for row in view.programmes if row.name == options.name), None)
    unit = known.unit_id if known is not None else None
    if options.unit is not None:
        keys = {one.name: one.unit_id for one in view.units}
        unit = None if options.unit == _NOTHING else _named(keys, options.unit)
    deciding, name = ProgrammeAdministration(terminal.desk), options.rename or options.name
    terminal.done(deciding.add(name, unit) if known is None else deciding.change(known.programme_id, name, unit))


def programmes_remove(terminal: Terminal) -> None:
    """Removes a programme without courses."""
    keys = {row.name: row.programme_id for row in terminal.read(read_units).programmes}
    terminal.done(ProgrammeAdministration(terminal.desk).remove(_named(keys, terminal.options.name)))


# ------------------------------------------------------------------ courses and sections


def courses_list(terminal: Terminal) -> None:
    """Lists the courses that fit, fifty at a time."""
    filters, now = _filters(terminal), system_clock()
    view = terminal.read(lambda connection, own: read_courses_view(connection, own, filters, now))
    for row in view.rows:
        parts = [str(row.public_id), row.code, row.title, row.term or "-", row.unit or "-", row.programme or "-"]
        terminal.say(
            "  ".join([*parts, f"{row.learners} learners", *(["from events only"] if row.from_events else [])])
        )
    terminal.say(f"{view.total} courses; page {view.page} of {view.pages}, {PAGE_ROWS} each.")


def courses_set(terminal: Terminal) -> None:
    """Decides fields of one course, or lets what its source says hold again."""
    options, choices = terminal.options, terminal.read(read_choices)
    deciding, course = CourseAdministration(terminal.desk), options.course
    decisions: dict[Field, object] = {
        field: None if value == _NOTHING else value
        for field, value in ((Field.CODE, options.code), (Field.TITLE, options.title))
        if value is not None
    }
    for field, value in ((Field.STARTS, options.starts), (Field.ENDS, options.ends)):
        if value is not None:
            decisions[field] = None if value == _NOTHING else _day(value)
    assignment = _assignment(options, choices)
    decisions |= assignment.decisions
    if options.pauses or {Field.STARTS, Field.ENDS} & decisions.keys():
        _check_days(terminal, decisions)
    if decisions:
        terminal.done(deciding.decide(course, decisions))
    if options.use_source:
        terminal.done(deciding.release(course, options.use_source))


def _check_days(terminal: Terminal, decisions: dict[Field, object]) -> None:
    """Looks at the days of a course as they will be, and takes its breaks over. Raises TermError."""
    course, now = PublicId(terminal.options.course), system_clock()
    held = terminal.read(lambda connection, own: read_opened(connection, own, course, now)).held
    days = {field: decisions.get(field, held[field].value) for field in (Field.STARTS, Field.ENDS)}
    breaks = terminal.options.pauses or held[Field.BREAKS].value
    starts, ends = days[Field.STARTS], days[Field.ENDS]
    checked = checked_days(
        starts if isinstance(starts, date) else None, ends if isinstance(ends, date) else None, breaks
    )
    if terminal.options.pauses:
        decisions[Field.BREAKS] = checked


def courses_assign(terminal: Terminal) -> None:
    """Gives all courses that fit a term, a unit or a programme; without --yes only counts them."""
    options = terminal.options
    assignment = _assignment(options, terminal.read(read_choices))
    if not assignment.decisions:
        raise AnalyticsError("Say what they get: --term, --unit, --programme or --follow.")
    deciding, choice = CourseAdministration(terminal.desk), CourseChoice(filters=_filters(terminal))
    plan = deciding.plan(choice, assignment)
    terminal.say(f"{plan.courses} courses; for {plan.changed} of them that is new.")
    if not options.yes:
        terminal.say("Nothing has been changed. With --yes, it is done.")
        return
    _number, change = deciding.assign(choice, assignment)
    terminal.done(change)


def sections_list(terminal: Terminal) -> None:
    """Lists the sections of a course."""
    course, now = PublicId(terminal.options.course), system_clock()
    for row in terminal.read(lambda connection, own: read_opened(connection, own, course, now)).sections:
        terminal.say(f"{row.name}  {row.title or ''}  {row.learners} learners, {row.staff} of staff")


def sections_set(terminal: Terminal) -> None:
    """Makes a section, or gives the one of this short id another title."""
    options, known = terminal.options, _sections(terminal)
    deciding, key = SectionAdministration(terminal.desk), known.get(options.name)
    title = options.title or ""
    if key is None:
        terminal.done(deciding.add(options.course, options.name, title))
    else:
        terminal.done(deciding.rename(options.course, key, title))


def sections_remove(terminal: Terminal) -> None:
    """Removes a section in which nobody is or was."""
    key = _named(_sections(terminal), terminal.options.name)
    terminal.done(SectionAdministration(terminal.desk).remove(terminal.options.course, key))


def undo(terminal: Terminal) -> None:
    """Takes a change back."""
    terminal.desk.take_back(terminal.options.change)
    terminal.say("Taken back.")


def _sections(terminal: Terminal) -> dict[str, int]:
    course, now = PublicId(terminal.options.course), system_clock()
    opened = terminal.read(lambda connection, own: read_opened(connection, own, course, now))
    return {row.name: row.section_id for row in opened.sections}


def _filters(terminal: Terminal) -> CourseFilters:
    options, choices = terminal.options, terminal.read(read_choices)
    return CourseFilters(
        search=options.search or "",
        term=_key(choices.terms, options.where_term),
        unit=_key(choices.units, options.where_unit),
        programme=_key(choices.programmes, options.where_programme),
        from_events=options.from_events,
        page=getattr(options, "page", 1),
    )


def _assignment(options: argparse.Namespace, choices: Choices) -> Assignment:
    return Assignment(
        _key(choices.terms, options.term),
        _key(choices.units, options.unit),
        _key(choices.programmes, options.programme),
        getattr(options, "follow", False),
    )


def _key(known: tuple[tuple[int, str], ...], name: str | None) -> int | None:
    """The key of what is called so; a unit also by the end of its way through the tree."""
    if name is None:
        return None
    if name == _NOTHING:
        return NONE
    return _named({way.rpartition(" / ")[2]: key for key, way in known} | {way: key for key, way in known}, name)


def _named(known: dict[str, int], name: str) -> int:
    if name not in known:
        raise NotFound(f"There is nothing named {name}.")
    return known[name]


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise AnalyticsError(f"{given} is not a day: write it like 2026-09-07.") from None
