"""The cards of a learner's page, and of a caseload."""

from dashapp.components.definitions.parts import Definition, Subject
from dashapp.words import _


def define(subject: Subject) -> Definition:
    """The words for one card."""
    start = _("From the start of the course to now")
    texts: dict[Subject, tuple[str, ...]] = {
        Subject.DUE: (
            _("Deadlines to come, the next one first, with the share of the mark that depends on it."),
            _("From now on"),
            _("Activities without a due date"),
            _("Activities and their due dates"),
        ),
        Subject.SCORES: (
            _(
                "Each graded activity: the score, and beside it the median and the middle half of the course: half of"
                " all learners have a score within the bar. The attempt that counts is chosen by the activity's policy."
            ),
            start,
            _("Work that is not graded yet, null and exempt; comparisons with too few others"),
        ),
        Subject.RULES: (
            _(
                "Each rule gives points when its limit is passed. The points together decide the level. No rule speaks"
                " before teaching starts, in breaks, or after the end."
            ),
            _("Each rule has its own window; the limits stand in the table"),
            _("Everything that is not in the table: nothing else is looked at"),
        ),
        Subject.CASELOAD: (
            _(
                "Your learners, with the most urgent level and its reasons by the rules of each course, the last day"
                " with an event, and the average score."
            ),
            _("The courses under way; each rule has its own window"),
            _("Everybody else of these courses, and what fewer than 5 others would give away"),
        ),
        Subject.WEEKS: (
            _("Activity in each week from Monday on; the mark is the median of the course."),
            start,
            _("Days before enrolment; the median where too few others are in the course"),
        ),
        Subject.CALENDAR: (
            _("Activity on each day, in the time zone of the institution."),
            start + " · " + _("A column is a week of your calendar; totals of weeks begin on Mondays everywhere"),
            _("Days to come are blank"),
        ),
    }
    return Definition(*texts[subject])
