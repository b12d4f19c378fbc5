"""The bytes of a dead letter as text: pretty-printed where they are JSON, with the place of the error marked.

They came from anywhere, so nothing of them is interpreted: control characters and those that turn the direction of
writing are written as escapes, and what is shown are texts, never markup.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

MOST_LINES: Final = 1_000
LONGEST_LINE: Final = 4_000
DEEPEST: Final = 60
"""Levels that are indented; what is deeper stands on one line."""
_PLACE: Final = re.compile(r"at `([^`]*)`")
_BYTE: Final = re.compile(r"byte (\d{1,9})\b")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|(\[\.\.\.\])")
_HARMFUL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `marked` is the part that is wrong, between what stands before and after it; mostly empty."""

    before: str
    marked: str = ""
    after: str = ""


class _Pairs(list[tuple[str, Any]]):
    """The members of an object, in their order and with repeated names."""


class _Number(str):
    """A number as it was written."""


def lines_of(body: bytes, detail: str) -> list[Line]:
    """The lines to show, at most `MOST_LINES` around the place that `detail` names."""
    try:
        value = json.loads(
            body, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
        found = list(_write(value, _steps(detail, value)))
    except (ValueError, RecursionError):
        found = _raw(body, detail)
    here = next((place for place, line in enumerate(found) if line.marked), 0)
    first = max(0, min(here - MOST_LINES // 2, len(found) - MOST_LINES))
    return found[first : first + MOST_LINES]


def _steps(detail: str, value: Any) -> tuple[str, ...] | None:
    """The path that a detail names, as names and indexes; None where it names none."""
    named = _PLACE.search(detail)
    if named is None:
        return None
    text = named.group(1)
    if text.startswith("/"):
        steps = [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]
    elif text.startswith("$"):
        steps = [name or index or "..." for name, index, _ in _STEP.findall(text)]
    else:
        return None
    # Of an array only the bad item is kept, and its place is told from the array.
    alone = steps and steps[0].isdigit() and (isinstance(value, _Pairs) or not isinstance(value, list))
    return tuple(steps[1:] if alone else steps)


def _write(value: Any, wanted: tuple[str, ...] | None) -> Iterator[Line]:
    written = list(_lines(value, (), "", ""))
    marked = _nearest([path for path, _ in written], wanted)
    for place, (_, text) in enumerate(written):
        shown = _harmless(text)[:LONGEST_LINE]
        if place != marked:
            yield Line(shown)
            continue
        bare = shown.lstrip(" ")
        yield Line(shown[: len(shown) - len(bare)], bare)


def _nearest(paths: Sequence[tuple[str, ...]], wanted: tuple[str, ...] | None) -> int | None:
    """The line of the path, or of the nearest thing around it that is there: a field that is missing has no line."""
    if wanted is None:
        return None
    for length in range(len(wanted), -1, -1):
        if wanted[:length] in paths:
            return paths.index(wanted[:length])
    return None


def _lines(value: Any, path: tuple[str, ...], lead: str, tail: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path, text) line by line. `lead`: what stands before the value on its first line; `tail`: behind its last."""
    indent = "  " * len(path)
    if isinstance(value, _Pairs) and value and len(path) < DEEPEST:
        yield path, f"{indent}{lead}{{"
        for place, (name, inner) in enumerate(value):
            comma = "," if place < len(value) - 1 else ""
            yield from _lines(inner, (*path, name), f"{json.dumps(name, ensure_ascii=False)}: ", comma)
        yield path, f"{indent}}}{tail}"
    elif isinstance(value, list) and not isinstance(value, _Pairs) and value and len(path) < DEEPEST:
        yield path, f"{indent}{lead}["
        for place, inner in enumerate(value):
            comma = "," if place < len(value) - 1 else ""
            yield from _lines(inner, (*path, str(place)), "", comma)
        yield path, f"{indent}]{tail}"
    else:
        yield path, f"{indent}{lead}{_scalar(value)}{tail}"


def _scalar(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Pairs):
        members = (f"{json.dumps(name, ensure_ascii=False)}: {_scalar(inner)}" for name, inner in value)
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _raw(body: bytes, detail: str) -> list[Line]:
    """What is no JSON, as it came."""
    named = _BYTE.search(detail)
    offset = min(int(named.group(1)), len(body)) if named else None
    if offset is None:
        return [Line(_harmless(text)[:LONGEST_LINE]) for text in _text(body).split("\n")]
    before, after = _text(body[:offset]).split("\n"), _text(body[offset:]).split("\n")
    first, rest = after[0], after[1:]
    # At the very end something is missing: there the mark is a sign of its own.
    left, right = _harmless(before[-1])[-LONGEST_LINE:], _harmless(first[1:])[:LONGEST_LINE]
    marked = Line(left, _harmless(first[:1]) or "…", right)
    return [*(Line(_harmless(text)) for text in before[:-1]), marked, *(Line(_harmless(text)) for text in rest)]


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def _harmless(text: str) -> str:
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
