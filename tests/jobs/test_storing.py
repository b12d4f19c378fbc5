"""Copies that go into the store of an organisation: whole or not at all, and each of them once."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from dashapp.domain.errors import NotPermitted
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import Way
from dashapp.domain.schedules.stores import StoreError, StoreRefused
from dashapp.security.outgoing import Answer, Outgoing, OutgoingError, Question
from dashapp.security.report_stores import StoreDesk
from dashapp.security.schedules import Plan, ScheduleRefused, Scheduling, Wish
from dashapp.settings import Settings
from dashapp.web.application import Application
from tests.jobs.scheduled import MAX, REPORT, TESS, Desk, campus, desk
from tests.object_store import SECRET, ObjectStore, object_store
from tests.security.conftest import principal_of
from tests.served import application_on

__all__ = ["campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("objects")) as found:
        yield found


@pytest.fixture
def application(desk: Desk) -> Iterator[Application]:
    settings = {"data_dir": desk.settings.data_dir, "outgoing_networks": LOOPBACK}
    made_on = application_on(desk.campus.database, desk.campus, clock=lambda: desk.now, **settings)
    with made_on as made, made.server.app_context():
        yield made


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Of this test alone: the server is shared."""
    return sha256(request.node.name.encode()).hexdigest()[:8]


@pytest.fixture
def administrator(application: Application, desk: Desk, server: ObjectStore, prefix: str) -> StoreDesk:
    """Who has set the store."""
    made = StoreDesk(application.services, principal_of(application, desk.campus, MAX))
    made.set(server.store(prefix), SECRET)
    return made


@pytest.fixture
def settings(application: Application) -> Settings:
    return application.services.settings


def below(server: ObjectStore, prefix: str) -> list[str]:
    return [name for name in server.names() if name.startswith(f"{prefix}/")]


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Question], AbstractContextManager[None]]], None]:
    """Has something happen around each request; the server itself is asked all the same."""

    def spoil(around: Callable[[Question], AbstractContextManager[None]]) -> None:
        ask = Outgoing.ask

        def asked(self: Outgoing, question: Question) -> Answer:
            with around(question):
                return ask(self, question)

        monkeypatch.setattr(Outgoing, "ask", asked)

    return spoil


class Lost(AbstractContextManager[None]):
    """The request arrives; of the answer nothing is heard."""

    def __exit__(self, *_error: object) -> None:
        raise OutgoingError("The other host did not answer in time.")


def test_a_copy_is_put_with_its_manifest_last_of_all(
    desk: Desk, administrator: StoreDesk, settings: Settings, server: ObjectStore, prefix: str,
    spoilt: Callable[[Callable[[Question], AbstractContextManager[None]]], None],
) -> None:  # fmt: skip
    asked: list[tuple[str, str]] = []

    def noted(question: Question) -> AbstractContextManager[None]:
        asked.append((question.method, question.url.partition("/reports/")[2]))
        return nullcontext()

    spoilt(noted)
    schedule = desk.save(desk.target(MAX, Way.STORE))
    desk.now = MONDAY
    desk.round(settings)

    names = below(server, prefix)
    (manifest,) = (name for name in names if name.endswith("/manifest.json"))
    said = json.loads(server.read(manifest))
    assert manifest == f"{prefix}/{schedule}/2026-03-30T0500Z-{said['delivery']}/manifest.json"
    assert {file["key"] for file in said["files"]} | {manifest} == set(names)
    for file in said["files"]:
        assert sha256(server.read(file["key"])).hexdigest() == file["sha256"]
    figures = next(file for file in said["files"] if file["name"] == "figures.csv")
    # What administrators have go outside names nobody and counts all.
    assert server.read(figures["key"]).decode().splitlines() == ["what,learners", "learners,10"]
    puts = [path for method, path in asked if method == "PUT"]
    assert (puts[-1], len(puts)) == (manifest, len(names))
    assert (desk.states(), desk.copies()) == (["done"], [("store", "sent", None)])


def test_a_copy_that_fails_in_the_middle_leaves_nothing_and_is_whole_after_the_next_try(
    desk: Desk, administrator: StoreDesk, settings: Settings, server: ObjectStore, prefix: str,
    spoilt: Callable[[Callable[[Question], AbstractContextManager[None]]], None],
) -> None:  # fmt: skip
    failures = ["body.html"]

    def failing(question: Question) -> AbstractContextManager[None]:
        if failures and question.method == "PUT" and question.url.endswith(failures[0]):
            failures.clear()
            raise OutgoingError("The other host cannot be reached.")
        return nullcontext()

    spoilt(failing)
    desk.save(desk.target(MAX, Way.STORE))
    desk.now = MONDAY
    desk.round(settings)
    assert desk.copies() == [("store", "waiting", "unreachable")]
    assert below(server, prefix) == []
    desk.passes(minutes=1)
    desk.round(settings)

    assert (desk.states(), len(below(server, prefix))) == (["done"], 4)


def test_a_copy_of_which_the_answer_was_lost_is_not_put_again(
    desk: Desk, administrator: StoreDesk, settings: Settings, server: ObjectStore, prefix: str,
    spoilt: Callable[[Callable[[Question], AbstractContextManager[None]]], None],
) -> None:  # fmt: skip
    puts: list[str] = []

    def losing(question: Question) -> AbstractContextManager[None]:
        if question.method != "PUT":
            return nullcontext()
        puts.append(question.url)
        return Lost() if question.url.endswith("manifest.json") else nullcontext()

    spoilt(losing)
    desk.save(desk.target(MAX, Way.STORE))
    desk.now = MONDAY
    desk.round(settings)
    assert desk.copies() == [("store", "waiting", "unreachable")]
    desk.passes(minutes=1)
    desk.round(settings)

    assert (desk.copies(), len(puts)) == ([("store", "sent", None)], 4)
    assert len(below(server, prefix)) == 4


def test_a_copy_fails_with_the_reason_where_the_store_does_not_take_it_and_where_none_is_set(
    desk: Desk, administrator: StoreDesk, settings: Settings, server: ObjectStore
) -> None:
    administrator.set(server.store("x", bucket="nothing"), SECRET)
    desk.save(desk.target(MAX, Way.STORE))
    desk.now = MONDAY
    desk.round(settings)
    administrator.remove()
    desk.passes(days=7)
    desk.round(settings)

    assert desk.copies() == [("store", "failed", "store_bucket"), ("store", "failed", "no_store")]


def test_administrators_set_a_store_whose_secret_is_sealed_and_kept_by_its_key_alone(
    desk: Desk, administrator: StoreDesk, application: Application, server: ObjectStore, prefix: str
) -> None:
    assert administrator.store() == server.store(prefix)
    assert administrator.try_out()
    assert below(server, prefix) == []
    administrator.set(server.store("elsewhere"), "")
    assert administrator.try_out()
    for other, secret, why in (
        (server.store(access_key="another"), "", "secret"),
        (server.store(bucket="A"), SECRET, "bucket"),
    ):
        with pytest.raises(StoreRefused) as refused:
            administrator.set(other, secret)
        assert refused.value.why == why
    held = desk.rows("SELECT r::text FROM report_stores r") + desk.rows("SELECT detail::text FROM audit_log")
    assert SECRET not in str(held)
    places = desk.rows("SELECT detail->>'place' FROM audit_log WHERE action = 'schedule.store_set' ORDER BY audit_id")
    assert places[-1] == (f"{server.url.removeprefix('http://')}/reports/elsewhere",)
    administrator.remove()
    with pytest.raises(StoreError, match="no_store"):
        administrator.try_out()


def test_a_store_is_for_administrators_outside_the_network_and_there_before_a_schedule_uses_it(
    desk: Desk, application: Application, administrator: StoreDesk, server: ObjectStore
) -> None:
    teacher = StoreDesk(application.services, principal_of(application, desk.campus, TESS))
    for act in (teacher.store, teacher.try_out, teacher.remove, lambda: teacher.set(server.store(), SECRET)):
        with pytest.raises(NotPermitted):
            act()
    plan = Plan("0 7 * * 1", "Europe/Berlin", (ExportFormat.CSV,))
    with pytest.raises(ScheduleRefused, match="way"):
        Scheduling(application.services, teacher.principal).save((REPORT, None), plan, [Wish(Way.STORE)])
    mine = Scheduling(application.services, administrator.principal)
    mine.save((REPORT, None), plan, [Wish(Way.STORE)])
    administrator.remove()
    with pytest.raises(ScheduleRefused, match="store"):
        mine.save((REPORT, None), plan, [Wish(Way.STORE)])
    inside = server.store()
    with pytest.raises(StoreRefused, match="endpoint"):
        administrator.set(type(inside)("https://10.0.0.7", "eu", "reports", "", True, "key"), SECRET)
