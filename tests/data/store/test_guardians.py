"""A guardian is somebody whom the administration invited, as long as the organisation's rule lets them."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.guardians import read_guardians
from dashapp.data.store import guardians as store
from dashapp.data.store.merges import Merge, merge_people
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.guardians import GuardianRule, GuardianState
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.scope import AsOf, scope_for_student
from tests.data.queries.conftest import NOW, World, world

__all__ = ["world"]

BOTH = GuardianRule(by_age=True, by_consent=True)
UNTIL = date(2026, 9, 1)


@pytest.fixture
def campus(world: World) -> World:
    world.course("ALG")
    for name in ("ada", "gus", "max"):
        world.person(name, email=f"{name}@school.example")
    world.learners("ALG", "ada")
    world.write()
    rule(world, BOTH)
    return world


def rule(world: World, wanted: GuardianRule) -> None:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        store.set_rule(connection, world.organisation, wanted, NOW)


def invite(world: World, until: date | None = UNTIL, learner: str = "ada") -> str:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        asked = store.Invitation(world.person_id(learner), until, PublicId(world.public_id("max")))
        return store.invite(connection, world.organisation, asked, NOW)


def accept(world: World, code: str, name: str = "gus", later: timedelta = timedelta(0)) -> PublicId:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        return store.accept(connection, world.organisation, code, world.person_id(name), NOW + later)[0]


def agree(world: World, row: PublicId, agrees: bool = True, name: str = "ada") -> None:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        store.answer_of_learner(connection, world.organisation, (row, world.person_id(name)), agrees, NOW)


def end(world: World, row: PublicId) -> None:
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        store.end(connection, world.organisation, row, "administration", NOW)


def guards(world: World, days: int = 0, name: str = "gus") -> set[PersonId]:
    return set(world.principal(name, NOW + timedelta(days=days, seconds=1)).guards)


def states(world: World) -> list[GuardianState]:
    with world.database.transaction(DatabaseRole.WEB, world.organisation) as connection:
        view = read_guardians(connection, world.everything(), AsOf(NOW))
    return [one.state(view.rule, view.now, view.today) for one in view.rows]


def test_nobody_is_invited_where_the_organisation_says_nothing(world: World) -> None:
    world.course("ALG")
    world.learners("ALG", "ada")
    world.person("max")
    world.write()

    with pytest.raises(NotFound):
        invite(world)


def test_a_code_makes_a_guardian_until_the_learner_is_of_age(campus: World) -> None:
    accept(campus, invite(campus))

    assert guards(campus) == {campus.person_id("ada")}
    of_age = (UNTIL - NOW.date()).days
    assert guards(campus, of_age - 1) == {campus.person_id("ada")}
    assert guards(campus, of_age) == set()


def test_who_is_of_age_has_to_agree_and_can_take_it_back(campus: World) -> None:
    row = accept(campus, invite(campus, None))

    assert (guards(campus), states(campus)) == (set(), [GuardianState.WAITS])
    agree(campus, row)
    assert (guards(campus), states(campus)) == ({campus.person_id("ada")}, [GuardianState.SEES])
    agree(campus, row, agrees=False)
    assert guards(campus) == set()


def test_only_the_learner_agrees(campus: World) -> None:
    row = accept(campus, invite(campus, None))

    for name in ("gus", "max"):
        with pytest.raises(NotFound):
            agree(campus, row, name=name)
    assert guards(campus) == set()


def test_a_code_is_good_once_for_two_weeks_and_as_people_type_it(campus: World) -> None:
    code = invite(campus)

    with pytest.raises(NotFound):
        accept(campus, code, later=timedelta(days=14))
    accept(campus, f" {code.lower().replace('-', ' ')} ")
    with pytest.raises(NotFound):
        accept(campus, code, "max")
    assert guards(campus, name="max") == set()


@pytest.mark.parametrize("code", ["", "A", "AAAA-AAAA-AAAA-AAAA", "%", "'; --", "A" * 10_000])
def test_a_code_that_was_never_made_opens_nothing(campus: World, code: str) -> None:
    invite(campus)

    with pytest.raises(NotFound):
        accept(campus, code)


def test_nobody_is_their_own_guardian(campus: World) -> None:
    with pytest.raises(NotFound):
        accept(campus, invite(campus), "ada")


def test_an_ended_invitation_opens_nothing_and_is_not_ended_again(campus: World) -> None:
    used = accept(campus, invite(campus))
    end(campus, used)

    assert (guards(campus), states(campus)) == (set(), [GuardianState.ENDED])
    with pytest.raises(NotFound):
        end(campus, used)
    with pytest.raises(NotFound):
        agree(campus, used)
    with pytest.raises(NotFound):
        end(campus, PublicId(uuid4()))


def test_the_code_of_an_invitation_that_was_ended_is_not_taken(campus: World) -> None:
    code = invite(campus)
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        (one,) = read_guardians(connection, campus.everything(), AsOf(NOW)).rows
    end(campus, one.public_id)

    with pytest.raises(NotFound):
        accept(campus, code)


def test_a_rule_that_changes_holds_for_those_who_are_guardians_already(campus: World) -> None:
    accept(campus, invite(campus))

    for wanted, seen in (
        (GuardianRule(by_consent=True), False),
        (GuardianRule(), False),
        (GuardianRule(by_age=True), True),
    ):
        rule(campus, wanted)
        assert bool(guards(campus)) is seen


def test_a_learner_is_found_by_a_whole_name_of_a_source_or_by_address_only(campus: World) -> None:
    ada = campus.person_id("ada")
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        for account in ("ada", "ADA@school.example"):
            assert store.find_learner(connection, campus.organisation, account, NOW) == ada
        for account in ("ad", "ada%", "Ada Example", "Ada", "gus", "nobody"):
            with pytest.raises(NotFound):
                store.find_learner(connection, campus.organisation, account, NOW)


def test_a_membership_without_an_invitation_makes_no_guardian(campus: World) -> None:
    for granted_by in ("administration", "sign_in"):
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            connection.execute(
                text(
                    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
                    " VALUES (:organisation, :person, 'learners', :learner, 'guardian', :granted_by)"
                ),
                {
                    "organisation": campus.organisation,
                    "person": campus.person_id("gus"),
                    "learner": campus.person_id("ada"),
                    "granted_by": granted_by,
                },
            )

    assert guards(campus) == set()


def test_invitations_are_read_by_the_learner_and_by_administrators_only(campus: World) -> None:
    invite(campus)
    own = scope_for_student(campus.principal("ada"))

    assert len(campus.read(read_guardians, own, AsOf(NOW)).rows) == 1
    assert campus.read(read_guardians, replace(own, learners=frozenset({PersonId(0)})), AsOf(NOW)).rows == ()
    with pytest.raises(NotPermitted):
        campus.read(read_guardians, campus.named_scope("ALG"), AsOf(NOW))


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO guardian_rules VALUES (:organisation, true, true, 18, now())",
        "UPDATE guardianships SET ended_at = NULL",
        "UPDATE guardian_rules SET by_age = true",
    ],
)
def test_neither_pages_nor_events_change_who_is_a_guardian(campus: World, role: DatabaseRole, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        campus.database.transaction(role, campus.organisation) as connection,
    ):
        connection.execute(text(statement), {"organisation": campus.organisation} if ":" in statement else {})


def test_whoever_has_invited_cannot_accept_and_the_code_stays_good_for_others(campus: World) -> None:
    code = invite(campus)

    with pytest.raises(NotFound, match="of their own"):
        accept(campus, code, "max")
    assert guards(campus, name="max") == set()
    accept(campus, code)
    assert guards(campus) == {campus.person_id("ada")}


@pytest.mark.parametrize(("kept", "absorbed"), [("gus", "max"), ("max", "gus")])
def test_whoever_has_invited_cannot_accept_by_another_name_of_theirs(campus: World, kept: str, absorbed: str) -> None:
    code = invite(campus)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        pair = campus.person_id(kept), campus.person_id(absorbed)
        merge_people(connection, campus.organisation, Merge(*pair, "one person", "a test", NOW))

    for name in (kept, absorbed):
        with pytest.raises(NotFound, match="of their own"):
            accept(campus, code, name)
