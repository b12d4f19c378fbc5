"""Merging and splitting people in the browser: as it was looked at, never oneself, and taken back."""

from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.people import Refusal
from tests.callbacks.people import Strangers, entry, look, press, public, said, trail, undo
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor


@pytest.fixture
def admin(campus: Campus, visitor: Strangers) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def test_a_merge_is_done_as_it_was_looked_at_and_taken_back(campus: Campus, admin: Visitor) -> None:
    seen = look(admin, campus, "Ada Abel", other="Ben Brook")
    assert "Ada Abel stands for both" in str(seen["person-preview"]["children"])
    assert "Ben Brook stands for both" in str(look(admin, campus, "Ada Abel", other="Ben Brook", stands="other"))
    assert seen["person-confirm"] == {"hidden": False, "children": "Merge them"}
    plan = seen["person-plan"]["data"]

    done = press(admin, campus, "Ada Abel", "confirm", plan=plan)

    assert said(done).startswith("They are one person now")
    both = entry(admin, campus, "Ben Brook")
    assert "ada.abel" in str(both["person-name-rows"])
    assert "merged" in str(both["person-merge-rows"])
    assert trail(campus, 1)[0][0] == "person.merged"
    # Somebody else, who still looks at the same preview, hears that it has been done.
    assert "one person already" in said(press(admin, campus, "Ada Abel", "confirm", plan=plan))
    assert "one person already" in str(look(admin, campus, "Ada Abel", other="Ben Brook"))
    assert undo(admin, campus, "Ada Abel", done) == "It is as before."
    assert "ada.abel" not in str(entry(admin, campus, "Ben Brook")["person-name-rows"])


def test_a_split_is_looked_at_done_and_taken_back(campus: Campus, admin: Visitor) -> None:
    plan = look(admin, campus, "Ada Abel", other="Ivy Ives")["person-plan"]["data"]
    merge_id = press(admin, campus, "Ada Abel", "confirm", plan=plan)["person-decision"]["data"]["undo"]["merge"]

    seen = look(admin, campus, "Ada Abel", merge=str(merge_id))
    assert "ivy.ives" in str(seen["person-preview"]["children"])
    assert seen["person-confirm"]["children"] == "Split them"
    done = press(admin, campus, "Ada Abel", "confirm", plan=seen["person-plan"]["data"])
    assert said(done) == "They are two people again."
    assert "has been taken back already" in str(look(admin, campus, "Ada Abel", merge=str(merge_id)))
    again = press(admin, campus, "Ada Abel", "confirm", plan=seen["person-plan"]["data"])
    assert "has been taken back already" in said(again)
    assert undo(admin, campus, "Ada Abel", done) == "It is as before."
    assert "ivy.ives" in str(entry(admin, campus, "Ada Abel")["person-name-rows"])
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        newest = connection.execute(text("SELECT max(merge_id) FROM person_merges")).scalar_one()
    seen = look(admin, campus, "Ada Abel", merge=str(newest))
    press(admin, campus, "Ada Abel", "confirm", plan=seen["person-plan"]["data"])


def test_who_was_merged_meanwhile_by_somebody_else_is_not_merged_unseen(campus: Campus, admin: Visitor) -> None:
    plan = look(admin, campus, "Ada Abel", other="Gil Gray")["person-plan"]["data"]
    other = look(admin, campus, "Gil Gray", other="Hue Hall")["person-plan"]["data"]
    first = press(admin, campus, "Gil Gray", "confirm", plan=other)

    refused = press(admin, campus, "Ada Abel", "confirm", plan=plan)

    assert "look at the preview again" in said(refused)
    assert refused["person-undo"]["hidden"] is True
    undo(admin, campus, "Gil Gray", first)


def test_accounts_and_administrators_are_said_before_a_merge(campus: Campus, admin: Visitor) -> None:
    opened = [
        press(admin, campus, name, "account-open", account_name=f"{name.split()[0]}@south.example")
        for name in ("Theo Tull", "Tess Thorne")
    ]
    made = press(admin, campus, "Theo Tull", "admin-on")

    text_of_preview = str(look(admin, campus, "Tess Thorne", other="Theo Tull")["person-preview"]["children"])

    assert "Theo Tull is an administrator: whoever signs in as Tess Thorne will be one, too" in text_of_preview
    assert "theo@south.example" in text_of_preview
    undo(admin, campus, "Theo Tull", made)
    for name, done in zip(("Theo Tull", "Tess Thorne"), opened, strict=True):
        undo(admin, campus, name, done)


def test_nobody_merges_or_splits_themself(campus: Campus, admin: Visitor) -> None:
    for who, other in ((ADMINISTRATOR, "Ada Abel"), ("Ada Abel", ADMINISTRATOR)):
        assert "ask another administrator" in str(look(admin, campus, who, other=other))
        plan = {"kind": "merge", "kept": public(campus, who), "absorbed": public(campus, other), "state": "x"}
        assert (
            said(press(admin, campus, who, "confirm", plan=plan))
            == "Nobody merges or splits themself: ask another administrator."
        )
    forged = {"undo": {"do": "merge", "kept": public(campus, "Ada Abel"), "absorbed": public(campus, ADMINISTRATOR)}}
    assert "ask another administrator" in said(press(admin, campus, "Ada Abel", "undo", decision=forged))


@pytest.mark.parametrize(
    "row", [None, "x", {}, {"kind": "end", "row": "x"}, {"kind": "leave"}, {"kind": "x", "row": "1"}]
)
def test_a_row_that_names_nothing_changes_nothing(campus: Campus, admin: Visitor, row: Any) -> None:
    values = {"person-who.data": public(campus, "Ada Abel"), "person-row.data": row}

    answer = admin.ask("person-said", values, changedPropIds=["person-row.data"]).get_json()["response"]

    assert not answer or said(answer) == Refusal.NOBODY
