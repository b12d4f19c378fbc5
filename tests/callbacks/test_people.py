"""The pages about people: only administrators of the organisation see them, every change is audited and taken back."""

from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.domain.people import Refusal
from tests.callbacks.people import (
    NOTHING_HERE,
    Strangers,
    answer_of,
    course,
    entry,
    here,
    listed,
    look,
    press,
    principal,
    public,
    said,
    trail,
    undo,
)
from tests.campus import ADMINISTRATOR, ADVISER, Campus, build_campus
from tests.served import Visitor, address, web_settings


@pytest.fixture
def admin(campus: Campus, visitor: Strangers) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


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
