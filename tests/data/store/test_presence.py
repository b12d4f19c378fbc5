"""Sets of people by course and day, and by activity: whatever happens to events and people, they follow the rows of
the learners."""

from datetime import UTC, datetime, timedelta

from dashapp.data.database import DatabaseRole
from dashapp.data.store.merges import Merge, merge_people, split_people
from dashapp.data.store.presence import rebuild_activities
from dashapp.domain.events import Verb
from dashapp.domain.keys import PersonId
from tests.data.store.conftest import NOW, Campus, activity, viewed, voided

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)

_PEOPLE = """SELECT {columns}, person_id FROM {table} t
    JOIN (SELECT person_id FROM people WHERE organisation_id = :organisation) p ON p.person_id / 2048 = t.block
    WHERE get_bit({bits}, (p.person_id % 2048)::integer) = 1 ORDER BY 1, 2"""


def there(campus: Campus) -> set[tuple[str, int]]:
    """(day, person) of everybody whose bit is set."""
    query = _PEOPLE.format(columns="day::text", table="course_day_people", bits="people")
    return {(day, person) for day, person in campus.rows(query, organisation=campus.organisation)}


def of_activities(campus: Campus, bits: str) -> set[int]:
    query = _PEOPLE.format(columns="activity_id", table="activity_people", bits=bits)
    return {person for _activity, person in campus.rows(query, organisation=campus.organisation)}


def test_sets_follow_late_events_repetition_retraction_merges_and_splits(campus: Campus) -> None:
    first, again = viewed("ada", MONDAY, activity=activity()), viewed("ada", MONDAY + DAY, activity=activity())
    done = viewed("lovelace", MONDAY + DAY, verb=Verb.COMPLETED, activity=activity())
    campus.write(again, done)
    campus.write(first, again)  # the earlier day comes later, and one event twice
    ada, lovelace = campus.key_of("ada"), campus.key_of("lovelace")
    assert there(campus) == {("2026-03-16", ada), ("2026-03-17", ada), ("2026-03-17", lovelace)}
    assert (of_activities(campus, "seen"), of_activities(campus, "completed")) == ({ada, lovelace}, {lovelace})
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        one = Merge(PersonId(ada), PersonId(lovelace), "same account", "an administrator", NOW)
        merged = merge_people(connection, campus.organisation, one)
    assert there(campus) == {("2026-03-16", ada), ("2026-03-17", ada)}
    assert (of_activities(campus, "seen"), of_activities(campus, "completed")) == ({ada}, {ada})
    campus.write(voided(first))
    assert there(campus) == {("2026-03-17", ada)}
    assert campus.differences() == {}
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        split_people(connection, campus.organisation, merged, "an administrator", NOW)
    assert there(campus) == {("2026-03-17", ada), ("2026-03-17", lovelace)}
    campus.write(voided(done), voided(again))
    assert (there(campus), of_activities(campus, "seen"), of_activities(campus, "completed")) == (set(), set(), set())
    assert campus.differences() == {}


def test_sets_made_anew_for_some_people_keep_everybody_else(campus: Campus) -> None:
    quiz, page = activity(), activity("page-1")
    campus.write(viewed("ada", MONDAY - 10 * DAY, activity=quiz), viewed("bob", MONDAY, activity=page))
    course = campus.value("SELECT course_id FROM courses")
    seen = of_activities(campus, "seen")
    for who in ("bob", "ada"):
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            rebuild_activities(connection, campus.organisation, course, [campus.key_of(who)])
        assert campus.differences() == {}

    assert of_activities(campus, "seen") == seen == {campus.key_of("ada"), campus.key_of("bob")}


def test_a_set_with_a_person_too_many_or_too_few_is_found(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, activity=activity()), viewed("bob", MONDAY, activity=activity()))
    for table, bits in (("course_day_people", "people"), ("activity_people", "seen"), ("activity_people", "completed")):
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            connection.exec_driver_sql(f"UPDATE {table} SET {bits} = set_bit({bits}, 77, 1 - get_bit({bits}, 77))")
        assert campus.differences() == {table: 2}
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            connection.exec_driver_sql(f"UPDATE {table} SET {bits} = set_bit({bits}, 77, 1 - get_bit({bits}, 77))")
    assert campus.differences() == {}
