"""The pages about people: only administrators of the organisation see them, every change is audited and taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.people import principal_for
from dashapp.domain.people import Refusal
from dashapp.domain.principal import Principal
from tests.campus import ADMINISTRATOR, ADVISER, Campus, build_campus
from tests.served import Visitor, address, web_settings

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


@pytest.fixture
def admin(campus: Campus, visitor: Strangers) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def here(campus: Campus) -> dict[str, Any]:
    return address(own_address(campus.database, campus.organisation_id))


def answer_of(response: Any) -> Any:
    assert response.status_code == 200, response.status_code
    found = response.get_json()
    return found.get("response") or response.get_data(as_text=True)


def listed(visitor: Visitor, campus: Campus, **chosen: str) -> Any:
    controls = {f"people-{name.replace('_', '-')}.value": value for name, value in chosen.items()}
    return answer_of(visitor.ask("people-page", {**here(campus), **controls}))


def entry(visitor: Visitor, campus: Campus, who: str) -> Any:
    return answer_of(visitor.ask("person-page", {**here(campus), "person-who.data": public(campus, who)}))


def public(campus: Campus, who: str) -> str:
    return str(campus.people[who].public_id) if who in campus.people else who


def press(visitor: Visitor, campus: Campus, who: str, button: str, **given: Any) -> Any:
    """What comes of a click; `given` by the names of controls. A row's button is "end:17"."""
    kind, _, row = button.partition(":")
    values: dict[str, Any] = {"person-who.data": public(campus, who)}
    values |= {
        f"person-{name.replace('_', '-')}.data": given.pop(name) for name in ("decision", "plan") if name in given
    }
    values |= {f"person-{name.replace('_', '-')}.value": value for name, value in given.items()}
    if row:
        values["person-row.data"] = {"kind": kind, "row": row, "number": 1}
        changed = "person-row.data"
    else:
        values[f"person-{kind}.n_clicks"] = 1
        changed = f"person-{kind}.n_clicks"
    return answer_of(visitor.ask("person-said", values, changedPropIds=[changed]))


def said(answer: Any) -> str:
    return str(answer["person-said"]["children"])


def undo(visitor: Visitor, campus: Campus, who: str, answer: Any) -> str:
    assert answer["person-undo"]["hidden"] is False
    return said(press(visitor, campus, who, "undo", decision=answer["person-decision"]["data"]))


def look(
    visitor: Visitor, campus: Campus, who: str, *, other: str | None = None, stands: str = "this", merge: str = ""
) -> Any:
    values: dict[str, Any] = {"person-who.data": public(campus, who), "person-stands.value": stands}
    if merge:
        values["person-look.data"] = {"row": merge, "number": 1}
        changed = "person-look.data"
    else:
        values["person-other.value"] = None if other is None else public(campus, other)
        changed = "person-other.value"
    return answer_of(visitor.ask("person-preview", values, changedPropIds=[changed]))


def principal(campus: Campus, who: str) -> Principal:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return principal_for(connection, campus.organisation_id, campus.people[who].public_id, datetime.now(UTC))


def trail(campus: Campus, last: int) -> list[tuple[Any, ...]]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(
            text(
                "SELECT action, subject, role, detail FROM audit_log WHERE page IS NULL ORDER BY audit_id DESC LIMIT :n"
            ),
            {"n": last},
        )
        return [tuple(row) for row in rows][::-1]


def course(campus: Campus, code: str = "ALG 1") -> Any:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.execute(text("SELECT course_id, public_id FROM courses WHERE code = :code"), {"code": code})
        return found.one()


# ------------------------------------------------------------------ who may


def test_the_list_says_how_many_there_are_and_a_search_narrows_it(campus: Campus, admin: Visitor) -> None:
    everybody = listed(admin, campus)
    found = listed(admin, campus, search="abel ada")

    assert everybody["people-title"]["children"] == "16 people, all described by a source"
    assert everybody["people-place"]["children"] == "1 to 16 of 16"
    assert found["people-lead"]["children"] == "1 fits what you have chosen."
    assert public(campus, "Ada Abel") in str(found["people-rows"]["children"])
    assert "Nobody fits" in str(listed(admin, campus, search="zzz")["people-rows"]["children"])


@pytest.mark.parametrize("who", ["Tess Thorne", "Ada Abel", ADVISER])
def test_nobody_but_an_administrator_reads_or_changes_anything(campus: Campus, visitor: Strangers, who: str) -> None:
    somebody = visitor().sign_in(campus, who)
    values = {"person-who.data": public(campus, "Ben Brook")}

    assert NOTHING_HERE in listed(somebody, campus)
    assert NOTHING_HERE in entry(somebody, campus, "Ben Brook")
    before = principal(campus, "Ben Brook")
    for output, more in (
        ("person-said", {"person-admin-on.n_clicks": 1}),
        ("person-preview", {"person-other.value": public(campus, "Ada Abel")}),
        ("person-other", {"person-other-search.value": "a"}),
        ("person-learner", {"person-learner-search.value": "a"}),
        ("person-give-course", {"person-give-search.value": "a"}),
        ("people-course", {"people-course-search.value": "a"}),
    ):
        refused = somebody.ask(output, {**values, **more}, changedPropIds=[f"{next(iter(more))}"])
        assert "Brook" not in refused.get_data(as_text=True)
        assert refused.get_json()["response"] == {}
    assert principal(campus, "Ben Brook") == before


def test_ids_of_another_organisation_are_nobody(campus: Campus, admin: Visitor) -> None:
    other = build_campus(web_settings(campus.database), campus.database, "elsewhere", studied=False)
    stranger = str(other.people["Ada Abel"].public_id)

    assert NOTHING_HERE in entry(admin, campus, stranger)
    assert NOTHING_HERE in answer_of(
        admin.ask("people-page", address(own_address(other.database, other.organisation_id)))
    )
    for button in ("test-on", "admin-on", "account-open", "account-link"):
        assert said(press(admin, campus, stranger, button, account_name="x@y.example")) == Refusal.NOBODY
    assert said(press(admin, campus, ADVISER, "advise", learner=stranger)) == Refusal.NOBODY
    given = {"give_role": "teacher", "give_course": str(course(other).public_id)}
    assert "Choose a course first" in said(press(admin, campus, "Ben Brook", "give", **given))
    assert Refusal.NOBODY in str(look(admin, campus, "Ada Abel", other=stranger))
    plan = {"kind": "merge", "kept": public(campus, "Ada Abel"), "absorbed": stranger, "state": "x"}
    assert said(press(admin, campus, "Ada Abel", "confirm", plan=plan)) == Refusal.NOBODY
    assert principal(other, "Ada Abel").teaches_in == frozenset()


@pytest.mark.parametrize("who", ["", "x", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", None, 7])
def test_an_address_that_names_nobody_says_so(campus: Campus, admin: Visitor, who: Any) -> None:
    answer = answer_of(admin.ask("person-page", {**here(campus), "person-who.data": who}))

    assert NOTHING_HERE in answer


# ------------------------------------------------------------------ what is decided


def test_looking_at_somebody_is_in_the_trail_as_an_administrator(campus: Campus, admin: Visitor) -> None:
    entry(admin, campus, "Hue Hall")

    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT subject, role FROM audit_log WHERE page = 'person'")).all()
    assert (f"person {campus.people['Hue Hall'].person_id}", "administrator") in [tuple(row) for row in rows]


def test_a_search_for_whom_to_merge_is_in_the_trail_as_a_look_at_the_list(
    campus: Campus, admin: Visitor, visitor: Strangers
) -> None:
    made = press(admin, campus, "Sue Stone", "admin-on")
    sue = visitor().sign_in(campus, "Sue Stone")
    values = {"person-other-search.value": "brook", "person-who.data": public(campus, "Ada Abel")}

    found = answer_of(sue.ask("person-other", values))

    assert [each["value"] for each in found["person-other"]["options"]] == [public(campus, "Ben Brook")]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT actor FROM audit_log WHERE page = 'people'")).scalars().all()
    assert public(campus, "Sue Stone") in rows
    undo(admin, campus, "Sue Stone", made)


def test_a_test_person_is_made_and_taken_back(campus: Campus, admin: Visitor) -> None:
    done = press(admin, campus, "Fay Ford", "test-on")

    assert said(done).startswith("They are a test person now")
    assert "test person" in str(entry(admin, campus, "Fay Ford")["person-lead"])
    assert undo(admin, campus, "Fay Ford", done) == "It is as before."
    assert entry(admin, campus, "Fay Ford")["person-test-on"]["hidden"] is False
    assert [row[0] for row in trail(campus, 2)] == ["person.test_changed"] * 2


def test_a_role_is_given_in_a_section_ended_and_restored(campus: Campus, admin: Visitor) -> None:
    algebra = course(campus)
    section = next(
        each["value"]
        for each in answer_of(admin.ask("person-give-section", {"person-give-course.value": str(algebra.public_id)}))[
            "person-give-section"
        ]["options"]
        if each["label"] == "Section B"
    )
    given = {"give_role": "assistant", "give_course": str(algebra.public_id), "give_section": section}

    done = press(admin, campus, "Jon Jade", "give", **given)

    assert said(done) == "The role is given."
    assert {key for _course, key in principal(campus, "Jon Jade").sections} == {int(section)}
    membership = done["person-decision"]["data"]["undo"]["membership"]
    assert "They have this role there already" in said(press(admin, campus, "Jon Jade", "give", **given))
    ended = press(admin, campus, "Jon Jade", f"end:{membership}")
    assert principal(campus, "Jon Jade").teaches_in == frozenset()
    assert undo(admin, campus, "Jon Jade", ended) == "It is as before."
    assert principal(campus, "Jon Jade").teaches_in == {algebra.course_id}
    assert undo(admin, campus, "Jon Jade", done) == "It is as before."
    assert principal(campus, "Jon Jade").teaches_in == frozenset()
    actions = [(row[0], row[2]) for row in trail(campus, 4)]
    assert actions == [("role.granted", "administrator"), *[("role.ended", "administrator")] * 3]


def test_days_decide_when_a_role_holds_and_wrong_ones_are_refused_in_words(campus: Campus, admin: Visitor) -> None:
    given = {"give_role": "teacher", "give_course": str(course(campus).public_id)}

    def give(**days: str) -> Any:
        return press(admin, campus, "Ivy Ives", "give", **given, **days)

    assert "end before it begins" in said(give(give_from="2026-03-05", give_to="2026-03-01"))
    assert "end before it begins" in said(give(give_from="0001-01-01"))
    assert "end before it begins" in said(give(give_to="yesterday"))
    done = give(give_from="2020-03-01", give_to="2020-03-31")
    assert principal(campus, "Ivy Ives").teaches_in == frozenset()
    assert "1 Mar 2020 to" in str(entry(admin, campus, "Ivy Ives")["person-role-rows"])
    undo(admin, campus, "Ivy Ives", done)
    assert "Choose a role first" in said(press(admin, campus, "Ivy Ives", "give", give_course=given["give_course"]))
    for section in ("x", "-1", "9" * 30):
        assert "Choose a course" in said(press(admin, campus, "Ivy Ives", "give", **given, give_section=section))


def test_a_source_alone_ends_what_it_gave_and_forged_keys_change_nothing(campus: Campus, admin: Visitor) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        key = connection.execute(
            text("SELECT min(membership_id) FROM memberships WHERE person_id = :person AND granted_by = 'event'"),
            {"person": campus.people["Gil Gray"].person_id},
        ).scalar_one()

    assert "only that source ends it" in said(press(admin, campus, "Gil Gray", f"end:{key}"))
    assert "another person's" in said(press(admin, campus, "Dora Dean", f"end:{key}"))
    forged = {"undo": {"do": "withdraw", "membership": key}, "number": 1}
    assert "only that source ends it" in said(press(admin, campus, "Gil Gray", "undo", decision=forged))
    for nonsense in ({}, {"do": "withdraw"}, {"do": "test", "value": "x"}, {"do": "split", "merge": -1}, "x", None):
        decision = {"undo": nonsense, "number": "x"}
        assert "nothing to take back" in said(press(admin, campus, "Gil Gray", "undo", decision=decision))


def test_an_administrator_is_made_and_ended_but_never_the_last_one_and_never_oneself(
    campus: Campus, admin: Visitor
) -> None:
    assert said(press(admin, campus, ADMINISTRATOR, "admin-off")) == Refusal.OWN_ROLE
    done = press(admin, campus, "Theo Tull", "admin-on")
    assert principal(campus, "Theo Tull").administers
    assert "already" in said(press(admin, campus, "Theo Tull", "admin-on"))
    assert undo(admin, campus, "Theo Tull", done) == "It is as before."
    assert not principal(campus, "Theo Tull").administers
    assert said(press(admin, campus, "Theo Tull", "admin-off")) == Refusal.NO_ADMINISTRATOR
    assert [row[0] for row in trail(campus, 2)] == ["administrator.made", "administrator.ended"]


def test_a_caseload_takes_a_learner_in_and_lets_them_go(campus: Campus, admin: Visitor) -> None:
    done = press(admin, campus, ADVISER, "advise", learner=public(campus, "Eli Ellis"))

    assert said(done) == "The learner is in the caseload now."
    assert "Eli Ellis" in str(entry(admin, campus, ADVISER)["person-advised-rows"])
    assert "already" in said(press(admin, campus, ADVISER, "advise", learner=public(campus, "Eli Ellis")))
    removed = press(admin, campus, ADVISER, f"leave:{public(campus, 'Eli Ellis')}")
    assert campus.people["Eli Ellis"].person_id not in principal(campus, ADVISER).advises
    assert undo(admin, campus, ADVISER, removed) == "It is as before."
    assert undo(admin, campus, ADVISER, done) == "It is as before."
    assert campus.people["Eli Ellis"].person_id not in principal(campus, ADVISER).advises
    rows = trail(campus, 2)
    assert [row[0] for row in rows] == ["caseload.changed"] * 2
    assert rows[1][3] == {"for": f"person {campus.people[ADVISER].person_id}", "begins": False}


def test_an_account_is_opened_gets_a_link_once_and_is_closed(campus: Campus, admin: Visitor) -> None:
    assert "no open account" in said(press(admin, campus, "Cleo Cole", "account-link"))
    assert "no spaces" in said(press(admin, campus, "Cleo Cole", "account-open", account_name="two words"))
    done = press(admin, campus, "Cleo Cole", "account-open", account_name="Cleo@North.example")
    link = press(admin, campus, "Cleo Cole", "account-link")
    assert "/sign-in/password?organisation=small&key=" in str(link["person-link"]["children"])
    assert "key=" not in str(entry(admin, campus, "Cleo Cole"))
    assert "cleo@north.example" in str(entry(admin, campus, "Cleo Cole")["person-fact-rows"])
    taken = press(admin, campus, "Dora Dean", "account-open", account_name="cleo@north.example")
    assert "Somebody else signs in with this name" in said(taken)
    closed = press(admin, campus, "Cleo Cole", "account-close")
    assert undo(admin, campus, "Cleo Cole", closed) == "It is as before."
    assert undo(admin, campus, "Cleo Cole", done) == "It is as before."
    assert "closed" in str(entry(admin, campus, "Cleo Cole")["person-fact-rows"])
    assert [row[0] for row in trail(campus, 5)] == [
        *("account.opened", "password.link_made", "account.closed", "account.opened", "account.closed")
    ]
    opened = press(admin, campus, ADMINISTRATOR, "account-open", account_name="max@north.example")
    assert "is open" in said(opened)
    assert said(press(admin, campus, ADMINISTRATOR, "account-close")) == Refusal.OWN_ACCOUNT


# ------------------------------------------------------------------ merging and splitting


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
