"""The words that come with an export: what each file and each column of it holds."""

import ast
import inspect
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import dashapp.data.tables
from dashapp.data.store.leaving.copying import Whose
from dashapp.data.store.leaving.inventory import EVENTS, NOT_EXPORTED, SECRETS, HeldColumn, HeldTable, exported_tables
from exports.leaving.manifest import MANIFEST

_COLUMNS: Final = Path(__file__).with_name("columns.toml")
_HEAD: Final = Path(__file__).with_name("head.md")
_EVENT: Final = HeldColumn("event", "JSON", nullable=False, is_key=False)
_EVENT_WORDS: Final = "The event as it was decoded, as JSON; its actor is replaced by the key."


def shown_columns(held: HeldTable) -> tuple[HeldColumn, ...]:
    """The columns as the file has them: of raw events the body is the member `event`."""
    if held.name != EVENTS:
        return held.columns
    return (*(column for column in held.columns if column.name != "body"), _EVENT)


def path_of(held: HeldTable) -> str:
    """Where a table stands in the archive."""
    return f"events/{held.name}.ndjson" if held.name == EVENTS else f"tables/{held.name}.csv"


@cache
def column_words() -> Mapping[str, str]:
    """What columns hold, by `table.column` or the name alone."""
    found: dict[str, str] = tomllib.loads(_COLUMNS.read_text(encoding="utf-8"))
    return found


def words_of(table: str, column: str) -> str:
    """What a column holds. Raises KeyError where nobody has said so."""
    if column == _EVENT.name:
        return _EVENT_WORDS
    known = column_words()
    return known.get(f"{table}.{column}") or known[column]


@cache
def table_words() -> Mapping[str, str]:
    """What tables hold, as the text below each of them in `dashapp.data.tables` has it."""
    found = {}
    for module in iter_modules(dashapp.data.tables.__path__):
        source = inspect.getsource(import_module(f"dashapp.data.tables.{module.name}"))
        body = ast.parse(source).body
        for statement, following in pairwise(body):
            if isinstance(statement, ast.Assign) and isinstance(following, ast.Expr):
                name, said = statement.targets[0], following.value
                if isinstance(name, ast.Name) and isinstance(said, ast.Constant) and isinstance(said.value, str):
                    found[name.id] = " ".join(said.value.split())
    return found


def readme(of: Whose) -> str:
    """The README of an export, in Markdown."""
    head = _HEAD.read_text(encoding="utf-8")
    parts = [head.format(title=of.title, name=of.name, at=f"{of.at:%Y-%m-%d %H:%M:%S}", manifest=MANIFEST)]
    parts += [_table(held) for held in exported_tables()]
    secrets = [
        f"- `{table}.{column}`: {why}." for table, columns in sorted(SECRETS.items()) for column, why in columns.items()
    ]
    absent = [f"- `{table}`: {why}." for table, why in sorted(NOT_EXPORTED.items())]
    return "\n".join([*parts, _LEFT_OUT, *secrets, "", _NOT_THERE, *absent, ""])


def _table(held: HeldTable) -> str:
    rows = [
        f"| `{column.name}` | {column.kind.lower()} | {_marks(column)} | {words_of(held.name, column.name)} |"
        for column in shown_columns(held)
    ]
    said = table_words().get(held.name, "")
    head = ["| column | type | | what it holds |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## `{path_of(held)}`", "", *([said, ""] if said else []), *head, *rows, ""])


def _marks(column: HeldColumn) -> str:
    return "key" if column.is_key else ("may be empty" if column.nullable else "")


_LEFT_OUT: Final = """## Columns that are left out

Secrets of the installation, of no use anywhere else:
"""
_NOT_THERE: Final = """## Tables that are left out
"""
