"""Cards as files: what stands on the page stands in the file, in the form of a report's, and nothing else."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from dash import html

from dashapp.components import classroom, institution, student
from dashapp.components.card_reading import NothingToTake, Part, card_of
from dashapp.components.links import Links
from dashapp.domain.errors import NotFound
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind
from dashapp.domain.spreadsheets import MARK
from dashapp.domain.views import Freshness
from dashapp.figures import Screen
from dashapp.figures.theme import Theme, palette
from dashapp.ids import Classroom, Institution
from dashapp.words import use_locale
from exports.cards.making import CardForm, file_of_card
from exports.cards.tables import sheet_of_card
from exports.cards.told import Told
from exports.pictures import Pictures, Size
from exports.studio import Busy, Studio
from exports.tables.sheets import sheet_of
from exports.tables.text_files import write_csv
from tests.components import samples

AS_OF = datetime(2026, 5, 7, 8, 42, 7, tzinfo=UTC)
TOLD = Told(
    "ALG 1 Algebra", "Section: A", Freshness(AS_OF, 0.4, zone="Europe/Berlin"), "Small College, https://la.example/x"
)
FORMULA = "=cmd|' /C calc'!A1"


def no_chart(_figure: bytes, _size: Size) -> bytes:
    raise AssertionError("Nothing is to be drawn for this.")


def plain_chart(_figure: bytes, size: Size) -> bytes:
    """A drawing as a browser gives it, without the browser."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{size.width}" height="{size.height}"/>'.encode()


def classroom_part(**changes: Any) -> Part:
    view = replace(samples.classroom(), **changes)
    return Part(classroom.body(), classroom.slots(), classroom.fill(view, Screen(), Links()))


def institution_part(**changes: Any) -> Part:
    view = replace(samples.institution(), **changes)
    return Part(institution.body(), institution.slots(), institution.fill(view, Screen(), Links()))


def compared_part() -> Part:
    return classroom_part(other=samples.classroom().figures)


def parts() -> Iterator[Part]:
    view = samples.student()
    yield compared_part()
    yield institution_part()
    yield Part(student.body(), student.slots(), student.fill(view, Screen(), Links()))


def numbers(part: Part, name: str, *order: str) -> tuple[dict[str, str], list[list[str]], bytes]:
    """What is told, the lines below, and the file."""
    made = file_of_card(card_of(part, name, "csv", order), TOLD, CardForm.CSV, no_chart)
    text = made.decode()
    assert text.startswith(MARK)
    rows = list(csv.reader(StringIO(text.removeprefix(MARK), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1, "not every line has as many cells"
    blank = next(place for place, row in enumerate(rows) if not any(row))
    return {row[0]: row[1] for row in rows[:blank]}, rows[blank + 1 :], made


def texts_of(svg: bytes) -> str:
    return " ".join(" ".join(ET.fromstring(svg).itertext()).replace("\u00a0", " ").split())


def test_the_rows_of_a_card_are_byte_for_byte_those_of_a_report_with_the_same_numbers(tmp_path: Path) -> None:
    part = institution_part()
    days = samples.institution().days
    told, _rows, made = numbers(part, Institution.DAYS)

    columns = (
        Column("Day", ColumnKind.DAY),
        Column("Active learners", ColumnKind.COUNT, "active_learners"),
        Column("Events", ColumnKind.COUNT, "events"),
        Column("Courses with activity", ColumnKind.COUNT, "courses"),
    )
    taught = samples.institution().day_courses or (0,) * len(days)
    found = [(day.day, day.learners, day.events, many) for day, many in zip(days, taught, strict=True)]
    width = 4 if samples.institution().day_courses else 3
    answer = Answer(AnswerState.SHOWN, columns[:width], tuple(row[:width] for row in reversed(found)))
    write_csv(sheet_of("x", "x", answer, lambda column: column.key), tmp_path / "report.csv", mark=False)

    _lines, _blank, rows = made.decode().partition(f"\r\n{',' * (width - 1)}\r\n")
    assert rows.encode() == (tmp_path / "report.csv").read_bytes()
    assert told["As of"].startswith("As of 10:42:07")
    assert "7 May 2026" in told["As of"]
    assert (told["Of"], told["Filters"], told["Source"]) == (TOLD.of, TOLD.filters, TOLD.source)


def test_what_is_a_number_a_share_a_time_or_a_day_is_one_in_the_file() -> None:
    view = samples.classroom()
    _told, (head, *rows), _made = numbers(classroom_part(), Classroom.TIME_AND_SCORE)
    scored = {row.name: row for row in view.learners if row.score is not None}
    assert head == ["Learner", "Time (min)", "Average score (%)"]
    assert {row[0]: (float(row[1]), float(row[2])) for row in rows} == {
        name: (float(row.minutes or 0), row.score) for name, row in scored.items()
    }
    _told, (head, *rows), _made = numbers(classroom_part(), Classroom.DAYS)
    assert rows[0][:1] == [max(day.day for day in view.days).isoformat()]


def test_a_course_that_is_hidden_on_the_page_is_hidden_in_every_file() -> None:
    part = institution_part()
    _told, (head, *rows), _made = numbers(part, Institution.COURSES)
    hidden = next(row for row in rows if row[0] == "AAA")
    assert head[1:3] == ["Active in 7 days (%)", "Enrolled"]
    assert [cell for cell in hidden if cell] == ["AAA", "Hidden for privacy: fewer than 5 learners"]
    svg = file_of_card(card_of(part, Institution.COURSES, "svg"), TOLD, CardForm.SVG, no_chart)
    assert "Hidden for privacy" in texts_of(svg)


def test_a_card_that_shows_words_in_place_of_figures_gives_no_file() -> None:
    small = samples.hidden_institution()
    part = Part(institution.body(), institution.slots(), institution.fill(small, Screen(), Links()))
    for form in CardForm:
        with pytest.raises(NothingToTake):
            card_of(part, Institution.TREE, form.value)
    with pytest.raises(NothingToTake):
        card_of(classroom_part(learners=()), Classroom.LEARNERS, "png")


def test_only_what_a_menu_of_the_page_offers_is_given() -> None:
    for name, form in (
        (Classroom.LEARNERS, "csv"),
        ("classroom-nothing", "png"),
        (Classroom.STRIP, "svg"),
        ("", "csv"),
    ):
        with pytest.raises(NotFound):
            card_of(classroom_part(), name, form)


def test_a_name_that_is_a_formula_is_a_text_in_numbers_and_markup_is_a_text_in_drawings() -> None:
    view = samples.classroom()
    first, *others = view.learners
    for name in (FORMULA, "<script>alert(1)</script> & <b>x</b>", "\u202eabc", "N" * 500):
        part = classroom_part(learners=(replace(first, name=name), *others))
        _told, (_head, row, *_rows), _made = numbers(part, Classroom.HEAT)
        assert row[0] == ("'" + name if name == FORMULA else name)
        svg = file_of_card(card_of(part, Classroom.LEARNERS, "svg"), TOLD, CardForm.SVG, no_chart)
        drawn = ET.fromstring(svg)
        assert not [one for one in drawn.iter() if one.tag.endswith("script") or one.tag.endswith("}b")]
        assert name[:5].replace("\u202e", "") in texts_of(svg)


def test_rows_stand_as_the_reader_has_sorted_them_and_rows_of_nobody_are_left_out() -> None:
    courses = [course for course in samples.institution().courses if not course.hidden]
    backwards = [str(course.public_id) for course in reversed(courses)]
    _told, (_head, *rows), _made = numbers(institution_part(), Institution.COURSES, "x", *backwards[:2], backwards[0])
    assert [row[0] for row in rows] == [course.code for course in reversed(courses)][:2]


def test_of_learners_picked_by_hand_the_file_holds_those_whether_or_not_the_reader_has_sorted_them() -> None:
    first, second, *others = samples.classroom().learners
    picked = classroom_part(learners=(first, second), unpicked=tuple(others))
    for order in ((), (str(second.public_id), str(first.public_id), str(others[0].public_id))):
        rows = card_of(picked, Classroom.LEARNERS, "svg", order).numbers.rows
        assert sorted(row["name"] for row in rows) == sorted((first.name, second.name))  # type: ignore[call-overload]


def test_every_entry_of_every_menu_gives_a_file_or_has_nothing_to_give() -> None:
    made = 0
    for part in parts():
        for article in part.layout._traverse():
            if not isinstance(article, html.Article):
                continue
            for entry in article._traverse():
                form, name = getattr(entry, "data-la-download", None), getattr(entry, "data-la-name", "")
                if form is None or not any(name in str(slot.id) for slot in part.slots.values()):
                    continue
                try:
                    card = card_of(part, name, form)
                except NothingToTake:
                    continue
                file = file_of_card(card, TOLD, CardForm(form), plain_chart)
                made += 1
                if form == "svg":
                    assert card.title in texts_of(file)
                    assert TOLD.filters in texts_of(file)
    assert made >= 40


def test_a_drawing_is_for_white_paper_has_its_key_and_brings_its_font_along() -> None:
    card = card_of(classroom_part(), Classroom.HEAT, "svg")
    svg = file_of_card(card, TOLD, CardForm.SVG, plain_chart).decode()
    said = texts_of(svg.encode())
    assert next(item.text for item in card.key) == "none"
    assert all(item.text.replace("\u00a0", " ") in said for item in card.key)
    assert palette(Theme.LIGHT)["seq-6"] in svg
    assert palette(Theme.DARK)["seq-6"] not in svg
    assert "font/woff2;base64" in svg
    assert "http" not in svg.replace("http://www.w3.org/", "").replace(TOLD.source, "")


def test_weeks_of_a_learner_are_looked_at_on_paper_and_stay_numbers_in_rows() -> None:
    card, rows = card_of(classroom_part(), Classroom.LEARNERS, "svg"), samples.classroom().learners
    svg = ET.fromstring(file_of_card(card, TOLD, CardForm.SVG, no_chart))
    bars = [one for one in svg.iter() if one.tag.endswith("}rect") and one.get("height") != "100%"]
    tall = [float(one.get("height") or 0) for one in bars]
    weeks = [week for row in rows for week in row.weeks]
    assert tall == pytest.approx([max(1, 16 * week / max(weeks)) for week in weeks], abs=0.05)
    assert f"{weeks[0]} {weeks[1]} {weeks[2]}" not in texts_of(ET.tostring(svg))
    assert " ".join(map(str, rows[0].weeks)) in sheet_of_card(card).rows.values[0]


def test_a_language_from_right_to_left_begins_at_the_right() -> None:
    with use_locale("ar"):
        card = card_of(classroom_part(), Classroom.LEARNERS, "svg")
        svg = ET.fromstring(file_of_card(card, TOLD, CardForm.SVG, no_chart))
    texts = [one for one in svg.iter() if one.tag.endswith("}text")]
    assert {one.get("text-anchor") for one in texts} == {"end"}
    assert max(float(one.get("x") or 0) for one in texts) == 976


# ------------------------------------------------------------------ the queue before the browser


class Waiting(Pictures):
    """Draws when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go, self.drawn = Event(), Event(), 0

    def drawing(self, figure: bytes, size: Size) -> bytes:
        """As Chromium would, at last."""
        del size
        self.begun.set()
        assert self.go.wait(20)
        self.drawn += 1
        return figure


def test_a_reader_waits_for_one_picture_at_a_time_and_a_full_queue_says_so_at_once() -> None:
    pictures = Waiting()
    studio = Studio(pictures, most_at_once=2, idle_seconds=3600)
    given: list[bytes] = []
    first = Thread(target=lambda: given.append(studio.drawing("ada", b"1", Size(1, 1))))
    first.start()
    assert pictures.begun.wait(20)
    with pytest.raises(Busy):
        studio.drawing("ada", b"2", Size(1, 1))
    impatient = Studio(pictures, most_at_once=2, patience_seconds=0.0)
    impatient._drawing = True
    with pytest.raises(Busy):
        impatient.drawing("ben", b"2", Size(1, 1))
    assert impatient._inside == []
    pictures.go.set()
    first.join(20)
    assert given == [b"1"]
    assert studio.drawing("ada", b"1", Size(1, 1)) == b"1"
    assert pictures.drawn == 1, "the same drawing was made twice"
    studio.close()


def test_a_picture_that_fails_leaves_the_queue_free() -> None:
    class Failing(Waiting):
        def drawing(self, figure: bytes, size: Size) -> bytes:
            raise RuntimeError("no")

    studio = Studio(Failing(), most_at_once=1, idle_seconds=3600)
    for _time in range(2):
        with pytest.raises(RuntimeError):
            studio.drawing("ada", b"1", Size(1, 1))
    studio.close()
