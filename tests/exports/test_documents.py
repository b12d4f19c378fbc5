"""Documents: pages, words, tags and structure; whatever people write stands there as they wrote it."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind
from dashapp.domain.reports.document import Chart, Width
from dashapp.domain.reports.exports import ExportFormat
from dashapp.words import use_locale
from exports.content import Content
from exports.documents.cells import plain_text
from exports.documents.html import email_of
from exports.documents.laid import rows_of
from exports.documents.markdown import html_of, nodes_of
from exports.documents.pdf import write_pdf
from exports.making import make
from exports.pictures import Gallery, Pictures
from tests.exports.reports import Heading, PageBreak, Text, asking, content, identified, nasty_answer

MARKDOWN = (
    "One *two* **three** <b>four</b> #set page(width: 1pt)\n\n- [good](https://example.org/x)\n"
    "- [bad](javascript:alert(1)) ![far](https://evil.example/p.png)\n\n```\n$x$\n```\n"
)


@pytest.fixture(scope="module")
def gallery() -> Iterator[Gallery]:
    with Pictures() as pictures:
        yield Gallery(pictures)


def whole(**more: object) -> Content:
    return content(
        Heading(id=identified(1), text="Activity", level=2),
        Text(id=identified(2), text=MARKDOWN),
        asking(3, Chart.KPI, "Events", Width.THIRD),
        asking(4, Chart.LINE, "Events by week", Width.TWO_THIRDS),
        PageBreak(id=identified(5)),
        asking(6, Chart.TABLE, "All courses <b>#x</b>"),
        **more,
    )


def pdf(made: Content, gallery: Gallery, tmp_path: Path) -> PdfReader:
    with use_locale(made.report.locale):
        write_pdf(made, gallery, tmp_path / "report.pdf", lambda _done, _all: None)
    return PdfReader(BytesIO((tmp_path / "report.pdf").read_bytes()))


def words_of(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def test_a_document_has_cover_contents_and_on_each_page_its_number_of_all_and_the_moment(
    gallery: Gallery, tmp_path: Path
) -> None:
    reader = pdf(whole(), gallery, tmp_path)
    pages = words_of(reader)
    assert all(word in pages[0] for word in ("Weekly report", "SMALL COLLEGE", "Contents", "Events by week", "As of"))
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "16 Mar 2026, 10:30:05 (Europe/Berlin)" in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Weekly report"
    assert "16 Feb 2026 to 15 Mar 2026 · All courses" in pages[1]
    assert "2 rows are hidden for privacy." in "".join(pages)
    assert "7 more rows are left out by the limit of this block." in "".join(pages)


@pytest.mark.parametrize(
    ("paper", "orientation", "size"),
    [("a4", "portrait", (595, 842)), ("letter", "landscape", (792, 612))],
)
def test_paper_lies_as_the_report_says(
    gallery: Gallery, tmp_path: Path, paper: str, orientation: str, size: tuple[int, int]
) -> None:
    reader = pdf(whole(paper=paper, orientation=orientation), gallery, tmp_path)
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {size}


def test_a_long_table_repeats_its_head_on_every_page_and_holds_every_row(gallery: Gallery, tmp_path: Path) -> None:
    columns = (Column("course", ColumnKind.TEXT), Column("events", ColumnKind.COUNT, "events"))
    rows = tuple((f"Course-{place}", place) for place in range(1000))
    made = content(asking(1, Chart.TABLE, "All"))
    made = Content(made.report, {identified(1): Answer(AnswerState.SHOWN, columns, rows)}, *_rest(made))
    pages = words_of(pdf(made, gallery, tmp_path))
    assert len(pages) > 15
    assert all("Course" in text.split("Course-")[0] for text in pages[1:])
    found = re.findall(r"Course-(\d+)", "".join(pages))
    assert [int(number) for number in found] == list(range(1000))


def _rest(made: Content) -> tuple[Any, ...]:
    return made.as_of, made.organisation, made.wording, made.draw


def test_the_pdf_is_tagged_with_alternative_texts_and_meets_its_standard_where_all_letters_can_be_written(
    gallery: Gallery, tmp_path: Path
) -> None:
    made = whole()
    plain = Answer(AnswerState.SHOWN, nasty_answer().columns[:3], (("Algebra", nasty_answer().rows[0][1], 5),))
    made = Content(made.report, {block.id: plain for block in made.report.questions()}, *_rest(made))
    reader = pdf(made, gallery, tmp_path)
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"].startswith("en")
    raw = (tmp_path / "report.pdf").read_bytes()
    assert b"pdfuaid" in b"".join([catalogue["/Metadata"].get_data(), raw])
    assert "Events by week: more each week" in str(_alternatives(catalogue["/StructTreeRoot"]))


def _alternatives(element: Any) -> list[str]:
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        return [text for each in element for text in _alternatives(each)]
    if not isinstance(element, dict):
        return []
    own = [str(element["/Alt"])] if "/Alt" in element else []
    if isinstance(attributes := element.get("/A"), dict) and "/Alt" in attributes:
        own.append(str(attributes["/Alt"]))
    return own + (_alternatives(element["/K"]) if "/K" in element else [])


def test_markup_names_of_500_letters_and_letters_of_other_scripts_stand_there_as_they_are(
    gallery: Gallery, tmp_path: Path
) -> None:
    text = re.sub(r"[\s\u200b]", "", "".join(words_of(pdf(whole(), gallery, tmp_path))))
    assert "<script>alert(1)</script>&<b>bold</b>" in text
    assert "Allcourses<b>#x</b>" in text
    assert "#setpage(width:1pt)" in text
    assert sum(map(len, re.findall("N{10,}", text))) == 500
    assert "[bad](javascript:alert(1))" in text


def test_a_report_in_arabic_runs_from_right_to_left_in_its_language(gallery: Gallery, tmp_path: Path) -> None:
    made = whole(locale="ar")
    catalogue: Any = pdf(made, gallery, tmp_path).trailer["/Root"]
    assert catalogue["/Lang"].startswith("ar")
    assert 'dir="rtl"' in email_of(made, gallery).html


@pytest.mark.parametrize("locale", ["xx", "pt-BR", "de-DE", "zh_Hant"])
def test_a_report_in_a_language_without_words_is_written_in_the_nearest_there_is(
    gallery: Gallery, tmp_path: Path, locale: str
) -> None:
    made = content(asking(1, Chart.BAR, "Block"), locale=locale)
    for form in (ExportFormat.HTML, ExportFormat.XLSX, ExportFormat.PDF):
        assert make(made, form, gallery, tmp_path / form.value, lambda _done, _all: None).bytes > 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(AnswerState.NO_DATA), "Nothing matches."),
        (Answer(AnswerState.HIDDEN), "Hidden for privacy"),
        (Answer(AnswerState.REFUSED, reason="Learners are not shown to you by name."), "not shown to you by name"),
        (Answer(AnswerState.GONE), "no longer measured"),
    ],
)
def test_a_block_without_rows_says_why(gallery: Gallery, tmp_path: Path, answer: Answer, words: str) -> None:
    made = content(asking(1, Chart.BAR, "Block"))
    made = Content(made.report, {identified(1): answer}, *_rest(made))
    assert words in "".join(words_of(pdf(made, gallery, tmp_path)))
    assert words in email_of(made, gallery).html


def test_an_empty_report_is_a_cover(gallery: Gallery, tmp_path: Path) -> None:
    assert "Weekly report" in words_of(pdf(content(), gallery, tmp_path))[0]


def test_an_email_names_each_of_its_pictures_and_loads_nothing_from_elsewhere(gallery: Gallery) -> None:
    body = email_of(whole(), gallery, "mail.example")
    named = re.findall(r'src="cid:([^"]+)"', body.html)
    assert named == list(body.images) == [f"{identified(4)}@mail.example"]
    assert all(png.startswith(b"\x89PNG") for png in body.images.values())
    assert not re.search(r"src=\"(?!cid:)|url\(|<link", body.html)
    assert "<script" not in body.html
    assert "&lt;script&gt;" in body.html
    assert "<b>four</b>" not in body.html
    assert "Events by week: more each week" in body.text
    assert "Question about" not in body.text


def test_markdown_becomes_nodes_and_html_without_foreign_markup() -> None:
    first, listed, lines = nodes_of(MARKDOWN)
    assert [node["kind"] for node in first["parts"]] == ["text", "emphasis", "text", "strong", "text"]
    links = [part for item in listed["parts"] for each in item["parts"] for part in each["parts"]]
    assert next(part["address"] for part in links if part["kind"] == "link") == "https://example.org/x"
    assert lines == {"kind": "lines", "text": "$x$"}
    assert "&lt;b&gt;four&lt;/b&gt;" in html_of(MARKDOWN)
    assert "<img" not in html_of(MARKDOWN)
    assert 'href="javascript' not in html_of(MARKDOWN)
    assert "<a " not in html_of("[x](/relative) [y](file:///etc/passwd) [z](//host/x)")


def test_blocks_stand_beside_each_other_while_they_fit() -> None:
    spans = [4, 4, 4, 8, 6, 12, 6, 6]
    rows = list(rows_of([{"span": span} for span in spans]))
    assert [[part["span"] for part in row] for row in rows] == [[4, 4, 4], [8], [6], [12], [6, 6]]


def test_signs_that_turn_or_hide_what_follows_are_taken_out_and_long_words_can_be_broken() -> None:
    assert plain_text("a\u202eb\x00c\u2066d") == "abcd"
    assert max(map(len, plain_text("x" * 500).split("\u200b"))) == 10
    assert plain_text("Straßenbahnhalt") == "Straßenbahnhalt"
