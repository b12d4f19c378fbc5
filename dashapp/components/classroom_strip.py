"""The strip of a classroom's page: how many there are, who is active, who needs help, scores, and work on time.

Each figure stands beside the same of 7 days before, in words.
"""

from dash.development.base_component import Component

from dashapp import words
from dashapp.components import marks
from dashapp.components.differences import Parts, amount_against, count_against, emphasised
from dashapp.components.strip import Cell
from dashapp.domain.views import ClassroomView
from dashapp.words import _, ngettext

CELLS = 5
WEEKS = 14
"""How many weeks the columns beside the active learners show at most."""


def strip_cells(view: ClassroomView, chosen: bool = False) -> list[Cell]:
    """The cells, in order. `chosen`: whether filters choose among the learners."""
    if view.hidden:
        titles = (_("Enrolled"), _active_title(), _risk_title(), _score_title(), _on_time_title())
        return [Cell(title, _("Hidden for privacy"), kind="quiet") for title in titles]
    return [_chosen(view) if chosen else _enrolled(view), _active(view), _at_risk(view), _score(view), _on_time(view)]


def _active_title() -> str:
    return _("Active in the last 7 days")


def _risk_title() -> str:
    return _("Need help")


def _score_title() -> str:
    return _("Median score")


def _on_time_title() -> str:
    return _("Handed in on time")


def _before() -> str:
    return _("7 days before")


def _of(total: int) -> str:
    return _("of {total}").format(total=words.number(total))


def _enrolled(view: ClassroomView) -> Cell:
    joined, line = view.figures.joined, ""
    if joined:
        said = ngettext("{number} joined in the last 7 days", "{number} joined in the last 7 days", joined)
        line = said.format(number=words.number(joined))
    elif joined == 0:
        line = _("Nobody joined in the last 7 days")
    return Cell(_("Enrolled"), words.number(view.figures.learners), (line,) if line else ())


def _chosen(view: ClassroomView) -> Cell:
    line = _("of {total} enrolled").format(total=words.number(view.everybody))
    return Cell(_("Chosen"), words.number(view.figures.learners), (line,))


def _active(view: ClassroomView) -> Cell:
    figures = view.figures
    line = count_against(figures.active_7, figures.active_7_before, words.number, _("the 7 days before"))
    return Cell(_active_title(), words.number(figures.active_7), line, _columns(view), _of(figures.learners))


def _columns(view: ClassroomView) -> Component | None:
    """Learners active in each week; not for who sees groups only, whom the weeks of few would tell of them."""
    if not view.named:
        return None
    under_way = bool(view.week_starts) and (view.today - view.week_starts[-1]).days < 7
    return marks.spark(view.figures.weeks[-WEEKS:], peak=view.figures.learners, last_open=under_way)


def _at_risk(view: ClassroomView) -> Cell:
    figures, title = view.figures, _risk_title()
    if not view.named:
        return Cell(title, _("Shown to those who teach"), kind="quiet")
    if figures.at_risk is None:
        return Cell(title, _("No rule speaks now"), kind="quiet")
    line: Parts = ()
    if figures.before is not None and figures.before.at_risk is not None:
        line = count_against(figures.at_risk, figures.before.at_risk, words.number, _before())
    return Cell(title, words.number(figures.at_risk), line, None, _of(figures.learners))


def _score(view: ClassroomView) -> Cell:
    figures, title = view.figures, _score_title()
    if figures.median_score is None:
        if figures.scored:
            return Cell(title, _("Too few to compare"), kind="quiet")
        if not view.named:
            return Cell(title, _("Hidden, or none yet"), kind="quiet")
        if view.unmatched:
            return Cell(title, _("No learner matches these filters"), kind="quiet")
        return Cell(title, _("No score yet"), (_("The first graded work appears here"),), kind="quiet")
    line: Parts = ()
    if figures.before is not None and figures.before.median_score is not None:
        line = points_against(figures.median_score, figures.before.median_score, _before())
    said = _("of {total} with a score").format(total=words.number(figures.scored))
    return Cell(title, words.percent(figures.median_score), line, None, said if view.named else "")


def _on_time(view: ClassroomView) -> Cell:
    figures, title = view.figures, _on_time_title()
    share = figures.on_time.share
    if share is None:
        kept = _("Nothing was due yet") if view.named else _("Hidden, or none yet")
        return Cell(title, _("No learner matches these filters") if view.unmatched else kept, kind="quiet")
    line: Parts = ()
    if figures.before is not None and figures.before.on_time.share is not None:
        line = points_against(share, figures.before.on_time.share, _before())
    said = _("of {total} due").format(total=words.number(figures.on_time.due))
    shares = [each.share or 0.0 for each in figures.deadlines]
    return Cell(title, words.percent(share), line, marks.spark(shares, peak=100) if len(shares) > 1 else None, said)


def points_against(value: float, reference: float, against: str) -> Parts:
    """ "**3 points lower** than 7 days before": a difference of percentages is said in points."""
    if round(value) == round(reference):
        return emphasised(_("{bold} as {against}").replace("{against}", against), _("The same"))
    return amount_against(value, reference, words.percent_points, against)
