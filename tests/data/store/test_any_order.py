"""The order, the repetition and the batches in which events come make no difference to what is counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.data.database import Database
from dashapp.data.tables import TENANT_TABLES
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    ExtensionGranted,
    LearningEvent,
    MembershipChanged,
    Outcome,
    OutcomeRecorded,
    PersonDescribed,
    Precision,
    Role,
    SectionDescribed,
    UnitDescribed,
    Verb,
    Voided,
)
from tests.data.store.conftest import Campus, activity, course, person
from tests.data.store.snapshots import snapshot

RECEIVED = datetime(2026, 4, 2, 12, 0, tzinfo=UTC)
KEPT = {"organisations", "organisation_time_zones", "sources"}

people = st.sampled_from(["ada", "bob", "eve"]).map(person)
courses = st.sampled_from(["algebra", "logic"]).map(course)
activities = st.sampled_from(["quiz", "page"]).map(activity)
types = st.sampled_from([None, ActivityType.UNKNOWN, ActivityType.PAGE, ActivityType.QUIZ, ActivityType.EXAM])
titles = st.sampled_from([None, None, "Vektorräume", "Vector spaces", "zebra"])
# Around the night in which clocks go forward in Berlin, with many ties.
EVENING = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
instants = st.integers(0, 40).map(lambda steps: EVENING + timedelta(minutes=37 * steps))
ids = st.uuids(version=4).map(str)
times = st.one_of(instants, instants, instants, st.none())

learning = st.builds(
    LearningEvent,
    id=ids,
    verb=st.sampled_from([Verb.VIEWED, Verb.VIEWED, Verb.SUBMITTED, Verb.GRADED, Verb.COMPLETED]),
    person=people,
    course=courses,
    occurred_at=times,
    precision=st.sampled_from([Precision.INSTANT, Precision.INSTANT, Precision.DAY]),
    count=st.integers(1, 3),
    activity=st.one_of(activities, st.none()),
    activity_type=types,
    score=st.one_of(st.none(), st.floats(0, 10)),
    activity_title=titles,
    course_title=titles,
)
memberships = st.builds(
    MembershipChanged,
    id=ids,
    person=people,
    course=courses,
    role=st.sampled_from([Role.LEARNER, Role.TEACHER]),
    active=st.booleans(),
    occurred_at=instants,
    section=st.sampled_from([None, "a", "b"]),
)
structure = st.one_of(
    st.builds(PersonDescribed, id=ids, person=people, occurred_at=times, given_name=st.sampled_from(["A", "B", None]),
              is_test=st.sampled_from([None, True, False])),
    st.builds(ActivityDescribed, id=ids, course=courses, activity=activities, occurred_at=instants,
              activity_type=types, title=st.sampled_from(["T", None]), unit=st.sampled_from([None, "u", "v"])),
    st.builds(CourseDescribed, id=ids, course=courses, occurred_at=instants, title=st.sampled_from(["X", "Y"]),
              term=st.sampled_from([None, "spring"]), organisation_unit=st.sampled_from([None, "arts"]),
              breaks=st.sampled_from([(), ((date(2026, 4, 1), date(2026, 4, 5)),)])),
    st.builds(SectionDescribed, id=ids, course=courses, section=st.just("a"), occurred_at=instants,
              title=st.sampled_from(["S", "R"])),
    st.builds(UnitDescribed, id=ids, course=courses, unit=st.sampled_from(["u", "v"]), occurred_at=instants,
              parent=st.sampled_from([None, "v"]), position=st.integers(0, 2)),
    st.builds(ExtensionGranted, id=ids, person=people, course=courses, activity=activities, due_at=instants,
              occurred_at=instants),
    st.builds(OutcomeRecorded, id=ids, person=people, course=courses, outcome=st.sampled_from(Outcome),
              occurred_at=instants),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What happened on a small campus, with some of it taken back."""
    events: list[Event] = [
        *draw(st.lists(learning, min_size=4, max_size=14)),
        *draw(st.lists(memberships, max_size=5)),
        *draw(st.lists(structure, max_size=6)),
    ]
    voidable = [event for event in events if isinstance(event, LearningEvent | MembershipChanged)]
    targets = draw(st.lists(st.sampled_from(voidable), max_size=3))
    voids = [Voided(id=f"void-{number}", target=one.id, occurred_at=RECEIVED) for number, one in enumerate(targets)]
    return [*events, *voids]


@st.composite
def arrangements(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """The events in any order, some of them twice, in batches of any size."""
    repeated = draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = draw(st.permutations([*events, *repeated]))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled) - 1), max_size=6)))
    return [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


def empty(campus: Campus) -> None:
    """Takes out everything that events have made."""
    # TENANT_TABLES has what is referred to before what refers to it.
    tables = [table.name for table in reversed(TENANT_TABLES) if table.name not in KEPT]
    with campus.database.administration() as connection:
        connection.exec_driver_sql(";".join(f"DELETE FROM analytics.{table}" for table in tables))
        connection.commit()


@pytest.fixture(scope="module")
def any_campus(module_database: Database) -> Campus:
    """Emptied between examples: making a database for each would take most of the time."""
    return Campus(module_database)


# Each example writes three campuses: a third as many as other properties have, of the profile that is loaded.
@settings(max_examples=max(1, settings.default.max_examples // 3 if settings.default else 15))
@given(data=st.data())
def test_any_order_repetition_and_batching_give_the_same_and_equal_a_recount(
    any_campus: Campus, data: st.DataObject
) -> None:
    events = data.draw(histories())
    found = []
    for batches in ([events], *(data.draw(arrangements(events)) for _ in range(2))):
        empty(any_campus)
        writers = [any_campus.new_writer() for _ in range(2)]
        for number, batch in enumerate(batches):
            any_campus.write(*batch, received_at=RECEIVED, writer=writers[number % 2])
        assert any_campus.differences() == {}
        found.append(snapshot(any_campus))
    for other in found[1:]:
        assert {table: rows for table, rows in found[0].items() if rows != other[table]} == {}
