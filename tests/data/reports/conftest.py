"""A small campus whose figures can be counted by hand, and short words for asking."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from flask_caching.backends import SimpleCache

from dashapp.data.cache import Cache
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.report_reader import ReportReader
from dashapp.domain.events import ActivityType, Role
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.periods import Fixed
from dashapp.domain.reports.questions import Question
from dashapp.domain.scope import AsOf
from dashapp.domain.views import Freshness
from dashapp.settings import load_settings
from tests.data.queries.conftest import AS_OF, NOW, World, at, make_world

ZONE = "Europe/Berlin"
MEMBERS = {
    "ALG": ("ada", "ben", "cho", "dan", "eve", "fay", "guy"),
    "BIO": ("ada", "gus", "hal", "ida", "sky", "tom"),
    "ART": ("ada", "jan", "kim", "lea", "mia", "nia"),
    "TINY": ("ada", "zoe"),
    "POT": ("pam", "pat"),
    "OIL": ("oda", "ole", "olm"),
}
"""Ada is in four of them. TINY is of Science; POT and OIL of Arts, which hide each other."""
PERIOD = Fixed(first=date(2026, 4, 13), last=date(2026, 5, 10))
"""Four weeks, the last of which is under way: NOW is the Thursday of it."""


class Unchanging:
    """The version of data that nobody changes."""

    def versions(self, *_whose: object) -> str:
        return "1"

    def freshness(self) -> Freshness:
        return Freshness(NOW, 0.0)


def reader_of(world: World, minimum_group: int = 5) -> ReportReader:
    return ReportReader(world.database, Cache(SimpleCache()), Unchanging(), minimum_group)


@cache
def principal(database: Database, organisation: OrganisationId, public_id: UUID) -> Principal:
    """Somebody with the roles that they have now; they change in no test."""
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        return principal_for(connection, organisation, public_id, datetime.now(UTC))


def ask(world: World, who: str, *measures: str, as_of: AsOf = AS_OF, zone: str = ZONE, **parts: Any) -> Answer:
    """What somebody is answered."""
    question = Question(measures=measures, **{"period": PERIOD, **parts})
    return reader_of(world).answer(somebody(world, who), question, zone, as_of)


def somebody(world: World, who: str) -> Principal:
    return principal(world.database, world.organisation, world.public_id(who))


def table(answer: Answer) -> Mapping[Any, Any]:
    """The only figure of each row by what stands before it."""
    return {row[:-1] if len(row) > 2 else row[0]: row[-1] for row in answer.rows}


@pytest.fixture(scope="module")
def campus(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three large courses and three small ones, in two units; tutor teaches ALG and TINY, aide section a of ALG."""
    settings = load_settings(_env_file=None, data_dir=tmp_path_factory.mktemp("reports") / "var", demo=False)
    world = make_world(module_database, settings, "north")
    build(world)
    return world


def build(world: World) -> None:
    """Writes the campus."""
    for code, names in MEMBERS.items():
        world.course(code, "Science" if code in ("ALG", "BIO", "TINY") else "Arts")
        world.learners(code, *(name for name in names if code != "ALG"))
    for section in ("a", "b"):
        world.section("ALG", section)
    for place, name in enumerate(MEMBERS["ALG"]):
        world.member(name, "ALG", section="a" if place < 3 else "b")
    for name in ("ada", "ben", "cho", "tutor", "aide", "dean"):
        world.person(name)
    world.member("tutor", "ALG", Role.TEACHER)
    world.member("tutor", "TINY", Role.TEACHER)
    world.member("aide", "ALG", Role.TEACHER, section="a")
    _activity(world)
    _work(world)
    _comings(world)
    world.write()
    world.make_administrator("dean")


def _activity(world: World) -> None:
    # In the week of 20 April three of ALG, on two days; in that of 4 May all of ALG and of BIO; staff never counts.
    world.seen("ada", "ALG", "04-20 08:00", "04-20 08:20", "04-22 08:00")
    world.seen("ben", "ALG", "04-20 09:00")
    world.seen("dan", "ALG", "04-22 09:00", activity_type=ActivityType.VIDEO, activity=world._named("activity", "film"))
    for code in ("ALG", "BIO"):
        for name in MEMBERS[code]:
            world.seen(name, code, "05-05 08:05" if code == "ALG" else "05-05 08:10")
    world.seen("ada", "TINY", "05-06 08:00")
    world.seen("jan", "ART", "04-28 12:00")
    world.seen("tutor", "ALG", "05-05 08:00")


def _work(world: World) -> None:
    world.task("ALG", "one", "04-20 20:00", weight=1.0)
    world.task("ALG", "two", "05-05 20:00", weight=1.0)
    world.task("ALG", "three", "05-20 20:00", weight=1.0)
    for name, score in zip(MEMBERS["ALG"], (9.0, 8.0, 7.0, 6.0, 5.0, 4.0), strict=False):
        world.submitted(name, "ALG", "one", "04-18 10:00")
        world.graded(name, "ALG", "one", "04-25 10:00", score)
    world.submitted("ada", "ALG", "two", "05-06 09:00")
    world.submitted("ben", "ALG", "two", "05-04 09:00")


def _comings(world: World) -> None:
    world.member("lou", "ALG", occurred_at=at("04-15 08:00"))
    world.member("lou", "ALG", active=False, occurred_at=at("04-29 08:00"))
