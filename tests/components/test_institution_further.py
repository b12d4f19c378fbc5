"""The card about the data on an institution's page: how good it is, and how late."""

from dataclasses import replace
from typing import Any

from dashapp.components import institution_further
from dashapp.domain.views import InstitutionFurtherView
from dashapp.figures import Screen
from tests.components import samples, samples_further
from tests.components.test_components import text_of


def said(view: InstitutionFurtherView) -> str:
    filled: dict[str, Any] = institution_further.fill(view, Screen())
    return text_of(filled["trust"]).replace("\u00a0", " ")


def test_how_late_the_data_is_stands_beside_its_score() -> None:
    view = samples_further.institution_further()
    assert said(view).startswith(
        "98.4 % score of all sourcesThe data was 0.4 s behind; 1.3 % of the events came too late"
    )
    behind = replace(view, freshness=samples.LATE, late=None)
    assert "The data was 47 min behindSource" in said(behind)
    assert said(samples_further.new_institution_further()) == said(replace(view, sources=()))
