"""A page asks for few files, and for each by an address that changes with its content."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from dashapp.security import assets
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]
FILES = re.compile(r"""(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)\"""")
ADDRESSES = re.compile(r"""url\("(\.\./[^"]+)"\)""")


def files_of(visitor: Visitor, path: str) -> list[str]:
    """What the document at a path asks for, in its order."""
    return FILES.findall(visitor.client.get(path).get_data(as_text=True))


def test_our_own_files_are_few(campus: Campus, visitor: Strangers) -> None:
    own = [each for each in files_of(visitor().sign_in(campus, "Ada Abel"), "/me") if each.startswith("/assets/")]

    names = [re.sub(r"\.[0-9a-f]{16}\.|\?m=[0-9a-f]{16}$", " ", each.rpartition("/")[2]).split()[0] for each in own]
    font = "ibm-plex-sans-latin-wght-normal.woff2"
    assert names == ["favicon.svg", "first", "pages-ltr", font, "pages", assets.PLOTLY]


@pytest.mark.parametrize("path", ["/me", "/sign-in", "/organisations"])
def test_whatever_a_page_asks_for_may_be_kept_for_ever(campus: Campus, visitor: Strangers, path: str) -> None:
    somebody = visitor() if path == "/sign-in" else visitor().sign_in(campus, ADMINISTRATOR)
    files = [each for each in files_of(somebody, path) if "/async-" not in each]

    assert files
    for each in files:
        answer = somebody.client.get(each, buffered=True)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), each


def test_joined_files_hold_every_file_whole_and_in_the_order_of_names() -> None:
    styles = assets.style_sheet("rtl").body.decode()
    places = [
        styles.index(assets._style(each.name))
        for each in sorted(assets.FOLDER.glob("*.css"))
        if each.name not in (assets.BOOTSTRAP, *assets.OF_SHORT_PAGES)
    ]
    scripts = assets.script().body.decode()
    known = (assets.INLINE, *assets.FIRST, *assets.OF_SHORT_PAGES, assets.PLOTLY)
    ranks = [
        scripts.index(each.read_text())
        for each in sorted(assets.FOLDER.glob("*.js"), key=lambda one: one.name)
        if each.name not in known
    ]

    assert places == sorted(places)
    assert ranks == sorted(ranks)
    assert len(ranks) > 10
    assert assets._style(assets.BOOTSTRAP) not in styles


def test_fonts_and_icons_of_the_joined_style_sheet_are_there(visitor: Strangers) -> None:
    sheet = assets.style_sheet("ltr")
    named = set(ADDRESSES.findall(sheet.body.decode()))

    assert len(named) > 8
    assert 'url("icons' not in sheet.body.decode()
    for each in named:
        answer = visitor().client.get(f"/assets/{each.removeprefix('../')}", buffered=True)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), each


def test_a_file_under_the_name_of_another_version_is_kept_by_nobody(campus: Campus, visitor: Strangers) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    named = [each for each in files_of(somebody, "/me") if "/joined/" not in each and "/async-" not in each]
    others = [re.sub(r"\?m=[0-9a-f]{16}$", f"?m={'0' * 16}", each) for each in named]
    others = [re.sub(r"\.v[0-9]+_[0-9]+", ".v99_0", each) for each in others]

    assert {each.split("/")[1] for each in named} == {"assets", "_dash-component-suites"}
    for each in others:
        assert each not in named
        answer = somebody.client.get(each, buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), each


def test_a_mark_is_that_of_the_file_as_it_lies_there_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "new.js").write_text("before")
    before = assets.marked("new.js").partition("=")[2]
    assert assets.is_marked("new.js", before)
    (tmp_path / "new.js").write_text("after it was exchanged")

    assert not assets.is_marked("new.js", before)
    assert not assets.is_marked("gone.js", before)
    assert not assets.is_marked("a\0b", before)


def test_a_joined_file_of_another_version_is_not_there(visitor: Strangers) -> None:
    path = f"/assets/{assets.script().path}"
    small = visitor().client.get(path, headers={"Accept-Encoding": "br"}, buffered=True)

    assert brotli.decompress(small.data) == assets.script().body
    assert visitor().client.get(path.replace(".js", "0.js"), buffered=True).status_code == 404
