"""What a batch adds to the aggregates: grouped here, so that PostgreSQL meets each aggregate row once per batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from dashapp.data.store.structure import Exclusions
from dashapp.domain.events import PASSIVE_VERBS, ActivityType, Verb
from dashapp.domain.localtime import MINUTES_PER_DAY

ORGANISATION_DAY_SLOTS: Final = 8
ACTIVE_VERBS: Final = tuple(str(verb) for verb in Verb if verb not in PASSIVE_VERBS)
"""What a learner does: of these events the aggregates are made."""
_UNKNOWN: Final = str(ActivityType.UNKNOWN)
_MASKS: Final = tuple(1 << (MINUTES_PER_DAY - 1 - minute) for minute in range(MINUTES_PER_DAY))
"""PostgreSQL counts the bits of a bit string from the left."""


Fact = tuple[int, int, int, str, int | None, str, int, int | None, bool]
"""One event that is an activity of a learner: its number in the batch, course, person (the key under which it counts),
local day, minute of that day (None: only the day is known), instant in UTC as ISO text without its zone (which compares
as the instant does), clicks, activity, and whether it completes the activity. A plain tuple: one is made per event."""

DayKey = tuple[int, int, str]
"""course, person, day"""


@dataclass(slots=True)
class DaySum:
    """What one learner did in one course on one local day."""

    events: int = 0
    clicks: int = 0
    minute: int | None = None
    """The only minute; None where there are several, or none is known."""
    minutes: int = 0
    """All minutes as a bit string, where there are several; bits as PostgreSQL counts them, from the left."""
    first: str | None = None
    last: str | None = None


@dataclass(slots=True)
class ActivitySum:
    """What one learner did in one activity."""

    first_day: str
    last_day: str
    events: int = 0
    clicks: int = 0
    first: str | None = None
    last: str | None = None
    completed: str | None = None


@dataclass(slots=True)
class Deltas:
    """Sums over facts: adding the same facts in any order and in any portions gives the same aggregates."""

    days: dict[DayKey, DaySum] = field(default_factory=dict)
    types: dict[tuple[int, int, str, str], list[int]] = field(default_factory=dict)
    """(course, person, day, activity type) → [events, clicks]"""
    activities: dict[tuple[int, int, int], ActivitySum] = field(default_factory=dict)
    """By (course, activity, person)."""
    activity_days: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    """(course, activity, day) → [events, clicks] of those whom the roll-ups count."""
    hours: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    """(course, hour as "2026-01-31T09") → [events, clicks] of those whom the roll-ups count."""
    left_out: set[DayKey] = field(default_factory=set)
    """The learner-days that are not in the roll-ups."""


def group(facts: Iterable[Fact], types: Mapping[int, str], exclusions: Exclusions) -> Deltas:
    """What `facts` add. `types`: the type that holds of every activity in them."""
    deltas = Deltas()
    days, sums, hours, excluded = deltas.days, deltas.types, deltas.hours, exclusions.people
    for _, course, person, day, minute, at, clicks, activity, completed in facts:
        key = (course, person, day)
        if (entry := days.get(key)) is None:
            days[key] = entry = DaySum()
        entry.events += 1
        entry.clicks += clicks
        if minute is not None:
            if entry.first is None:
                entry.minute, entry.first, entry.last = minute, at, at
            else:
                _extend(entry, minute, at)
        kind = (course, person, day, _UNKNOWN if activity is None else types[activity])
        if (counts := sums.get(kind)) is None:
            sums[kind] = [1, clicks]
        else:
            counts[0] += 1
            counts[1] += clicks
        if activity is not None:
            _add_activity(deltas.activities, (course, activity, person), (day, minute, at, clicks, completed))
        if person in excluded and exclusions.leaves_out(course, person, day):
            deltas.left_out.add(key)
            continue
        if minute is not None:
            _add_counts(hours, (course, at[:13]), clicks)
        if activity is not None:
            _add_counts(deltas.activity_days, (course, activity, day), clicks)
    return deltas


_Key = TypeVar("_Key")


def _extend(entry: DaySum, minute: int, at: str) -> None:
    """A further instant of a day that has one already."""
    assert entry.first is not None
    assert entry.last is not None
    if entry.minute is not None and entry.minute != minute:
        entry.minutes, entry.minute = _MASKS[entry.minute], None
    if entry.minute is None:
        entry.minutes |= _MASKS[minute]
    entry.first = min(entry.first, at)
    entry.last = max(entry.last, at)


def _add_counts(sums: dict[_Key, list[int]], key: _Key, clicks: int) -> None:
    if (counts := sums.get(key)) is None:
        sums[key] = [1, clicks]
    else:
        counts[0] += 1
        counts[1] += clicks


def _add_activity(
    sums: dict[tuple[int, int, int], ActivitySum],
    key: tuple[int, int, int],
    said: tuple[str, int | None, str, int, bool],
) -> None:
    day, minute, at, clicks, completed = said
    if (entry := sums.get(key)) is None:
        sums[key] = entry = ActivitySum(day, day)
    entry.events += 1
    entry.clicks += clicks
    if day < entry.first_day:
        entry.first_day = day
    if day > entry.last_day:
        entry.last_day = day
    if minute is not None:
        if entry.first is None or at < entry.first:
            entry.first = at
        if entry.last is None or at > entry.last:
            entry.last = at
    if completed and (entry.completed is None or at < entry.completed):
        entry.completed = at


def _minutes(sums: DaySum) -> str:
    if sums.first is None:
        return "\\N\t\\N\t\\N\t\\N\n"
    if sums.minute is not None:
        return f"{sums.minute}\t\\N\t{sums.first}Z\t{sums.last}Z\n"
    return f"\\N\tx{sums.minutes:0375x}\t{sums.first}Z\t{sums.last}Z\n"


def _moment(at: str | None) -> str:
    return "\\N" if at is None else at + "Z"


@dataclass(frozen=True, slots=True)
class DeltaTexts:
    """Deltas as COPY texts, one per stage table."""

    days: bytes
    types: bytes
    activities: bytes
    rolled: bytes


def as_copy(deltas: Deltas) -> DeltaTexts:
    """The rows of the four stages. Rolled: kind h or a, course, activity, day, hour, events, clicks."""
    return DeltaTexts(
        "".join(
            f"{course}\t{person}\t{day}\t{sums.events}\t{sums.clicks}\t{_minutes(sums)}"
            for (course, person, day), sums in deltas.days.items()
        ).encode(),
        "".join(
            f"{course}\t{person}\t{day}\t{kind}\t{events}\t{clicks}\n"
            for (course, person, day, kind), (events, clicks) in deltas.types.items()
        ).encode(),
        "".join(
            f"{course}\t{activity}\t{person}\t{sums.first_day}\t{sums.last_day}\t{_moment(sums.first)}"
            f"\t{_moment(sums.last)}\t{_moment(sums.completed)}\t{sums.events}\t{sums.clicks}\n"
            for (course, activity, person), sums in deltas.activities.items()
        ).encode(),
        "".join(
            [
                *(
                    f"h\t{course}\t\\N\t\\N\t{hour}:00:00Z\t{events}\t{clicks}\n"
                    for (course, hour), (events, clicks) in deltas.hours.items()
                ),
                *(
                    f"a\t{course}\t{activity}\t{day}\t\\N\t{events}\t{clicks}\n"
                    for (course, activity, day), (events, clicks) in deltas.activity_days.items()
                ),
            ]
        ).encode(),
    )


def course_days(deltas: Deltas) -> dict[tuple[int, str], list[int]]:
    """(course, day) → [events, clicks] of those whom the roll-ups count."""
    sums: dict[tuple[int, str], list[int]] = {}
    for key, entry in deltas.days.items():
        if key in deltas.left_out:
            continue
        if (counts := sums.get((key[0], key[2]))) is None:
            sums[key[0], key[2]] = [entry.events, entry.clicks]
        else:
            counts[0] += entry.events
            counts[1] += entry.clicks
    return sums
