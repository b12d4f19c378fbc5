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
}
