"""What each card shows, in words: the metric dictionary as readers see it."""

from dashapp.components.definitions import classroom, classroom_work, institution, student
from dashapp.components.definitions.parts import Definition, Subject

__all__ = ["Definition", "Subject", "definition"]


def definition(subject: Subject, *, organisation: bool = False) -> Definition:
    """The words for a card; `organisation` for a card of the institution's page."""
    if organisation:
        return institution.define(subject)
    learner = {Subject.CASELOAD, Subject.DUE, Subject.SCORES, Subject.RULES, Subject.WEEKS, Subject.CALENDAR}
    if subject in classroom_work.SUBJECTS:
        return classroom_work.define(subject)
    return student.define(subject) if subject in learner else classroom.define(subject)
