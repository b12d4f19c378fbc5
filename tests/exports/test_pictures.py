"""Pictures come out of a real Chromium, also when it is killed or hangs."""

import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from dashapp.figures.theme import Screen, Table, figure
from exports.pictures import Gallery, NoBrowser, PictureError, PictureForm, Pictures, Size

SIZE = Size(480, 240)


def bars(*heights: int) -> bytes:
    trace = {"type": "bar", "x": ["Week 1", "Week 2"], "y": list(heights), "text": ["<b>x</b>", "ملاحظة"]}
    return figure([trace], {}, Screen(), Table((), ()), "bars").to_bytes()


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    with Pictures() as opened:
        yield opened


def test_a_figure_becomes_each_kind_of_picture_in_its_size(pictures: Pictures) -> None:
    svg = ET.fromstring(pictures.picture(bars(3, 5), PictureForm.SVG, SIZE))
    assert (svg.get("width"), svg.get("height")) == ("480", "240")
    png = pictures.picture(bars(3, 5), PictureForm.PNG, Size(480, 240, 2))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (960, 480)
    assert pictures.picture(bars(3, 5), PictureForm.PDF, SIZE).startswith(b"%PDF-")


def test_several_threads_get_each_its_own_picture(pictures: Pictures) -> None:
    heights = [1, 20, 300, 4000]
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda top: pictures.picture(bars(0, top), PictureForm.SVG, SIZE), heights))
    for top, svg in zip(heights, drawn, strict=True):
        assert svg == pictures.picture(bars(0, top), PictureForm.SVG, SIZE)
    assert len(set(drawn)) == len(heights)


def test_a_browser_that_is_killed_is_replaced_and_the_picture_comes_all_the_same(pictures: Pictures) -> None:
    before = pictures.picture(bars(3, 5), PictureForm.SVG, SIZE)
    killed = pictures.process_id
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert pictures.picture(bars(3, 5), PictureForm.SVG, SIZE) == before
    assert pictures.process_id not in (None, killed)


@pytest.mark.long
def test_a_browser_that_hangs_is_replaced_after_the_time_limit() -> None:
    with Pictures(drawing_seconds=3) as pictures:
        before = pictures.picture(bars(3, 5), PictureForm.SVG, SIZE)
        stopped = pictures.process_id
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        assert pictures.picture(bars(3, 5), PictureForm.SVG, SIZE) == before
        assert pictures.process_id != stopped
        assert not psutil.pid_exists(stopped)


def test_without_a_browser_it_says_what_to_install() -> None:
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        Pictures("/nowhere/chromium").picture(bars(3), PictureForm.SVG, SIZE)


def test_a_program_that_is_no_browser_is_a_trouble_with_words() -> None:
    with (
        Pictures(shutil.which("true"), opening_seconds=10) as pictures,
        pytest.raises(PictureError, match="could not be drawn"),
    ):
        pictures.picture(bars(3), PictureForm.SVG, SIZE)


def test_a_figure_is_drawn_once_per_run(pictures: Pictures) -> None:
    gallery = Gallery(pictures)
    first = gallery.picture(bars(1, 2), PictureForm.SVG, SIZE)
    assert gallery.picture(bars(1, 2), PictureForm.SVG, SIZE) is first
    assert gallery.picture(bars(1, 2), PictureForm.PNG, SIZE).startswith(b"\x89PNG")
    assert gallery.picture(bars(2, 1), PictureForm.SVG, SIZE) != first
    assert gallery.picture(bars(1, 2), PictureForm.SVG, Size(300, 200)) != first
    assert gallery.drawn == 3


def test_the_browser_ends_where_nobody_wants_pictures(pictures: Pictures) -> None:
    pictures.picture(bars(1, 2), PictureForm.SVG, SIZE)
    pictures.rest(3600)
    kept = pictures.process_id
    assert kept is not None
    pictures.rest(0)
    assert not psutil.pid_exists(kept)
    assert pictures.picture(bars(1, 2), PictureForm.SVG, SIZE)
