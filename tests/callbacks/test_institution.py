"""The page of an organisation and its part below the fold: who gets them, and what odd questions find."""

from collections.abc import Callable
from typing import Any

import pytest

from dashapp.data.queries.organisations import own_address
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
FOREIGN = "018f6f7e-0000-7000-8000-000000000001"


@pytest.fixture
def organisation(application: Any, campus: Campus) -> str:
    """The public id of the organisation."""
    return str(own_address(application.services.database, campus.organisation_id))


@pytest.fixture
def part(application: Any) -> str:
    """The part's callback."""
    return str(next(name for name in application.guard.doors if "institution-retention.figure" in name)).lstrip(".")


def wanted(organisation: object, **values: object) -> dict[str, Any]:
    given = {"shell-address": {"id": str(organisation), "embedded": False}, **values}
    return {"institution-further-wanted.data": {"values": given, "update": False}}


def values_of(answer: Any) -> dict[str, Any]:
    """What the answer fills in; nothing where the part is not shown."""
    assert answer.status_code in (200, 204)
    return {} if answer.status_code == 204 else dict(answer.get_json()["response"])


def test_an_administrator_gets_the_part(visitor: Strangers, campus: Campus, part: str, organisation: str) -> None:
    answer = visitor().sign_in(campus, ADMINISTRATOR).ask(part, wanted(organisation))
    assert values_of(answer)["institution-further"] == {"className": "la-further"}


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_nobody_else_gets_it(visitor: Strangers, campus: Campus, part: str, organisation: str, name: str) -> None:
    answer = visitor().sign_in(campus, name).ask(part, wanted(organisation))
    assert values_of(answer) == {}


def test_a_foreign_organisation_in_the_address_finds_words(visitor: Strangers, campus: Campus, part: str) -> None:
    dean = visitor().sign_in(campus, ADMINISTRATOR)
    assert values_of(dean.ask(part, wanted(FOREIGN))) == {}
    page = dean.ask("institution-page", address(FOREIGN))
    assert "There is nothing here for you" in page.text


@pytest.mark.parametrize("odd", [None, 7, [], {"values": []}, {"values": {"shell-address": "x"}}])
def test_an_odd_question_finds_nothing(visitor: Strangers, campus: Campus, part: str, odd: object) -> None:
    answer = visitor().sign_in(campus, ADMINISTRATOR).ask(part, {"institution-further-wanted.data": odd})
    assert values_of(answer) == {}


@pytest.mark.parametrize("odd", ["9999-12-31", "0001-01-01", "x", 7, ["a"], "'; --", "\ud800"])
def test_odd_dates_units_and_spans_are_left_out(
    visitor: Strangers, campus: Campus, part: str, organisation: str, odd: object
) -> None:
    dean = visitor().sign_in(campus, ADMINISTRATOR)
    controls = ("institution-first", "institution-last", "institution-unit")
    answer = dean.ask(part, wanted(organisation, **dict.fromkeys(controls, odd)))
    assert values_of(answer)["institution-further"] == {"className": "la-further"}
    values = {f"{name}.value": odd for name in (*controls, "institution-span")}
    page = dean.ask("institution-page", {**address(organisation), **values})
    assert page.status_code == 200
    assert "could not be read" not in page.text
