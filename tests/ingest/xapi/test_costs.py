"""What one statement may cost: time that grows with its length and no faster, and no memory that stays."""

import json
import tracemalloc
from typing import Any

import pytest

from dashapp.domain.events import LearningEvent, Topic
from ingest.formats import decode_record
from ingest.native import MAX_EVENT_BYTES
from tests.ingest.xapi.statements import QUESTION, SOURCE, statement, verb

MEGABYTE = 1_000_000


def decoded(said: dict[str, Any]) -> LearningEvent:
    (outcome,) = decode_record(json.dumps(said).encode(), Topic.LEARNING, SOURCE, MAX_EVENT_BYTES)
    assert isinstance(outcome, LearningEvent), outcome
    return outcome


# Each of these took more than a minute where it was looked at each pair of the things that are many here.


@pytest.mark.parametrize(
    "iri",
    [
        "https://lms.example" + "/course/view.php?" * 58_000 + "x",
        "https://lms.example/course/view.php?" + "&id=1" * 190_000 + "x",
        "https://lms.example" + "/course/course-v1:a" * 50_000 + "#",
    ],
    ids=["paths", "parameters", "keys"],
)
def test_an_address_of_a_megabyte_takes_no_longer_than_its_length(iri: str) -> None:
    assert decoded(statement(object={"id": iri}, context=None)).course.value == "outside-of-courses"


def test_very_many_activities_around_a_question_take_no_longer_than_their_number() -> None:
    many = [{"id": "a:b"}] * 30_000
    context = {"contextActivities": {"grouping": many, "category": many}}
    event = decoded(statement(object=QUESTION, verb=verb("answered"), context=context))
    assert event.activity is not None
    assert event.activity.value == QUESTION["id"]


def test_what_is_longer_than_anything_usual_is_not_remembered() -> None:
    long = "-aaaaaaaa" * 90_000
    decoded(statement(context={"language": f"x{long}"}, authority={"mbox": "mailto:a@b.example"}))
    tracemalloc.start()
    for number in range(10):
        decoded(statement(context={"language": f"x-{number}{long}"}))
        decoded(statement(authority={"mbox": f"mailto:a{number}@b.example", "name": long}))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 2 * MEGABYTE


@pytest.mark.parametrize(
    ("iri", "is_course"),
    [
        ("https://lms.example/course/view.php?id=7", True),
        ("https://lms.example/course/view.php?section=1&id=7", True),
        ("https://lms.example/course/view.php?a=/course/view.php?id=7", True),
        ("https://lms.example/course/view.php?section=1&id=7&x=1", False),
        ("https://lms.example/course/view.php?pid=7", False),
        ("https://lms.example/course/view.php?id=x", False),
        ("https://lms.example/mod/view.php?id=7", False),
        ("https://lms.example/courses/course-v1:a+b+c/", True),
    ],
)
def test_an_address_of_a_course_is_known(iri: str, is_course: bool) -> None:
    assert (decoded(statement(object={"id": iri}, context=None)).course.value == iri) == is_course
