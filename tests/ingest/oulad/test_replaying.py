"""What the rows of the archive become."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    LearningEvent,
    MembershipChanged,
    Outcome,
    OutcomeRecorded,
    Precision,
    Source,
    Topic,
    UnitDescribed,
    Verb,
)
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.native import decode, encode
from ingest.oulad.archive import Archive, ArchiveError, Table, open_archive
from ingest.oulad.replaying import ISSUER, SITE_TYPES, Replay
from ingest.oulad.shifting import shift_to, shifted_days

ZONE = "Europe/London"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LAST_DAY = date(2026, 11, 21)
SOURCE = Source(SourceId(1), OrganisationId(1), "university", "oulad", ISSUER, frozenset(Topic))


def replay_of(archive: Archive, last_day: date = LAST_DAY, only: tuple[str, ...] = ()) -> Replay:
    return Replay(archive, shifted_days(archive, shift_to(archive, last_day), ZONE), NOW, only)


def events_of(replay: Replay, table: Table) -> list[Event]:
    return [event for replayed in replay.events(table) for event in replayed.events]


@pytest.fixture
def replay(small_archive: Path) -> Replay:
    return replay_of(open_archive(small_archive))


def test_the_shift_is_whole_weeks_and_ends_the_last_presentation_in_the_week_before(small_archive: Path) -> None:
    archive = open_archive(small_archive)
    for days in range(14):
        last_day = LAST_DAY + timedelta(days=days)
        shift = shift_to(archive, last_day)
        ends = max(run.ends_on for run in shifted_days(archive, shift, ZONE).runs.values())
        assert shift.days % 7 == 0
        assert timedelta(0) <= last_day - ends < timedelta(days=7)


def test_presentations_start_in_february_and_october_as_documented(replay: Replay) -> None:
    first, second = (event for event in events_of(replay, Table.COURSES) if isinstance(event, CourseDescribed))
    assert first.code == "XXX 2020B"
    assert first.starts_on is not None
    assert second.starts_on is not None
    assert second.starts_on - first.starts_on == date(2020, 10, 1) - date(2020, 2, 1)
    assert (first.starts_on - date(2020, 2, 1)).days % 7 == 0
    assert first.ends_on == first.starts_on + timedelta(days=100)


def test_every_row_of_clicks_is_an_event_even_when_it_repeats_another(replay: Replay) -> None:
    events = [event for event in events_of(replay, Table.STUDENT_VLE) if isinstance(event, LearningEvent)]
    assert len(events) == 6
    assert len({event.id for event in events}) == 6
    assert sum(event.count for event in events) == 18
    assert {event.precision for event in events} == {Precision.DAY}
    assert [event.verb for event in events[:4]] == [Verb.VIEWED] * 3 + [Verb.INTERACTED]


def test_a_day_is_the_local_day_counted_from_the_start_of_the_presentation(replay: Replay) -> None:
    run = replay._days.runs["XXX", "2020B"]
    event = events_of(replay, Table.STUDENT_VLE)[0]
    assert isinstance(event, LearningEvent)
    assert event.occurred_at is not None
    local = event.occurred_at.astimezone(replay._days.zone)
    assert (local.date(), local.hour) == (run.starts_on - timedelta(days=10), 12)


def test_types_of_sites_are_mapped_and_new_ones_are_other(replay: Replay) -> None:
    described = [event for event in events_of(replay, Table.VLE) if isinstance(event, ActivityDescribed)]
    assert [event.activity_type for event in described] == [
        ActivityType.RESOURCE,
        ActivityType.FORUM,
        ActivityType.OTHER,
        ActivityType.COURSE_HOME,
    ]
    units = [event for event in events_of(replay, Table.VLE) if isinstance(event, UnitDescribed)]
    assert {unit.unit for unit in units} == {"week-2"}


def test_weights_and_days_of_assessments_are_kept_and_none_is_invented(replay: Replay) -> None:
    described = [event for event in events_of(replay, Table.ASSESSMENTS) if isinstance(event, ActivityDescribed)]
    assignment, exam, quiz = described
    assert (assignment.weight, exam.weight, quiz.weight) == (40, 100, 0)
    assert exam.due_at is None
    assert assignment.due_at is not None
    assert assignment.activity_type is ActivityType.ASSIGNMENT
    local = assignment.due_at.astimezone(replay._days.zone)
    assert local.date() == replay._days.runs["XXX", "2020B"].starts_on + timedelta(days=30)


def test_a_site_and_an_assessment_of_the_same_number_are_two_activities(replay: Replay) -> None:
    sites = {event.activity for event in events_of(replay, Table.VLE) if isinstance(event, ActivityDescribed)}
    others = {event.activity for event in events_of(replay, Table.ASSESSMENTS) if isinstance(event, ActivityDescribed)}
    assert "10" in {name.value for name in sites} & {name.value for name in others}
    assert not sites & others


def test_registrations_without_a_day_and_with_a_wrong_one_become_valid_intervals(replay: Replay) -> None:
    changes = [event for event in events_of(replay, Table.STUDENT_REGISTRATION) if isinstance(event, MembershipChanged)]
    by_person: dict[tuple[str, str], list[MembershipChanged]] = {}
    for change in changes:
        by_person.setdefault((change.person.value, change.course.value), []).append(change)
    assert [change.active for change in by_person["1", "XXX-2020B"]] == [True]
    for key in (("2", "XXX-2020B"), ("1", "YYY-2020J")):
        begins, ends = by_person[key]
        assert begins.active
        assert not ends.active
        assert begins.occurred_at is not None
        assert ends.occurred_at is not None
        assert begins.occurred_at < ends.occurred_at


def test_submissions_keep_scores_missing_scores_and_banked_marks(small_archive: Path) -> None:
    replay = replay_of(open_archive(small_archive))
    events = [event for event in events_of(replay, Table.STUDENT_ASSESSMENT) if isinstance(event, LearningEvent)]
    handed_in, banked, without_score = events
    assert (handed_in.verb, handed_in.score, handed_in.max_score) == (Verb.SUBMITTED, 78, 100)
    assert (banked.verb, banked.score, banked.banked) == (Verb.GRADED, 60, True)
    assert without_score.score is None
    assert replay.held_back == 1, "a submission long after the last presentation would lie in the future"


def test_nothing_is_held_back_when_the_archive_lies_far_enough_in_the_past(small_archive: Path) -> None:
    replay = replay_of(open_archive(small_archive), LAST_DAY - timedelta(days=1000))
    assert len(events_of(replay, Table.STUDENT_ASSESSMENT)) == 4
    assert replay.held_back == 0


def test_outcomes_are_kept(replay: Replay) -> None:
    outcomes = [event for event in events_of(replay, Table.STUDENT_INFO) if isinstance(event, OutcomeRecorded)]
    assert [event.outcome for event in outcomes] == [Outcome.PASS, Outcome.WITHDRAWN, Outcome.FAIL]


def test_demographics_are_no_part_of_any_event(replay: Replay) -> None:
    told = b"".join(encode(event, ISSUER) for event in events_of(replay, Table.STUDENT_INFO))
    assert b"Wales" not in told
    assert b"0-35" not in told
    rows = list(replay.demographics())
    assert [(person.value, course.value) for person, course, _ in rows] == [
        ("1", "XXX-2020B"),
        ("2", "XXX-2020B"),
        ("1", "YYY-2020J"),
    ]
    assert rows[0][2]["region"] == "Wales"
    assert "imd_band" not in rows[0][2], "what is not given is left out"


def test_every_event_can_be_sent_and_comes_back_the_same(replay: Replay) -> None:
    for table in Table:
        for replayed in replay.events(table):
            for event in replayed.events:
                assert decode(encode(event, ISSUER), replayed.topic, SOURCE) == event


def test_ids_rise_with_the_position_so_that_the_ledger_is_written_in_one_place(replay: Replay) -> None:
    ids = [event.id for table in Table for replayed in replay.events(table) for event in replayed.events]
    assert len(set(ids)) == len(ids)
    for table in Table:
        rows = [replayed.events[-1].id for replayed in replay.events(table) if replayed.events]
        assert rows == sorted(rows)
    assert all(text[14] == "7" and text[19] == "8" for text in ids), "the ledger keeps version 7 as it is"


def test_only_some_modules_give_the_same_events_as_in_the_whole(small_archive: Path, replay: Replay) -> None:
    archive = open_archive(small_archive)
    some = replay_of(archive, only=("YYY",))
    for table in Table:
        whole = {event.id: event for event in events_of(replay, table)}
        part = events_of(some, table)
        assert all(whole[event.id] == event for event in part)
    assert len(events_of(some, Table.STUDENT_VLE)) == 1


def test_a_module_that_is_not_there_is_named(small_archive: Path) -> None:
    with pytest.raises(ArchiveError, match="The archive has no module ZZZ"):
        replay_of(open_archive(small_archive), only=("ZZZ",))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (Table.STUDENT_VLE, "XXX,2020B,1,10,soon,1"),
        (Table.STUDENT_VLE, "XXX,2020B,1,999,1,1"),
        (Table.STUDENT_ASSESSMENT, "10,1,,0,50"),
        (Table.STUDENT_ASSESSMENT, "999,1,3,0,50"),
        (Table.STUDENT_INFO, "XXX,2020B,9,F,Wales,,,,0,60,N,Left"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(small_archive: Path, table: Table, row: str) -> None:
    with (small_archive / f"{table}.csv").open("a") as file:
        file.write(row + "\n")
    replay = replay_of(open_archive(small_archive))
    with pytest.raises(ArchiveError, match=rf"^{table}\.csv makes no sense in row \d+: "):
        events_of(replay, table)


@pytest.mark.parametrize("presentation", ["2020X", "Spring", "B"])
def test_a_presentation_that_is_no_year_with_a_letter_is_named(small_archive: Path, presentation: str) -> None:
    file = small_archive / "courses.csv"
    file.write_text(file.read_text().replace("2020B", presentation))
    with pytest.raises(ArchiveError, match=r"^courses\.csv names a presentation"):
        replay_of(open_archive(small_archive))


def test_courses_without_rows_or_lengths_are_named(small_archive: Path) -> None:
    file = small_archive / "courses.csv"
    header = file.read_text().splitlines()[0]
    file.write_text(header + "\n")
    with pytest.raises(ArchiveError, match=r"courses\.csv has no rows"):
        replay_of(open_archive(small_archive))
    file.write_text(header + "\nXXX,2020B,\n")
    with pytest.raises(ArchiveError, match=r"courses\.csv gives no length in row 1"):
        replay_of(open_archive(small_archive))


@pytest.mark.shared_data
def test_every_type_of_the_published_archive_is_mapped(published: Archive) -> None:
    assert {row.values[3] for row in published.rows(Table.VLE)} <= set(SITE_TYPES)
