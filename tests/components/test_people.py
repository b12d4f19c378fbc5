"""The pages about people: slots and values fit, every text is translated, every refusal has words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dash.development.base_component import Component

from dashapp.components import people, person
from dashapp.components.links import Links
from dashapp.components.merge_words import merge_warnings, merge_words, split_words
from dashapp.components.people_words import refusal_words
from dashapp.components.person_rows import link_words
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.people import (
    Advised,
    CourseName,
    HeldBy,
    HeldName,
    HeldRole,
    MergePreview,
    OwnAccount,
    OwnMerge,
    PeopleFilters,
    PeopleView,
    PersonRow,
    PersonView,
    Refusal,
    Side,
    SplitPreview,
)
from dashapp.domain.views import Freshness
from dashapp.words import PSEUDO_LOCALE, use_locale
from tests.components.test_components import text_of
from tests.words.visible import untranslated

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ID = PublicId(UUID("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"))
FRESH = Freshness(NOW, 0.0, zone="Europe/Berlin")
NAME, EMAIL, COURSE, ISSUER = "Ada Abel", "ada@x.example", "ALG 1 · Algebra", "https://lms.example"
ROW = PersonRow(ID, NAME, EMAIL, "ada.abel", 3, True, True, 1, 2, 1, (HeldBy.ADVISER,))
VIEW = PeopleView(
    (ROW, replace(ROW, name="", email=None, described=False, learns=0, teaches=0, roles=())),
    1204, 2, 25, 1204, 38, None, FRESH,
)  # fmt: skip
MERGED = HeldName(ISSUER, "account", "a.abel", 7, NOW - timedelta(days=3), "twins")
ROLE = HeldRole(5, "teacher", "section", COURSE, ID, "Section A", NOW, None, "administration", None)
PERSON = PersonView(
    person_id=PersonId(1),
    public_id=ID,
    name=NAME,
    email=EMAIL,
    described=True,
    is_test=True,
    said_by_administration=True,
    names=(HeldName(ISSUER, "account", "ada.abel"), MERGED),
    roles=(
        replace(ROLE, role="administrator", scope_kind="organisation", place="", place_id=None, granted_by="sign_in"),
        ROLE,
        replace(ROLE, role="learner", source="campus-lms", granted_by="event", starts_at=None),
        replace(ROLE, ends_at=NOW - timedelta(days=1), starts_at=NOW - timedelta(days=90)),
        replace(ROLE, starts_at=None, ends_at=NOW + timedelta(days=1)),
        replace(ROLE, starts_at=NOW + timedelta(days=1)),
    ),
    accounts=(OwnAccount("ada", True, False), OwnAccount("old", False, True)),
    merges=(OwnMerge(7, "twins", "Max", NOW, (MERGED,)),),
    advised=(Advised(ID, "Ben Brook", NOW),),
    advised_total=300,
    sessions=2,
    administers=True,
    now=NOW,
    freshness=FRESH,
)
EMPTY = replace(
    PERSON, name="", email=None, described=False, is_test=False, said_by_administration=False, names=(), roles=(),
    accounts=(), merges=(), advised=(), advised_total=0, sessions=0, administers=False,
)  # fmt: skip
KEPT = Side(PersonId(1), ID, NAME, EMAIL, (MERGED,) * 4, 626, 99, (COURSE,) * 5, 24, ("administrator",), "ada", False)
ABSORBED = replace(KEPT, name="Ben Brook", roles=("adviser",), account="ben", is_test=True, courses=(), names=())
MERGE = MergePreview(KEPT, ABSORBED, "Ben Brook", "state")
SPLIT = SplitPreview(7, ABSORBED, KEPT, 12, "state")
VALUES = (
    *(NAME, EMAIL, COURSE, ISSUER, str(ID), "Ben Brook", "ada.abel", "a.abel", "Section A", "campus-lms", "twins"),
    *("account", "ada", "ben", "old", "Europe/Berlin", "https://x.example/key", "en-XA", PSEUDO_LOCALE, "1b9d6bcd"),
)


def ids_of(body: Component) -> set[str]:
    return {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}


def test_every_slot_points_to_a_component_of_the_empty_page() -> None:
    for page, body, values in (
        (people, people.body(PeopleFilters()), people.fill(VIEW, PeopleFilters(), Links(), ID)),
        (person, person.body(str(ID)), person.fill(PERSON, Links(), ID)),
    ):
        assert {slot.id for name, slot in page.slots().items() if name != "asof"} <= ids_of(body)
        assert set(values) == set(page.slots())


def test_the_title_of_the_list_is_the_answer() -> None:
    def title(view: PeopleView) -> object:
        return people.fill(view, PeopleFilters(), Links(), ID)["title"]

    assert title(VIEW) == "1\u202f204 people, 38 known from events only"
    assert title(replace(VIEW, events_only=0, everybody=1)) == "1 person, all described by a source"
    assert title(replace(VIEW, events_only=0, everybody=0)) == "Nobody is known yet"


def test_controls_hold_what_the_address_says() -> None:
    filters = PeopleFilters.parse({"search": "  ada\0 abel ", "role": "teacher", "state": "test", "course": str(ID)})
    body = people.body(filters)

    held = [body[name].value for name in ("people-search", "people-role", "people-state", "people-course")]
    assert held == ["ada abel", "teacher", "test", str(ID)]
    assert filters.to_query() == f"search=ada+abel&role=teacher&state=test&course={ID}"
    chosen = CourseName(ID, COURSE, "Spring")
    assert people.course_options((), chosen)[1] == {"label": f"{COURSE} (Spring)", "value": str(ID)}


def test_an_entry_tells_from_when_to_when_and_from_whom() -> None:
    said = text_of(person.fill(PERSON, Links(), ID)["roles"])

    for part in (
        "The whole organisation",
        "Single sign-on",
        "campus-lms",
        "always",
        "until Tue 3 Mar",
        "from Tue 3 Mar",
    ):
        assert part in said
    # Only what the administration gave in a course, and what has not ended, can be ended here.
    assert said.count("End") == 1 + 3


def test_the_first_of_a_long_caseload_are_listed_and_the_rest_counted() -> None:
    assert "The first 1 of 300" in text_of(person.fill(PERSON, Links(), ID)["advised"])


def test_a_preview_says_what_to_think_of_first() -> None:
    warnings = merge_warnings(MERGE)

    assert len(warnings) == 4
    assert merge_warnings(replace(MERGE, absorbed=replace(KEPT, account=None))) == []
    assert "and 2 more" in text_of(merge_words(MERGE))
    assert "12 older events" in text_of(split_words(SPLIT))


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_words(refusal: Refusal) -> None:
    assert refusal_words(refusal).endswith(".")


def test_every_text_is_translated() -> None:
    with use_locale(PSEUDO_LOCALE):
        texts: list[Any] = [people.body(PeopleFilters()), person.body(str(ID)), link_words("https://x.example/key")]
        texts += [merge_words(MERGE), split_words(SPLIT), *(refusal_words(each) for each in Refusal)]
        for filters in (PeopleFilters(), PeopleFilters("x")):
            for view in (VIEW, replace(VIEW, rows=(), total=0), replace(VIEW, rows=(), everybody=0, events_only=0)):
                texts += [v for k, v in people.fill(view, filters, Links(), ID).items() if k != "page"]
        for entry in (PERSON, EMPTY):
            shown = person.fill(entry, Links(), ID)
            texts += [value for name, value in shown.items() if name not in ("page", "account_hint")]
    assert untranslated(texts, VALUES) == []
