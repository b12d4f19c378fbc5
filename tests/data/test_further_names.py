"""What threads share is complete before any of them asks."""

import subprocess
import sys

from tests.shared import REPOSITORY

LACKING = """
import importlib, pkgutil
from sqlalchemy import FromClause
import dashapp.data, dashapp.security, dashapp.jobs, exports, ingest

seen = 0
for room in (dashapp.data, dashapp.security, dashapp.jobs, exports, ingest):
    for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        if found.name.endswith("__main__") or ".migrations." in found.name:
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, FromClause):
                seen += 1
                if "_columns" not in vars(value):
                    print(found.name, name)
print("seen", seen > 50)
"""


def test_every_table_and_other_name_of_one_has_its_columns_when_all_is_imported() -> None:
    """SQLAlchemy makes columns when they are first asked for, each of two threads its own: see `further_names`."""
    answer = subprocess.run([sys.executable, "-c", LACKING], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert answer.stdout == "seen True\n"
