"""Texts that no database takes, in the controls of pages: they find nothing, and nothing fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashapp.data.queries.organisations import own_address
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
ODD = ("\ud800ab", "Ad\0a", "\udfff", "\0")


@pytest.fixture
def office(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


@pytest.fixture
def here(campus: Campus) -> dict[str, Any]:
    return address(own_address(campus.database, campus.organisation_id))


@pytest.fixture(autouse=True)
def nothing_fails(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err


def asked(answer: Any) -> str:
    assert answer.status_code in (200, 204), answer.status_code
    assert "Reference" not in answer.text
    return str(answer.text)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("output", "control"),
    [
        ("platforms-learner", "platforms-search"),
        *(("audit-title", f"audit-{name}") for name in ("person", "action", "opened", "first", "page-number")),
        *(("letters-title", f"letters-{name}") for name in ("state", "source", "topic", "reason", "first")),
        ("quality-title", "quality-days"),
        ("classroom-title", "classroom-section"),
    ],
)
def test_a_control_with_an_odd_text_finds_nothing(
    office: Visitor, here: dict[str, Any], application: Any, output: str, control: str, odd: str
) -> None:
    name = next(name for name in application.guard.doors if output in name)
    asked(office.ask(name.lstrip("."), {f"{control}.value": odd, **here}))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("button", "given"),
    [
        ("link-course", {"context": "0b5b3a6e-0000-4000-8000-000000000000 1 {odd}"}),
        ("confirm", {"platform": "0b5b3a6e-0000-4000-8000-000000000000", "deployment": "{odd}"}),
        ("add", {"form-title": "{odd}", "form-issuer": "https://a.example/{odd}", "form-client": "{odd}"}),
    ],
)
def test_a_decision_about_odd_texts_is_not_made(
    office: Visitor, here: dict[str, Any], button: str, given: dict[str, str], odd: str
) -> None:
    values = {f"platforms-{name}.value": text.replace("{odd}", odd) for name, text in given.items()}
    pressed = {f"platforms-{button}.n_clicks": 1, **values, **here}
    asked(office.ask("platforms-said", pressed, changedPropIds=[f"platforms-{button}.n_clicks"]))


@pytest.mark.parametrize("odd", ODD)
def test_a_guardian_of_an_odd_name_is_not_invited(office: Visitor, here: dict[str, Any], odd: str) -> None:
    values = {"guardians-invite.n_clicks": 1, "guardians-account.value": odd, "guardians-until.value": "2040-01-01"}
    answer = office.ask("guardians-rule-said", {**values, **here}, changedPropIds=["guardians-invite.n_clicks"])
    assert "la-once" not in asked(answer)


def test_values_that_are_nested_beyond_reason_are_refused(office: Visitor, here: dict[str, Any]) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    assert office.ask("platforms-learner", {"platforms-search.value": deep}).status_code in (200, 400)
