"""The service's own maker: each recipient's figures from the answers to the report, in the files of all exports; and
job processes of which one is killed while it sends."""

import signal
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Event as Signal
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from dashapp.components.schedule_rows import schedule_rows
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store.reports import make_report, save_report
from dashapp.data.store.schedules import add_schedule, ask_now
from dashapp.domain.clock import system_clock
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.reports.keeping import ReportReader, ShareRole
from dashapp.domain.schedules.runs import NewSchedule, Target, Way
from dashapp.jobs.report_copies import ScheduledReports
from dashapp.security.schedules import Scheduling
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.jobs.scheduled import MAX, SUE, TESS, THEO, address_of
from tests.jobs.test_running import Process, start, wait_until
from tests.mail_server import MailBox, mail_server
from tests.security.conftest import principal_of
from tests.served import Visitor, application_on, web_settings

__all__ = ["start"]
"""Fixtures."""

LINE, TABLE = UUID(int=7), UUID(int=8)
QUESTION = {"measures": ["active_learners"], "grain": "week", "period": {"kind": "moving", "count": 3}}
REPORT = Report.model_validate(
    {
        "title": "Who is there?",
        "time_zone": "Europe/Berlin",
        "blocks": [
            {"kind": "data", "id": str(LINE), "chart": "line", "question": QUESTION},
            {"kind": "data", "id": str(TABLE), "chart": "table", "question": {"measures": ["enrolled"]}},
        ],
    }
)


OUTSIDE = "partner@example.org"
PERIOD = {"kind": "moving", "count": 2}
BY_COURSE = Report.model_validate(
    {
        "title": "Courses for the partner",
        "time_zone": "Europe/Berlin",
        "blocks": [
            {"kind": "data", "id": str(LINE), "chart": "line", "question": QUESTION},
            {
                "kind": "data",
                "id": str(TABLE),
                "chart": "table",
                "title": "Courses",
                "question": {"measures": ["enrolled"], "split": "course", "period": PERIOD},
            },
        ],
    }
)
BY_NAME = Report.model_validate(
    {
        "title": "For nobody outside",
        "time_zone": "Europe/Berlin",
        "blocks": [
            {
                "kind": "data",
                "id": str(TABLE),
                "chart": "table",
                "question": {"measures": ["events"], "split": "learner", "period": PERIOD},
            }
        ],
    }
)


@pytest.fixture
def campus(database: Database) -> Campus:
    made = build_campus(web_settings(database), database)
    with database.transaction(DatabaseRole.JOBS, made.organisation_id) as connection:
        for name, person in made.people.items():
            values = {"email": address_of(name), "person": person.person_id}
            connection.execute(text("UPDATE people SET email = :email WHERE person_id = :person"), values)
    return made


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server() as found:
        yield found


def ask(campus: Campus, names: tuple[str, ...], formats: tuple[ExportFormat, ...]) -> None:
    organisation, administrator = campus.organisation_id, campus.people[ADMINISTRATOR].person_id
    targets = tuple(Target(Way.MAIL, campus.people[name].person_id) for name in names)
    new = NewSchedule(REPORT, None, "0 7 * * 1", "Europe/Berlin", formats, targets)
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        schedule = add_schedule(connection, organisation, administrator, new, system_clock())
        ask_now(connection, organisation, schedule, administrator, system_clock())


def states(campus: Campus) -> list[str]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return list(connection.execute(text("SELECT state FROM deliveries ORDER BY delivery_id")).scalars())


def test_two_recipients_with_different_classes_get_different_numbers_in_one_mail_each(
    campus: Campus, box: MailBox, tmp_path: Path
) -> None:
    ask(campus, (TESS, THEO, MAX), (ExportFormat.HTML, ExportFormat.XLSX, ExportFormat.PDF))
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_from": "analytics@example.edu"}
    settings = web_settings(campus.database, data_dir=tmp_path, smtp_security="none", **mail)
    job = ScheduledReports(settings, campus.database, system_clock)
    job.run(Signal())
    ended = Signal()
    ended.set()
    job.run(ended)  # Chromium goes with it

    assert states(campus) == ["sent"] * 3
    enrolled = {}
    for name in (TESS, THEO, MAX):
        (one,) = box.to(address_of(name))
        body = one.mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
        pictures = [part for part in one.mail.walk() if part.get_content_type() == "image/png"]
        assert len(pictures) == 1
        assert f"cid:{str(pictures[0]['Content-ID']).strip('<>')}" in body
        kept = {str(file.get_filename()): file.get_content() for file in one.mail.iter_attachments()}
        assert sorted(Path(file).suffix for file in kept) == [".pdf", ".xlsx"]
        (tmp_path / "one.xlsx").write_bytes(next(data for file, data in kept.items() if file.endswith(".xlsx")))
        sheet = load_workbook(tmp_path / "one.xlsx").worksheets[1]
        enrolled[name] = [cell.value for cell in list(sheet.rows)[-1]]
    assert enrolled == {TESS: [8], THEO: [3], MAX: [10]}
    assert list(ReceivedFiles.below(tmp_path).root.rglob("*.part")) == []


def scheduled_outside(campus: Campus, reader: ReportReader) -> tuple[UUID, UUID]:
    """A report that goes out to somebody without an account, now: (report, schedule)."""
    formats = (ExportFormat.HTML, ExportFormat.XLSX, ExportFormat.PDF)
    targets, now = (Target(Way.OUTSIDE, reader.person, OUTSIDE),), system_clock()
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        report = make_report(connection, reader, BY_COURSE, now)
    assert report is not None
    new = NewSchedule(BY_COURSE, report, "0 7 * * 1", "Europe/Berlin", formats, targets)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        schedule = add_schedule(connection, campus.organisation_id, reader.person, new, now)
        ask_now(connection, campus.organisation_id, schedule, reader.person, now)
    return report, schedule


def changed(campus: Campus, reader: ReportReader, report: UUID) -> None:
    """The report asks for people by name, and is called otherwise."""
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        saved = save_report(connection, reader, (report, BY_NAME, 1), system_clock())
    assert saved is not None
    assert (saved.revision, saved.conflict) == (2, False)


def test_somebody_outside_gets_the_suppressed_copy_that_was_approved_whatever_has_changed_since(
    campus: Campus, box: MailBox, tmp_path: Path
) -> None:
    reader = ReportReader(campus.organisation_id, campus.people[MAX].person_id, (ShareRole.ADMINISTRATORS,))
    report, _schedule = scheduled_outside(campus, reader)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_from": "analytics@example.edu"}
    settings = web_settings(campus.database, data_dir=tmp_path, smtp_security="none", **mail)
    job, ended = ScheduledReports(settings, campus.database, system_clock), Signal()

    job.run(Signal())
    assert (states(campus), box.taken) == (["held"], [])
    with application_on(campus.database, campus, data_dir=tmp_path) as application:
        administrator = Visitor(application.server.test_client(), application).sign_in(campus, MAX)
        desk = Scheduling(application.services, principal_of(application, campus, MAX))
        with application.server.app_context():
            views = desk.schedules(report)
            (copy,) = views[0].runs[0].copies
            offered = str(schedule_rows(views, "/"))
            address = f"/received/{copy.public_id}"
            seen = {one.name: administrator.client.get(f"{address}/{at}").data for at, one in enumerate(copy.files)}
            changed(campus, reader, report)
            desk.decide(copy.public_id, send=True)
    job.run(Signal())
    ended.set()
    job.run(ended)  # Chromium goes with it

    (one,) = box.to(OUTSIDE)
    assert (states(campus), one.mail["Subject"]) == (["sent"], "Courses for the partner")
    attached = {str(file.get_filename()): file.get_content() for file in one.mail.iter_attachments()}
    assert sorted(Path(name).suffix for name in attached) == [".pdf", ".xlsx"]
    # All of it was there to be looked at: the mail, and the files that go along.
    assert all(said in offered for said in ("The mail itself", *attached, "Approve and send"))
    assert attached == {name: seen[name] for name in attached}
    # What the administrator saw of the mail is what came, with its picture inside of it.
    body = one.mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    (picture,) = [part for part in one.mail.walk() if part.get_content_type() == "image/png"]
    inside = b64encode(picture.get_content()).decode()
    shown = seen["body.html"].decode().replace(f"data:image/png;base64,{inside}", f"cid:{picture['Content-ID'][1:-1]}")
    assert body.split("<ul>")[0].split() == shown.split("</body>")[0].split()
    book = load_workbook(BytesIO(next(data for name, data in attached.items() if name.endswith(".xlsx"))))
    rows = [tuple(cell.value for cell in row) for sheet in book.worksheets for row in sheet.iter_rows()]
    pages = PdfReader(BytesIO(next(data for name, data in attached.items() if name.endswith(".pdf")))).pages
    for said in (str(rows), "".join(page.extract_text() for page in pages), body):
        # Of one course there are three learners only, which the figures of the other one would tell.
        assert "2 rows are hidden for privacy." in " ".join(said.split())
        assert not any(name in said for name in ("ALG 1", "BOT 1", *campus.people))
    assert 10.0 in [row[1] for row in rows if len(row) > 1]


@pytest.mark.long
def test_a_job_process_is_killed_while_it_sends_and_the_other_one_goes_on(
    campus: Campus, box: MailBox, start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(box.port), "SMTP_FROM": "analytics@example.edu"}
    for name, value in (mail | {"SMTP_SECURITY": "none", "JOBS_THREAD": "false"}).items():
        monkeypatch.setenv(name, value)
    hanging, go_on = Signal(), Signal()

    def hang(_address: str) -> None:
        hanging.set()
        go_on.wait(60)

    box.before_answer = hang
    first = start()
    wait_until(lambda: first.says("jobs.leading"), "the first one leads")
    second = start()
    wait_until(lambda: second.says("jobs.started"), "the second one runs")
    ask(campus, (TESS, SUE, THEO), (ExportFormat.CSV,))
    assert hanging.wait(60), "the first one sends"
    first.end(signal.SIGKILL)
    box.before_answer = lambda _address: None
    go_on.set()
    wait_until(lambda: second.says("jobs.leading"), "the second one leads")
    assert states(campus) == ["sending", "waiting", "waiting"]
    # So that nobody has to wait for the lease to end.
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("UPDATE schedule_runs SET leased_until = now() - interval '1 second'"))

    wait_until(lambda: states(campus) == ["uncertain", "sent", "sent"], "the second one sends the others")
    assert sorted(one.recipients[0] for one in box.taken) == sorted(map(address_of, (TESS, SUE, THEO)))
    assert second.end() == 0
    assert not second.says("Traceback")
