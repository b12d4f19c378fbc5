"""How long a reader waits for the file of a card: `python -m benchmarks.cards`.

The weeks of an invented learner as drawing, picture and numbers, and a grid without a browser. The first drawing starts
Chromium; of all others a median is taken, each of a figure that was not drawn before.
Yardstick, in the same run: the drawing of the same figure alone, without title, foot and fonts.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Final
from uuid import UUID

from benchmarks.machine import machine
from dashapp import ids
from dashapp.components import student
from dashapp.components.card_reading import Card, Part, card_of
from dashapp.components.links import Links
from dashapp.domain.example import example_student
from dashapp.domain.keys import PublicId
from dashapp.domain.views import CourseChoice, Freshness
from dashapp.figures import Screen
from exports.cards.making import CardForm, file_of_card
from exports.cards.paper import INNER
from exports.cards.told import Told
from exports.pictures import Size
from exports.studio import Studio, pictures_for_pages

TARGET: Final = 0.3
"""Seconds of a warm drawing, as of any chart of a report."""
AS_OF: Final = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cards", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="files of each kind")
    rounds = parser.parse_args(arguments).rounds
    print(machine())
    studio = Studio(pictures_for_pages())
    try:
        return _report(studio, rounds)
    finally:
        studio.close()


def _report(studio: Studio, rounds: int) -> int:
    told = Told("An invented learner", "", Freshness(AS_OF, 0.0), "A college")

    def draw(figure: bytes, size: Size) -> bytes:
        return studio.drawing("reader", figure, size)

    def file(form: CardForm, number: int) -> Callable[[], object]:
        card = _weeks(number)
        return lambda: file_of_card(card, told, form, draw)

    cold = _seconds(file(CardForm.SVG, 0))
    alone, drawings, pictures, numbers = [], [], [], []
    for place in range(1, rounds + 1):
        other, card = _weeks(rounds + place), _weeks(place)
        size = Size(INNER, other.height)
        figure = other.drawing.to_bytes() if other.drawing is not None else b""
        alone.append(_seconds(lambda figure=figure, size=size: studio.pictures.drawing(figure, size)))  # type: ignore[misc]  # values of this round
        drawings.append(_seconds(file(CardForm.SVG, place)))
        pictures.append(_seconds(lambda card=card: file_of_card(card, told, CardForm.PNG, draw)))  # type: ignore[misc]  # values of this round
        numbers.append(_seconds(file(CardForm.CSV, place)))
    warm = statistics.median(drawings)
    print(f"the first drawing, Chromium's start included: {cold:.2f} s")
    print(f"a drawing, warm: {warm:.3f} s; the figure alone: {statistics.median(alone):.3f} s")
    print(f"the picture of a card whose drawing is kept: {statistics.median(pictures):.3f} s")
    print(f"the numbers: {1000 * statistics.median(numbers):.1f} ms")
    print(f"aim for a warm drawing: {TARGET} s: {'reached' if warm <= TARGET else 'missed'}")
    return 0 if warm <= TARGET else 1


def _weeks(number: int) -> Card:
    """A card whose figure differs from those of other numbers."""
    course = CourseChoice(PublicId(UUID(int=1)), f"C {number}", "A course")
    view = example_student(course, Freshness(AS_OF, 0.0), ("An invented learner", "Quiz"))
    weeks = (replace(view.weeks[0], minutes=100 + number), *view.weeks[1:])
    values = student.fill(replace(view, weeks=weeks), Screen(), Links())
    return card_of(Part(student.body(), student.slots(), values), ids.Student.WEEKS, "svg")


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
