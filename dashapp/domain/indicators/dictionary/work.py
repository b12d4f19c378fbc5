"""What learners hand in, and what they reach."""

from collections.abc import Mapping
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_, Term

TERMS: Final[Mapping[str, Term]] = {
    "score": Term(
        N_("Score"),
        N_(
            "The weighted mean of graded work, from 0 to 100 %. Of several attempts the activity's policy chooses:"
            " latest, best, first, or the mean. Over several courses: the mean of the courses' scores."
        ),
        N_("Σ w · score ÷ max ÷ Σ w over graded work; w: the activity's weight, else its max score"),
        N_("Work that is not graded yet, and exempt; missing work is shown beside, never as zero"),
    ),
    "course_median": Term(
        N_("Median of the course"),
        N_("The median, and first and third quartile, over the learners of one course."),
        N_("median, first and third quartile; learners without activity count as zero"),
        N_("Learners without a score, for scores; comparisons with too few others"),
    ),
    "punctuality": Term(
        N_("Work on time"),
        N_("Work with a deadline, extensions respected: on time, late, missing, not yet due."),
        N_(
            "on time: handed in by the deadline; late: after it; missing: past due and never handed in; not yet due:"
            " the deadline is to come"
        ),
        N_("Exempt work, and what was due before the learner joined"),
    ),
    "progress": Term(
        N_("Progress"),
        N_(
            "Activities completed of those published to the learner. Completed is: a completion event, else a"
            " submission, else, for pages and resources, a first view."
        ),
        N_("activities completed ÷ activities published to the learner"),
    ),
}
