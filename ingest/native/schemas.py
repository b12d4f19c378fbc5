"""The published JSON Schemas, one per type of event, written by `python -m ingest.native.schemas`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from ingest.native import wire

VERSION = 1
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "native" / f"v{VERSION}"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Mapping[str, dict[str, Any]]:
    """Type of event -> its JSON Schema, complete in itself."""
    found = {}
    for struct in get_args(wire.WireEvent):
        tag = str(struct.__struct_config__.tag)
        schema = msgspec.json.schema(struct)
        found[tag] = {"$schema": DIALECT, "$id": f"native/v{VERSION}/{tag}.json", **schema}
    return dict(sorted(found.items()))


def written(schema: Mapping[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path = FOLDER) -> int:
    """Writes all schemas into `folder` and removes files of types that are gone. Returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    current = schemas()
    for stale in folder.glob("*.json"):
        if stale.stem not in current:
            stale.unlink()
    for tag, schema in current.items():
        (folder / f"{tag}.json").write_text(written(schema), encoding="utf-8")
    return len(current)


if __name__ == "__main__":
    sys.stdout.write(f"{write()} schemas in {FOLDER}\n")
