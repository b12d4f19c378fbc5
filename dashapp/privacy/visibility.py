"""Takes out of a learner's page what their organisation does not show to them. Before the cache: what is kept of an
answer holds no more than its reader may see."""

from dataclasses import replace

from dashapp.domain.audience import Comparison
from dashapp.domain.views import Level, Reason, Rule, Score, StudentView
from dashapp.domain.visibility import Policy, Visibility

COMPARING = frozenset({Rule.LITTLE_ACTIVITY, Rule.LOW_SCORE})
"""Rules whose value or limit tells where the others of the course stand."""


def limited(view: StudentView, visibility: Visibility) -> StudentView:
    """The page as the learner sees it. Of courses that share a code the stricter decisions hold for all of them."""
    policies: dict[str, Policy] = {}
    for course in view.courses:
        policy = visibility.of(course.public_id)
        policies[course.code] = policies.get(course.code, policy).stricter(policy)
    in_view = [policies.get(code, visibility.policy) for code, _reasons in view.reasons]
    one = in_view[0] if len(in_view) == 1 else visibility.policy
    hidden = [not policy.risk_words for policy in in_view] or [not visibility.policy.risk_words]
    kept = [place for place, policy in enumerate(in_view) if policy.risk_words]
    levels = tuple(view.levels[place] for place in kept)
    changed = replace(
        view,
        reasons=tuple(_reasons(view.reasons[place], in_view[place]) for place in kept),
        levels=levels,
        level=min(levels, key=list(Level).index, default=Level.CALM),
        scores=tuple(_score(score, policies.get(score.course, visibility.policy)) for score in view.scores),
        risk_shown=not all(hidden),
    )
    if not (one.comparisons and one.score_distribution):
        changed = replace(changed, content=replace(changed.content, distribution=()))
    return changed if one.comparisons else _without_medians(changed)


def _reasons(given: tuple[str, tuple[Reason, ...]], policy: Policy) -> tuple[str, tuple[Reason, ...]]:
    course, reasons = given
    if policy.comparisons:
        return given
    silent = (
        replace(one, value=None, limit=None, points=0, comparison=Comparison.NOT_SHOWN)
        if one.rule in COMPARING and one.value is not None
        else one
        for one in reasons
    )
    return course, tuple(silent)


def _score(score: Score, policy: Policy) -> Score:
    if policy.score_distribution:
        return score
    return replace(score, quartile_1=None, median=None, quartile_3=None, comparison=Comparison.NOT_SHOWN)


def _without_medians(view: StudentView) -> StudentView:
    weeks = tuple(replace(week, median_minutes=None, median_events=None) for week in view.weeks)
    return replace(view, weeks=weeks, comparison=Comparison.NOT_SHOWN)
