"""The words of every metric, by its key: what the definitions on cards show and `docs/metrics.md` is made from.

A metric of `dashapp.domain.indicators.metrics` finds its `Term` here. A new one is a line there, and an entry in the
file of its subject here; `make metrics` then writes the document anew.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashapp.domain.indicators.dictionary import activity, enrolment, standing, work
from dashapp.domain.indicators.dictionary.sources import SOURCES
from dashapp.domain.indicators.dictionary.terms import Term

__all__ = ["SOURCES", "TERMS", "Term"]

TERMS: Final[Mapping[str, Term]] = MappingProxyType(
    {**enrolment.TERMS, **activity.TERMS, **work.TERMS, **standing.TERMS}
)
