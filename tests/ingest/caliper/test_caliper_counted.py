"""Caliper on its whole way: envelopes in a transport, figures in the database."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.settings import Settings
from ingest import joins
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.caliper.samples import ANNA, GROUP, MESSAGE, PAGE, QUIZ, SECTION, caliper_event, envelope
from tests.ingest.caliper.talk import TALK
from tests.ingest.caliper.work import WORK
from tests.ingest.conftest import ISSUER, Campus, put, viewed
from tests.waiting import await_that

EVENTS = [
    {**sample.event, "id": f"urn:uuid:{UUID(int=number + 1, version=4)}"}
    for number, sample in enumerate((*WORK, *TALK))
]
DESCRIPTIONS: list[dict[str, Any]] = [
    {**GROUP, "dateCreated": "2026-02-01T06:00:00.000Z", "academicSession": "Spring 2026"},
    {
        "id": QUIZ,
        "type": "Assessment",
        "name": "The first quiz",
        "isPartOf": GROUP,
        "maxScore": 20,
        "dateToSubmit": "2026-03-06T22:59:00.000Z",
        "dateCreated": "2026-02-01T06:00:00.000Z",
    },
    {"id": ANNA, "type": "Person", "name": "Anna Ärmel", "dateCreated": "2026-02-01T06:00:00.000Z"},
    {
        "id": f"{SECTION}/rosters/1",
        "type": "Membership",
        "member": ANNA,
        "organization": SECTION,
        "roles": ["Learner"],
        "dateCreated": "2026-02-01T06:00:00.000Z",
    },
]


@pytest.fixture
def running(
    make_settings: Callable[..., Settings], campus: Campus, run_ingest: Callable[[Settings, Database], Ingest]
) -> Ingest:
    """An ingest that reads the inbox, with a horizon that lets every event through."""
    return run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)


def counts(campus: Campus) -> int:
    """Learning events in the raw rows."""
    return int(
        campus.scalar(
            "SELECT count(*) FROM raw_events WHERE verb NOT LIKE '%\\_described' AND verb <> 'membership_changed'"
        )
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_event_counts_once_whatever_the_order_and_each_table_is_fed(
    campus: Campus, running: Ingest, seed: int
) -> None:
    chosen = random.Random(seed)
    items = [*EVENTS, *DESCRIPTIONS, *EVENTS[::7]]
    chosen.shuffle(items)
    bodies = [envelope(*items[start : start + 9]) for start in range(0, len(items), 9)]
    put(campus, bodies, chosen.choice(["learning", "user", "content"]))
    await_that(lambda: counts(campus) == len(EVENTS), "every event is in")
    await_that(lambda: running.status().lag_events == 0, "nothing waits")
    assert campus.letters() == []
    graded = campus.scalar("SELECT count(*) FROM raw_events WHERE verb = 'graded'")
    assert campus.counted() == len(EVENTS) - graded
    assert campus.rows("SELECT code, title FROM courses") == [("MAT-101-01", "Algebra, section 1")]
    assert campus.rows("SELECT given_name FROM people") == [("Anna Ärmel",)]
    assert campus.scalar("SELECT count(*) FROM memberships") == 1
    assert campus.rows(
        "SELECT a.title, a.activity_type, a.max_score FROM activities a JOIN activity_identifiers i USING (activity_id)"
        f" WHERE i.value = '{QUIZ}'"
    ) == [("The first quiz", "quiz", 20.0)]
    assert campus.scalar("SELECT max(score) FROM submissions WHERE score <= max_score") == 39.5
    assert ("subject, predicate",) in campus.rows("SELECT response FROM item_responses")
    assert (MESSAGE,) in campus.rows("SELECT post FROM forum_posts")
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}


def test_bad_items_become_letters_of_their_own(campus: Campus, running: Ingest) -> None:
    good = caliper_event("ViewEvent", "Viewed", PAGE)
    put(campus, [envelope({**good, "action": "Danced"}, good, {"id": "x"}), envelope(good, sensor=None)])
    await_that(lambda: len(campus.letters()) == 3, "the letters are written")
    await_that(lambda: campus.counted() == 1, "the good one counts")
    assert {reason for reason, _ in campus.letters()} == {"invalid_statement"}
    assert sorted(detail.rsplit(" - at ", 1)[1] for _, detail in campus.letters()) == [
        "`/data/0/action`",
        "`/data/2/type`",
        "`/sensor`",
    ]


def test_an_envelope_that_tells_of_nobody_holds_nothing_up(campus: Campus, running: Ingest) -> None:
    nobody = caliper_event("ViewEvent", "Viewed", PAGE, actor={"id": "_:b", "type": "Person"})
    put(campus, [envelope(nobody)])
    put(campus, [envelope(caliper_event("ViewEvent", "Viewed", PAGE))])
    await_that(lambda: campus.counted() == 1, "the next one counts")
    await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "both are taken out")
    assert campus.letters() == []


def test_a_join_rule_makes_the_actor_and_the_account_one_learner(
    campus: Campus, running: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    rule = ("--organisation", "campus", "--issuer", ISSUER, "--kind", "caliper", "--same-issuer", ISSUER)
    said: list[str] = []
    assert joins.main(("add", *rule, "--same-kind", "account", "--transform", "last_segment"), said.append) == 0
    put(campus, [envelope(caliper_event("ViewEvent", "Viewed", PAGE)), encode(viewed(1, "anna"), ISSUER)])
    put(campus, [encode(viewed(2, "berta"), ISSUER)])
    await_that(lambda: campus.counted() == 3, "all are counted")
    assert campus.scalar("SELECT count(DISTINCT person_id) FROM learner_course_days") == 2
