"""The cards below the fold of a classroom's page."""

from typing import Final

from dashapp.components.definitions.parts import Definition, Subject, enrolled_only
from dashapp.words import _

SUBJECTS: Final = frozenset(
    {
        Subject.ASSIGNMENTS,
        Subject.ASSIGNMENT_SCORES,
        Subject.LAST_SEEN,
        Subject.UNITS,
        Subject.QUESTIONS,
        Subject.FORUM,
        Subject.HOURS,
        Subject.TYPES,
        Subject.HINDSIGHT,
    }
)


def define(subject: Subject) -> Definition:
    """The words for one card."""
    return Definition(*(_of_work(subject) if subject in _WORK else _of_time(subject)))


_WORK: Final = frozenset({Subject.ASSIGNMENTS, Subject.ASSIGNMENT_SCORES, Subject.UNITS, Subject.QUESTIONS})


def _of_work(subject: Subject) -> tuple[str, ...]:
    start = _("From the start of the course to now")
    texts: dict[Subject, tuple[str, ...]] = {
        Subject.ASSIGNMENTS: (
            _(
                "Learners per assignment: handed in on time, late, missing (past due and never handed in), or not yet"
                " due. Extensions of single learners are respected; where a source knows days only, the whole due day"
                " is on time."
            ),
            start,
            _("Work without a deadline, learners who are exempt, and what was due before a learner joined"),
        ),
        Subject.ASSIGNMENT_SCORES: (
            _(
                "Learners by their score in each assignment, in ten parts of the scale from 0 to 100 %; the line is the"
                " median. The attempt that counts is chosen by the activity's policy."
            ),
            start,
            _("Work that is not graded yet, null and exempt"),
        ),
        Subject.UNITS: (
            _(
                "Grey: learners who have done anything with any activity of the unit, or of a unit below it. Blue: how"
                " many of the activities published in it are completed, of all learners together. Completed is: a"
                " completion event, else a submission, else, for pages and resources, a first view."
            ),
            start,
            _("Activities that belong to no unit, and those that are not published yet"),
        ),
        Subject.QUESTIONS: (
            _(
                "Dot: learners right at the first attempt, of those who answered the question. Ring: learners right at"
                " any attempt so far. The hardest questions come first."
            ),
            _("From the start of the course to the last chosen day"),
            _("Answers of which no source says whether they are right"),
        ),
    }
    return texts[subject]


def _of_time(subject: Subject) -> tuple[str, ...]:
    chosen = _("The chosen dates")
    texts: dict[Subject, tuple[str, ...]] = {
        Subject.LAST_SEEN: (
            _("Learners by the number of days since their last learning event in the course."),
            _("From the start of the course to now"),
            enrolled_only(),
        ),
        Subject.FORUM: (
            _(
                "Blue: posts that begin a thread; grey: replies; the mark: how many learners wrote them. A thread is"
                " unanswered when it is older than 2 days and nobody, not even staff, has replied to it."
            ),
            chosen,
            _("Posts of staff, which count as answers only; reading"),
        ),
        Subject.HOURS: (
            _(
                "Learners with at least one event in an hour of a weekday, on average over the days of that weekday, by"
                " the clocks of the institution."
            ),
            chosen,
            _("Events of which only the day is known"),
        ),
        Subject.HINDSIGHT: (
            _(
                "For every fourth week that lies at least four weeks back: of the learners whom the rules listed then"
                " as in need of help, the share who have left the course since, or failed it; and the same of all the"
                " others. The rules are those of now, with what was known on that day. A share is no verdict on a"
                " learner, and help that worked makes the list look wrong."
            ),
            _("From the fourth week of teaching to four weeks ago; filters do not narrow it"),
            _("Breaks, in which no rule speaks, and courses of which no source says who has left"),
        ),
        Subject.TYPES: (
            _("How the events of a week are shared among the types of activity."),
            chosen,
            enrolled_only(),
        ),
    }
    return texts[subject]
