"""Why something cannot be asked or drawn."""

from dataclasses import dataclass

from dashapp.domain.reports.document import Chart
from dashapp.domain.reports.questions import Dimension


@dataclass(frozen=True, slots=True)
class Reason:
    """A message in English with places for what it is about; `dashapp.words.reports.reason_text` says it."""

    text: str
    measure: str = ""
    dimension: Dimension | None = None
    chart: Chart | None = None
