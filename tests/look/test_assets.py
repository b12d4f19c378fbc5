"""What the browser loads comes from here, is complete, and is listed with its licence."""

import re

import pytest
from playwright.sync_api import Page

from dashapp.figures.theme import TOKENS
from tests.shared import REPOSITORY

ASSETS = TOKENS.parent
OWN = ("tokens.css", "look.css", "look.js", "early.js", "dashAgGridComponentFunctions.js", "dashAgGridFunctions.js")
VENDORED = {
    "bootstrap.min.css": "bootstrap.txt",
    "bootstrap.rtl.min.css": "bootstrap.txt",
    "plotly.min.js": "plotly.txt",
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


OWN_SHEETS = sorted(path.name for path in ASSETS.glob("*.css") if path.name not in VENDORED)
SIDES = "(?:left|right)"
PHYSICAL = re.compile(
    rf"(?<![-\w])(?:(?:scroll-)?(?:margin|padding)|border|border-(?:top|bottom))-{SIDES}(?![-\w]*:\s*inherit)"
    rf"|(?<![-\w]){SIDES}\s*:|(?:text-align|float|clear)\s*:\s*{SIDES}"
)
FOUR_SIDES = re.compile(r"(?<![-\w])((?:margin|padding|inset|border-width)\s*:\s*([^;}]+))")


@pytest.mark.parametrize("name", OWN_SHEETS)
def test_every_offset_is_logical_so_that_a_page_can_be_mirrored(name: str) -> None:
    text = (ASSETS / name).read_text(encoding="utf-8")
    assert PHYSICAL.findall(text) == []
    of_four = [(said, value.split()) for said, value in FOUR_SIDES.findall(text) if "(" not in value]
    assert [said for said, sides in of_four if len(sides) == 4 and sides[1] != sides[3]] == []


def test_a_physical_offset_is_found() -> None:
    for wrong in ("margin-left: 1rem", "left: 0", "text-align:right", "float: left", "border-top-left-radius: 2px"):
        assert PHYSICAL.search(f"a {{ {wrong}; }}"), wrong
    assert FOUR_SIDES.findall("a { padding: 0 1px 0 2px }") == [("padding: 0 1px 0 2px ", "0 1px 0 2px ")]


def test_whoever_asked_for_less_motion_gets_none() -> None:
    tokens = TOKENS.read_text(encoding="utf-8")
    reduced = tokens[tokens.index("prefers-reduced-motion") :]
    for name in ("--la-t-fast", "--la-t-move", "--la-t-flash"):
        assert f"{name}: 0ms" in reduced[:200]


@pytest.mark.browser
def test_plotly_says_soon_who_is_under_a_lasso() -> None:
    said = re.search(
        r"SELECTDELAY = (\d+);", (REPOSITORY / "deploy" / "plotly" / "entry.js").read_text(encoding="utf-8")
    )
    assert said is not None
    # It sets another library's own constant, so both are in the bundle: theirs, and ours.
    bundle = (ASSETS / "plotly.min.js").read_text(encoding="utf-8")
    assert re.findall(r"SELECTDELAY[:=](\d+)", bundle) == ["100", said[1]]


def test_plotly_draws_every_kind_of_trace_that_figures_have(page: Page) -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "dashapp" / "figures").rglob("*.py"))
    named = set(re.findall(r'"type": "([a-z0-9]+)"', written))
    page.add_script_tag(path=ASSETS / "plotly.min.js")
    drawn = page.evaluate("Object.keys(Plotly.PlotSchema.get().traces)")
    others = {"line", "rect", "date", "linear"}  # shapes and axes

    assert named - others == set(drawn)


SCROLLS = "document.querySelector('.la-scrolled').clientHeight < document.querySelector('.la-scrolled').scrollHeight"


def test_a_list_keeps_the_wheel_only_where_it_is_far_longer_than_its_place(page: Page) -> None:
    def show(rows: int, width: int) -> bool:
        page.set_viewport_size({"width": width, "height": 600})
        row = "<li style='block-size: 60px'>unit</li>"
        page.set_content(
            f"<div class='la-body'><div class='la-scrolled'><ul class='la-list la-units'>{row * rows}</ul></div></div>"
            "<div style='block-size: 3000px'></div>"
        )
        for name in ("tokens.css", "look.css", "student.css"):
            page.add_style_tag(path=ASSETS / name)
        return bool(page.evaluate(SCROLLS))

    assert [show(14, 1280), show(15, 1280), show(14, 360)] == [False, True, True]
    page.mouse.move(100, 100)
    page.evaluate("document.querySelector('.la-scrolled').scrollTop = 9999")
    page.mouse.wheel(0, 200)
    page.wait_for_function("window.scrollY > 0")
