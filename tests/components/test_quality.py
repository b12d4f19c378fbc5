"""The page about the quality of the data: full, empty, and with an open alert."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from dash._utils import to_json

from dashapp.components import quality
from dashapp.domain.quality import Counts, CourseQuality, QualityAlert, QualityView, SourceQuality
from dashapp.domain.views import Freshness
from dashapp.figures import Screen, quality_by_day, table_of

NAMES = ("Oakfield", "moodle", "player", "silent", "Algebra", "Botany", "ALG 1")
TODAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 10, 42, tzinfo=UTC)
GOOD = Counts(received=1000, learning=900, live=900)
BAD = Counts(received=1000, refused=400, learning=600, unknown=300, live=600, late=60, slow=60)


def view(**more: object) -> QualityView:
    days = tuple((TODAY - timedelta(days=13 - place), 99.0 - place, 100 + place) for place in range(14))
    sources = (
        SourceQuality("moodle", BAD, NOW - timedelta(days=2), NOW),
        SourceQuality("player", GOOD, NOW, None),
        SourceQuality("silent", Counts(), None, None),
    )
    courses = (CourseQuality("ALG 1", "Algebra", BAD), CourseQuality("", "Botany", GOOD))
    alerts = (
        QualityAlert("moodle", NOW, None, 71.2),
        QualityAlert("moodle", NOW - timedelta(days=9), NOW - timedelta(days=8), 93.0),
    )
    filled = QualityView("Oakfield", GOOD + BAD, days, sources, courses, alerts, TODAY, Freshness(NOW, 0.0))
    return replace(filled, **more)  # type: ignore[arg-type]  # one dict for several types


def drawn(given: QualityView) -> str:
    return str(to_json(quality.fill(given, Screen())))


EMPTY = view(
    total=Counts(), days=tuple((day, None, 0) for day, _score, _n in view().days), sources=(), courses=(), alerts=()
)


@pytest.mark.parametrize("given", [view(), EMPTY])
def test_every_slot_of_the_page_is_filled_and_no_other(given: QualityView) -> None:
    assert quality.fill(given, Screen()).keys() == quality.slots().keys()
    assert len(json.loads(drawn(given))["asof"]) == len(quality.CARDS)


def test_the_title_names_what_to_look_at() -> None:
    assert quality.sentence(view()) == "1 source needs a look"
    assert quality.sentence(view(alerts=())).startswith("The data are ")
    assert quality.sentence(EMPTY) == "Nothing has come in the last 14 days"


def test_the_parts_stand_with_their_shares_and_weights() -> None:
    text = drawn(view())
    for said in ("Valid", "Known", "Complete", "In range", "Punctual", "Unique", "Fresh"):
        assert said in text
    assert "80.0" in text, "the share of what could be taken: 400 of 2,000 were refused"


def test_a_weak_course_says_which_part_is_the_weakest() -> None:
    assert "Known: 50.0" in drawn(view()).replace("\\u00a0", " ").replace("\u00a0", " ")


def test_an_alert_is_said_only_where_one_is_open() -> None:
    text = drawn(view())
    assert "la-level help" in text
    calm = drawn(view(sources=(SourceQuality("moodle", BAD, NOW, None),), courses=(), alerts=()))
    assert "la-level help" not in calm
    assert "la-level watch" in calm


def test_a_course_that_nobody_has_named_says_so() -> None:
    assert "No name so far" in drawn(view(courses=(CourseQuality("", "", GOOD),)))


def test_without_anything_there_are_words() -> None:
    text = drawn(EMPTY)
    assert "No alert" in text
    assert "A source appears here as soon as one is registered." in text


def test_the_chart_begins_at_eighty_and_lower_where_a_score_is() -> None:
    assert quality_by_day(view().days, TODAY, Screen()).layout.yaxis.range[0] == 80
    low = ((TODAY, 42.0, 10),)
    assert quality_by_day(low, TODAY, Screen()).layout.yaxis.range[0] == 40
    assert table_of(quality_by_day(low, TODAY, Screen())).rows[0][2] == "10"
