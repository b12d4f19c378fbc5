"""`python -m tests.prepared` compiles the service and the tests once, by all processors.

Each worker of pytest would otherwise do it for itself at the same moment, since none finds what another is about to
write: in a fresh checkout that took each of them eleven seconds, most of it for the words of failing assertions.
"""

import ast
import compileall
import importlib.util
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from _pytest.assertion.rewrite import PYC_TAIL, _read_pyc, _write_pyc_fp, get_cache_dir, rewrite_asserts

from tests.shared import REPOSITORY

PLAIN = ("dashapp", "pages", "callbacks", "ingest", "exports", "deploy", "tests")


def main() -> None:
    """Compiles what has changed since the last time."""
    with ProcessPoolExecutor() as processes:
        for _ in processes.map(prepare, files(), chunksize=16):
            pass


def files() -> Iterator[Path]:
    """All that a run of the tests may import from the checkout."""
    for folder in PLAIN:
        yield from sorted((REPOSITORY / folder).rglob("*.py"))


def prepare(file: Path) -> None:
    """Writes the file's bytecode where Python, or pytest for a file of tests, looks for it; does nothing twice."""
    if file.name != "conftest.py" and not file.name.startswith("test_"):
        compileall.compile_file(file, quiet=1)
        return
    written = get_cache_dir(file) / f"{file.stem}{PYC_TAIL}"
    if _read_pyc(file, written) is not None:
        return
    source = file.read_bytes()
    tree = ast.parse(source, filename=str(file))
    rewrite_asserts(tree, source, str(file))
    code = compile(tree, str(file), "exec", dont_inherit=True)
    written.parent.mkdir(parents=True, exist_ok=True)
    unfinished = written.with_name(f"{written.name}.{os.getpid()}")
    with unfinished.open("wb") as bytecode:
        _write_pyc_fp(bytecode, importlib.util.source_hash(source), code)
    unfinished.replace(written)


if __name__ == "__main__":
    main()
