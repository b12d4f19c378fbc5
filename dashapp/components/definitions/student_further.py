"""The words for the cards of a learner's page about what comes next, the goal, and what stands below the fold."""

from dashapp.components.definitions.parts import Definition
from dashapp.domain.audience import MINIMUM_GROUP
from dashapp.domain.indicators.next_steps import LOW_SCORE, MOST_OF_A_KIND, MOST_STEPS, OVERDUE_DAYS, SOON_DAYS
from dashapp.words import _


def next_steps() -> Definition:
    """What could come next."""
    what = _(
        "At most {most} steps, in this order: work that passed its deadline in the last {overdue} days without being"
        " handed in; work that is due within {soon} days and was never opened; what was opened and not finished; a unit"
        " that the course has passed and in which nothing was opened; a quiz with less than {low} % of which a further"
        " attempt can raise the score. There are {kind} of a kind while others wait. It comes from deadlines and from"
        " what was done, from no forecast."
    ).format(most=MOST_STEPS, overdue=OVERDUE_DAYS, soon=SOON_DAYS, kind=MOST_OF_A_KIND, low=round(LOW_SCORE))
    left_out = _("Courses that are not under way; what is not published yet, exempt, or was due before joining")
    return Definition(what, _("Now"), left_out, _("Activities, units, submissions, and what was opened"))


def timeline() -> Definition:
    """The assignments along time."""
    what = _(
        "One row for each piece of work with a deadline, extensions respected. What was handed in stands where it came,"
        " beside a stroke at its deadline: a dot on time, a triangle late. At the deadline itself a cross was never"
        " handed in, a diamond is still to do, a ring is not open yet, a dash is exempt."
    )
    left_out = _("Work without a deadline, and what was due before joining")
    return Definition(what, _("From the start of the course to its end"), left_out, _("Activities and submissions"))


def units() -> Definition:
    """Progress and mastery by unit."""
    what = _(
        "Of each unit: activities completed of those that are published, and mastery, the mean of the best scores of"
        " what is graded in it. An activity is complete by a completion event, else by a submission, else, for pages"
        " and files, by a first view."
    )
    left_out = _("What is not published yet; mastery where nothing is graded")
    return Definition(what, _("From the start of the course to now"), left_out, metrics=("progress", "mastery"))


def videos() -> Definition:
    """Watched videos."""
    what = _(
        "How much of each video was watched at least once. No source tells how long a video is: its length is the"
        " farthest point that anybody of the course has reached, where at least 3 others have watched."
    )
    left_out = _("Videos of which nothing was watched, and what players do not report")
    return Definition(what, _("From the start of the course to now"), left_out, metrics=("share_watched",))


def goal() -> Definition:
    """The goal and what it takes."""
    what = _(
        "Scores in time, the mean of the last three, and your goal. What is needed is the mean in the rest of the"
        " course by the weights of its work, or by the maximum scores where it has no weights. What passed its deadline"
        " without being handed in counts as zero. Only you see your goal."
    )
    left_out = _("What you are exempt from, and what was due before you joined")
    return Definition(what, _("The whole course"), left_out, metrics=("score", "needed_mean"))


def spread() -> Definition:
    """The others' scores."""
    what = _(
        "How the average scores of the others of the course are spread, in steps that hold at least {minimum} of them"
        " each, per 10 points of score. A wider step has its range above it. The line is your own average. It is shown"
        " only while you ask for it."
    ).format(minimum=MINIMUM_GROUP)
    left_out = _("You, those without a score, and courses with too few others or that show no comparisons")
    return Definition(what, _("From the start of the course to now"), left_out, _("Submissions"))


def stored() -> Definition:
    """What is held, and who looked."""
    what = _(
        "What the service holds about you in your courses, counted, and who has opened this page of yours or your"
        " entry in the administration. A quarter of an hour in which the page was open counts once. Staff of your"
        " courses are named; of everybody else you see the role."
    )
    span = _("Stored: since the first day; opened: the last 90 days")
    left_out = _("Yourself, and pages that show you among others, such as the classroom")
    return Definition(what, span, left_out, _("Everything counted about you, and the audit trail"))
