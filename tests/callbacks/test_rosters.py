"""The page of rosters: files are checked, looked at, taken in and taken back; nothing is ever half done."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event as Signal
from typing import Any
from uuid import UUID, uuid4

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.rosters.runs import take_run
from dashapp.data.store.rosters.sources import find_roster_source
from dashapp.data.store.uploads import remove_uploads
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.clock import system_clock
from dashapp.domain.roster_runs import RosterRun, RunState, RunTask, RunTrouble
from dashapp.jobs.roster_runs import RosterWork
from ingest.roster.importing import Importer, Wishes
from tests.callbacks.rosters import SAID, SHOWN, Desk, application, desk, own
from tests.campus import ADMINISTRATOR, build_campus
from tests.ingest.roster.archives import enrolment, school, texts, user, write_folder, write_zip
from tests.served import Visitor, address, web_settings

__all__ = ["application", "desk", "own"]


def test_a_roster_is_checked_looked_at_taken_in_and_taken_back(desk: Desk) -> None:
    desk.send_school()
    assert desk.press("check").startswith("The files are being checked")
    assert "It begins within seconds." in desk.shown()

    desk.work()

    run = desk.run
    assert (run.task, run.state, run.trouble) == (RunTask.CHECK, RunState.DONE, None)
    assert run.report is not None
    assert run.report.counts["person"] == (5, 0, 0)
    page = desk.shown(part="added", thing="person")
    assert "Ada Ofu1" in page
    assert "Take the roster in" not in page  # it stands in the layout; the answer shows where
    assert desk.roles() == 0

    assert desk.press("apply").startswith("The roster is being taken in.")
    desk.work()

    done = desk.run
    assert (done.task, done.state) == (RunTask.APPLY, RunState.DONE)
    assert done.import_id is not None
    assert desk.roles() == 4
    assert "Undo this import" in desk.shown()
    assert "Ada Ofu1" not in desk.shown()

    assert desk.press("undo", done.import_id).startswith("The last import is being taken back")
    desk.work()

    assert (desk.run.task, desk.run.state) == (RunTask.UNDO, RunState.DONE)
    assert desk.roles() == 0
    assert "Undo this import" not in desk.shown()


def test_the_same_files_again_change_nothing_and_a_change_is_shown_before_and_after(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    desk.apply()

    desk.send_school()
    again = desk.check()
    assert again.report is not None
    assert again.report.empty
    assert "Nothing would change" in desk.shown()
    assert desk.press("apply").startswith("That is not there any more.")

    files = school()
    files["users"][0] = user("u1", "Ida", username="ada")
    files["enrollments"].append(enrolment("e5", "c2", "u2"))
    desk.send_school(files)
    desk.check()
    page = desk.shown(part="changed")
    assert "given name: " in page
    assert page.index('"Ada"') < page.index('"Ida"')
    assert "Bob Ofu2" in desk.shown(part="added", thing="enrolment")


def test_several_csv_files_are_one_roster_and_what_does_not_fit_together_is_said(desk: Desk) -> None:
    folder = write_folder(desk.folder / "files", texts(school()))
    desk.send(*sorted(folder.iterdir()))
    assert desk.check().state is RunState.DONE

    desk.send(sorted(folder.iterdir())[0], write_zip(desk.folder / "roster.zip", texts(school())))
    assert "Either one zip file, or CSV files" in desk.check().detail

    broken = desk.folder / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 cut off")
    desk.send(broken)
    assert (desk.check().state, desk.run.trouble) == (RunState.FAILED, RunTrouble.FILES)
    assert "The files cannot be read." in desk.shown()


def _with(files: Mapping[str, str], name: str, change: Callable[[str], str | bytes]) -> dict[str, str | bytes]:
    return {**files, name: change(files[name])}


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        pytest.param(
            "users.csv",
            lambda text: text.replace("Ada", "Zoë").encode() + b'u9,true,"Zo\xeb"\r\n',
            "another encoding",
            id="a wrong encoding",
        ),
        pytest.param(
            "users.csv", lambda text: text.replace("givenName", "given"), "This column is missing.", id="column"
        ),
        pytest.param(
            "users.csv",
            lambda text: text + text.splitlines()[1].replace("Ada", "Ida") + "\r\n",
            "contradicts an earlier line",
            id="contradiction",
        ),
        pytest.param(
            "enrollments.csv",
            lambda text: text.replace("u3", '"=HYPERLINK(""x"")"'),
            "There is nothing of this id.",
            id="a formula",
        ),
    ],
)
def test_what_is_wrong_is_shown_with_its_place_and_nothing_can_be_taken_in(
    desk: Desk, name: str, change: Callable[[str], str | bytes], said: str
) -> None:
    desk.send(write_zip(desk.folder / "roster.zip", _with(texts(school()), name, change)))

    run = desk.check()

    assert run.report is not None
    assert run.report.stops
    page = desk.shown(part="finding")
    assert said in page
    assert name in page
    assert desk.press("apply").startswith("That is not there any more.")
    answer = desk.visitor.client.get(f"/organisations/{desk.organisation}/rosters/{run.key}/findings.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert (name, "yes") in {(row["file"], row["stops"]) for row in rows}
    assert rows[0]["stops"] == "yes"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert desk.roles() == 0


def test_endings_and_conflicts_are_done_only_when_they_are_said_to_be_meant(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    desk.apply()
    files = school()
    files["enrollments"] = files["enrollments"][:1]
    desk.send_school(files)
    run = desk.check()
    assert run.report is not None
    assert run.report.ends_too_much
    assert "3 enrolments end: that is meant" in desk.shown()

    assert desk.press("apply").startswith("More would end")
    assert desk.roles() == 4
    assert desk.apply(endings=["yes"]).state is RunState.DONE
    assert desk.roles() == 1


def test_what_was_looked_at_is_taken_in_or_nothing(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    files = school()
    files["users"].append(user("u9", "Zoe"))
    folder = write_folder(desk.folder / "other", texts(files))
    with desk.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        source = find_roster_source(connection, desk.campus.organisation_id, desk.name)
    importer = Importer(desk.database, desk.campus.organisation_id, source)
    importer.apply(folder, Wishes(operator("test"), system_clock()))

    run = desk.apply()

    assert (run.state, run.trouble) == (RunState.FAILED, RunTrouble.CHANGED)
    assert "Something has changed since these differences were looked at" in desk.shown()
    assert desk.press("again", run.key).startswith("The files are being checked again.")
    desk.work()
    assert desk.run.report is not None
    assert desk.run.report.counts["person"] == (0, 0, 1)


def _take(desk: Desk) -> RosterRun:
    """A job begins with what waits, and is killed at once."""
    with desk.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        run = take_run(connection, desk.campus.organisation_id, system_clock())
    assert run is not None
    return run


def test_a_job_that_was_killed_half_way_has_changed_nothing_and_can_be_done_again(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    desk.press("apply")
    _take(desk)

    desk.work(timedelta(seconds=50))
    assert desk.run.state is RunState.RUNNING
    desk.work(timedelta(seconds=70))

    assert (desk.run.state, desk.run.trouble) == (RunState.FAILED, RunTrouble.STOPPED)
    assert "It was stopped half-way, and nothing has changed." in desk.shown()
    assert desk.roles() == 0
    assert desk.apply().state is RunState.DONE
    assert desk.roles() == 4


def test_a_job_that_was_killed_after_everything_was_written_has_done_it(desk: Desk) -> None:
    desk.send_school()
    run = desk.check()
    assert run.report is not None
    desk.press("apply")
    taken = _take(desk)
    assert taken.started_at is not None
    with desk.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        source = find_roster_source(connection, desk.campus.organisation_id, desk.name)
    by = Actor(taken.by, ViewerRole.ADMINISTRATOR)
    importer = Importer(desk.database, desk.campus.organisation_id, source)
    applied = importer.apply(desk.folder / "roster.zip", Wishes(by, taken.started_at, run.report.fingerprint)).applied
    assert applied is not None

    desk.work(timedelta(seconds=70))

    assert (desk.run.state, desk.run.import_id) == (RunState.DONE, applied.import_id)


def test_a_process_that_ends_leaves_its_work_to_the_next_one(desk: Desk) -> None:
    class Ending(Signal):
        """The end is asked for as soon as the work has begun."""

        def is_set(self) -> bool:
            if desk.run.state is RunState.RUNNING:
                self.set()
            return super().is_set()

    desk.send_school()
    desk.press("check")
    settings = desk.application.services.settings
    RosterWork(settings, desk.database, system_clock).run(Ending())
    assert desk.shown().count("It begins within seconds.") == 1

    desk.work()
    assert desk.run.state is RunState.DONE


def test_of_two_at_once_the_second_is_told_and_what_waits_can_be_cancelled(desk: Desk) -> None:
    desk.send_school()
    desk.press("check")
    assert desk.press("check").startswith("Something is under way for this sender already.")
    assert desk.press("cancel", desk.run.key) == "Cancelled. Nothing has changed."
    desk.work()
    assert desk.run.state is RunState.CANCELLED
    assert desk.press("cancel", desk.run.key).startswith("That is not there any more.")


def test_files_that_are_gone_are_asked_for_again(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    with desk.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        remove_uploads(connection, desk.campus.organisation_id, [UUID(each["key"]) for each in desk.sent])

    assert desk.apply().trouble is RunTrouble.GONE
    assert "Send them again." in desk.shown()
    desk.sent = [{"key": str(uuid4()), "name": "forged.zip"}]
    assert desk.press("check").startswith("Send files first")
    assert desk.press("undo", 1).startswith("That is not there any more.")


def test_only_the_import_that_is_shown_is_taken_back_and_only_of_the_sender_that_is_chosen(desk: Desk) -> None:
    desk.send_school()
    desk.check()
    first = desk.apply().import_id
    files = school()
    files["users"].append(user("u9", "Zoe"))
    desk.send_school(files)
    desk.check()
    second = desk.apply().import_id
    assert desk.press("undo", first).startswith("That is not there any more.")

    name, desk.name = desk.name, "gone"
    values = {"rosters-source.value": "gone", "rosters-undo": {str(second): 1}}
    changed = f'{{"row":"{second}","type":"rosters-undo"}}.n_clicks'
    answer = desk.visitor.ask(SAID, values, changedPropIds=[changed])
    assert answer.get_json()["response"][SAID]["children"].startswith("There is no such sender any more")
    desk.name = name

    assert desk.press("undo", second).startswith("The last import is being taken back.")
    assert desk.press("undo", second).startswith("Something is under way")
    desk.work()
    assert desk.run.state is RunState.DONE


def test_nobody_sees_or_moves_another_organisations_rosters(desk: Desk) -> None:
    other = build_campus(web_settings(desk.database), desk.database, f"other{uuid4().hex[:6]}")
    desk.send_school()
    run = desk.check()
    visitor = Visitor(desk.application.server.test_client(), desk.application).sign_in(other, ADMINISTRATOR)
    foreign = Desk(desk.application, other, visitor, desk.folder, f"lms-{other.source.source_id}")

    answer = visitor.ask(f"{SHOWN}.className", {**address(str(desk.organisation)), "rosters-source.value": desk.name})
    assert "Ofu1" not in answer.get_data(as_text=True)
    assert "There is nothing here for you" in answer.get_data(as_text=True)
    path = f"/rosters/{run.key}/findings.csv"
    for organisation in (desk.organisation, foreign.organisation):
        assert visitor.client.get(f"/organisations/{organisation}{path}").status_code == 404
    own_name = other.source.name
    for button, row in (("apply", None), ("again", run.key), ("cancel", run.key)):
        changed = (
            f"rosters-{button}.n_clicks"
            if row is None
            else (f"{json.dumps({'row': str(row), 'type': f'rosters-{button}'}, separators=(',', ':'))}.n_clicks")
        )
        values: dict[str, Any] = {"rosters-source.value": own_name, "rosters-run.data": str(run.key), changed: 1}
        values[f"rosters-{button}"] = {str(run.key): 1}
        said = visitor.ask(SAID, values, changedPropIds=[changed]).get_json()["response"][SAID]["children"]
        assert said.startswith("That is not there any more."), button
    values = {"rosters-source.value": own_name, "rosters-sent.data": desk.sent, "rosters-check.n_clicks": 1}
    said = visitor.ask(SAID, values, changedPropIds=["rosters-check.n_clicks"]).get_json()["response"][SAID]["children"]
    assert said.startswith("Send files first")
    assert desk.run.state is RunState.DONE


@pytest.mark.parametrize("who", ["Tess Thorne", "Ada Abel"])
def test_a_teacher_and_a_learner_have_no_rosters(desk: Desk, who: str) -> None:
    desk.send_school()
    run = desk.check()
    desk.visitor = Visitor(desk.application.server.test_client(), desk.application).sign_in(desk.campus, who)

    assert "Ofu1" not in desk.shown(part="added")
    path = f"/organisations/{desk.organisation}/rosters/{run.key}/findings.csv"
    assert desk.visitor.client.get(path).status_code == 404
    for changed in ("rosters-check.n_clicks", "rosters-apply.n_clicks", "rosters-save.n_clicks"):
        values = {"rosters-source.value": desk.name, "rosters-run.data": str(run.key), changed: 1}
        answer = desk.visitor.ask(SAID, values, changedPropIds=[changed])
        assert SAID not in answer.get_json().get("response", {})
    assert desk.run.task is RunTask.CHECK
