"""The overview of the administration: which steps of the set-up are left, as the database has it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.administration import read_set_up
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.terms import set_term
from dashapp.domain.administration import Step
from dashapp.domain.clock import system_clock
from dashapp.domain.terms import Term
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]


def shown(campus: Campus, visitor: Visitor) -> dict[str, Any]:
    own = own_address(campus.database, campus.organisation_id)
    answer = visitor.ask("administration-page", address(own))
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def test_the_overview_says_what_is_left_and_what_is_there(campus: Campus, visitor: Strangers) -> None:
    values = shown(campus, visitor().sign_in(campus, ADMINISTRATOR))

    assert values["administration-title"]["children"] == "2 steps are left for Small College"
    assert values["administration-lead"]["children"].startswith("Next: enter the calendar")
    said = str(values["administration-rows"]["children"])
    assert said.count("'Left'") == 2
    assert said.count("'Done'") == 4


def test_a_teacher_and_the_administrator_of_another_organisation_see_nothing_of_it(
    campus: Campus, visitor: Strangers
) -> None:
    values = address(own_address(campus.database, campus.organisation_id))
    other = address("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")

    for name, asked in (("Tess Thorne", values), ("Ada Abel", values), (ADMINISTRATOR, other)):
        answer = visitor().sign_in(campus, name).ask("administration-page", asked)
        assert "There is nothing here for you" in answer.get_data(as_text=True)


def test_a_new_organisation_has_every_step_before_it_and_a_running_term_takes_one(database: Database) -> None:
    now, today = system_clock(), date.today()  # noqa: DTZ011  # the organisation's zone is the machine's
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "north", "North", "UTC")
        before = read_set_up(connection, organisation, today, now)
        week = timedelta(days=7)
        set_term(connection, organisation, Term("Past", today - 9 * week, today - 5 * week))
        set_term(connection, organisation, Term("Now", today - week, today))
        after = read_set_up(connection, organisation, today, now)

    assert [step for step, done in before.done.items() if not done] == list(Step)
    assert (after.term, after.terms) == ("Now", 2)
    assert after.done[Step.CALENDAR]
