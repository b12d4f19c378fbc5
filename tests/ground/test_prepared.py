"""What is compiled before the tests is what pytest would have compiled."""

from pathlib import Path

import pytest
from _pytest.assertion.rewrite import PYC_TAIL, _read_pyc, _rewrite_test, get_cache_dir

from tests.prepared import files, prepare
from tests.shared import REPOSITORY


def test_a_file_of_tests_is_ready_for_pytest_and_made_anew_when_it_has_changed(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    file = tmp_path / "test_sums.py"
    file.write_text("def test_it() -> None:\n    assert 1 + 1 == 2\n")
    written = get_cache_dir(file) / f"test_sums{PYC_TAIL}"

    prepare(file)
    assert _read_pyc(file, written) == _rewrite_test(file, pytestconfig)[1]
    first = written.stat().st_mtime_ns
    prepare(file)
    assert written.stat().st_mtime_ns == first

    file.write_text("def test_it() -> None:\n    assert 1 + 2 == 3\n")
    prepare(file)
    assert _read_pyc(file, written) == _rewrite_test(file, pytestconfig)[1]


def test_every_file_of_tests_is_among_them() -> None:
    assert {REPOSITORY / "tests" / "conftest.py", Path(__file__)} <= set(files())
