"""`manifest.csv`: which version of OneRoster an archive has, and which of its files say everything or changes only."""

from dataclasses import dataclass
from typing import Final

from dashapp.domain.roster_checks import Findings, Reason
from ingest.roster.archive import Archive, open_table
from ingest.roster.rules import FILES, MANIFEST, MODES, VERSIONS

NAME: Final = f"{MANIFEST}.csv"
_HEADS: Final = ("propertyName", "value")


@dataclass(frozen=True, slots=True)
class Manifest:
    """File without `.csv` → absent, bulk or delta, of every file that this service reads."""

    version: str
    modes: dict[str, str]


def read_manifest(archive: Archive, findings: Findings) -> Manifest | None:
    """The manifest; None where the archive cannot be understood, after a finding."""
    if NAME not in archive.members:
        findings.add(Reason.MISSING_FILE, NAME)
        return None
    if (table := open_table(archive, NAME, findings)) is None:
        return None
    lacking = [head for head in _HEADS if head not in table.heads]
    for head in lacking:
        findings.add(Reason.MISSING_COLUMN, NAME, 1, head)
    rows = list(table.rows)
    if lacking:
        return None
    at = [table.heads.index(head) for head in _HEADS]
    said: dict[str, tuple[str, int | None]] = {}
    for line, cells in rows:
        name, value = cells[at[0]].strip(), cells[at[1]].strip()
        if name in said and said[name][0] != value:
            findings.add(Reason.CONTRADICTION, NAME, line, name, value)
        said[name] = value, line
    at_version = said.get("oneroster.version", ("", None))
    version = at_version[0]
    if version not in VERSIONS:
        findings.add(Reason.WRONG_VERSION, NAME, at_version[1], "oneroster.version", version)
        return None
    if said.get("manifest.version", ("",))[0] != "1.0":
        findings.add(Reason.WRONG_MANIFEST, NAME, None, "manifest.version", said.get("manifest.version", ("",))[0])
    return Manifest(version, {file: _mode(file, said, archive, findings) for file in FILES[version]})


def _mode(file: str, said: dict[str, tuple[str, int | None]], archive: Archive, findings: Findings) -> str:
    value, line = said.get(f"file.{file}", ("", None))
    name, there = f"{file}.csv", f"{file}.csv" in archive.members
    if value not in MODES:
        findings.add(Reason.WRONG_MANIFEST, NAME, line, f"file.{file}", value)
        return "absent"
    if value == "absent" and there:
        findings.add(Reason.UNDECLARED_FILE, name)
    if value != "absent" and not there:
        findings.add(Reason.MISSING_FILE, name)
        return "absent"
    return value
