"""What is wrong with a term, in words."""

from dashapp.domain.terms import TermError, TermFault
from dashapp.words.catalogue import _


def term_objection(error: TermError) -> str:
    """A sentence that says what to do."""
    said = {
        TermFault.NO_NAME: _("Give the term a name, such as Autumn 2026."),
        TermFault.NO_START: _("Enter the day on which teaching starts."),
        TermFault.NO_END: _("Enter the last day of teaching."),
        TermFault.ENDS_BEFORE_START: _("Teaching ends before it starts. Exchange the two days."),
        TermFault.TOO_LONG: _("A term has at most two years."),
        TermFault.HALF_A_BREAK: _("Enter the first and the last day of the break, or neither."),
        TermFault.BREAK_ENDS_BEFORE_START: _("This break ends before it starts."),
        TermFault.BREAK_OUTSIDE: _("This break is not within the term."),
        TermFault.BREAKS_OVERLAP: _("This break overlaps with another one."),
    }[error.fault]
    if error.place is None:
        return said
    return _("Break {number}: {words}").format(number=error.place + 1, words=said)
