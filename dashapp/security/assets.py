"""Our own scripts and style sheets as pages ask for them: joined into few, at addresses that change with their content.

In `assets/` every file has one subject. A page would wait for some forty of them, each with headers of its own, before
its first paint. They are joined when a process starts, in development too, in the order of their names.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "assets"
JOINED: Final = "joined"
"""The folder of joined files in addresses."""
PLOTLY: Final = "plotly.min.js"
"""By itself: it is larger than all others together, changes seldom, and is not awaited by the first paint."""
FONT: Final = "fonts/ibm-plex-sans-latin-wght-normal.woff2"
BOOTSTRAP: Final = "bootstrap.min.css"
MIRRORED_BOOTSTRAP: Final = "bootstrap.rtl.min.css"
FIRST: Final = ("session.js", "early.js", "ahead.js", "plots.js", "lists.js")
"""What runs before anything else of a page, in this order."""
INLINE: Final = "again.js"
"""Stands in the document itself: it asks again for every other file that does not come."""
OF_SHORT_PAGES: Final = ("lti.js", "set_up.js", "set_up.css")
_RELATIVE: Final = re.compile(r"""url\((["']?)((?:fonts|icons)/[^"')]+)\1\)""")


@dataclass(frozen=True, slots=True)
class Joined:
    """Several files as one."""

    path: str
    """Below `assets/`, with a hash of the content."""
    body: bytes
    mimetype: str


@cache
def marked(name: str) -> str:
    """The path of a file below `assets/`, with a hash of its content, so that browsers may keep it for ever."""
    return f"{name}?m={_hash((FOLDER / name).read_bytes())}"


def is_marked(name: str, mark: str) -> bool:
    """Whether a mark is that of the file below `assets/` as it lies there now, which another version may have put there
    while this process runs."""
    try:
        found = (FOLDER / name).stat()
    except (OSError, ValueError):
        return False
    return _hash_of(name, found.st_mtime_ns, found.st_size) == mark


@lru_cache(maxsize=256)
def _hash_of(name: str, _changed: int, _size: int) -> str:
    return _hash((FOLDER / name).read_bytes())


@cache
def style_sheet(direction: str) -> Joined:
    """All style sheets of pages, with the Bootstrap of a direction of writing: `ltr` or `rtl`."""
    left_out = {*OF_SHORT_PAGES, BOOTSTRAP if direction == "rtl" else MIRRORED_BOOTSTRAP}
    names = sorted(each.name for each in FOLDER.glob("*.css") if each.name not in left_out)
    return _joined(f"pages-{direction}.css", (_style(name) for name in names), "text/css")


@cache
def first_script() -> Joined:
    """What runs in the head of a page."""
    return _joined("first.js", (_read(name) for name in FIRST), "text/javascript")


@cache
def script() -> Joined:
    """All further scripts of pages but plotly."""
    left_out = {*OF_SHORT_PAGES, *FIRST, INLINE, PLOTLY}
    names = sorted(each.name for each in FOLDER.glob("*.js") if each.name not in left_out)
    return _joined("pages.js", (_read(name) for name in names), "text/javascript")


@cache
def inline_script() -> str:
    """The text of the script that stands in the document of a page."""
    return _read(INLINE)


@cache
def inline_hash() -> str:
    """Its name in a content security policy."""
    return f"'sha256-{b64encode(sha256(inline_script().encode()).digest()).decode()}'"


def joined_files() -> dict[str, Joined]:
    """All of them by the last part of their path."""
    every = (style_sheet("ltr"), style_sheet("rtl"), first_script(), script())
    return {one.path.rpartition("/")[2]: one for one in every}


def _joined(name: str, parts: Iterable[str], mimetype: str) -> Joined:
    body = "\n".join(parts).encode()
    stem, _dot, ending = name.rpartition(".")
    return Joined(f"{JOINED}/{stem}.{_hash(body)}.{ending}", body, mimetype)


def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _style(name: str) -> str:
    """A style sheet that names fonts and icons from the folder of joined files."""
    # Only the first line of a style sheet may say in which letters it is written.
    return _RELATIVE.sub(_address, _read(name).removeprefix('@charset "UTF-8";'))


def _address(found: re.Match[str]) -> str:
    return f'url("../{marked(found[2])}")'


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()
