"""Two people that turn out to be one, and are split again."""

from datetime import UTC, datetime, timedelta

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.merges import Merge, MergeError, merge_people, split_people
from dashapp.domain.events import Event, ExtensionGranted, Outcome, OutcomeRecorded, Role, Verb
from dashapp.domain.keys import PersonId
from tests.data.store.conftest import NOW, Campus, activity, course, enrolled, person, viewed
from tests.data.store.snapshots import snapshot

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def merge(campus: Campus, kept: str, absorbed: str, by: str = "an administrator") -> int:
    people = PersonId(campus.key_of(kept)), PersonId(campus.key_of(absorbed))
    one = Merge(*people, "same account", by, NOW)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        return merge_people(connection, campus.organisation, one)


def split(campus: Campus, merge_id: int) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        split_people(connection, campus.organisation, merge_id, "an administrator", NOW)


def work(who: str, start: datetime) -> list[Event]:
    return [
        viewed(who, start, activity=activity()),
        viewed(who, start + DAY, verb=Verb.SUBMITTED, activity=activity(), score=4.0),
        viewed(who, start + DAY, verb=Verb.COMPLETED, activity=activity(f"of-{who}")),
        enrolled(who, start),
        OutcomeRecorded(f"outcome-{who}", person(who), course(), Outcome.PASS, start),
        ExtensionGranted(f"extension-{who}", person(who), course(), activity(), due_at=start + DAY, occurred_at=start),
    ]


def test_a_split_gives_back_the_outcome_that_was_the_latest_long_ago(campus: Campus) -> None:
    def outcome(who: str, number: int, said: Outcome, year: int) -> Event:
        return OutcomeRecorded(f"{who}-{number}", person(who), course(), said, datetime(year, 7, 1, tzinfo=UTC))

    # What counted last came first, and all of them lie before the horizon.
    campus.write(outcome("ada", 1, Outcome.DISTINCTION, 2003), outcome("lovelace", 1, Outcome.FAIL, 2005))
    campus.write(outcome("ada", 2, Outcome.WITHDRAWN, 1999), outcome("lovelace", 2, Outcome.PASS, 1998))
    before = campus.rows("SELECT person_id, outcome, described_at FROM outcomes ORDER BY person_id")
    merge_id = merge(campus, "ada", "lovelace")
    assert campus.rows("SELECT outcome FROM outcomes") == [("fail",)]
    split(campus, merge_id)
    assert campus.rows("SELECT person_id, outcome, described_at FROM outcomes ORDER BY person_id") == before


def test_a_merge_counts_two_as_one_and_a_split_gives_back_what_came_under_each_key(campus: Campus) -> None:
    campus.write(*work("ada", MONDAY), *work("lovelace", MONDAY + DAY), viewed("bob", MONDAY))
    before = snapshot(campus)
    merge_id = merge(campus, "ada", "lovelace")
    assert campus.differences() == {}
    assert campus.rows("SELECT day::text, learners FROM course_days ORDER BY day") == [
        ("2026-03-16", 2),
        ("2026-03-17", 1),
        ("2026-03-18", 1),
    ]
    assert campus.value("SELECT count(*) FROM outcomes") == 1
    assert campus.value("SELECT count(*) FROM memberships") == 1
    split(campus, merge_id)
    assert campus.differences() == {}
    assert snapshot(campus) == before
    assert campus.rows("SELECT split_by FROM person_merges") == [("an administrator",)]


def test_events_that_come_after_a_merge_count_for_the_one_and_go_back_with_a_split(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY))
    merge_id = merge(campus, "ada", "lovelace")
    campus.write(viewed("lovelace", MONDAY, activity=activity()), enrolled("lovelace", MONDAY, Role.TEACHER))
    assert campus.rows("SELECT person_id, events FROM learner_course_days") == [(campus.key_of("ada"), 3)]
    assert campus.rows("SELECT * FROM course_days") == []
    split(campus, merge_id)
    assert sorted(campus.rows("SELECT person_id, events FROM learner_course_days")) == sorted(
        [(campus.key_of("ada"), 1), (campus.key_of("lovelace"), 2)]
    )
    assert campus.rows("SELECT events, learners FROM course_days") == [(1, 1)]


def test_chains_stay_one_step_long_and_a_split_takes_along_whom_it_had_absorbed(campus: Campus) -> None:
    campus.write(*(viewed(who, MONDAY, activity=activity()) for who in ("ada", "bob", "cy")))
    merge(campus, "bob", "cy")
    second = merge(campus, "ada", "bob")
    stands_for = "SELECT count(*) FROM people WHERE merged_into = :person"
    assert campus.value(stands_for, person=campus.key_of("ada")) == 2
    split(campus, second)
    assert campus.value(stands_for, person=campus.key_of("bob")) == 1
    assert campus.value(stands_for, person=campus.key_of("ada")) == 0


def test_who_is_merged_already_cannot_be_merged_again_nor_split_twice(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("bob", MONDAY), viewed("cy", MONDAY))
    merge_id = merge(campus, "ada", "bob")
    for kept, absorbed in (("ada", "ada"), ("cy", "bob"), ("bob", "cy")):
        with pytest.raises(MergeError):
            merge(campus, kept, absorbed)
    split(campus, merge_id)
    with pytest.raises(MergeError):
        split(campus, merge_id)


def test_nobody_merges_themself_with_somebody_else(campus: Campus) -> None:
    campus.write(*(viewed(who, MONDAY) for who in ("ada", "bob", "cy")))
    merge(campus, "ada", "bob")
    before = snapshot(campus)

    # Also by the id that was theirs before somebody stood for them.
    for name in ("ada", "bob"):
        by = str(campus.value("SELECT public_id FROM people WHERE person_id = :person", person=campus.key_of(name)))
        for kept, absorbed in (("ada", "cy"), ("cy", "ada")):
            with pytest.raises(MergeError, match="themself"):
                merge(campus, kept, absorbed, by)
    assert snapshot(campus) == before
