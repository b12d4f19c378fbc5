"""The cards of a classroom's page."""

from dashapp.components.definitions.parts import Definition, Subject, enrolled_only
from dashapp.words import _


def define(subject: Subject) -> Definition:
    """The words for one card."""
    chosen = _("The chosen dates")
    texts: dict[Subject, tuple[str, ...]] = {
        Subject.LEARNERS: (
            _(
                "All learners of the choice, those with the most points of the rules first. Every rule that applies is"
                " shown with its value. Last active is the day of the last event."
            ),
            _("Rules: their own windows. Time, events and score: the chosen dates"),
            enrolled_only(),
        ),
        Subject.LEARNER_WEEKS: (
            _("Activity of each learner in each week, in the order of the list."),
            chosen,
            enrolled_only(),
        ),
        Subject.ACTIVE_DAYS: (
            _("Learners with at least one learning event on a day, in the time zone of the institution."),
            chosen,
            enrolled_only(),
        ),
        Subject.TIME_AND_SCORE: (
            _(
                "Each learner's activity and average score; the lines are the medians of all who are drawn, picked or"
                " not. It shows no cause."
            ),
            chosen,
            _("Learners without a score"),
        ),
        Subject.COHORTS: (
            _(
                "Two choices of learners of the course beside each other: those of the filters above, and the second."
                " Whoever is in both counts in both. Levels are judged against the whole course."
            ),
            _("Lines: the chosen dates. Figures: as in the row of values at the top"),
            enrolled_only(),
        ),
        Subject.VIDEOS: (
            _(
                "Each video is cut into at most 40 parts. Grey: learners who watched a part. Blue: how often it was"
                " watched again, by the same learners; peaks are places that are hard, or that matter."
            ),
            chosen,
            _("Players that do not tell which stretch was played; all but the most watched videos"),
            _("Stretches of videos"),
        ),
    }
    return Definition(*texts[subject])
