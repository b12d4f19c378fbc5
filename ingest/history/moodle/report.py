"""Rows of the report "Logs" that Moodle offers for download. They have no ids: people and activities are read out of
the descriptions, and an event's id is made of all that a row holds, and how often the same has stood there already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from ingest.csv_files import Bad, Line
from ingest.history.event_ids import named_id
from ingest.history.moodle.happened import Happened
from ingest.history.moodle.kinds import BY_TABLES, MASQUERADE, NOBODY, Described, read_description
from ingest.history.moodle.naming import GUEST, SITE_COURSE, Names
from ingest.history.numbering import Numbering, Unordered
from ingest.history.recorded import BadValue, Notes, Problem, Step
from ingest.history.tables import Table
from ingest.history.values import EARLIEST
from ingest.text_files import FileError

NEEDED: Final = ("time", "event context", "component", "event name", "description")
COLUMNS: Final = (*NEEDED, "user full name", "affected user", "origin", "ip address", "course")
_DAY_FIRST: Final = ("%d/%m/%y, %H:%M:%S", "%d/%m/%y, %H:%M")
_MONTH_FIRST: Final = ("%m/%d/%y, %H:%M:%S", "%m/%d/%y, %H:%M")
_SPELLED: Final = ("%d %B %Y, %I:%M:%S %p", "%d %B %Y, %I:%M %p", "%d %B %Y, %H:%M", "%d %b, %H:%M")
_REMEMBERED: Final = 50_000
ON_BEHALF: Final = "handed in by somebody else on behalf of a person whom the report does not number"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a report is to be read."""

    zone: ZoneInfo
    """Of whoever has downloaded it: the report has local times."""
    time_format: str | None = None
    course: int | None = None
    """The course that the report is of."""


class Times:
    """Reads the times of a report. Whether 3/4 is the third of April is known from the whole file, or told."""

    def __init__(self, zone: ZoneInfo, formats: Sequence[str]) -> None:
        """`formats` are tried in their order."""
        self._zone = zone
        self._formats = formats
        self._known: dict[str, datetime] = {}

    def read(self, text: str) -> datetime:
        """The instant. Raises BadValue."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[text] = self._parse(text)
        return found

    def _parse(self, text: str) -> datetime:
        for form in self._formats:
            try:
                local = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone is put on below
                at = local.replace(tzinfo=self._zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
            if at >= EARLIEST:
                return at
        raise BadValue("time", f"no time in the form {self._formats[0]!r}: {text[:40]!r}")


@dataclass(frozen=True, slots=True)
class Courses:
    """Which course a row belongs to, where its description does not say it."""

    of_modules: dict[int, int]
    """Course module → course, from the table `course_modules`."""
    by_shortname: dict[str, int]
    """From the table `course`."""


class ReportPart:
    """One downloaded report."""

    def __init__(self, table: Table, names: Names, ways: Ways, courses: Courses) -> None:
        """Looks through the file for the order of its dates and the course that it is of. Raises FileError."""
        table.need(NEEDED)
        self.name = table.name
        self.size = table.looked.size
        self._table = table
        self._names = names
        self._courses = courses
        self._of_site = "course" in table.columns
        self._course, formats = _survey(table, ways, of_site=self._of_site)
        self._times = Times(ways.zone, formats)

    def behind(self) -> int:
        """See `Part.behind`."""
        return self._table.opened.behind()

    def steps(self, after: int, notes: Notes) -> Iterator[Step]:
        """See `Part.steps`. All rows are read, from the first one on: equal ones are numbered."""
        numbering = Numbering()
        for row in self._table.rows(COLUMNS):
            # What an earlier run has noted is not noted again.
            noted = notes if row.position > after or not row.position else Notes()
            if isinstance(row, Bad):
                noted.note(Problem(self.name, row.line, row.column, row.reason))
                continue
            try:
                step = self._step(row, numbering, noted)
            except BadValue as bad:
                noted.note(Problem(self.name, row.line, bad.column, bad.reason))
                step = Step(row.position, row.line, ())
            except Unordered as error:
                raise FileError(f"{self.name}, line {row.line}: {error}.") from None
            if row.position > after:
                yield step

    def _step(self, row: Line, numbering: Numbering, notes: Notes) -> Step:
        said = row.values
        at = self._times.read(said[0])
        # The address is left out: Moodle forgets it after a while, and the row is the same.
        key = blake2b("\0".join(said[1:8]).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        number = numbering.number(at, key)
        described = read_description(said[4])
        left_out = _why_not(described, said)
        if left_out is not None:
            notes.left_out[left_out] += 1
            return Step(row.position, row.line, ())
        meaning, person = described.meaning, described.person
        assert meaning is not None
        assert person is not None
        if not meaning.known:
            notes.unknown[said[3]] += 1
        course = self._course_of(described, said[9])
        happened = Happened(meaning, person, course, described.module, described.course_module or 0)
        event_id = named_id("moodle-report", self._names.site, at.isoformat(), key.hex(), number)
        return Step(row.position, row.line, happened.events(event_id, self._names, at, described.object))

    def _course_of(self, described: Described, shortname: str) -> int:
        if described.course is not None:
            return described.course
        if self._course is not None:
            return self._course
        known = self._courses.of_modules.get(described.course_module or 0)
        known = known or self._courses.by_shortname.get(shortname)
        if known is not None:
            return known
        if described.course_module is None and shortname in ("", "-"):
            return SITE_COURSE
        raise BadValue("course", "no table says which course that is: export course or course_modules, too")


def _why_not(described: Described, said: Sequence[str]) -> str | None:
    if described.meaning is None:
        return BY_TABLES
    if described.person is None or described.person <= GUEST:
        return NOBODY
    if " as " in said[5]:
        return MASQUERADE
    if described.object is not None and described.module == "assign" and said[6] not in ("", "-", said[5]):
        return ON_BEHALF
    return None


def _survey(table: Table, ways: Ways, *, of_site: bool) -> tuple[int | None, Sequence[str]]:
    """The course that a report is of, and the forms of its times."""
    course, day_first, month_first = ways.course, False, False
    for row in table.rows(("time", "description")):
        if isinstance(row, Bad):
            continue
        time, description = row.values
        first, _, rest = time.partition("/")
        if rest and first.strip().isdecimal():
            second = rest.partition("/")[0]
            day_first = day_first or int(first) > 12
            month_first = month_first or (second.isdecimal() and int(second) > 12)
        if course is None and not of_site and "course" in description:
            course = read_description(description).course
    if day_first and month_first and ways.time_format is None:
        raise FileError(f"{table.name}: its times have days before and behind the month; say --time-format.")
    if course is None and not of_site:
        raise FileError(f"{table.name}: no row says which course the report is of; say it with --course.")
    if ways.time_format is not None:
        return course, (ways.time_format,)
    return course, (*(_MONTH_FIRST if month_first else _DAY_FIRST), *_SPELLED)
