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
            " submission, else being exempt, else, for pages and resources, a first view."
        ),
        N_("activities completed ÷ activities published to the learner"),
    ),
    "plan": Term(
        N_("Plan"),
        N_(
            "How many activities would be completed by today if all known activities of the course were spread evenly"
            " over its teaching days, today included."
        ),
        N_("known activities × teaching days that are over ÷ teaching days, at most what is published"),
        N_("Courses without a start or an end"),
    ),
    "mastery": Term(
        N_("Mastery"),
        N_(
            "The mean of a learner's best scores in the graded activities of one unit of a course. It is no"
            " probability of knowing something."
        ),
        N_("Σ best score in % ÷ graded activities of the unit"),
        N_("What the learner is exempt from"),
    ),
    "needed_mean": Term(
        N_("Needed mean"),
        N_("The mean that a learner needs in the rest of a course to end with a score."),
        N_("(goal × W − Σ w · score) ÷ w of the rest; W: the weight of all known work"),
        N_("What the learner is exempt from, and what was due before joining"),
    ),
    "share_watched": Term(
        N_("Share watched"),
        N_("How much of a video a learner watched at least once."),
        N_("union of the watched stretches ÷ length of the video"),
        N_("What players do not report"),
    ),
    "unit_engagement": Term(
        N_("Engagement in a unit"),
        N_(
            "Of a unit with everything below it in the tree: touched is the share of learners who have done anything"
            " with any of its activities; completed is what learners have completed of its published activities."
        ),
        N_("touched: learners ÷ learners; completed: completed ÷ (learners × published activities)"),
        N_("Activities that belong to no unit"),
    ),
    "first_try_correct": Term(
        N_("Right at the first attempt"),
        N_("Learners right at the first attempt, of those who attempted, per question."),
        N_("right at the first attempt ÷ learners who attempted"),
        N_("Answers of which neither right nor a score is known"),
    ),
    "eventually_correct": Term(
        N_("Right in the end"),
        N_("Learners right at any attempt so far, of those who attempted, per question."),
        N_("right at any attempt ÷ learners who attempted"),
        N_("Answers of which neither right nor a score is known"),
    ),
}
