"""What the figures of a learner's own page and of two groups show, in a sentence each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from dashapp import words
from dashapp.domain.views import Score
from dashapp.domain.views.content import ScoreBin, WorkRow, WorkState
from dashapp.figures.summary import named, sentences, summary
from dashapp.words import _


def work_summary(work: Sequence[WorkRow], state_names: Mapping[WorkState, str], now: datetime, zone: str) -> str:
    """How much is in which state, and what is due next."""
    counted = Counter(row.state for row in work)
    said = [
        _("{state} {number}").format(state=name, number=words.number(counted[state]))
        for state, name in state_names.items()
        if counted[state]
    ]
    all_of_it = _("Work, {number} in all: {states}").format(number=words.number(len(work)), states=words.listing(said))
    ahead = [row for row in work if row.state is WorkState.DUE and row.due_at > now]
    if not ahead:
        return all_of_it
    first = min(ahead, key=lambda row: row.due_at)
    due = words.day(words.local_date(first.due_at, zone))
    name = named(f"{first.course} {first.title}".strip())
    return sentences(all_of_it, _("Next due: {activity}, {day}").format(activity=name, day=due))


def trend_summary(ordered: Sequence[Score], mean: float, goal: int | None) -> str:
    """The scores in order of time, their last mean, and the goal beside it."""
    points = [(named(f"{score.course} {score.activity}".strip()), score.score) for score in ordered]
    last = _("Mean of the last three: {mean}").format(mean=words.percent(mean))
    aim = "" if goal is None else _("Goal: {goal}").format(goal=words.percent(goal))
    return sentences(summary(_("Score"), points, words.percent), last, aim)


def others_summary(bins: Sequence[ScoreBin], spans: Sequence[str], own: float | None) -> str:
    """Where most of the others are, how many they are, and oneself."""
    place = max(range(len(bins)), key=lambda at: bins[at].learners)
    said = _("Scores of the others, {total} learners: most, {number}, have {span}").format(
        total=words.number(sum(one.learners for one in bins)),
        number=words.number(bins[place].learners),
        span=spans[place],
    )
    return sentences(said, "" if own is None else _("You: {score}").format(score=words.percent(own)))


def cohorts_summary(groups: Sequence[tuple[str, Sequence[float]]], weeks: Sequence[str]) -> str:
    """The active share of each group by week; `weeks` are their names."""
    at = [_("week {number}").format(number=week) for week in weeks]
    return sentences(
        *(summary(named(name), list(zip(at, shares, strict=True)), words.percent) for name, shares in groups)
    )
