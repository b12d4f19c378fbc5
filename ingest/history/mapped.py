"""Any table as events: a file in TOML says which column is which field of a native event (docs/events.md)."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dashapp.domain.errors import Refused
from dashapp.domain.events import Source, Topic
from ingest import native
from ingest.csv_files import Bad
from ingest.history.event_ids import named_id, origin_of
from ingest.history.numbering import Numbering, Unordered
from ingest.history.recorded import BadValue, History, Notes, Part, Problem, Step
from ingest.history.tables import Table, open_table
from ingest.history.values import decimal, given, moment, seconds, whole
from ingest.native import wire
from ingest.text_files import FileError, Looked

AGAIN: Final = (
    "A live feed counts nothing twice where it comes from the same source and gives the events the ids that the"
    " mapping reads, and says the same of them. Otherwise say --until with the moment at which it began."
)
_WHOLE: Final = frozenset({"count", "attempt", "position"})
_DECIMAL: Final = frozenset({"score", "max_score", "position_from", "position_to", "weight"})
_FLAGS: Final = frozenset({"exempt", "banked", "correct", "is_test"})
_TRUE: Final = frozenset({"1", "true", "t", "yes", "y"})
_FALSE: Final = frozenset({"0", "false", "f", "no", "n"})
_TIMES: Final = frozenset({"time", "ends_at", "published_at", "due_at"})
_SAYS: Final = frozenset({"column", "constant", "values", "format", "zone"})
_PATH: Final = re.compile(r"at `\$\.?([^`]*)`")
_MISSING: Final = re.compile(r"missing required field `(\w+)`")
_TOPICS: Final = {
    str(struct.__struct_config__.tag): topic
    for topic, union in (
        (Topic.CONTENT, wire.WireContent),
        (Topic.USER, wire.WireUser),
        (Topic.LEARNING, wire.WireLearning),
    )
    for struct in get_args(union)
}
"""Type of a native event → the kind of topic that takes it."""


@dataclass(frozen=True, slots=True)
class Says:
    """Where a field comes from."""

    column: str | None = None
    constant: str | None = None
    values: Mapping[str, str] | None = None
    """What stands in the column → what it means; rows with anything else are left out."""
    format: str | None = None
    """Of a time: `seconds` since 1970, or a form such as `%d.%m.%Y %H:%M`. By default ISO 8601."""
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A mapping, read and checked: path of the field → where it comes from."""

    fields: Mapping[str, Says]
    digest: str
    columns: tuple[str, ...] = field(default=())

    def column_of(self, path: str) -> str | None:
        """The column that a path of a refusal is about."""
        for name, says in self.fields.items():
            if name == path or name.startswith(f"{path}."):
                return says.column
        return None


def read_mapping(path: Path, zone: ZoneInfo) -> ColumnMapping:
    """The mapping in a file. `zone` holds for times without an offset. Raises FileError."""
    try:
        content = path.read_bytes()
        said = tomllib.loads(content.decode()).get("event")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"{path.name} is no TOML: {error}.") from None
    return mapping_of(path.name, said, content, zone)


def mapping_of(name: str, said: Any, content: bytes, zone: ZoneInfo) -> ColumnMapping:
    """The mapping that the table [event] says. `content`: what it was read from, which tells mappings apart; `name`:
    what messages call it. Raises FileError."""
    if not isinstance(said, dict) or not said:
        raise FileError(f"{name} has no table [event].")
    fields = dict(_flat(name, said, zone))
    if "type" not in fields:
        raise FileError(f"{name} does not say what `type` of event a row is.")
    if "id" not in fields and "time" not in fields:
        raise FileError(f"{name} maps neither `id` nor `time`: equal rows could not be told from copies.")
    columns = tuple(dict.fromkeys(says.column for says in fields.values() if says.column is not None))
    return ColumnMapping(fields, blake2b(content, digest_size=8).hexdigest(), columns)


def _flat(name: str, said: Mapping[str, Any], zone: ZoneInfo, above: str = "") -> Iterator[tuple[str, Says]]:
    for key, value in said.items():
        path = f"{above}{key}"
        if isinstance(value, str):
            yield path, Says(column=value.lower(), zone=zone)
        elif isinstance(value, dict) and value.keys() <= _SAYS and value.keys() & {"column", "constant"}:
            yield path, _says(name, path, value, zone)
        elif isinstance(value, dict):
            yield from _flat(name, value, zone, f"{path}.")
        else:
            raise FileError(f"{name}: `{path}` is neither the name of a column nor a table with column or constant.")


def _says(name: str, path: str, value: Mapping[str, Any], zone: ZoneInfo) -> Says:
    try:
        own = ZoneInfo(value["zone"]) if "zone" in value else zone
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        raise FileError(f"{name}: `{path}` has an unknown zone {value['zone']!r}.") from None
    values = value.get("values")
    if values is not None and not isinstance(values, dict):
        raise FileError(f"{name}: `values` of `{path}` is no table.")
    column = value.get("column")
    return Says(
        None if column is None else str(column).lower(),
        None if "constant" not in value else str(value["constant"]),
        None if values is None else {str(one): str(other) for one, other in values.items()},
        None if "format" not in value else _form(name, path, str(value["format"])),
        own,
    )


def _form(name: str, path: str, form: str) -> str:
    """A form of times. Raises FileError where it names a part twice."""
    try:
        datetime.strptime("", form)  # noqa: DTZ007 - only tried
    except re.error:
        raise FileError(f"{name}: the form {form!r} of `{path}` names a part of the time twice.") from None
    except ValueError:
        pass  # "" is no time, and a form that is none fits no time
    return form


class MappedPart:
    """One file whose rows become native events."""

    def __init__(self, table: Table, mapping: ColumnMapping, source: Source) -> None:
        """Raises FileError where a mapped column is missing."""
        table.need(mapping.columns)
        self.name = table.name
        self.size = table.looked.size
        self._table = table
        self._mapping = mapping
        self._source = source
        self._places = {column: place for place, column in enumerate(mapping.columns)}

    def behind(self) -> int:
        """See `Part.behind`."""
        return self._table.opened.behind()

    def steps(self, after: int, notes: Notes) -> Iterator[Step]:
        """See `Part.steps`. Without ids all rows are read, from the first one on: equal ones are numbered."""
        numbering = None if "id" in self._mapping.fields else Numbering()
        for row in self._table.rows(self._mapping.columns, 0 if numbering is not None else after):
            noted = notes if row.position > after or not row.position else Notes()
            if isinstance(row, Bad):
                noted.note(Problem(self.name, row.line, row.column, row.reason))
                continue
            try:
                step = self._step((row.position, row.line), row.values, numbering, noted)
            except BadValue as bad:
                noted.note(Problem(self.name, row.line, bad.column, bad.reason))
                step = Step(row.position, row.line, ())
            except Unordered as error:
                raise FileError(f"{self.name}, line {row.line}: {error}; or map a column as `id`.") from None
            if row.position > after:
                yield step

    def _step(self, where: tuple[int, int], values: Sequence[str], numbering: Numbering | None, notes: Notes) -> Step:
        said: dict[str, Any] = {}
        for path, says in self._mapping.fields.items():
            value = says.constant if says.column is None else given(values[self._places[says.column]])
            if value is not None and says.values is not None:
                if value not in says.values:
                    notes.left_out[f"{says.column} {value[:60]!r}, which the mapping does not name"] += 1
                    return Step(*where, ())
                value = says.values[value]
            if value is not None:
                _put(said, path, _typed(path, value, says))
        if numbering is not None:
            key = blake2b(msgspec.json.encode(said, order="deterministic"), digest_size=16).digest()
            if not isinstance(said.get("time"), datetime):
                raise BadValue(self._mapping.column_of("time"), "nothing stands there")
            said["id"] = named_id("csv", self._source.issuer, key.hex(), numbering.number(said["time"], key))
        try:
            topic = _TOPICS.get(str(said.get("type")), Topic.LEARNING)
            event = native.decode(msgspec.json.encode(said), topic, self._source)
        except Refused as refused:
            raise BadValue(self._column_at(refused.detail), f"{refused.reason.value}: {refused.detail}") from None
        return Step(*where, (event,))

    def _column_at(self, detail: str) -> str | None:
        found, missing = _PATH.search(detail), _MISSING.search(detail)
        path = "" if found is None else found[1]
        if missing is not None:
            path = f"{path}.{missing[1]}".lstrip(".")
        return self._mapping.column_of(path) if path else None


def read_mapped(files: Sequence[Looked], mapping: ColumnMapping, source: Source) -> History:
    """The history in these files, all by one mapping. Raises FileError."""
    parts: list[Part] = [MappedPart(open_table(looked), mapping, source) for looked in files]
    identity = origin_of("csv", source.issuer, mapping.digest, *(looked.digest.hex() for looked in files))
    return History("csv", parts, identity, AGAIN)


def _put(said: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        said = said.setdefault(name, {})
    said[last] = value


def _typed(path: str, value: str, says: Says) -> Any:
    name, column = path.rpartition(".")[2], says.column or path
    if name in _TIMES:
        return _time(value, says, column)
    if name in _WHOLE:
        return whole(value, column)
    if name in _DECIMAL:
        return decimal(value, column)
    if name in _FLAGS:
        low = value.strip().lower()
        if low not in _TRUE | _FALSE:
            raise BadValue(column, f"neither yes nor no: {value[:40]!r}")
        return low in _TRUE
    return value


def _time(value: str, says: Says, column: str) -> datetime | None:
    if says.format == "seconds":
        return seconds(value, column)
    at = _parsed(value.strip(), says.format, column)
    if at.tzinfo is None:
        at = at.replace(tzinfo=says.zone)
    try:
        return moment(at.astimezone(UTC).isoformat(), column)
    except OverflowError:
        raise BadValue(column, f"no time that can be right: {value[:40]!r}") from None


def _parsed(value: str, form: str | None, column: str) -> datetime:
    try:
        if form is None:
            return datetime.fromisoformat(value)
        return datetime.strptime(value, form)  # noqa: DTZ007 - the caller puts the zone on
    except ValueError:
        wanted = "ISO 8601" if form is None else f"the form {form!r}"
        raise BadValue(column, f"no time in {wanted}: {value[:40]!r}") from None
