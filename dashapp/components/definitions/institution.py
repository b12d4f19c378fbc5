"""The cards of an institution's pages."""

from dashapp.components.definitions import institution_further
from dashapp.components.definitions.parts import Definition, Subject, enrolled_only
from dashapp.words import _


def _compared(small: str) -> dict[Subject, tuple[str, ...]]:
    return {
        Subject.COURSES: (
            _(
                "Enrolled learners; those with at least one learning event in the 7 × 24 hours before now, and against"
                " the 7 × 24 hours before these; events per week; median and middle half of the learners' average"
                " scores; work past due: on time, late, missing; learners whom the rules of the course list; the median"
                " of the learners' progress; those who completed, of all with an outcome; those who were enrolled once"
                " and are no more."
            ),
            _("The last 7 days; weeks as chosen; scores, work and enrolments since the start of each course"),
            small,
        ),
        Subject.COURSE_TREE: (
            _(
                "Rectangles as large as the learners enrolled, as dark as the share of them with at least one learning"
                " event in the 7 × 24 hours before now. Hidden courses of a unit stand together in one hatched"
                " rectangle, whose size says nothing."
            ),
            _("The last 7 days"),
            small,
        ),
    }


def define(subject: Subject) -> Definition:
    """The words for one card."""
    small = _("Courses of fewer than 5 learners are hidden for privacy")
    texts: dict[Subject, tuple[str, ...]] = {
        **_compared(small),
        Subject.CLASSROOMS: (
            _(
                "Enrolled learners; those with at least one learning event in the 7 × 24 hours before now; and, for"
                " those who teach the course, how many need help or are to watch by the rules of the course."
            ),
            _("The last 7 days; each rule has its own window"),
            _("Courses that are not under way; for administrators, courses of fewer than 5 learners"),
        ),
        Subject.ACTIVE_DAYS: (
            _(
                "Learners with at least one learning event on a day, in a week, in a month; one who is active in two"
                " courses, or twice, counts once. A month has the whole weeks whose Thursday lies in it."
            ),
            _("The chosen weeks, whole; months all of whose weeks are among them, and the one under way"),
            enrolled_only(),
        ),
        Subject.COURSE_WEEKS: (
            _("Events of a week, divided by the learners enrolled, so that large and small courses compare."),
            _("The last full weeks"),
            small,
        ),
        Subject.COURSE_SCORES: (
            _("The median and the middle half of the learners' average scores in each course."),
            _("Since the start of each course"),
            small,
        ),
        Subject.QUALITY: (
            _(
                "What senders send, judged when it comes. The score is the mean of seven parts by their weights; a part"
                " about which nothing came is left out."
            ),
            _("The last 14 days, by the time of arrival; alerts by the last 24 hours"),
            _("From lateness: what is older than a week when it comes, since somebody has brought it in later"),
        ),
    }
    return institution_further.define(subject) if subject not in texts else Definition(*texts[subject])
