"""500,000 enrolments of which one names nobody: that line is named, and nothing of the files is taken."""

import re
import zipfile
from pathlib import Path

import pytest

from benchmarks.school import School
from dashapp.data.store.audit import operator
from dashapp.domain.roster_checks import Reason
from ingest.roster.importing import Wishes
from tests.ingest.roster.archives import write_zip
from tests.ingest.roster.conftest import T1, Sis

BAD = 437_219
"""The line of the file that is spoilt."""


@pytest.mark.long
def test_one_bad_line_of_half_a_million_is_named_and_nothing_is_taken(sis: Sis, tmp_path: Path) -> None:
    path = School(50_000, 500_000).write(tmp_path / "roster.zip")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = files["enrollments.csv"].split(b"\n")
    assert len(lines) > 500_000
    lines[BAD - 1] = re.sub(rb"u\d{7}", b"u-nobody", lines[BAD - 1])
    files["enrollments.csv"] = b"\n".join(lines)
    before = sis.state()

    outcome = sis.importer.apply(write_zip(path, files), Wishes(operator("test"), T1))

    assert outcome.applied is None
    [found] = outcome.reading.findings.kept
    assert (found.reason, found.file, found.line) == (Reason.UNKNOWN_REFERENCE, "enrollments.csv", BAD)
    assert (found.column, found.value) == ("userSourcedId", "u-nobody")
    assert sis.state() == before
