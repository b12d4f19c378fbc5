"""One learner who is met under several names is one learner, by the administration's rules and by nothing else."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import names_statement, principal_for
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.join_rules import add_rule, list_rules, remove_rule
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.merges import split_people
from dashapp.data.store.names import Names
from dashapp.domain.events import Event, Identifier, LearningEvent, MembershipChanged, PersonDescribed, Role, Verb
from dashapp.domain.joins import JoinRule, JoinRuleError, Transform, mailbox_hash
from dashapp.domain.keys import PersonId
from tests.data.store.conftest import NOW, Campus, activity, course
from tests.data.store.test_any_order import empty

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
MOODLE = "https://lms.example"
ADA = "ada@example.org"
HASH = mailbox_hash(ADA) or ""
NATIVE = Identifier(MOODLE, "account", "42")
ACCOUNT = Identifier("https://video.example", "account", "lms-42")
MAILBOX = Identifier("mailto", "mbox_sha1sum", HASH)
CALIPER = Identifier("https://reader.example", "caliper", "https://lms.example/users/42")
NAMES = [NATIVE, ACCOUNT, MAILBOX, CALIPER]
RULES = [
    JoinRule("https://video.example", "account", MOODLE, "account", Transform.STRIP_PREFIX, "lms-"),
    JoinRule("https://reader.example", "caliper", MOODLE, "account", Transform.LAST_SEGMENT),
    JoinRule(MOODLE, "email", "mailto", "mbox_sha1sum", Transform.MAILBOX_HASH),
]


def did(name: Identifier, number: int, **values: Any) -> LearningEvent:
    at = MONDAY + timedelta(minutes=number)
    fields: dict[str, Any] = {"activity": activity(), "verb": Verb.VIEWED, **values}
    return LearningEvent(id=f"e-{number}", person=name, course=course(), occurred_at=at, **fields)


def is_called(name: Identifier, email: str | None, number: int = 0, **values: Any) -> PersonDescribed:
    at = MONDAY + timedelta(hours=number)
    return PersonDescribed(f"d-{name.value}-{number}", name, at, email=email, **values)


def allow(campus: Campus, *rules: JoinRule) -> None:
    for rule in rules:
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
            add_rule(connection, campus.organisation, rule, "an administrator", NOW)


def people(campus: Campus) -> int:
    """How many people there are, whoever has been merged being one."""
    return int(campus.value("SELECT count(*) FROM people WHERE merged_into IS NULL"))


def counts(campus: Campus) -> list[tuple[Any, ...]]:
    """What is counted, without the keys, which depend on who was met first."""
    return [
        *campus.rows("SELECT day::text, events, minutes::text FROM learner_course_days ORDER BY 1, 2, 3"),
        *campus.rows("SELECT day::text, events, learners FROM course_days ORDER BY 1, 2"),
        *campus.rows("SELECT activity_type, events FROM learner_course_day_types ORDER BY 1, 2"),
        *campus.rows("SELECT first_at, last_at, events FROM learner_activities ORDER BY 1, 2"),
        *campus.rows("SELECT count(*), count(DISTINCT person_id) FROM submissions"),
        *campus.rows("SELECT role, starts_at, ends_at FROM memberships ORDER BY 1, 2"),
    ]


def everything(describing: Sequence[Event] = ()) -> list[Event]:
    return [*(did(name, number, verb=Verb.SUBMITTED) for number, name in enumerate(NAMES)), *describing]


def test_one_learner_under_four_names_is_one_in_every_order_of_meeting(database: Database) -> None:
    for number, order in enumerate(permutations(NAMES)):
        campus = Campus(database, f"north-{number}")
        allow(campus, *RULES)
        campus.write(is_called(NATIVE, ADA))
        for place, name in enumerate(order):
            campus.write(did(name, place))
        assert people(campus) == 1
        assert campus.value("SELECT events FROM learner_course_days") == 4
        assert campus.differences() == {}


def test_all_names_in_one_batch_are_one_person(campus: Campus) -> None:
    allow(campus, *RULES)
    campus.write(*everything([is_called(NATIVE, ADA)]))
    assert people(campus) == 1
    assert campus.value("SELECT count(*) FROM learner_course_days") == 1


def test_without_a_rule_nobody_is_joined_whatever_events_say(campus: Campus) -> None:
    campus.write(*everything([is_called(NATIVE, ADA), is_called(CALIPER, ADA, given_name="Mallory")]))
    assert people(campus) == 4
    assert campus.value("SELECT count(*) FROM person_merges") == 0


def test_an_address_counts_only_from_the_issuer_that_the_rule_names(campus: Campus) -> None:
    allow(campus, RULES[2])
    other = Identifier("https://reader.example", "account", "mallory")
    campus.write(did(MAILBOX, 1), did(other, 2), is_called(other, ADA))
    assert people(campus) == 2


def test_two_senders_whose_addresses_are_verified_describe_one_person(campus: Campus) -> None:
    roster = Identifier("https://sis.example", "account", "s-7")
    allow(campus, RULES[2], JoinRule("https://sis.example", "email", "mailto", "mbox_sha1sum", Transform.MAILBOX_HASH))
    campus.write(did(NATIVE, 1), is_called(NATIVE, ADA))
    campus.write(did(roster, 2), is_called(roster, " Ada@Example.ORG "))
    assert people(campus) == 1


def test_a_rule_that_comes_later_joins_whom_it_speaks_of(campus: Campus) -> None:
    campus.write(*everything([is_called(NATIVE, ADA)]))
    assert people(campus) == 4
    for rule, left in zip(RULES, (3, 2, 1), strict=True):
        allow(campus, rule)
        assert people(campus) == left
        assert campus.differences() == {}
    campus.write(did(CALIPER, 9))
    assert campus.value("SELECT events FROM learner_course_days") == 5


def test_a_name_that_has_no_other_by_the_rule_stays_a_person_of_its_own(campus: Campus) -> None:
    allow(campus, *RULES)
    campus.write(
        did(NATIVE, 1),
        did(Identifier("https://video.example", "account", "42"), 2),
        did(Identifier("https://reader.example", "caliper", "https://lms.example/user.php?id=42"), 3),
        is_called(NATIVE, "not an address"),
    )
    assert people(campus) == 3


def test_a_rule_that_is_removed_joins_nobody_any_more_and_parts_nobody(campus: Campus) -> None:
    allow(campus, RULES[0])
    campus.write(did(NATIVE, 1), did(ACCOUNT, 2))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        remove_rule(connection, campus.organisation, RULES[0].pair)
        assert list_rules(connection, campus.organisation) == []
    campus.write(did(ACCOUNT, 3), did(Identifier("https://video.example", "account", "lms-7"), 4))
    assert people(campus) == 2
    with (
        pytest.raises(JoinRuleError, match="no rule"),
        campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection,
    ):
        remove_rule(connection, campus.organisation, RULES[0].pair)


@pytest.mark.parametrize("late", [False, True])
def test_whom_somebody_has_split_is_not_joined_again(campus: Campus, late: bool) -> None:
    if not late:
        allow(campus, RULES[0])
    campus.write(did(NATIVE, 1), did(ACCOUNT, 2))
    if late:
        allow(campus, RULES[0])
    merge = campus.value("SELECT merge_id FROM person_merges")
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        split_people(connection, campus.organisation, merge, "an administrator", NOW)
    campus.write(did(NATIVE, 3), did(ACCOUNT, 4), did(ACCOUNT, 5))
    assert sorted(campus.rows("SELECT events FROM learner_course_days")) == [(2,), (3,)]
    assert people(campus) == 2


def test_what_is_said_of_any_of_the_names_is_shown_and_the_latest_holds(campus: Campus) -> None:
    allow(campus, *RULES[:2])
    campus.write(did(ACCOUNT, 1))
    campus.write(is_called(NATIVE, None, 2, given_name="Ada", family_name="Lovelace"))
    assert shown(campus) == [("Ada", "Lovelace")]
    campus.write(is_called(CALIPER, None, 1, given_name="A."))
    assert shown(campus) == [("Ada", "Lovelace")]
    campus.write(is_called(CALIPER, None, 3, given_name="Augusta"))
    assert shown(campus) == [("Augusta", None)]
    campus.write(is_called(CALIPER, None, 4, is_test=True), did(NATIVE, 5))
    assert campus.rows("SELECT * FROM course_days") == []
    campus.write(is_called(NATIVE, None, 5, is_test=False))
    assert campus.rows("SELECT events, learners FROM course_days") == [(2, 1)]


def shown(campus: Campus) -> list[tuple[Any, Any]]:
    keys = [PersonId(key) for (key,) in campus.rows("SELECT person_id FROM people WHERE merged_into IS NULL")]
    public = campus.value("SELECT public_id FROM people WHERE merged_into IS NOT NULL LIMIT 1")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        rows = connection.execute(names_statement(campus.organisation, keys)).all()
        found = [(row.given_name, row.family_name) for row in rows]
        name = principal_for(connection, campus.organisation, public, NOW).name
    assert name == " ".join(filter(None, found[0]))
    return found


# ------------------------------------------------------------------ any order

_descriptions: list[Event] = [
    is_called(NATIVE, ADA, 1, given_name="Ada"),
    is_called(NATIVE, "other@example.org", 2, given_name="Augusta", is_test=False),
    is_called(CALIPER, None, 3, is_test=True),
    is_called(ACCOUNT, None, 4, family_name="Lovelace"),
]
_steps = st.permutations(
    [
        *([event] for event in everything()),
        *([event] for event in _descriptions),
        [MembershipChanged("m-1", ACCOUNT, course(), Role.LEARNER, True, MONDAY)],
        [MembershipChanged("m-2", CALIPER, course(), Role.LEARNER, False, MONDAY + timedelta(days=3))],
        [did(Identifier("mailto", "mbox_sha1sum", mailbox_hash("other@example.org") or ""), 20)],
        [did(Identifier(MOODLE, "account", "43"), 21)],
        *RULES,
    ]
)


@pytest.fixture(scope="module")
def any_campus(module_database: Database) -> Campus:
    return Campus(module_database)


@settings(max_examples=max(1, settings.default.max_examples // 2 if settings.default else 25))
@given(steps=_steps, together=st.integers(1, 5), writers=st.integers(1, 2))
def test_any_order_of_events_and_rules_ends_with_the_same_people_and_sums(
    any_campus: Campus, steps: list[Any], together: int, writers: int
) -> None:
    campus = any_campus
    empty(campus)
    by = [campus.new_writer() for _ in range(writers)]
    batch: list[Event] = []
    for number, step in enumerate([*steps, None]):
        if isinstance(step, list):
            batch += step
        if batch and (not isinstance(step, list) or len(batch) >= together):
            campus.write(*batch, writer=by[number % writers])
            batch = []
        if isinstance(step, JoinRule):
            allow(campus, step)
    assert campus.differences() == {}
    assert people(campus) == 2
    assert campus.value("SELECT count(*) FROM people WHERE merged_into IN (SELECT person_id FROM people p"
                        " WHERE p.merged_into IS NOT NULL)") == 0  # fmt: skip
    expected = [("2026-03-16", 1), ("2026-03-16", 5)]
    assert campus.rows("SELECT day::text, events FROM learner_course_days ORDER BY 2") == expected
    assert campus.rows("SELECT day::text, events, learners FROM course_days") == [("2026-03-16", 6, 2)]
    assert campus.rows("SELECT role, ends_at::date::text FROM memberships") == [("learner", "2026-03-19")]
    holds = "SELECT d.family_name FROM people p JOIN people d ON d.person_id = coalesce(p.described_as, p.person_id)"
    assert ("Lovelace",) in campus.rows(f"{holds} WHERE p.merged_into IS NULL")


# ------------------------------------------------------------------ several writers


def test_processes_that_meet_the_names_of_many_learners_at_once_leave_nobody_twice(campus: Campus) -> None:
    allow(campus, *RULES)
    learners = 60

    def names(number: int) -> list[Identifier]:
        return [
            Identifier(MOODLE, "account", f"{number}"),
            Identifier("https://video.example", "account", f"lms-{number}"),
            Identifier("https://reader.example", "caliper", f"https://lms.example/users/{number}"),
            Identifier("mailto", "mbox_sha1sum", mailbox_hash(f"{number}@example.org") or ""),
        ]

    def run(seed: int) -> None:
        events: list[Event] = []
        for number in range(learners):
            native = names(number)[0]
            events += [
                did(name, place * 100 + number) for place, name in enumerate(names(number)) if (place + seed) % 2
            ]
            events.append(is_called(native, f"{number}@example.org", given_name=f"L{number}"))
        Random(seed).shuffle(events)
        writer = campus.new_writer()
        for start in range(0, len(events), 20):
            campus.write(*events[start : start + 20], writer=writer)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    assert people(campus) == learners
    assert campus.rows("SELECT DISTINCT events FROM learner_course_days") == [(4,)]


def test_a_rule_that_is_made_while_events_come_joins_everybody(campus: Campus) -> None:
    def run(seed: int) -> None:
        writer = campus.new_writer()
        for start in range(0, 40, 4):
            campus.write(
                *(did(Identifier(MOODLE, "account", f"{n}"), n) for n in range(start, start + 4) if seed),
                *(
                    did(Identifier("https://video.example", "account", f"lms-{n}"), 100 + n)
                    for n in range(start, start + 4)
                ),
                writer=writer,
            )

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(run, seed) for seed in range(2)]
        allow(campus, RULES[0])
        for one in running:
            one.result()
    assert people(campus) == 40
    assert campus.rows("SELECT DISTINCT events FROM learner_course_days") == [(2,)]


def test_who_holds_the_organisation_never_waits_for_a_thread_that_waits_for_it(campus: Campus) -> None:
    allow(campus, RULES[0])
    cache = IdentityCache(campus.database)
    names = Names(people={ACCOUNT, NATIVE})
    with ThreadPoolExecutor(2) as pool:
        with campus.database.transaction(DatabaseRole.INGEST, campus.organisation) as connection:
            own_organisation(connection, campus.organisation)
            waiting = pool.submit(cache.resolve, campus.organisation, names)
            waiting_for = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while connection.execute(text(waiting_for)).scalar_one() == 0:
                assert not waiting.done()
            pool.submit(cache.forget, campus.organisation).result(30)
            assert not waiting.done()
        assert len(set(waiting.result(30).people.values())) == 2
    assert people(campus) == 1


def test_a_split_gives_back_what_was_said_of_each(campus: Campus) -> None:
    allow(campus, RULES[0])
    campus.write(is_called(NATIVE, None, 1, given_name="Ada"), is_called(ACCOUNT, None, 2, given_name="Augusta"))
    assert shown(campus) == [("Augusta", None)]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        merge = connection.execute(text("SELECT merge_id FROM person_merges")).scalar_one()
        split_people(connection, campus.organisation, merge, "an administrator", NOW)
    assert campus.rows("SELECT given_name, described_as FROM people ORDER BY given_name") == [
        ("Ada", None),
        ("Augusta", None),
    ]
