"""The words for the cards of a learner's page about what comes next, the goal, and what stands below the fold."""

from dashapp.components.definitions.parts import Definition
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
