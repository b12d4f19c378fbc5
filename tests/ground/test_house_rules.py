"""Rules of CONTRIBUTING.md that no linter knows."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.shared import REPOSITORY

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
"""The house says 40; a docstring, or one long literal, may stand in it besides."""
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
FORMATTED = re.compile(r"\{[^{}\n]*\b(_|ngettext)\(")
WORD = re.compile(r"[A-Za-z_]\w*")
FOR_TESTS = {"read_aggregates", "CARDS"}
"""What tests alone call: the aggregates as they stand, beside a recount of them, and what each page fills."""
FOREIGN_PATHS = re.compile(r"/work/|/root/|/tmp/w/")


def own_files(*endings: str) -> list[Path]:
    """What git knows, or would know at the next `git add`, with one of these endings."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (REPOSITORY / line for line in listed.stdout.splitlines())
    return [path for path in paths if path.suffix in endings and path.is_file()]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Whatever stands in blocks; a function is in no expression."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for part in getattr(node, field, ()):
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.end_lineno is not None:
                yield part.name, part.end_lineno - part.lineno + 1
            yield from functions(part)


def test_no_file_is_too_long_to_read() -> None:
    lengths = {str(path.relative_to(REPOSITORY)): len(path.read_text().splitlines()) for path in own_files(".py")}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read() -> None:
    too_long = {
        f"{path.relative_to(REPOSITORY)}:{name}": length
        for path in own_files(".py")
        if path.parts[-2] != "versions"
        for name, length in functions(parsed(path))
        if length > LONGEST_FUNCTION
    }
    assert too_long == {}


def test_every_name_says_what_is_in_it() -> None:
    assert [path for path in own_files(".py") if SAYS_NOTHING & {path.stem, *path.parts}] == []


def test_the_project_speaks_of_no_machine_but_the_readers() -> None:
    texts = own_files(".py", ".md", ".toml", ".txt", ".in", ".sh", ".css", ".js", ".json", ".xml", "")
    found = [path for path in texts if path.name != Path(__file__).name and FOREIGN_PATHS.search(path.read_text())]
    assert found == []


def test_no_message_stands_inside_of_a_formatted_text() -> None:
    """What collects the messages for translators does not look there."""
    found = [
        f"{path.relative_to(REPOSITORY)}:{inner.lineno}"
        for path in own_files(".py")
        if FORMATTED.search(path.read_text())
        for each in ast.walk(parsed(path))
        if isinstance(each, ast.JoinedStr)
        for inner in ast.walk(each)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in ("_", "ngettext")
    ]
    assert found == []


def test_nothing_stands_in_a_module_that_nobody_names() -> None:
    """By words, not by imports: what is named like something else that is used goes unnoticed."""
    own = [path for path in own_files(".py") if not path.is_relative_to(REPOSITORY / "tests")]
    words = {path: Counter(WORD.findall(path.read_text())) for path in own}
    places: dict[str, set[Path]] = {}
    for path, found in words.items():
        for word in found:
            places.setdefault(word, set()).add(path)

    def is_named(path: Path, name: str) -> bool:
        module = path.parent.name if path.stem == "__init__" else path.stem
        return words[path][name] > 1 or any(module in words[other] for other in places[name] - {path})

    unused = [
        f"{path.relative_to(REPOSITORY)}:{name}"
        for path in own
        # Servers name what stands in app.py, and nobody calls a migration's parts but the migration.
        if path.parent.name != "versions" and path != REPOSITORY / "app.py"
        for name in names_of(parsed(path))
        if name not in FOR_TESTS and not name.startswith("__") and not is_named(path, name)
    ]
    assert unused == []


def names_of(module: ast.Module) -> Iterator[str]:
    """What a module defines at its top."""
    for part in module.body:
        match part:
            case ast.FunctionDef() | ast.ClassDef():
                yield part.name
            case ast.Assign(targets=targets):
                yield from (each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def test_the_rooms_that_are_written_down_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    rooms = (REPOSITORY / "CONTRIBUTING.md").read_text().partition("## Rooms")[2].split("```")[1]
    written = [re.split(r" {2,}", line)[0] for line in rooms.strip().splitlines()]
    assert written == layers
