"""Files of any kind as a history, for whoever asks: a terminal or a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dashapp.domain.events import Source
from dashapp.domain.history import HistoryKind
from ingest.history.archives import read_archives
from ingest.history.canvas.files import Canvas, read_canvas
from ingest.history.canvas.naming import PeopleBy
from ingest.history.mapped import ColumnMapping, read_mapped
from ingest.history.moodle.files import Moodle, read_moodle
from ingest.history.recorded import History, Notes
from ingest.text_files import FileError, Looked

Files = Sequence[tuple[str | None, Looked]]
"""Each with the name of its table, where somebody has said it."""


@dataclass(frozen=True, slots=True)
class How:
    """How files are read. What a kind does not need is left as it is."""

    source: Source
    zone: ZoneInfo
    """Of times without an offset."""
    max_event_bytes: int
    site: str | None = None
    """A Moodle's address; None: its source's issuer."""
    course: int | None = None
    time_format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    shard: int | None = None
    people: PeopleBy = PeopleBy.ID
    mapping: ColumnMapping | None = None


def open_history(kind: HistoryKind, files: Files, how: How, notes: Notes, now: datetime) -> History:
    """The history in these files. Raises FileError."""
    source, zone = how.source, how.zone
    match kind:
        case HistoryKind.MOODLE:
            site = how.site or source.issuer
            moodle = Moodle(site, source.issuer, zone, how.time_format, how.course, how.columns)
            return read_moodle(files, moodle, notes, now)
        case HistoryKind.CANVAS:
            return read_canvas(files, Canvas(source.issuer, zone, how.shard, how.people), notes, now)
        case HistoryKind.CSV:
            if how.mapping is None:
                raise FileError("Nobody has said which column is which field.")
            return read_mapped([looked for _, looked in files], how.mapping, source)
        case HistoryKind.STATEMENTS:
            return read_archives([looked for _, looked in files], source, how.max_event_bytes)
