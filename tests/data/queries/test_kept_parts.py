"""What is kept of courses always says what their rows say: after each change the same as if nothing were kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.pace import Pace, next_turn
from dashapp.data.queries.compared import read_compared
from dashapp.data.queries.institution import institution_view
from dashapp.data.queries.institution_further import read_institution_further
from dashapp.data.queries.kept_parts import KeptParts
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId
from dashapp.domain.scope import AsOf
from tests.data.queries.conftest import NOW, World, at, counted_statements, filled

ALG = ("ada", "ben", "cho", "dan", "eve", "fay", "guy")
ART = ("ada", "jan", "kim", "lea", "mia", "nia")
FILTERS = (Filters(), Filters.parse(first="2026-04-29"), Filters.parse(unit="Arts"))
K = 2


@filled
def campus(world: World) -> World:
    """Two courses that share Ada, with work that is due on several days, and one whose roster nobody has sent."""
    world.course("ALG")
    world.course("ART", "Arts")
    world.course("OPEN", "Arts")
    for name in (*ALG, *ART, "zoe", "tutor"):
        world.person(name)
    world.learners("ALG", *ALG)
    world.learners("ART", *ART)
    world.member("tutor", "ALG", Role.TEACHER)
    for name, due in (("one", "04-20 20:00"), ("two", "05-07 15:00"), ("three", "05-20 20:00")):
        world.task("ALG", name, due)
    world.extended("dan", "ALG", "two", "05-09 20:00")
    world.task("ART", "drawing", "04-23 10:30", published_at=at("04-01 08:00"))
    for name in ALG:
        world.seen(name, "ALG", "03-04 12:00", "04-29 12:00")
        world.submitted(name, "ALG", "one", "04-18 10:00", score=5.0 + len(name))
    for name in ART[:4]:
        world.seen(name, "ART", "05-05 12:00")
        world.seen_on(name, "OPEN", "05-04")
    world.seen("tutor", "ALG", "05-06 12:00")
    world.write()
    return world


class Looking:
    """Somebody who looks at the page again and again, in a process that keeps what it has read."""

    def __init__(self, world: World) -> None:
        self.world, self.kept = world, KeptParts()

    def page(self, instant: datetime, kept: KeptParts | None, filters: Filters) -> tuple[Any, Any]:
        def read(connection: Any) -> tuple[Any, Any]:
            compared = read_compared(connection, self.world.everything(K), AsOf(instant), filters, kept)
            return institution_view(compared, filters), read_institution_further(connection, compared, filters)

        return self.world.read(read)  # type: ignore[no-any-return]

    def look(self, instant: datetime = NOW) -> list[tuple[Any, Any]]:
        """All pages, which are those of a process that has kept nothing."""
        told = [self.page(instant, self.kept, filters) for filters in FILTERS]
        assert told == [self.page(instant, None, filters) for filters in FILTERS]
        return told

    def parts(self) -> dict[CourseId, Any]:
        with self.kept.held(self.world.organisation, K) as held:
            return dict(held.parts)


def execute(world: World, statement: str, **values: object) -> None:
    """What some other part of the service has changed, and has told nobody of."""
    with world.database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        connection.execute(text(statement), {"organisation": world.organisation, **values})
        connection.commit()


def _events(world: World) -> None:
    world.seen("eve", "ALG", "05-07 09:00", "05-07 09:30")


def _late_events(world: World) -> None:
    world.seen("ada", "ART", "04-09 12:00")
    world.seen("ada", "ART", "02-25 12:00")


def _hand_ins(world: World) -> None:
    world.submitted("ben", "ALG", "two", "05-07 08:00", score=9.0)
    world.graded("cho", "ALG", "one", "05-07 09:00", 2.0)


def _teacher(world: World) -> None:
    world.member("ben", "ALG", Role.TEACHER, occurred_at=at("05-06 08:00"))


def _withdrawal(world: World) -> None:
    world.member("mia", "ART", active=False, occurred_at=at("05-06 08:00"))


def _newcomer(world: World) -> None:
    world.member("zoe", "ART", occurred_at=at("05-06 08:00"))


def _roster(world: World) -> None:
    world.learners("OPEN", "jan", "kim", "zoe")


def _test_person(world: World) -> None:
    world.person("guy", is_test=True)


def _unannounced(statement: str) -> Callable[[World], None]:
    return lambda world: execute(world, statement)


CHANGES: dict[str, Callable[[World], None]] = {
    "events": _events,
    "late events": _late_events,
    "what is handed in": _hand_ins,
    "a learner becomes a teacher": _teacher,
    "a learner leaves": _withdrawal,
    "a learner comes": _newcomer,
    "the first roster": _roster,
    "a test person": _test_person,
    "a new task": lambda world: world.task("ART", "painting", "05-06 10:00"),
    "rules": _unannounced(
        'UPDATE courses SET risk_rules = \'{"away": [{"limit": 0, "points": 3}], "listed_share": 1.0}\''
        " WHERE organisation_id = :organisation"
    ),
    "another time zone": _unannounced(
        "UPDATE organisation_time_zones SET zone = 'Pacific/Auckland' WHERE organisation_id = :organisation"
    ),
    "another start": _unannounced(
        "UPDATE courses SET starts_on = '2026-04-01' WHERE code = 'ALG' AND organisation_id = :organisation"
    ),
    "a test person by hand": _unannounced(
        "UPDATE people SET is_test = true WHERE person_id = (SELECT person_id FROM memberships WHERE role = 'learner'"
        " AND organisation_id = :organisation ORDER BY person_id LIMIT 1)"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_each_change_the_page_says_what_the_rows_say(campus: World, change: str) -> None:
    looking = Looking(campus)
    before = looking.look()
    CHANGES[change](campus)
    if campus.events:
        campus.write()
    after = looking.look()
    assert after != before
    assert looking.look() == after


def test_what_is_taken_back_is_no_longer_shown(campus: World) -> None:
    looking = Looking(campus)
    before = [view for view, _further in looking.look()]
    _events(campus)
    written = [event.id for event in campus.events]
    campus.write()
    assert [view for view, _further in looking.look()] != before
    for each in written:
        campus.voided(each)
    campus.write()
    assert [view for view, _further in looking.look()] == before


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_page_says_what_the_rows_say_however_time_passes(campus: World) -> None:
    """Over deadlines, their fortnights, midnights, windows of seven days, and people who are to come and go."""
    campus.member("zoe", "ART", occurred_at=at("05-08 06:00"))
    campus.member("lea", "ART", active=False, occurred_at=at("05-09 07:00"))
    execute(
        campus,
        "UPDATE activities SET published_at = '2026-05-08 09:15+00' WHERE title = 'Task three'"
        " AND organisation_id = :organisation",
    )
    campus.write(now=at("05-10 00:00"))
    looking = Looking(campus)
    told = [looking.look(at("05-06 21:30") + timedelta(minutes=95) * step) for step in range(60)]
    assert len({str(pages) for pages in told}) > 20
    for due in ("05-07 15:00", "05-08 06:00", "05-08 09:15", "05-09 07:00", "05-09 20:00", "05-21 15:00"):
        for seconds in (-1, 0, 1):
            looking.look(at(due) + timedelta(seconds=seconds))
    looking.look(at("05-07 15:00"))


def test_only_what_has_changed_is_read_again(campus: World) -> None:
    looking = Looking(campus)
    looking.look()
    before = looking.parts()
    campus.seen("eve", "ALG", "05-07 09:00")
    campus.write()
    looking.look()
    after = looking.parts()
    algebra = campus.course_id("ALG")
    assert {key for key, part in after.items() if part is not before[key]} == {algebra}


def test_a_page_of_which_nothing_has_changed_needs_one_statement(campus: World) -> None:
    looking = Looking(campus)
    looking.look()
    other = Filters.parse(first="2026-04-08")
    asked = campus.everything(K), AsOf(NOW + timedelta(minutes=3)), other, looking.kept
    web = campus.database.transaction(DatabaseRole.WEB, campus.organisation)
    with web as connection, counted_statements(connection) as statements:
        read_compared(connection, *asked)
    assert len(statements) == 1


def test_changes_that_nobody_remembers_are_taken_for_changes_of_everything(campus: World) -> None:
    looking = Looking(campus)
    looking.look()
    before = looking.parts()
    for name in ("eve", "kim"):
        campus.seen(name, "ALG" if name == "eve" else "ART", "05-07 09:00")
        campus.write()
    execute(campus, "DELETE FROM scope_changes c WHERE version < (SELECT max(version) FROM scope_changes d"
            " WHERE d.slot = c.slot) AND :organisation > 0")  # fmt: skip
    looking.look()
    after = looking.parts()
    assert all(part is not before[key] for key, part in after.items())


def test_what_could_not_be_read_is_read_the_next_time(campus: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Looking(campus)
    looking.look()
    campus.seen("eve", "ALG", "05-07 09:00")
    campus.write()
    with monkeypatch.context() as patched:
        patched.setattr("dashapp.data.queries.course_parts.read_work", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            looking.page(NOW, looking.kept, Filters())
    looking.look()


def test_nothing_of_another_organisation_is_shown_or_given_up(campus: World, other_world: World) -> None:
    looking, beside = Looking(campus), Looking(other_world)
    beside.kept = looking.kept
    looking.look()
    before = looking.parts()
    other_world.course("ALG")
    other_world.learners("ALG", "ada", "una", "vic")
    other_world.seen("una", "ALG", "05-07 09:00")
    other_world.write()
    (view, _further), *_others = beside.look()
    assert view.enrolled == 3
    looking.look()
    assert all(part is before[key] for key, part in looking.parts().items())


def test_the_organisations_asked_for_last_are_kept(campus: World, other_world: World) -> None:
    looking = Looking(campus)
    looking.kept = KeptParts(most=1)
    looking.look()
    assert looking.parts()
    Looking(other_world).look()
    with looking.kept.held(other_world.organisation, K):
        pass
    assert not looking.parts()


class _Slow(Pace):
    """Courses stay as they are for a minute."""

    @property
    def seconds(self) -> float:
        return 60.0


def test_where_courses_advance_at_a_pace_each_is_read_again_at_its_turn(campus: World) -> None:
    world = campus
    looking = Looking(world)
    looking.kept = KeptParts(pace=_Slow())
    before = looking.page(NOW, looking.kept, Filters())[0]
    keys = {name: world.course_id(name) for name in ("ALG", "ART")}
    turns = {name: next_turn(world.organisation + key, 60.0, NOW.timestamp()) for name, key in keys.items()}
    first, second = sorted(turns, key=lambda name: turns[name])
    for name, learner in (("ALG", "eve"), ("ART", "jan")):
        world.seen(learner, name, "05-07 09:00", "05-07 09:30")
    world.write()

    def read_again(seconds: float) -> set[str]:
        old = looking.parts()
        looking.page(NOW + timedelta(seconds=seconds - NOW.timestamp()), looking.kept, Filters())
        new = looking.parts()
        return {name for name, key in keys.items() if new[key] is not old[key]}

    assert before == looking.page(NOW, looking.kept, Filters())[0]
    assert read_again(turns[first]) == {first}
    assert read_again(turns[second] - 0.001) == set()
    assert read_again(turns[second]) == {second}
    assert read_again(turns[first] + 60.0) == set()
    later = NOW + timedelta(minutes=2)
    assert looking.page(later, looking.kept, Filters()) == looking.page(later, None, Filters())
