"""Numbers with their units. A unit follows after a no-break space; English parts thousands by a narrow one."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from babel.numbers import format_decimal

from dashapp.words.catalogue import PSEUDO_LOCALE, SOURCE_LOCALE, _, babel_locale, current_locale, ngettext

NARROW_SPACE = "\u202f"
LONG_HOURS = 100
"""From so many hours on, minutes say nothing."""
DAY_MINUTES = 24 * 60
MOST_TEXTS = 16_384
"""Of one kind that are kept, in all languages together."""


def number(value: float, decimals: int = 0) -> str:
    """5965 → "5 965" (narrow space), 0.44 with one decimal → "0.4"."""
    whole = isinstance(value, int) and not decimals
    return _number(value if whole else round(value, decimals), decimals, current_locale())


# A page holds thousands of numbers, and few different ones.
@lru_cache(maxsize=MOST_TEXTS)
def _number(value: float, decimals: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, format=pattern, locale=babel_locale())
    return text.replace(",", NARROW_SPACE) if locale in (SOURCE_LOCALE, PSEUDO_LOCALE) else text


def compact(value: float) -> str:
    """For axes: 12000 → "12 k", 3400000 → "3.4 M", 950 → "950"."""
    if abs(value) >= 1_000_000:
        millions = value / 1_000_000
        return _("{number}\u00a0M").format(number=number(millions, 0 if millions == int(millions) else 1))
    if abs(value) >= 10_000:
        thousands = value / 1_000
        return _("{number}\u00a0k").format(number=number(thousands, 0 if thousands == int(thousands) else 1))
    return number(value, 0 if value == int(value) else 1)


def percent(value: float, decimals: int = 0) -> str:
    """78.4 → "78 %": the value is already in hundredths."""
    return _percent(round(value, decimals), decimals, current_locale())


@lru_cache(maxsize=MOST_TEXTS)
def _percent(value: float, decimals: int, _locale: str) -> str:
    return _("{number}\u00a0%").format(number=number(value, decimals))


def percent_points(value: float) -> str:
    """A difference of percentages, without its sign: "23 points"."""
    whole = abs(round(value))
    return ngettext("{number}\u00a0point", "{number}\u00a0points", whole).format(number=number(whole))


def duration(minutes: float) -> str:
    """Minutes as "45 min", "2 h 59 min", "3 h"; from 100 hours on in whole hours."""
    return _duration(round(minutes), current_locale())


@lru_cache(maxsize=MOST_TEXTS)
def _duration(whole: int, _locale: str) -> str:
    if whole < 60:
        return _("{minutes}\u00a0min").format(minutes=number(whole))
    hours, rest = divmod(whole, 60)
    if hours >= LONG_HOURS or rest == 0:
        return _("{hours}\u00a0h").format(hours=number(round(whole / 60)))
    return _("{hours}\u00a0h {minutes}\u00a0min").format(hours=number(hours), minutes=number(rest))


def lag(seconds: float) -> str:
    """How far behind: "0.4 s", "12 s", "47 min", "3 h 5 min", "2 days"."""
    if seconds < 10:
        return _("{seconds}\u00a0s").format(seconds=number(max(0.0, seconds), 1))
    if seconds < 90:
        return _("{seconds}\u00a0s").format(seconds=number(seconds))
    minutes = seconds / 60
    if minutes < 2 * DAY_MINUTES:
        return duration(minutes)
    days = int(minutes // DAY_MINUTES)
    return ngettext("{number}\u00a0day", "{number}\u00a0days", days).format(number=number(days))


def listing(parts: Sequence[str]) -> str:
    """Several words as one line: "away 11 days, missed 1 deadline"."""
    if len(parts) < 2:
        return "".join(parts)
    patterns = _patterns_of_lists(current_locale())
    if len(parts) == 2:
        return str(patterns["2"].format(*parts))
    text = patterns["start"].format(parts[0], parts[1])
    for part in parts[2:-1]:
        text = patterns["middle"].format(text, part)
    return str(patterns["end"].format(text, parts[-1]))


@cache
def _patterns_of_lists(_locale: str) -> Mapping[str, str]:
    said = babel_locale().list_patterns
    # Babel leaves out what a language has of its standard list, and its own `format_list` then finds nothing.
    return {**said["standard"], **said.get("unit", {})}
