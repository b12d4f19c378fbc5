"""An organisation whose reports are made again and again, a clock that the test moves, and a maker of small files."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.store.schedules import add_schedule, ask_now
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind
from dashapp.domain.reports.document import Data, Report
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import File, NewSchedule, Part, Target, Way
from dashapp.jobs.making import Order, Watch
from dashapp.jobs.schedule_alerts import ScheduleAlerts
from dashapp.jobs.schedules import Schedules
from dashapp.settings import Settings
from tests.campus import Campus, build_campus
from tests.mail_server import MailBox, mail_server

SUNDAY = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
"""On this day clocks are put forward in Berlin."""
MONDAYS = "0 7 * * 1"
TESS, THEO, MAX, SUE = "Tess Thorne", "Theo Tull", "Max Moor", "Sue Stone"
REPORT = Report.model_validate(
    {
        "title": "Week by week",
        "time_zone": "Europe/Berlin",
        "blocks": [{"kind": "data", "id": str(UUID(int=1)), "chart": "table", "question": {"measures": ["enrolled"]}}],
    }
)


def address_of(name: str) -> str:
    return f"{name.split()[0].lower()}@example.edu"


@dataclass(frozen=True)
class Figures:
    """The answers of one reader, as CSV and as the body of a mail."""

    answers: Mapping[UUID, Answer]

    @property
    def likeness(self) -> str:
        return sha256(repr(self.answers).encode()).hexdigest()

    def write(self, folder: Path, watch: Watch) -> tuple[File, ...]:
        watch(0, 1)
        (answer,) = self.answers.values()
        lines = io.StringIO()
        csv.writer(lines).writerows([[one.key for one in answer.columns], *answer.rows])
        (folder / "figures.csv").write_text(lines.getvalue(), encoding="utf-8")
        picture = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{answer.rows[0][1]}</text></svg>'
        (folder / "chart-1").write_text(picture, encoding="utf-8")
        (folder / "body.html").write_text('<html><body><img src="cid:chart-1"></body></html>', encoding="utf-8")
        return (
            File("figures.csv", "text/csv", 0, "", len(answer.rows)),
            File("body.html", "text/html", 0, "", part=Part.BODY),
            File("chart-1", "image/svg+xml", 0, "", part=Part.INLINE),
        )


@dataclass
class SmallMaker:
    """Counts the learners of the courses that a reader teaches; an administrator's are those of all courses."""

    campus: Campus
    orders: list[Order] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    while_writing: Callable[[], None] = lambda: None

    def prepare(self, order: Order) -> "Counting":
        self.orders.append(order)
        self.meanwhile()
        if self.trouble:
            raise self.trouble.pop(0)
        reader = order.principal
        if not (reader.administers or reader.teaches_in):
            raise NotPermitted("Reports are for staff and for administrators.")
        statement = (
            "SELECT count(DISTINCT person_id) FROM memberships WHERE role = 'learner' AND scope_kind = 'course'"
            " AND (:all OR scope_id = ANY (:courses))"
        )
        values = {"all": reader.administers, "courses": sorted(reader.teaches_in)}
        with self.campus.database.transaction(DatabaseRole.WEB, reader.organisation_id) as connection:
            count = connection.execute(text(statement), values).scalar_one()
        columns = (Column("what", ColumnKind.TEXT), Column("learners", ColumnKind.COUNT))
        (block,) = (each for each in order.report.blocks if isinstance(each, Data))
        answer = Answer(AnswerState.SHOWN, columns, (("learners", count),))
        return Counting({block.id: answer}, self)


@dataclass(frozen=True)
class Counting(Figures):
    maker: SmallMaker

    @property
    def likeness(self) -> str:
        return sha256(repr(self.answers).encode()).hexdigest()

    def write(self, folder: Path, watch: Watch) -> tuple[File, ...]:
        self.maker.written.append(self.likeness)
        self.maker.while_writing()
        return Figures.write(self, folder, watch)


@dataclass
class Desk:
    """What a test does with schedules."""

    campus: Campus
    settings: Settings
    maker: SmallMaker
    now: datetime = SUNDAY

    def person(self, name: str) -> PersonId:
        return self.campus.people[name].person_id

    def target(self, name: str, way: Way = Way.MAIL, address: str | None = None) -> Target:
        return Target(way, self.person(name), address)

    def principal(self, name: str) -> Principal:
        organisation, public_id = self.campus.organisation_id, self.campus.people[name].public_id
        with self.campus.database.transaction(DatabaseRole.WEB, organisation) as connection:
            return principal_for(connection, organisation, public_id, self.now)

    def save(self, *targets: Target, cron: str = MONDAYS, report_id: UUID | None = None) -> UUID:
        new = NewSchedule(REPORT, report_id, cron, "Europe/Berlin", (ExportFormat.CSV,), targets)
        organisation = self.campus.organisation_id
        with self.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return add_schedule(connection, organisation, self.person(MAX), new, self.now)

    def ask(self, schedule: UUID) -> UUID | None:
        organisation = self.campus.organisation_id
        with self.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return ask_now(connection, organisation, schedule, self.person(TESS), self.now)

    def also_teaches(self, name: str, *, no_more: bool = False) -> None:
        statement = (
            "DELETE FROM memberships WHERE person_id = :person AND granted_by = 'test'"
            if no_more
            else "INSERT INTO memberships"
            " (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
            " SELECT organisation_id, :person, scope_kind, scope_id, role, starts_at, 'test' FROM memberships"
            " WHERE role NOT IN ('learner', 'administrator') AND scope_kind = 'course' LIMIT 1"
        )
        with self.campus.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            connection.execute(text(statement), {"person": self.person(name)})

    def with_mail(self, box: MailBox, **values: Any) -> Settings:
        given = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_from": "analytics@example.edu"}
        given |= {"smtp_security": "none", "public_url": "https://analytics.example.edu", **values}
        return self.settings.model_copy(update=given)

    def round(self, settings: Settings | None = None) -> None:
        Schedules(settings or self.settings, self.campus.database, self.maker, lambda: self.now).run(Signal())

    def alerts(self, settings: Settings) -> None:
        ScheduleAlerts(settings, self.campus.database, lambda: self.now).run(Signal())

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.campus.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def runs(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT due_at, state FROM schedule_runs ORDER BY due_at, run_id")

    def states(self) -> list[str]:
        return [state for _due, state in self.runs()]

    def copies(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT way, state, trouble FROM deliveries ORDER BY delivery_id")


@pytest.fixture(scope="module")
def campus(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Campus:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data"), database_url=str(module_database.url))
    made = build_campus(settings, module_database, studied=False)
    with module_database.transaction(DatabaseRole.JOBS, made.organisation_id) as connection:
        for name, person in made.people.items():
            values = {"email": address_of(name), "person": person.person_id}
            connection.execute(text("UPDATE people SET email = :email WHERE person_id = :person"), values)
        # The campus begins some weeks before the test runs, its schedules in a spring of known changes of clocks.
        connection.execute(text("UPDATE memberships SET starts_at = '2020-01-01'"))
        connection.execute(text("UPDATE membership_facts SET at = '2020-01-01'"))
    return made


@pytest.fixture
def desk(campus: Campus, tmp_path: Path) -> Desk:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("DELETE FROM report_schedules"))
    return Desk(campus, campus.settings.model_copy(update={"data_dir": tmp_path}), SmallMaker(campus))


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server() as found:
        yield found
