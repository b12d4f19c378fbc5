"""The cards below the fold of an institution's page."""

from dashapp.components.definitions.parts import Definition, Subject
from dashapp.words import _


def define(subject: Subject) -> Definition:
    """The words for one card."""
    small = _("Courses of fewer than 5 learners, now or at the start, are hidden for privacy; staff and test users")
    start = _("Enrolled at the start are those who had joined by the end of the first week and not left before it.")
    texts: dict[Subject, tuple[str, ...]] = {
        Subject.RETENTION: (
            f"{start} "
            + _("Of these, those with at least one learning event in each four weeks of the course, whoever has left."),
            _("Four weeks each, from the Monday of the first week; what is not over yet is blank"),
            small,
        ),
        Subject.STILL_ENROLLED: (
            f"{start} " + _("Of these, those whose enrolment has not ended. In front: the course that lost most."),
            _("Since the start of each course under way"),
            small,
        ),
        Subject.ENROLMENTS: (
            _("Learners whose first enrolment in a course began, and whose last one ended, in a week; one per course."),
            _("The chosen weeks, whole"),
            _("Hidden courses, staff, test users, and enrolments of which no source knows a beginning"),
        ),
        Subject.PROGRAMMES: (
            _(
                "Of all learners of its courses of whom an outcome is known: completed are all who did not withdraw,"
                " passed those with a pass or a distinction. Whoever is in two courses counts in both."
            ),
            _("The newest courses that have begun, whatever unit is chosen"),
            _("Programmes of fewer than 5 learners with an outcome, and those that would give so few away"),
        ),
        Subject.ADOPTION: (
            _("In how many of the courses an activity of the type was used at all, by events of learners."),
            _("The chosen weeks, whole"),
            _("Hidden courses; staff and test users"),
        ),
    }
    return Definition(*texts[subject])
