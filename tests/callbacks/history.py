"""What an administrator does on the page of history, and a campus of a test's own."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dashapp.components.history import FIELDS
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.history import read_history
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.uploads import add_upload
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.history import HistoryImport
from dashapp.domain.uploads import KEPT, Purpose, Upload
from dashapp.jobs.history import Histories
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address, application_on

SAID = "history-said"
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def own(new_campus: Campus) -> Campus:
    """A campus of this test's own, since these tests change it."""
    return new_campus


@pytest.fixture
def database(own: Campus) -> Database:
    return own.database


@pytest.fixture
def application(own: Campus, tmp_path: Path) -> Iterator[Application]:
    with application_on(own.database, own, data_dir=tmp_path / "var") as made:
        yield made


@pytest.fixture
def administrator(application: Application, own: Campus) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)


# ------------------------------------------------------------------ what an administrator does


def moodle_log(rows: int = 3, *, bad: bool = False) -> str:
    """The log of a Moodle, of which the last row may have a time that is none."""
    head = "id,eventname,component,action,target,objecttable,objectid,crud,edulevel,contextid,contextlevel"
    lines = [f"{head},contextinstanceid,userid,courseid,relateduserid,anonymous,other,timecreated,origin,ip,realuserid"]
    for number in range(1, rows + 1):
        at = int((BEGUN + timedelta(days=20 * number)).timestamp())
        said = "never" if bad and number == rows else str(at)
        lines.append(
            f"{number},\\mod_page\\event\\course_module_viewed,mod_page,viewed,course_module,page,5,r,2,90,70,"
            f"31,{100 + number},3,,0,,{said},web,127.0.0.1,"
        )
    return "\n".join(lines) + "\n"


def send(application: Application, campus: Campus, name: str, content: str | bytes) -> UUID:
    """A file that has arrived."""
    data, key = content.encode() if isinstance(content, str) else content, uuid4()
    organisation = campus.organisation_id
    public_id = own_address(campus.database, organisation)
    folder = UploadFolder.below(application.services.settings.data_dir)
    folder.make(public_id)
    folder.file(public_id, key).write_bytes(data)
    now = application.services.clock()
    upload = Upload(key, name, len(data), sha256(data).hexdigest(), Purpose.HISTORY, "x", now, now + KEPT)
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        add_upload(connection, organisation, upload)
    return key


def read(visitor: Visitor, campus: Campus, files: list[UUID], **form: Any) -> str:
    """Presses the button that has files read; what is said."""
    columns: Mapping[str, str] = form.pop("columns", {})
    values = {"kind": "moodle", "source": str(campus.source.source_id), **form}
    given: dict[str, Any] = {f"history-{name}.value": value for name, value in values.items()}
    given |= {"history-done.data": 0, "history-uploads.data": [{"key": str(key)} for key in files]}
    given |= {"history-read.n_clicks": 1, **{f"history-column-{field}.value": columns.get(field) for field in FIELDS}}
    answer = visitor.ask(SAID, given, changedPropIds=["history-read.n_clicks"])
    assert answer.status_code == 200
    return str(answer.get_json()["response"][SAID]["children"])


def press(visitor: Visitor, what: str, key: object) -> str:
    name = f'{{"row":"{key}","type":"history-{what}"}}'
    given = {f"history-{what}": {str(key): 1}, "history-done.data": 0}
    answer = visitor.ask(SAID, given, changedPropIds=[f"{name}.n_clicks"])
    assert answer.status_code == 200
    return str(answer.get_json()["response"][SAID]["children"])


def work(application: Application, stopping: Signal | None = None) -> None:
    services = application.services
    Histories(services.settings, services.database, services.clock).run(stopping or Signal())


def last(campus: Campus) -> HistoryImport:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return read_history(connection, campus.organisation_id).imports[0]


def shown(visitor: Visitor, campus: Campus) -> str:
    answer = visitor.ask("history-page", address(own_address(campus.database, campus.organisation_id)))
    return str(answer.get_data(as_text=True))


def count(campus: Campus, query: str) -> int:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return int(connection.execute(text(query)).scalar_one())


TABLE = {"kind": "csv", "verb": "viewed", "course-named": "bio", "activity-type": "page"}
EVENTS = "SELECT count(*) FROM raw_events WHERE verb = 'viewed'"
