"""What the browser loads comes from here, is complete, and is listed with its licence."""

import re

import pytest

from dashapp.figures.theme import TOKENS
from tests.shared import REPOSITORY

ASSETS = TOKENS.parent
OWN = ("tokens.css", "look.css", "look.js", "early.js", "dashAgGridComponentFunctions.js", "dashAgGridFunctions.js")
VENDORED = {
    "bootstrap.min.css": "bootstrap.txt",
    "plotly-cartesian.min.js": "plotly.txt",
    "fonts/ibm-plex-sans-latin-wght-normal.woff2": "ibm-plex-sans.txt",
    "fonts/ibm-plex-sans-latin-ext-wght-normal.woff2": "ibm-plex-sans.txt",
}


@pytest.mark.parametrize("name", OWN)
def test_own_files_name_no_foreign_host(name: str) -> None:
    assert re.findall(r"https?://(?!www\.w3\.org)", (ASSETS / name).read_text(encoding="utf-8")) == []


def test_every_file_that_the_style_sheet_names_is_there() -> None:
    named = re.findall(r'url\("([^"]+)"\)', (ASSETS / "look.css").read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (ASSETS / name).is_file()] == []


@pytest.mark.parametrize("name", VENDORED)
def test_every_foreign_file_is_listed_with_its_licence(name: str) -> None:
    assert (ASSETS / name).stat().st_size > 10_000
    assert (ASSETS / "licences" / VENDORED[name]).is_file()
    assert name in (REPOSITORY / "docs" / "third-party.md").read_text(encoding="utf-8")


def test_every_token_that_is_used_is_written_down() -> None:
    written = set(re.findall(r"(--la-[a-z0-9-]+):", TOKENS.read_text(encoding="utf-8")))
    used: set[str] = set()
    for name in OWN:
        used |= set(re.findall(r"var\((--la-[a-z0-9-]+)", (ASSETS / name).read_text(encoding="utf-8")))
    assert used - written == set()


def test_every_offset_is_logical_so_that_a_page_can_be_mirrored() -> None:
    text = (ASSETS / "look.css").read_text(encoding="utf-8")
    physical = re.compile(
        r"(?<![-\w])(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right):|text-align: (?:left|right)"
    )
    assert physical.findall(text) == []


def test_whoever_asked_for_less_motion_gets_none() -> None:
    tokens = TOKENS.read_text(encoding="utf-8")
    reduced = tokens[tokens.index("prefers-reduced-motion") :]
    for name in ("--la-t-fast", "--la-t-move", "--la-t-flash"):
        assert f"{name}: 0ms" in reduced[:200]
