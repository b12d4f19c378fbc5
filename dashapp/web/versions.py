"""Whether an address of a script or style sheet names what this process answers it with.

While a new version is rolled out, processes of both answer the same addresses. Bytes of the one under the name of the
other must not be kept: a browser would hold them for a year.
"""

import re
import sys
from typing import Final

from dash.fingerprint import check_fingerprint, version_clean

from dashapp.security.assets import is_marked

ASSETS: Final = "/assets/"
SUITES: Final = "/_dash-component-suites/"


def names_a_version(path: str, mark: str | None) -> bool:
    """Whether an address says of which version its file is: by a mark of our own, or by Dash in the file's name."""
    return mark is not None or bool(check_fingerprint(path)[1])


def is_this_version(path: str, mark: str | None) -> bool:
    """Whether the version that an address names is the one that lies here."""
    if mark is not None:
        return is_marked(path.partition(ASSETS)[2], mark)
    package, _slash, file = path.partition(SUITES)[2].partition("/")
    return _is_of_release(package, file)


def _is_of_release(package: str, file: str) -> bool:
    """Files of components come in releases, whose bytes are the same everywhere; what stands behind the version in
    their names is when they were installed."""
    plain = check_fingerprint(file)[0]
    inner = sys.modules.get(f"{package}.{plain.partition('/')[0]}")
    version = getattr(inner, "__version__", None) or getattr(sys.modules.get(package), "__version__", None)
    if version is None:
        return False
    written = re.escape(version_clean.sub("_", str(version)))
    return re.search(rf"\.v{written}m[0-9a-fA-F]+\.", file.rpartition("/")[2]) is not None
