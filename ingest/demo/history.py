"""The history of the campus as one ordered stream of events, from any instant to any other."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from dashapp.domain.events import Event
from ingest.demo.calendar import WEEKS, local_day, local_midnight
from ingest.demo.campus import Campus
from ingest.demo.study import day_of_study
from ingest.demo.work import Timed, graded_work


class History:
    """Every day is drawn from the seed and the date alone, so what was told once is told the same way again."""

    def __init__(self, campus: Campus) -> None:
        """Draws the graded work of the whole term at once, since a deadline reaches over many days."""
        self._campus = campus
        self._work: dict[date, list[Timed]] = defaultdict(list)
        for timed in graded_work(campus):
            self._work[local_day(datetime.fromtimestamp(timed.at, UTC))].append(timed)

    def between(self, since: datetime, until: datetime) -> Iterator[Event]:
        """The events of [since, until), in the order of time; none before the week before the term or long after it."""
        first = max(local_day(since), self._campus.term.first_day - timedelta(days=7))
        last = min(local_day(until), self._campus.term.first_day + timedelta(days=7 * (WEEKS + 4)))
        start, end = since.timestamp(), until.timestamp()
        carried: list[Timed] = []
        day = first - timedelta(days=1)
        while day <= last:
            events = carried + day_of_study(self._campus, day) + self._work.get(day, [])
            events.sort(key=lambda timed: timed.at)
            # A session over midnight belongs to the day on which it began: what reaches beyond it waits for the next.
            midnight = local_midnight(day + timedelta(days=1))
            carried = []
            for timed in events:
                if timed.at >= midnight and day < last:
                    carried.append(timed)
                elif start <= timed.at < end:
                    yield timed.event
            day += timedelta(days=1)
