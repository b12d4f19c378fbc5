"""What a person at a terminal, or in a spreadsheet, is told of a roster."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dashapp.domain.roster_changes import Change, Differences
from dashapp.domain.roster_checks import Findings
from dashapp.domain.spreadsheets import write_lines
from dashapp.words.rosters import conflict_sentence, finding_sentence, reason_word, thing_word
from ingest.roster.importing import Reading
from ingest.roster.oneroster import DISABLED

MOST_TOLD: Final = 20
"""Findings, and changes of one kind, that a terminal shows; a report has them all."""


def told_findings(findings: Findings) -> Iterator[str]:
    """The first findings, then how many there are by reason."""
    for finding in findings.kept[:MOST_TOLD]:
        yield finding_sentence(finding)
    for reason, count in sorted(findings.counts.items()):
        kind = "error" if reason.stops else "warning"
        yield f"{count:>9,}  {kind}: {reason_word(reason)}"


def told_reading(reading: Reading) -> Iterator[str]:
    """What the files hold."""
    for file in reading.files:
        yield f"{file.name}: {file.rows:,} rows, {file.encoding}"
    for field, column in reading.columns.items():
        yield f"{field} is read from the column {column}"
    for role, count in sorted(reading.roster.left_out.items()):
        said = "teaching without an account in use" if role == DISABLED else f"the role {role or '(none)'}"
        yield f"{count:,} × {said}: left out, no roster gives it"


def told_differences(found: Differences) -> Iterator[str]:
    """What would change, by kind, with examples; then what cannot be decided, and the fingerprint of it all."""
    for thing, (added, changed, ended) in found.counts.items():
        yield f"{thing_word(thing):>12}: {added:,} added, {changed:,} changed, {ended:,} ended"
    for word, changes in (("+", found.added), ("~", found.changed), ("-", found.ended)):
        for change in _first(changes):
            yield f"{word} {_told_change(change)}"
    for conflict in found.conflicts[:MOST_TOLD]:
        yield f"! {conflict_sentence(conflict)}"
    if found.joins:
        yield f"{found.joins:,} people are one with people whom events know already."
    if found.described_otherwise:
        yield f"{found.described_otherwise:,} people have been named otherwise by another source, later: that holds."
    yield f"{found.ending:,} of {found.granted:,} enrolments in force end. Fingerprint {found.fingerprint}"


def _first(changes: Sequence[Change]) -> Iterator[Change]:
    shown: dict[str, int] = {}
    for change in changes:
        shown[change.thing] = shown.get(change.thing, 0) + 1
        if shown[change.thing] <= MOST_TOLD:
            yield change


def _told_change(change: Change) -> str:
    name = change.name.replace("\n", " / ")
    told = []
    for field, before, after in change.what:
        told.append(f"{field} {before} → {after}" if before and after else f"{field} {after or before}")
    return f"{change.thing.value} {name}" + (f": {', '.join(told)}" if told else "")


def write_report(path: Path, findings: Findings) -> None:
    """All findings that are kept, as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        write_lines(file, _report(findings))


def _report(findings: Findings) -> Iterator[Sequence[object]]:
    yield ("file", "line", "column", "reason", "words", "value", "stops")
    for one in findings.kept:
        cells = (one.file, one.line or "", one.column or "", one.reason.value, reason_word(one.reason), one.value)
        yield (*cells, "yes" if one.reason.stops else "no")
