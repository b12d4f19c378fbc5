"""A campus with groups large enough for an institution to see their figures, and all charts of a page drawn."""

import pytest

from tests.campus import Campus, newcomers

WAITING = """[...document.querySelectorAll('.la-page .la-plot')].filter((plot) => plot.checkVisibility())
  .filter((plot) => !plot.querySelector('.la-over > *, .trace, .hm image'))
  .map((plot) => plot.querySelector('[id]').id)"""


@pytest.fixture(scope="module")
def campus(campus: Campus) -> Campus:
    """Large enough for the page of the institution to have all of its charts."""
    campus.load(list(newcomers(campus)))
    return campus
