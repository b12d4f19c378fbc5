"""What stands on every file of a card besides its rows: of whom it is, the filters, the moment and where it is from."""

from dataclasses import dataclass
from datetime import date

from dashapp.components.card import asof_words
from dashapp.components.card_reading import Card, text_of
from dashapp.domain.views import Freshness
from dashapp.figures.theme import Table
from dashapp.words import _, day, local_date


@dataclass(frozen=True, slots=True)
class Told:
    """Of one page, at one moment."""

    of: str
    """The course, learner or organisation by name."""
    filters: str
    """In words; empty where nothing is chosen."""
    freshness: Freshness
    source: str
    """The organisation by name, and the address of the page."""

    @property
    def day(self) -> date:
        """The local day of the moment, which is in the name of the file."""
        return local_date(self.freshness.as_of, self.freshness.zone)

    @property
    def as_of(self) -> str:
        """The moment in words, with its year and time zone: a file is read long after."""
        parts = (text_of(asof_words(self.freshness)), day(self.day, date.min), self.freshness.zone)
        return " · ".join(part for part in parts if part)

    def lines(self, card: Card) -> list[tuple[str, str]]:
        """All of it as names and texts; what is not there is left out."""
        unit = card.numbers.unit if isinstance(card.numbers, Table) else ""
        shows = " · ".join(part for part in (card.line, unit) if part)
        said = [
            (_("Card"), card.title),
            (_("Shows"), shows),
            (_("Of"), self.of),
            (_("Filters"), self.filters),
            (_("As of"), self.as_of),
            (_("Source"), self.source),
        ]
        return [(name, text) for name, text in said if text]
