"""What is wrong with a roster, and what cannot be decided about it, in sentences."""

from dashapp.domain.roster_changes import Conflict, ConflictKind, Thing
from dashapp.domain.roster_checks import Finding, Reason
from dashapp.words.catalogue import _


def reason_word(reason: Reason) -> str:
    """What is wrong, as a sentence."""
    return {**_files(), **_cells(), **_rows()}[reason]


def _files() -> dict[Reason, str]:
    return {
        Reason.MIXED_ENCODING: _(
            "From this line on the text is in another encoding than before. Write the file anew in UTF-8."
        ),
        Reason.GUESSED_ENCODING: _("The file is not in UTF-8: it was read as an older encoding. Look at the names."),
        Reason.MISSING_FILE: _("This file is missing."),
        Reason.UNDECLARED_FILE: _("The manifest says that this file is absent, so it was not read."),
        Reason.WRONG_VERSION: _("Only the versions 1.1 and 1.2 of OneRoster are read."),
        Reason.WRONG_MANIFEST: _("The manifest has no such value, or none at all."),
        Reason.EMPTY_FILE: _("The file is empty: it needs a line with the names of its columns."),
        Reason.MISSING_COLUMN: _("This column is missing."),
        Reason.REPEATED_COLUMN: _("This column is there more than once."),
        Reason.UNKNOWN_COLUMN: _("This column is not known, so it was not read."),
    }


def _cells() -> dict[Reason, str]:
    return {
        Reason.WRONG_LENGTH: _("The line has more or fewer cells than there are columns."),
        Reason.BROKEN_ROW: _("The quotation marks do not fit together: nothing behind this line was read."),
        Reason.CONTROL_CHARACTER: _("There is a character in it that no text has."),
        Reason.MISSING_VALUE: _("A value is needed here."),
        Reason.TOO_LONG: _("An id has at most 255 characters."),
        Reason.WRONG_WORD: _("This is none of the words that may stand here."),
        Reason.WRONG_DATE: _("This is not a day, such as 2026-08-31."),
        Reason.WRONG_TIME: _("This is not a time, such as 2026-08-31T10:00:00Z."),
        Reason.WRONG_YEAR: _("This is not a year, such as 2026."),
        Reason.WRONG_BOOLEAN: _("Only true or false may stand here."),
        Reason.STATUS_IN_BULK: _("A file that says everything has no status: it was not looked at."),
        Reason.DELETED_IN_BULK: _("A file that says everything cannot delete anything: leave the row out."),
    }


def _rows() -> dict[Reason, str]:
    return {
        Reason.REPEATED_ROW: _("This repeats an earlier line, and was left out."),
        Reason.CONTRADICTION: _("This contradicts an earlier line."),
        Reason.UNKNOWN_REFERENCE: _("There is nothing of this id."),
        Reason.CYCLE: _("This is above itself in the tree."),
        Reason.REVERSED_DATES: _("It ends before it begins."),
        Reason.OUTSIDE_TERM: _("These days lie outside of those of the class."),
        Reason.NAME_TAKEN: _("Two have this name, by which the learning platform knows them."),
        Reason.UNKNOWN_ROLE: _("This role is not known, so nobody was given it."),
    }


def finding_sentence(finding: Finding) -> str:
    """Where something was found, and what it is."""
    place = finding.file
    if finding.line is not None:
        place = _("{file}, line {line}").format(file=place, line=finding.line)
    if finding.column:
        place = _("{place}, {column}").format(place=place, column=finding.column)
    said = f" ({finding.value})" if finding.value else ""
    return f"{place}: {reason_word(finding.reason)}{said}"


def conflict_sentence(conflict: Conflict) -> str:
    """What is left as it is, and why."""
    said = {
        ConflictKind.SPLIT: _("{name} and {known_as} have been split by an administrator: they stay two people."),
        ConflictKind.OTHER_NAME: _(
            "{name} has another name already, and {known_as} has been met as somebody else: they stay two people."
        ),
        ConflictKind.NAME_OF_ANOTHER: _("{known_as} belongs to somebody else of the roster than {name}."),
        ConflictKind.COURSE_OF_ANOTHER: _("{known_as} belongs to another course than {name}: they stay two courses."),
    }[conflict.kind]
    return said.format(name=conflict.name, known_as=conflict.known_as)


def thing_word(thing: Thing) -> str:
    """What is counted."""
    return {
        Thing.UNIT: _("units"),
        Thing.TERM: _("terms"),
        Thing.COURSE: _("courses"),
        Thing.SECTION: _("sections"),
        Thing.PERSON: _("people"),
        Thing.ENROLMENT: _("enrolments"),
    }[thing]
