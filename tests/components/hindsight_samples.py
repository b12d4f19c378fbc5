"""A look back at the list of a classroom: full, new and hidden."""

from dataclasses import replace
from datetime import timedelta

from dashapp.domain.views import HindsightView
from dashapp.domain.views.hindsight import Checkpoint
from tests.components.samples import CCC, FRESH, START, TODAY


def full(checkpoints: int = 4) -> HindsightView:
    """On the first day nobody was listed, so that there is no share."""
    shown = tuple(
        Checkpoint(
            START + timedelta(weeks=4 * place),
            1 + 4 * place,
            20 * min(place, 1),
            12 * min(place, 1),
            80,
            20 - 2 * place,
        )
        for place in range(checkpoints)
    )
    return HindsightView(CCC, shown, ended=False, today=TODAY, freshness=FRESH)


def new() -> HindsightView:
    """Too young to look back."""
    return replace(full(), checkpoints=())


def in_groups() -> HindsightView:
    """For who does not see each learner by name."""
    return replace(new(), hidden=True)
