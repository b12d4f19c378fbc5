"""Who is in a course."""

from collections.abc import Mapping
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_, Term

TERMS: Final[Mapping[str, Term]] = {
    "enrolled": Term(
        N_("Enrolled learners"),
        N_("Distinct learners at the as-of. Over several courses a learner counts once."),
        N_("number of people who hold the role of a learner in the course at the as-of"),
        N_("Teachers, assistants, test users, and learners who are no longer enrolled"),
    ),
    "withdrawals": Term(
        N_("Withdrawals"),
        N_(
            "Learners of a course who were enrolled once and are no more at the as-of; each once, by the end of their"
            " last enrolment."
        ),
        N_("learners whose last enrolment has ended ÷ all who were ever enrolled"),
        N_("Staff and test people"),
    ),
    "completion": Term(
        N_("Completion"),
        N_(
            "Of the learners of a course of whom an outcome is known (distinction, pass, fail, withdrawn): completed"
            " are all who did not withdraw, passed those with a pass or a distinction."
        ),
        N_("completed ÷ learners with a known outcome; passed ÷ learners with a known outcome"),
        N_("Learners of whom no outcome is known"),
    ),
    "retention": Term(
        N_("Retention"),
        N_(
            "The share of those who were enrolled at the start of a course who were active in each period of four"
            " weeks from the Monday of its first week on."
        ),
        N_("active in the period ÷ enrolled at the start"),
        N_("Periods that are not over"),
    ),
}
