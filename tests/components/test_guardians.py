"""What administrators and learners read about guardians."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashapp.components import guardians
from dashapp.domain.guardians import GuardianRule, GuardianState
from tests.components import samples
from tests.components.test_components import text_of


def test_every_state_has_words_of_its_own() -> None:
    view = samples.guardians()
    listed = text_of(guardians.fill(view)["listed"])

    for said in ("sees the page", "waits for the learner to agree", "the code is not used yet", "expired", "ended"):
        assert said in listed
    assert guardians.fill(view)["title"] == "2 guardians see a learner's page"


def test_a_learner_reads_of_those_who_have_used_a_code_and_of_no_others() -> None:
    view = samples.guardians()
    waiting = replace(view, rows=tuple(row for row in view.rows if row.accepted_at is None or row.ended_at))

    assert guardians.own_fill(waiting)["title"] == "No guardian sees your page"
    assert "Nobody" in text_of(guardians.own_fill(waiting)["listed"])
    assert text_of(guardians.own_fill(view)["listed"]).count(samples.NAMES[0]) == 3


def test_who_is_under_age_is_not_asked_to_agree() -> None:
    view = samples.guardians()
    young = replace(view, rows=view.rows[:1])
    grown = replace(young, today=view.today + timedelta(days=90))

    assert "Agree" not in text_of(guardians.own_fill(young)["listed"])
    assert "Agree" in text_of(guardians.own_fill(grown)["listed"])


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (GuardianRule(), GuardianState.WAITS),
        (GuardianRule(by_age=True), GuardianState.SEES),
        (GuardianRule(by_consent=True), GuardianState.WAITS),
        (GuardianRule(by_age=True, by_consent=True), GuardianState.SEES),
    ],
)
def test_the_rule_decides_about_a_guardian_of_somebody_under_age(rule: GuardianRule, state: GuardianState) -> None:
    view = samples.guardians(rule)
    assert view.rows[0].state(rule, view.now, view.today) is state


def test_without_a_rule_nobody_can_be_invited() -> None:
    values = guardians.fill(samples.guardians(GuardianRule()))
    assert (values["inviting"], values["title"]) == (True, "Guardians see nothing here")
    assert "Choose a rule first" in text_of(values["uninvited"])


def test_where_nobody_learns_the_page_says_what_comes_first_instead_of_asking_for_a_learner() -> None:
    values = guardians.fill(replace(samples.guardians(), anybody_learns=False), overview="/overview")

    assert values["inviting"] is True
    assert "No learner yet" in text_of(values["uninvited"])
    assert "/overview" in str(values["uninvited"])
    assert guardians.fill(samples.guardians())["uninvited"] == []
