"""The command by which an administrator says which names are the same person, and what ingest makes of it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.events import Identifier
from dashapp.domain.joins import mailbox_hash
from dashapp.settings import Settings
from ingest import joins
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.caliper.samples import PAGE, caliper_event, envelope
from tests.ingest.conftest import ISSUER, Campus, put, viewed
from tests.ingest.xapi.statements import statement
from tests.waiting import await_that

VIDEO = "https://video.example"
RULE = (
    *("--organisation", "campus", "--issuer", VIDEO, "--kind", "account"),
    *("--same-issuer", ISSUER, "--same-kind", "account", "--transform", "lower_case"),
)


@pytest.fixture
def run(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[str]]]:
    """Runs the command on the test's database; gives its exit code and its sentences."""
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))

    def command(*arguments: str) -> tuple[int, list[str]]:
        said: list[str] = []
        return joins.main(arguments, said.append), said

    return command


def test_a_rule_is_made_listed_and_taken_back(campus: Campus, run: Callable[..., tuple[int, list[str]]]) -> None:
    assert run("list", "--organisation", "campus") == (0, ["No rules: every name is a person of its own."])
    assert run("add", *RULE, "--by", "the registrar") == (
        0,
        ["Made. 0 people who are known already were joined with one another."],
    )
    code, [listed] = run("list", "--organisation", "campus")
    assert code == 0
    assert listed.startswith(f"{VIDEO} account → {ISSUER} account  (lower_case; by the registrar, ")
    assert run("remove", *RULE[:6])[0] == 0
    assert run("remove", *RULE[:6])[0] == 1


def test_a_rule_of_addresses_needs_no_more_than_its_issuer(
    campus: Campus, run: Callable[..., tuple[int, list[str]]]
) -> None:
    addresses = ("--organisation", "campus", "--issuer", ISSUER, "--kind", "email")
    assert run("add", *addresses, "--transform", "mailbox_hash")[0] == 0
    assert "→ mailto mbox_sha1sum" in run("list", "--organisation", "campus")[1][0]


def test_what_cannot_be_is_one_sentence_and_exit_code_1(
    campus: Campus, run: Callable[..., tuple[int, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list", "--organisation", "nowhere")[0] == 1
    assert run("add", *RULE[:6])[0] == 1
    assert run("add", *RULE)[0] == 0
    back = ("--issuer", ISSUER, "--kind", "account", "--same-issuer", VIDEO, "--same-kind", "account")
    assert run("add", "--organisation", "campus", *back)[0] == 1
    assert capsys.readouterr().err.splitlines() == [
        "There is no organisation named nowhere.",
        "A rule needs --same-issuer and --same-kind; only mailbox_hash knows them itself.",
        f"({VIDEO}, account) leads to ({ISSUER}, account) already: that is a circle.",
    ]


def test_a_running_ingest_follows_a_rule_that_is_made_meanwhile(
    campus: Campus,
    run: Callable[..., tuple[int, list[str]]],
    make_settings: Callable[..., Settings],
    run_ingest: Callable[..., Ingest],
) -> None:
    run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)
    first = [viewed(number, f"learner-{number}") for number in range(5)]
    second = [
        structs.replace(viewed(10 + number), person=Identifier(VIDEO, "account", f"Learner-{number}"))
        for number in range(5)
    ]
    put(campus, [encode(event, ISSUER) for event in [*first, *second]])
    await_that(lambda: campus.counted() == 10, "both names of five learners are counted")
    assert campus.scalar("SELECT count(*) FROM people WHERE merged_into IS NULL") == 10
    code, [made] = run("add", *RULE)
    assert (code, made) == (0, "Made. 10 people who are known already were joined with one another.")
    told = campus.scalar("SELECT max(cardinality(people)) FROM scope_changes WHERE oldest_received_at IS NULL")
    assert told == 10
    third = [viewed(20, "learner-1"), viewed(21, "learner-9")]
    put(campus, [encode(event, ISSUER) for event in third])
    await_that(lambda: campus.counted() == 12, "events after the rule are counted")
    assert campus.scalar("SELECT count(*) FROM people WHERE merged_into IS NULL") == 6
    assert campus.scalar("SELECT max(events) FROM learner_course_days") == 3


ADDRESS = "anna@example.org"
DESCRIBED: dict[str, Any] = {
    "type": "person_described", "id": "person-1", "time": "2026-02-01T08:00:00+01:00", "actor": {"id": "anna"},
    "given_name": "Anna", "email": "Anna@Example.org",
}  # fmt: skip


def by_statement(**actor: Any) -> bytes:
    return json.dumps(statement(id=str(uuid4()), actor=actor)).encode()


SENT: tuple[bytes, ...] = (
    encode(viewed(1), ISSUER),
    by_statement(account={"homePage": VIDEO, "name": "ANNA"}),
    by_statement(account={"homePage": ISSUER, "name": "anna"}),
    by_statement(mbox=f"mailto:{ADDRESS}"),
    by_statement(mbox_sha1sum=mailbox_hash(ADDRESS)),
    envelope(caliper_event("ViewEvent", "Viewed", {"id": PAGE, "type": "Page"})),
)
"""Anna, under each of her names."""
RULES = (
    RULE,
    (
        *("--organisation", "campus", "--issuer", ISSUER, "--kind", "caliper"),
        *("--same-issuer", ISSUER, "--same-kind", "account", "--transform", "last_segment"),
    ),
    ("--organisation", "campus", "--issuer", ISSUER, "--kind", "email", "--transform", "mailbox_hash"),
)


@pytest.mark.parametrize("rules_after", [0, 3, len(SENT) + 1])
@pytest.mark.parametrize("backwards", [False, True])
def test_one_learner_in_three_formats_under_all_her_names_is_one_learner(
    campus: Campus,
    run: Callable[..., tuple[int, list[str]]],
    make_settings: Callable[..., Settings],
    run_ingest: Callable[..., Ingest],
    rules_after: int,
    backwards: bool,
) -> None:
    run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)
    bodies = [*SENT, json.dumps(DESCRIBED).encode()]
    for number, body in enumerate(reversed(bodies) if backwards else bodies):
        if number == rules_after:
            assert [run("add", *rule)[0] for rule in RULES] == [0, 0, 0]
        put(campus, [body], "user" if b"person_described" in body else "learning")
        await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "it is taken from the inbox")
    if rules_after == len(bodies):
        assert [run("add", *rule)[0] for rule in RULES] == [0, 0, 0]
    assert campus.letters() == []
    assert campus.counted() == len(SENT)
    assert campus.scalar("SELECT count(*) FROM people WHERE merged_into IS NULL") == 1
    assert campus.scalar("SELECT count(DISTINCT person_id) FROM learner_course_days") == 1


@pytest.fixture
def joined(
    campus: Campus,
    run: Callable[..., tuple[int, list[str]]],
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Any], Ingest],
) -> Ingest:
    """A learner of two names who have become one by a rule: three events under one name, two under the other."""
    running = run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)
    met = [viewed(number) for number in range(5)]
    people = [Identifier(ISSUER, "account", "anna")] * 3 + [Identifier(VIDEO, "account", "ANNA")] * 2
    put(campus, [encode(structs.replace(one, person=who), ISSUER) for one, who in zip(met, people, strict=True)])
    await_that(lambda: running.status().committed_events == 5, "all are taken")
    assert run("add", *RULE)[0] == 0
    assert people_of(campus) == [5]
    return running


def people_of(campus: Campus) -> list[int]:
    """How many events each person has."""
    counted = "SELECT sum(events)::integer FROM learner_course_days GROUP BY person_id ORDER BY person_id"
    return [count for (count,) in campus.rows(counted)]


@pytest.mark.usefixtures("joined")
def test_a_split_says_what_it_moves_does_it_when_it_is_confirmed_and_is_in_the_trail(
    campus: Campus, run: Callable[..., tuple[int, list[str]]]
) -> None:
    code, [listed] = run("merges", "--organisation", "campus")
    number, names = listed.split()[0], f"{VIDEO} account ANNA → {ISSUER} account anna"
    assert code == 0
    assert names in listed
    told = [
        f"1 names become a person of their own: {VIDEO} account ANNA.",
        "2 events move with them.",
    ]

    code, said = run("split", number, "--organisation", "campus")
    assert (code, said) == (0, [*told, "Nothing has been changed. With --yes, it is done."])
    assert people_of(campus) == [5]

    code, said = run("split", number, "--organisation", "campus", "--yes")
    assert (code, said) == (0, [*told, "Split. No rule joins them again."])
    assert people_of(campus) == [3, 2]
    assert run("merges", "--organisation", "campus") == (0, ["Nobody has been joined."])
    assert run("split", number, "--organisation", "campus", "--yes") == (1, [])
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        trail = "SELECT organisation_id, actor, subject, detail FROM audit_log WHERE action = 'person.split'"
        [row] = connection.execute(text(trail)).all()
    ids = dict(campus.rows("SELECT value, person_id FROM person_identifiers"))
    assert (row.organisation_id, row.subject) == (campus.organisation_id, f"person {ids['ANNA']}")
    assert row.actor.startswith("operator:")
    assert row.detail == {"from": ids["anna"], "merge": int(number)}


def test_who_was_split_stays_split_when_further_events_come(
    campus: Campus, joined: Ingest, run: Callable[..., tuple[int, list[str]]]
) -> None:
    number = run("merges", "--organisation", "campus", "--name", "ANNA")[1][0].split()[0]
    assert run("split", number, "--organisation", "campus", "--yes")[0] == 0
    further = structs.replace(viewed(7), person=Identifier(VIDEO, "account", "ANNA"))
    put(campus, [encode(further, ISSUER)])
    await_that(lambda: joined.status().committed_events == 6, "it is taken")
    assert people_of(campus) == [3, 3]


def test_merges_are_found_by_a_name_of_either_person(
    campus: Campus, joined: Ingest, run: Callable[..., tuple[int, list[str]]]
) -> None:
    for name in ("anna", "ANNA"):
        assert len(run("merges", "--organisation", "campus", "--name", name)[1]) == 1
    assert run("merges", "--organisation", "campus", "--name", "ben")[1] == ["Nobody with the name ben was joined."]
    assert run("split", "4711", "--organisation", "campus")[0] == 1
