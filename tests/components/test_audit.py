"""The page of the audit trail and the card of openings: slots and values fit, keys stay keys, words are translated."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from dash.development.base_component import Component

from dashapp.components import audit
from dashapp.components.audit_words import (
    PAGES,
    action_groups,
    action_word,
    openings,
    page_word,
    role_word,
    subject_words,
)
from dashapp.domain.audit import (
    UNKNOWN_ACTOR,
    Action,
    Actor,
    AuditFilters,
    AuditRow,
    AuditView,
    Named,
    Opening,
    ViewerRole,
)
from dashapp.domain.views import Freshness
from dashapp.words import PSEUDO_LOCALE, use_locale
from tests.components.test_components import text_of
from tests.shared import REPOSITORY
from tests.words.visible import untranslated

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
STAFF, COURSE = "Tess Thorne", "ALG 1"
ROW = AuditRow(
    audit_id=7,
    at=NOW,
    actor=Named("a", STAFF),
    role=ViewerRole.STAFF,
    action=Action.VIEWED,
    page="student",
    about="person",
    subject=Named(KEY),
    origin="192.0.2.0/24",
    method="lti",
)
ROWS = (
    ROW,
    replace(ROW, audit_id=6, about="course", subject=Named("c", COURSE), page="classroom"),
    replace(ROW, audit_id=5, about="course", subject=Named("course"), role=None, origin=None, method=None),
    replace(ROW, audit_id=4, about="dead", subject=Named("dead letter 9"), action=Action.LOOKED, page=None),
    replace(ROW, audit_id=3, about="organisation", subject=Named("organisation"), action=None, page=None),
)
VIEW = AuditView(ROWS, 52, 2, 2, NOW, Freshness(NOW, 0.0, zone="Europe/Berlin"))
EMPTY = replace(VIEW, rows=(), total=0, number=1, pages=1, sealed_until=None)
NAMES = (STAFF, COURSE, KEY, "Europe/Berlin", "192.0.2.0/24", "en-XA", PSEUDO_LOCALE)


def test_every_slot_points_to_a_component_of_the_empty_page() -> None:
    body: Component = audit.body(AuditFilters())
    known = {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}

    assert {slot.id for name, slot in audit.slots().items() if name != "asof"} <= known
    assert set(audit.fill(VIEW, 50)) == set(audit.slots())


def test_a_row_says_who_as_what_did_what_to_whose_data_from_where() -> None:
    said = text_of(audit.fill(replace(VIEW, rows=ROWS[:1]), 50)["rows"])

    for part in (STAFF, "Staff of a course", "Opened: Learner's page", KEY, "192.0.2.0/24 · learning system", "2 Mar"):
        assert part in said


def test_what_is_unknown_is_said_in_words_and_never_by_an_internal_key() -> None:
    said = text_of(audit.fill(VIEW, 50)["rows"])

    assert "An unknown course" in said
    assert "Refused event 9" in said
    assert "An action of a newer version" in said


def test_the_place_in_the_list_and_the_buttons_fit() -> None:
    values = audit.fill(VIEW, 50)

    assert (values["place"], values["previous"], values["next"]) == ("51 to 55 of 52", False, True)
    assert audit.fill(EMPTY, 50)["place"] == ""


def test_nothing_found_is_said_in_words() -> None:
    values = audit.fill(EMPTY, 50)

    assert "Nothing fits the choice" in text_of(values["rows"])
    assert values["lead"] == "Nothing has been sealed yet."


def test_every_action_has_a_word_of_its_own_and_stands_once_in_the_filter() -> None:
    grouped = [action for group in action_groups().values() for action in group]
    options = [each for each in audit.body(AuditFilters())["audit-action"].options if not each.get("disabled")]

    assert sorted(grouped) == sorted(Action)
    assert len({action_word(action) for action in Action}) == len(Action)
    assert [each["value"] for each in options] == ["", *grouped]
    for each in options[1:]:
        filters = AuditFilters.parse({"action": each["value"]})
        assert filters.action is not None
        assert each["label"] == action_word(filters.action)
        assert audit.body(filters)["audit-action"].value == each["value"]


def test_every_action_is_recorded_somewhere() -> None:
    rooms = (
        path for room in ("dashapp", "callbacks", "ingest", "exports") for path in (REPOSITORY / room).rglob("*.py")
    )
    vocabulary = ("dashapp/domain/audit.py", "dashapp/components/audit_words.py")
    written = "".join(path.read_text() for path in rooms if not str(path).endswith(vocabulary))

    # Views of the list of refused events are views of a page now; rows of before keep their word.
    assert [action for action in Action if f"Action.{action.name}" not in written] == [Action.LISTED]


def test_who_came_to_see_somebody_stands_beside_them() -> None:
    row = replace(ROW, action=Action.CASELOAD, page=None, towards=Named("b", "Amy Ash"))

    ended = replace(row, begins=False)

    assert f"{KEY}seen by Amy Ash" in text_of(audit.fill(replace(VIEW, rows=(row,)), 50)["rows"])
    assert f"{KEY}not seen any more by Amy Ash" in text_of(audit.fill(replace(VIEW, rows=(ended,)), 50)["rows"])


def test_whoever_has_not_proved_who_they_are_is_somebody_unknown() -> None:
    row = replace(ROW, actor=Named(UNKNOWN_ACTOR), role=None, action=Action.SIGN_IN_REFUSED, page=None)

    said = text_of(audit.fill(replace(VIEW, rows=(row,)), 50)["rows"])

    assert "Somebody unknown" in said
    assert "Sign-in refused" in said


@pytest.mark.parametrize(
    "subject", ["platform 5", "provider campus", "key las_ab", "sender lms", "rule x y", "origin z"]
)
def test_things_are_named_in_words(subject: str) -> None:
    assert subject_words(subject.partition(" ")[0], subject) != subject


@pytest.mark.parametrize("role", ViewerRole)
def test_every_role_has_a_word(role: ViewerRole) -> None:
    assert role_word(role)


def test_every_page_has_a_word_of_its_own() -> None:
    assert len({page_word(page) for page in PAGES}) == len(PAGES)
    assert subject_words("replay", "replay 4") == "Replay 4"


OPENED = (
    Opening(ViewerRole.STAFF, STAFF, NOW, 12),
    Opening(ViewerRole.ADMINISTRATOR, None, NOW, 1),
    Opening(None, None, NOW, 2),
)


def test_the_card_names_staff_and_tells_of_others_the_role() -> None:
    said = text_of(openings(OPENED, date(2026, 3, 4), "Europe/Berlin"))

    for part in (STAFF, "12 times", "last 2 days ago", "Administrator", "1 time", "Somebody"):
        assert part in said


def test_nobody_is_a_sentence() -> None:
    assert "Nobody but you has opened this page" in text_of(openings((), date(2026, 3, 4), "UTC"))


def test_every_text_is_translated() -> None:
    with use_locale(PSEUDO_LOCALE):
        texts: list[Any] = [audit.body(AuditFilters()), openings(OPENED, date(2026, 3, 4), "UTC")]
        texts += [openings((), date(2026, 3, 4), "UTC"), *audit.fill(EMPTY, 50).values()]
        texts += [value for name, value in audit.fill(VIEW, 50).items() if name != "page"]
    assert untranslated(texts, (*NAMES, "la-page la-audit")) == []


def test_filters_are_what_the_address_says() -> None:
    given = {"person": " Tess  Thorne ", "action": "page.viewed", "page": "student", "from": "2026-03-01", "to": "x"}

    filters = AuditFilters.parse(given)

    assert filters == AuditFilters("Tess Thorne", Action.VIEWED, "student", date(2026, 3, 1), None)
    assert AuditFilters.parse({}) == AuditFilters()
    assert filters.to_query() == "person=Tess+Thorne&action=page.viewed&page=student&from=2026-03-01"
    body = audit.body(filters)
    assert [body[name].value for name in ("audit-person", "audit-action", "audit-opened")] == [
        "Tess Thorne",
        "page.viewed",
        "student",
    ]


def test_an_actor_reads_as_its_key() -> None:
    assert str(Actor(KEY, ViewerRole.STAFF)) == KEY
