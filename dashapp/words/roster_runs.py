"""Work on rosters in words: where it stands, why it was not done, and what differs."""

from dashapp.domain.roster_changes import Thing
from dashapp.domain.roster_runs import RosterRun, RowPart, RunState, RunTask, RunTrouble
from dashapp.domain.rosters import WrongSettings
from dashapp.words.catalogue import _


def step_word(step: str) -> str:
    """What is being done."""
    return {
        "begun": _("It begins"),
        "read": _("The files are being read"),
        "staged": _("The files are being compared with what is there"),
        "compared": _("It waits until no events are being written, then compares"),
        "people": _("People are being written"),
        "courses": _("Courses are being written"),
        "enrolments": _("Enrolments are being written"),
        "roles": _("Roles follow"),
        "written": _("What was found is being written down"),
    }.get(step, _("It begins"))


def state_word(run: RosterRun) -> str:
    """How it stands, in a sentence."""
    if run.state is RunState.WAITING:
        return _("It begins within seconds.")
    if run.state is RunState.RUNNING:
        return step_word(run.step)
    if run.state is RunState.CANCELLED:
        return _("Cancelled. Nothing has changed.")
    if run.state is RunState.FAILED:
        return trouble_sentence(run)
    return {
        RunTask.CHECK: _("Checked."),
        RunTask.APPLY: _("The roster is taken in."),
        RunTask.UNDO: _("The last import is taken back."),
    }[run.task]


def trouble_sentence(run: RosterRun) -> str:
    """Why it was not done, and what to do."""
    said = {
        RunTrouble.STOPPED: _("It was stopped half-way, and nothing has changed. Do it again."),
        RunTrouble.CHANGED: _(
            "Something has changed since these differences were looked at, so nothing was taken in. Check the files"
            " again and look at the new ones."
        ),
        RunTrouble.ENDINGS: _(
            "More would end than may end without being asked for, so nothing was taken in. Check the files again."
        ),
        RunTrouble.CONFLICTS: _("There are conflicts by now, so nothing was taken in. Check the files again."),
        RunTrouble.BUSY: _(
            "Another roster of this sender was being taken in at that moment: by the schedule, or by a command."
            " Nothing has changed. Do it again."
        ),
        RunTrouble.ERRORS: _("The files have errors, so nothing was taken in. Check them again."),
        RunTrouble.FILES: _("The files cannot be read."),
        RunTrouble.GONE: _("The files are not kept any more. Send them again."),
        RunTrouble.NOTHING: _("There is no import that can be taken back."),
    }
    return said[run.trouble] if run.trouble is not None else _("It was not done.")


def part_word(part: RowPart) -> str:
    """What a check has found of a kind."""
    return {
        RowPart.FINDING: _("Findings in the files"),
        RowPart.ADDED: _("Added"),
        RowPart.CHANGED: _("Changed"),
        RowPart.ENDED: _("Ended"),
        RowPart.CONFLICT: _("Conflicts"),
    }[part]


def one_thing_word(thing: str) -> str:
    """A single thing, by the name that rows have for it."""
    said = {
        Thing.UNIT.value: _("Unit"),
        Thing.TERM.value: _("Term"),
        Thing.COURSE.value: _("Course"),
        Thing.SECTION.value: _("Section"),
        Thing.PERSON.value: _("Person"),
        Thing.ENROLMENT.value: _("Enrolment"),
        "error": _("Error"),
        "warning": _("Warning"),
    }
    return said.get(thing, thing)


def field_word(field: str) -> str:
    """A field of a thing."""
    said = {
        "given_name": _("given name"),
        "family_name": _("family name"),
        "email": _("e-mail address"),
        "known_as": _("name on the platform"),
        "enabled": _("account in use"),
        "title": _("title"),
        "code": _("code"),
        "unit": _("unit"),
        "parent": _("parent"),
        "term": _("term"),
        "starts_on": _("first day"),
        "ends_on": _("last day"),
        "person": _("person"),
        "role": _("role"),
        "begins": _("from"),
        "ends": _("until"),
        "course": _("course"),
        "section": _("section"),
    }
    return said.get(field, field)


def column_label(field: str) -> str:
    """A field of plain CSV, as the settings name it."""
    return {
        "person": _("Person's id (needed)"),
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "email": _("E-mail address"),
        "course": _("Course's id"),
        "course_title": _("Course's title"),
        "section": _("Section's id"),
        "section_title": _("Section's title"),
        "role": _("Role"),
        "begins_on": _("First day"),
        "ends_on": _("Last day"),
        "term": _("Term"),
        "unit": _("Unit of the organisation"),
    }.get(field, field)


def objection(error: WrongSettings) -> str:
    """Why settings cannot be."""
    return {
        "share": _("The share that may end is between 0 and 100 per cent."),
        "often": _("The schedule looks every five minutes at the most."),
        "both": _("Either a folder is looked into, or an address is asked: empty one of the two."),
        "address": _("An address begins with https://."),
        "naming": _("To know somebody by a column, all three are needed: column, issuer and kind; or none of them."),
        "roles": _("Each line should read word = learner, teacher or assistant."),
    }[error.why]
