"""Roles that the administration gives: they count as those of sources do, and stay sensible through merge and split."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.store import granting
from dashapp.data.store.merges import Merge, merge_people, split_people
from dashapp.domain.events import PersonDescribed, Role, SectionDescribed
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId
from dashapp.domain.people import CannotChange, Grant, Refusal
from dashapp.domain.principal import Principal
from tests.data.store.conftest import NOW, Campus, course, enrolled, person, viewed

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = datetime(2026, 4, 1, tzinfo=UTC)
Result = TypeVar("Result")


def key(campus: Campus, who: str) -> PersonId:
    return PersonId(campus.key_of(who))


def algebra(campus: Campus) -> CourseId:
    return CourseId(campus.value("SELECT course_id FROM course_identifiers WHERE value = 'algebra'"))


def section(campus: Campus, name: str = "A") -> SectionId:
    return SectionId(campus.value("SELECT section_id FROM sections WHERE name = :name", name=name))


def on(campus: Campus, act: Callable[[Connection, OrganisationId], Result]) -> Result:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        return act(connection, campus.organisation)


def give(campus: Campus, who: str, role: Role, **values: Any) -> int:
    given: dict[str, Any] = {"section": None, "starts_at": MONDAY - 30 * DAY, "ends_at": None, **values}
    new = Grant(role, algebra(campus), **given)
    return on(campus, lambda connection, own: granting.grant(connection, own, key(campus, who), new))


def end(campus: Campus, who: str, membership: int, at: datetime | None) -> granting.Changed:
    return on(campus, lambda connection, own: granting.change_end(connection, own, key(campus, who), membership, at))


def merge(campus: Campus, kept: str, absorbed: str) -> int:
    one = Merge(key(campus, kept), key(campus, absorbed), "same", "an administrator", NOW)
    return on(campus, lambda connection, own: merge_people(connection, own, one))


def split(campus: Campus, merge_id: int) -> None:
    on(campus, lambda connection, own: split_people(connection, own, merge_id, "an administrator", NOW))


def principal(campus: Campus, who: str, at: datetime = NOW) -> Principal:
    named = campus.value(
        "SELECT p.public_id FROM people p JOIN person_identifiers i USING (organisation_id, person_id)"
        " WHERE i.value = :who",
        who=who,
    )
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        return principal_for(connection, campus.organisation, named, at)


def learners(campus: Campus) -> list[tuple[Any, ...]]:
    return campus.rows("SELECT day::text, learners FROM course_days ORDER BY day")


def test_a_teacher_by_grant_counts_as_staff_from_then_on_and_no_more_when_it_is_withdrawn(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("bob", MONDAY), enrolled("bob", MONDAY))
    membership = give(campus, "ada", Role.TEACHER)

    assert principal(campus, "ada").teaches_in == {algebra(campus)}
    assert learners(campus) == [("2026-03-16", 1)]
    assert campus.differences() == {}

    changed = end(campus, "ada", membership, datetime.min.replace(tzinfo=UTC))

    assert changed.before is None
    assert principal(campus, "ada").teaches_in == frozenset()
    assert learners(campus) == [("2026-03-16", 2)]


def test_a_role_lasts_from_its_first_to_its_last_instant(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("ada", MONDAY + 2 * DAY), viewed("bob", MONDAY))

    give(campus, "ada", Role.ASSISTANT, starts_at=MONDAY + DAY, ends_at=MONDAY + 5 * DAY)

    assert learners(campus) == [("2026-03-16", 2)]
    assert principal(campus, "ada", MONDAY).teaches_in == frozenset()
    assert principal(campus, "ada", MONDAY + 2 * DAY).teaches_in == {algebra(campus)}
    assert principal(campus, "ada", MONDAY + 6 * DAY).teaches_in == frozenset()


def test_a_grant_in_a_section_opens_this_section_only_and_both_rows_end_together(campus: Campus) -> None:
    campus.write(SectionDescribed("section", course(), "A", MONDAY, "Group A"), viewed("ada", MONDAY))
    membership = give(campus, "ada", Role.TEACHER, section=section(campus))

    seen = principal(campus, "ada")
    assert seen.teaches_in == {algebra(campus)}
    assert seen.sections == {(algebra(campus), section(campus))}

    give(campus, "ada", Role.TEACHER)
    assert principal(campus, "ada").sections == frozenset()

    end(campus, "ada", membership, NOW)
    assert campus.value("SELECT count(*) FROM memberships WHERE ends_at = :now", now=NOW) == 2


def test_events_and_merges_leave_grants_alone_and_count_them_for_who_stands_for_both(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY), viewed("bob", MONDAY))
    give(campus, "lovelace", Role.TEACHER)
    merge_id = merge(campus, "ada", "lovelace")

    # What a source says of them afterwards derives their roles anew.
    campus.write(enrolled("lovelace", MONDAY + DAY), enrolled("lovelace", MONDAY + 2 * DAY, active=False))

    assert principal(campus, "ada").teaches_in == {algebra(campus)}
    assert learners(campus) == [("2026-03-16", 1)]
    assert campus.differences() == {}

    split(campus, merge_id)

    assert principal(campus, "ada").teaches_in == frozenset()
    assert principal(campus, "lovelace").teaches_in == {algebra(campus)}
    assert learners(campus) == [("2026-03-16", 2)]


def test_a_role_of_who_was_merged_can_be_ended_for_who_stands_for_them(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY), viewed("bob", MONDAY))
    membership = give(campus, "lovelace", Role.TEACHER)
    merge(campus, "ada", "lovelace")

    with pytest.raises(CannotChange) as refused:
        give(campus, "ada", Role.TEACHER)
    assert refused.value.refusal is Refusal.HELD
    with pytest.raises(CannotChange):
        end(campus, "bob", membership, NOW)

    end(campus, "ada", membership, NOW - DAY)
    assert principal(campus, "ada").teaches_in == frozenset()


def test_what_a_source_has_given_only_that_source_ends(campus: Campus) -> None:
    campus.write(enrolled("ada", MONDAY))
    membership = campus.value("SELECT membership_id FROM memberships")

    with pytest.raises(CannotChange) as refused:
        end(campus, "ada", membership, NOW)

    assert refused.value.refusal is Refusal.FROM_SOURCE


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"starts_at": MONDAY, "ends_at": MONDAY}, Refusal.DATES),
        ({"section": SectionId(4711)}, Refusal.NO_PLACE),
    ],
)
def test_dates_in_the_wrong_order_and_unknown_sections_are_refused(
    campus: Campus, values: dict[str, Any], refusal: Refusal
) -> None:
    campus.write(viewed("ada", MONDAY))

    with pytest.raises(CannotChange) as refused:
        give(campus, "ada", Role.LEARNER, **values)

    assert refused.value.refusal is refusal


def test_the_last_administrator_stays_one_also_where_two_are_one_person(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY))

    def make(who: str) -> bool:
        return on(campus, lambda connection, own: granting.make_administrator(connection, own, key(campus, who), NOW))

    def unmake(who: str) -> None:
        on(campus, lambda connection, own: granting.end_administrator(connection, own, key(campus, who), LATER))

    assert make("ada")
    assert make("lovelace")
    assert not make("ada")
    merge_id = merge(campus, "ada", "lovelace")
    with pytest.raises(CannotChange) as refused:
        unmake("ada")
    assert refused.value.refusal is Refusal.LAST_ADMINISTRATOR
    split(campus, merge_id)
    unmake("ada")
    assert not principal(campus, "ada", LATER).administers
    assert principal(campus, "lovelace", LATER).administers
    with pytest.raises(CannotChange):
        unmake("lovelace")


def test_a_caseload_holds_a_learner_once_also_when_they_were_merged(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY), viewed("amy", MONDAY))

    def advise(learner: str, *, advised: bool, at: datetime = NOW) -> bool:
        pair = key(campus, "amy"), key(campus, learner)
        return on(campus, lambda link, own: granting.change_caseload(link, own, pair, at, advised=advised))

    assert advise("lovelace", advised=True)
    merge(campus, "ada", "lovelace")
    assert not advise("ada", advised=True)
    assert principal(campus, "amy").advises == {key(campus, "ada")}
    assert advise("ada", advised=False, at=LATER)
    assert principal(campus, "amy", LATER).advises == frozenset()
    with pytest.raises(CannotChange):
        advise("amy", advised=True)


# ------------------------------------------------------------------ test people


def described(who: str, at: datetime, *, is_test: bool = False) -> PersonDescribed:
    return PersonDescribed(f"said-{who}-{at}", person(who), at, who.title(), "Byron", is_test=is_test)


def say(campus: Campus, who: str, is_test: bool | None) -> tuple[bool | None, list[CourseId]]:
    return on(campus, lambda connection, own: granting.set_test(connection, own, key(campus, who), is_test))


def test_what_the_administration_says_of_a_test_person_holds_whatever_sources_say_later(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("bob", MONDAY), described("ada", MONDAY))

    assert say(campus, "ada", True) == (None, [algebra(campus)])
    assert learners(campus) == [("2026-03-16", 1)]
    campus.write(described("ada", MONDAY + DAY))
    assert learners(campus) == [("2026-03-16", 1)]
    campus.write(viewed("ada", MONDAY))
    assert learners(campus) == [("2026-03-16", 1)]

    assert say(campus, "ada", None)[0] is True
    assert learners(campus) == [("2026-03-16", 2)]
    campus.write(described("ada", MONDAY + 2 * DAY, is_test=True))
    assert learners(campus) == [("2026-03-16", 1)]
    say(campus, "ada", False)
    assert learners(campus) == [("2026-03-16", 2)]


def test_a_test_person_stays_one_through_merge_and_split_whoever_is_described_last(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY), viewed("bob", MONDAY), described("ada", MONDAY))
    say(campus, "ada", True)
    merge_id = merge(campus, "ada", "lovelace")

    campus.write(described("lovelace", MONDAY + DAY))
    assert learners(campus) == [("2026-03-16", 1)]
    assert campus.differences() == {}

    split(campus, merge_id)
    assert learners(campus) == [("2026-03-16", 2)]
    assert campus.rows("SELECT given_name, is_test FROM people ORDER BY given_name NULLS LAST") == [
        ("Ada", True),
        ("Lovelace", False),
        (None, False),
    ]


def test_another_organisation_reaches_none_of_it(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY))
    other = Campus(campus.database, "south")
    other.write(viewed("zoe", MONDAY))
    stranger, here = key(other, "zoe"), algebra(campus)

    for act in (
        lambda link, own: granting.set_test(link, own, stranger, True),
        lambda link, own: granting.grant(link, own, stranger, Grant(Role.LEARNER, here, None, MONDAY, None)),
        lambda link, own: granting.change_caseload(link, own, (stranger, key(campus, "ada")), NOW, advised=True),
    ):
        with pytest.raises(CannotChange):
            on(campus, act)
    with campus.database.transaction(DatabaseRole.JOBS, other.organisation) as connection:
        assert connection.execute(text("SELECT count(*) FROM memberships")).scalar_one() == 0
