"""A preview says before a merge or a split what it moves afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.accounts import create_account
from dashapp.data.store.granting import make_administrator
from dashapp.data.store.merge_previews import merge_state, preview_merge, preview_split
from dashapp.data.store.merges import Merge, merge_people, split_people
from dashapp.domain.events import PersonDescribed, Verb
from dashapp.domain.keys import PersonId
from dashapp.domain.people import CannotChange, MergePreview, Refusal, SplitPreview
from tests.data.store.conftest import NOW, Campus, activity, course, person, viewed

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = datetime(2003, 3, 3, 8, 0, tzinfo=UTC)


def key(campus: Campus, who: str) -> PersonId:
    return PersonId(campus.key_of(who))


def of_merge(campus: Campus, kept: str, absorbed: str) -> MergePreview:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        return preview_merge(connection, campus.organisation, key(campus, kept), key(campus, absorbed), NOW)


def of_split(campus: Campus, merge_id: int) -> SplitPreview:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        return preview_split(connection, campus.organisation, merge_id, NOW)


def merge(campus: Campus, kept: str, absorbed: str) -> int:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        one = Merge(key(campus, kept), key(campus, absorbed), "same", "an administrator", NOW)
        return merge_people(connection, campus.organisation, one)


def study(who: str, at: datetime, place: str = "algebra") -> list[object]:
    return [
        viewed(who, at, course=course(place)),
        viewed(who, at + DAY, verb=Verb.SUBMITTED, course=course(place), activity=activity(place), score=4.0),
        viewed(who, at + DAY, verb=Verb.GRADED, course=course(place), activity=activity(place), score=5.0),
    ]


def test_a_preview_of_a_merge_tells_both_sides_as_they_are(campus: Campus) -> None:
    campus.write(*study("ada", MONDAY), *study("lovelace", MONDAY, "botany"), viewed("lovelace", MONDAY))  # type: ignore[arg-type]  # all are events
    campus.write(
        PersonDescribed("one", person("ada"), MONDAY, "Ada", "Byron"),
        PersonDescribed("two", person("lovelace"), MONDAY + DAY, "Ada", "Lovelace", "ada@lms.example"),
    )

    seen = of_merge(campus, "ada", "lovelace")

    assert [(side.name, side.email) for side in (seen.kept, seen.absorbed)] == [
        ("Ada Byron", None),
        ("Ada Lovelace", "ada@lms.example"),
    ]
    assert (seen.kept.events, seen.kept.active_days, len(seen.kept.courses), seen.kept.submissions) == (4, 2, 1, 1)
    assert (seen.absorbed.events, seen.absorbed.active_days, len(seen.absorbed.courses)) == (5, 3, 2)
    assert [str(name) for name in seen.absorbed.names] == ["https://lms.example account lovelace"]
    assert seen.described_as == "Ada Lovelace"
    merge(campus, "ada", "lovelace")
    assert campus.rows("SELECT person_id, count(*) FROM submissions WHERE submitted_at IS NOT NULL GROUP BY 1") == [
        (key(campus, "ada"), seen.kept.submissions + seen.absorbed.submissions)
    ]


def test_a_preview_says_who_signs_in_and_who_administers(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        make_administrator(connection, campus.organisation, key(campus, "ada"), MONDAY)
        for name in ("ada", "lovelace"):
            create_account(connection, campus.organisation, key(campus, name), f"{name}@lms.example", MONDAY)

    seen = of_merge(campus, "ada", "lovelace")

    assert seen.both_sign_in
    assert seen.gives_administration
    assert (seen.kept.account, seen.absorbed.roles) == ("ada@lms.example", ())


def test_a_preview_of_a_split_is_what_the_split_moves(campus: Campus) -> None:
    campus.write(*study("ada", MONDAY), *study("lovelace", MONDAY, "botany"))  # type: ignore[arg-type]  # all are events
    merge_id = merge(campus, "ada", "lovelace")

    seen = of_split(campus, merge_id)

    assert (seen.moving.events, seen.moving.active_days, seen.moving.submissions, seen.older) == (3, 2, 1, 0)
    assert (seen.staying.events, seen.staying.active_days, seen.staying.submissions) == (3, 2, 1)
    assert [name.value for name in seen.moving.names] == ["lovelace"]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        split_people(connection, campus.organisation, merge_id, "an administrator", NOW)
    days = "SELECT count(*) FROM learner_course_days WHERE person_id = :person"
    assert campus.value(days, person=key(campus, "lovelace")) == seen.moving.active_days
    with pytest.raises(CannotChange) as refused:
        of_split(campus, merge_id)
    assert refused.value.refusal is Refusal.SPLIT_ALREADY


def test_events_without_raw_rows_are_said_to_stay(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY), viewed("lovelace", MONDAY), viewed("lovelace", MONDAY + DAY))
    merge_id = merge(campus, "ada", "lovelace")
    raw = campus.rows("SELECT organisation_id FROM raw_events")
    assert len(raw) == 3
    with campus.database.administration() as connection:
        connection.exec_driver_sql("SET search_path = analytics")
        connection.exec_driver_sql("DELETE FROM raw_events WHERE day = '2026-03-17'")
        connection.commit()

    seen = of_split(campus, merge_id)

    assert (seen.moving.events, seen.older) == (1, 1)
    # What has been counted and is not kept any more cannot be recounted: the campus is left as it was found.
    campus.rows("DELETE FROM learner_course_days WHERE day = '2026-03-17' RETURNING 1")
    for table in ("learner_course_day_types", "course_day_people", "course_days", "organisation_days"):
        campus.rows(f"DELETE FROM {table} WHERE day = '2026-03-17' RETURNING 1")
    campus.rows("DELETE FROM course_hours WHERE hour >= '2026-03-17' RETURNING 1")


def test_whom_somebody_has_merged_meanwhile_is_another_state(campus: Campus) -> None:
    campus.write(*(viewed(who, MONDAY) for who in ("ada", "lovelace", "bob", "cy")))

    def state() -> str:
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            return merge_state(connection, campus.organisation, key(campus, "ada"), key(campus, "lovelace"))

    before = of_merge(campus, "ada", "lovelace").state
    merge(campus, "bob", "cy")
    assert state() == before
    merge(campus, "lovelace", "bob")
    assert state() != before
    with pytest.raises(CannotChange) as refused:
        of_merge(campus, "ada", "bob")
    assert refused.value.refusal is Refusal.MEANWHILE
