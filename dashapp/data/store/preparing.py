"""Everything that can be done with a batch before the transaction: keys, times, local days, COPY texts, sums.

What is found here is only good while the organisation's epoch stands still; the writer looks again under the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from dashapp.data.store.arrivals import Arrived, Buried, first_receipt
from dashapp.data.store.deltas import Deltas, DeltaTexts, Fact, as_copy, group
from dashapp.data.store.keys import digest_of_encoded, digested_key, encode, is_own_key
from dashapp.data.store.names import smaller_type
from dashapp.data.store.quality import Tally
from dashapp.data.store.structure import KnownActivity, Remembered
from dashapp.domain.events import (
    PASSIVE_VERBS,
    STAFF_ROLES,
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    ExtensionGranted,
    Identifier,
    LearningEvent,
    MembershipChanged,
    OutcomeRecorded,
    PersonDescribed,
    Precision,
    RefusalReason,
    SectionDescribed,
    UnitDescribed,
    Verb,
    Voided,
)
from dashapp.domain.keys import OrganisationId

_UNKNOWN: Final = ActivityType.UNKNOWN
_INSTANT: Final = Precision.INSTANT
_COMPLETED: Final = Verb.COMPLETED
_NULL: Final = "\\N"
_TO_THE_MINUTE: Final = len("2026-01-31T09:30")
"""An instant as text up to there stands for its local day and minute: zones change on whole minutes of UTC."""
_LAST: Final = '"}'
"""Ends an encoded identifier."""
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""No month of raw events is made before."""
_PERSONAL: Final = ("given_name", "family_name", "email")
"""Stands in `people` only, never in a raw row."""
KINDS: Final[Mapping[type, str]] = MappingProxyType(
    {
        Voided: "voided",
        PersonDescribed: "person_described",
        MembershipChanged: "membership_changed",
        OutcomeRecorded: "outcome_recorded",
        CourseDescribed: "course_described",
        SectionDescribed: "section_described",
        UnitDescribed: "unit_described",
        ActivityDescribed: "activity_described",
        ExtensionGranted: "extension_granted",
    }
)
"""What stands in `raw_events.verb` for events that are no activity of a learner."""
_DETAILED: Final = frozenset({Verb.SUBMITTED, Verb.GRADED, Verb.ANSWERED, Verb.WATCHED, Verb.POSTED})
"""Verbs that have a table of their own besides the counts. Segments of a video come with any verb."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How old and how far in the future an event may be, held against the transport's time of its record."""

    retention: timedelta
    future_tolerance: timedelta


class Taken(msgspec.Struct, frozen=True, gc=False):
    """One event with what it names resolved. `person` is the key under which it arrived, `counts_as` the canonical."""

    number: int
    event: Event
    source_id: int
    key: str
    at: datetime
    received_at: datetime
    person: int | None = None
    counts_as: int | None = None
    course: int | None = None
    activity: int | None = None


@dataclass(slots=True)
class PreparedOrganisation:
    """One organisation's part of a batch. `events`, `lines`, `contents` and `arrivals` are numbered from 0.

    What can be made here is made here: while a batch is written, the next one is prepared.
    """

    remembered: Remembered
    exclusive: bool = False
    """Whether it changes what other writers remember or have counted, so that it needs the organisation for itself."""
    arrivals: list[Arrived] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """The ledger key as "source<TAB>event"."""
    contents: list[int] = field(default_factory=list)
    events: bytes = b""
    """COPY text of the events' stage."""
    facts: list[Fact] = field(default_factory=list)
    claims: list[tuple[int, int, str]] = field(default_factory=list)
    """(number, activity, type): claims that would lower what is known of the activity's type."""
    types: dict[int, str] = field(default_factory=dict)
    """The type that held of each activity when the structure was read."""
    details: list[Taken] = field(default_factory=list)
    """Learning events with a table of their own."""
    others: list[Taken] = field(default_factory=list)
    """User and content events, and retractions."""
    joins: bool = False
    """Whether a described address may join people by a rule."""
    doubles: list[tuple[Arrived, str, int]] = field(default_factory=list)
    """What came once more within the batch: (arrival, line, content)."""
    described: frozenset[tuple[Identifier, Identifier]] = frozenset()
    """(course, activity) of the activities of which this very batch says what they are."""
    quality: Tally = field(default_factory=Tally)
    """All that are numbered; what came twice is added when it is known."""
    months: set[str] = field(default_factory=set)
    """The months, as "2026-01", of all events."""
    oldest_received_at: datetime | None = None
    deltas: Deltas | None = None
    """What the facts add if all of them are new and nothing else changes; None where that cannot be."""
    texts: DeltaTexts | None = None

    @property
    def organisation_id(self) -> OrganisationId:
        """Whose part this is."""
        return self.remembered.organisation_id


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch ready to be written: organisations in ascending order, and what was refused already."""

    organisations: tuple[PreparedOrganisation, ...]
    buried: tuple[Buried, ...]
    events: int


def _long(span: timedelta) -> str:
    """How long that is, in the largest unit of which there are two: "90 s", "50 min", "30 h", "362 days"."""
    seconds = span.total_seconds()
    for length, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} s"


def admit(arrived: Sequence[Arrived], limits: Limits) -> tuple[dict[OrganisationId, list[Arrived]], list[Buried]]:
    """Arrivals per organisation in their order, and those whose time can never be taken."""
    admitted: dict[OrganisationId, list[Arrived]] = {}
    buried = []
    retention, tolerance = limits.retention, -limits.future_tolerance
    for arrival in arrived:
        at = arrival.event.occurred_at
        if at is not None:
            age = arrival.received_at - at
            if age < tolerance:
                detail = f"{_long(-age)} ahead of its arrival"
                buried.append(Buried(arrival.place, arrival.source, RefusalReason.IN_THE_FUTURE, detail))
                continue
            if at < _EARLIEST or (age > retention and type(arrival.event) is LearningEvent):
                detail = f"{age.days} days old, at most {retention.days} are kept"
                buried.append(Buried(arrival.place, arrival.source, RefusalReason.TOO_OLD, detail))
                continue
        if (group_of := admitted.get(arrival.source.organisation_id)) is None:
            admitted[arrival.source.organisation_id] = [arrival]
        else:
            group_of.append(arrival)
    return admitted, buried


def prepare_organisation(
    arrivals: Sequence[Arrived], remembered: Remembered, retention: timedelta
) -> PreparedOrganisation:
    """One organisation's part of a batch, all of whose names are in `remembered`; raw rows are kept for `retention`."""
    prepared = PreparedOrganisation(remembered)
    prepared.described = frozenset(
        (arrival.event.course, arrival.event.activity)
        for arrival in arrivals
        if type(arrival.event) is ActivityDescribed and arrival.event.activity_type is not None
    )
    known: dict[str, int] = {}
    rows = _Rows(prepared, retention)
    for arrival in arrivals:
        event = arrival.event
        body = encode(event)
        name = event.id
        own = is_own_key(name) is not None
        content = digest_of_encoded(body, own_key=own)
        line = f"{arrival.source.source_id}\t{name if own else digested_key(name)}"
        if line in known:
            prepared.doubles.append((arrival, line, content))
            continue
        known[line] = content
        if type(event) is LearningEvent:
            rows.add_learning(arrival, event, f"{line}\t{content}", body)
        else:
            rows.add_other(arrival, event, f"{line}\t{content}")
    prepared.events = rows.as_copy()
    prepared.lines = list(known)
    prepared.contents = list(known.values())
    prepared.oldest_received_at = min((one.received_at for one in prepared.arrivals), default=None)
    if not prepared.exclusive:
        prepared.deltas = group(prepared.facts, prepared.types, remembered.exclusions)
        prepared.texts = as_copy(prepared.deltas)
    return prepared


class _Rows:
    """Writes the rows of one organisation's part, in the order of arrival."""

    def __init__(self, prepared: PreparedOrganisation, retention: timedelta) -> None:
        self._prepared = prepared
        self._retention = retention
        self._remembered = prepared.remembered
        self._locate = prepared.remembered.days.locate
        self._minutes: dict[str, tuple[str, int]] = {}
        self._received: tuple[datetime | None, str] = (None, "")
        self._rows: list[str] = []

    def as_copy(self) -> bytes:
        """All rows as COPY text of the events' stage."""
        return "".join(self._rows).encode()

    def add_learning(self, arrival: Arrived, event: LearningEvent, line: str, body: bytes) -> None:
        """`line`: source, key and content as COPY text. `body`: the whole event, encoded."""
        prepared, remembered = self._prepared, self._remembered
        person, counts_as = remembered.people[event.person]
        course = remembered.courses[event.course]
        at = event.occurred_at
        if at is None:
            at = first_receipt(arrival)
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        instant = encode(at)[1:-2].decode()
        if (place := self._minutes.get(instant[:_TO_THE_MINUTE])) is None:
            local_day, minute_of_day = self._locate(at.timestamp())
            self._minutes[instant[:_TO_THE_MINUTE]] = place = (local_day.isoformat(), minute_of_day)
        day = place[0]
        minute = place[1] if event.precision is _INSTANT else None
        number = len(self._rows)
        activity, unknown = None, False
        if event.activity is not None:
            known = remembered.activities[course, event.activity]
            unknown = known.described_type is None and (event.course, event.activity) not in prepared.described
            activity = known.activity_id
            prepared.types[activity] = known.activity_type
            if event.activity_type not in (None, known.claimed_type):
                self._claim(number, known, str(event.activity_type))
        received = arrival.received_at
        if received is not self._received[0]:
            self._received = (received, _instant_text(received))
        verb = event.verb
        self._rows.append(
            f"{number}\t{line}\t{instant}Z\t{person}\t{course}\t{_NULL if activity is None else activity}\t{day}"
            f"\t{_NULL if minute is None else minute}\t{event.count}\t{verb._value_}\t{self._received[1]}Z"
            f"\t{_with_keys(body.decode(), person, course, activity)}\n"
        )
        prepared.arrivals.append(arrival)
        prepared.months.add(instant[:7])
        prepared.quality.add_learning(arrival, event, course, unknown=unknown)
        if verb not in PASSIVE_VERBS:
            fact = (number, course, counts_as, day, minute, instant, event.count, activity, verb is _COMPLETED)
            prepared.facts.append(fact)
        if activity is not None and (event.segments or verb in _DETAILED):
            source, key = line.split("\t")[:2]
            prepared.details.append(
                Taken(number, event, int(source), key, at, received, person, counts_as, course, activity)
            )

    def _claim(self, number: int, known: KnownActivity, claimed: str) -> None:
        if smaller_type(claimed, known.claimed_type) == claimed:
            self._prepared.claims.append((number, known.activity_id, claimed))
            self._prepared.exclusive |= known.described_type is None

    def add_other(self, arrival: Arrived, event: Event, line: str) -> None:
        """The same for an event that is no activity of a learner."""
        prepared, remembered = self._prepared, self._remembered
        said = msgspec.to_builtins(event)
        person = counts_as = course = activity = None
        if (name := getattr(event, "person", None)) is not None:
            person, counts_as = remembered.people[name]
            said["person"] = person
        if (name := getattr(event, "course", None)) is not None:
            said["course"] = course = remembered.courses[name]
            if (name := getattr(event, "activity", None)) is not None:
                known = remembered.activities[course, name]
                said["activity"] = activity = known.activity_id
                prepared.types[activity] = known.activity_type
                prepared.exclusive |= type(event) is ActivityDescribed and _changes_type(event, known)
        for field_name in _PERSONAL:
            said.pop(field_name, None)
        at = (event.occurred_at or first_receipt(arrival)).astimezone(UTC)
        # A description of long ago holds all the same. Its raw row stands in the month of its arrival: there it is kept
        # as long as the others, and no sender fills the database with the months of half a century.
        long_ago = arrival.received_at - at > self._retention
        instant = _instant_text(arrival.received_at if long_ago else at)
        number = len(self._rows)
        source, key, _content = line.split("\t")
        self._rows.append(
            f"{number}\t{line}\t{instant}Z\t{_or_null(person)}\t{_or_null(course)}\t{_or_null(activity)}"
            f"\t{remembered.days.day_of(at).isoformat()}\t{_NULL}\t0\t{KINDS[type(event)]}"
            f"\t{_instant_text(arrival.received_at)}Z\t{_as_bytes(encode(said))}\n"
        )
        prepared.arrivals.append(arrival)
        prepared.quality.add_other(arrival)
        prepared.months.add(instant[:7])
        prepared.others.append(
            Taken(number, event, int(source), key, at, arrival.received_at, person, counts_as, course, activity)
        )
        prepared.joins |= _may_join(event, remembered)
        prepared.exclusive |= prepared.joins or _needs_all(event, counts_as, remembered)


def _with_keys(body: str, person: int, course: int, activity: int | None) -> str:
    """An encoded learning event as COPY text of a bytea, with keys in the place of the identifiers that it names."""
    if "\\" in body:
        # Texts may hold quotation marks: only reading finds the places.
        said = msgspec.json.decode(body)
        said["person"], said["course"] = person, course
        if activity is not None:
            said["activity"] = activity
        return _as_bytes(encode(said))
    # Without a backslash every quotation mark begins or ends a text, and an identifier ends with its third one.
    begin = body.index('"person":{')
    end = body.index(_LAST, body.index('"course":{', begin)) + len(_LAST)
    if activity is None:
        return f'{body[:begin]}"person":{person},"course":{course}{body[end:]}'
    named = body.index('"activity":{', end)
    rest = body.index(_LAST, named) + len(_LAST)
    return f'{body[:begin]}"person":{person},"course":{course}{body[end:named]}"activity":{activity}{body[rest:]}'


def _needs_all(event: Event, person: int | None, remembered: Remembered) -> bool:
    """Whether an event changes what other writers have counted or remember."""
    match event:
        case Voided():
            return True
        case MembershipChanged(role=role):
            return role in STAFF_ROLES
        case PersonDescribed(is_test=is_test):
            return bool(is_test) or person in remembered.exclusions.test_people
        case _:
            return False


def _may_join(event: Event, remembered: Remembered) -> bool:
    """Whether a rule may join somebody by the address that is described: then other writers count under old keys."""
    return type(event) is PersonDescribed and bool(event.email) and event.person.issuer in remembered.rules.mailboxes


def _changes_type(event: ActivityDescribed, known: KnownActivity) -> bool:
    """Whether the description may change the type that holds; it may still lose against a later one."""
    described = None if event.activity_type in (None, _UNKNOWN) else str(event.activity_type)
    return (described or known.claimed_type) != known.activity_type or described != known.described_type


def _as_bytes(body: bytes) -> str:
    """JSON as COPY text of a bytea: JSON has no control characters, so only backslashes need care, twice over."""
    said = body.decode()
    return said.replace("\\", "\\\\\\\\") if "\\" in said else said


def _or_null(value: int | None) -> str:
    return _NULL if value is None else str(value)


def _instant_text(at: datetime) -> str:
    """UTC as ISO text without its zone: texts of this form compare as the instants do."""
    return encode(at.astimezone(UTC))[1:-2].decode()
