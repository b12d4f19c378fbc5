"""What each card shows, in words: the metric dictionary as readers see it."""

from dataclasses import replace

from dashapp.components.definitions import classroom, classroom_work, institution, student
from dashapp.components.definitions.metrics import METRICS_OF
from dashapp.components.definitions.parts import Definition, Subject

__all__ = ["Definition", "Subject", "definition"]


def definition(subject: Subject, *, organisation: bool = False) -> Definition:
    """The words for a card; `organisation` for a card of the institution's page."""
    said = _said(subject, organisation=organisation)
    return replace(said, metrics=(*said.metrics, *METRICS_OF.get(subject, ())))


def _said(subject: Subject, *, organisation: bool) -> Definition:
    if organisation:
        return institution.define(subject)
    learner = {Subject.CASELOAD, Subject.DUE, Subject.SCORES, Subject.RULES, Subject.WEEKS, Subject.CALENDAR}
    if subject in classroom_work.SUBJECTS:
        return classroom_work.define(subject)
    return student.define(subject) if subject in learner else classroom.define(subject)
