"""The list of schedules: slots and values fit, words are translated, and what hangs or has failed is said once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from dash.development.base_component import Component

from dashapp.components import schedule_list
from dashapp.components.links import Links
from dashapp.components.schedule_rows import schedule_rows
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import CopyState, RunState, ScheduleState, Way
from dashapp.domain.schedules.views import CopyView, LastRun, ListedSchedule, RunView, ScheduleView
from dashapp.domain.views import Freshness
from dashapp.words import PSEUDO_LOCALE, use_locale
from tests.components.test_components import text_of
from tests.words.visible import untranslated

NOW = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
KEY = UUID(int=7)
ONE = ListedSchedule(
    *(KEY, KEY, "Week by week", "Tess Thorne", False, "0 7 * * 1", "Europe/Berlin", ScheduleState.ACTIVE),
    *(NOW + timedelta(days=7), None, 2, LastRun(RunState.DONE, NOW, None, 0)),
)
FAILED = replace(ONE, silent_since=NOW, last=LastRun(RunState.FAILED, NOW, "author", 0), state=ScheduleState.PAUSED)
HANGS = replace(ONE, silent_since=NOW, last=LastRun(RunState.RUNNING, NOW, None, 3))
NEVER = replace(ONE, title="", report_id=None, is_own=True, next_at=None, last=None)
COPY = CopyView(KEY, Way.MAIL, "Tess Thorne", CopyState.SENT, None, (), can_be_sent=True)
NAMES = ("Tess Thorne", "Week by week", "Europe/Berlin", "en-XA", PSEUDO_LOCALE, "la-page la-reports", "/reports")


def filled(*found: ListedSchedule, administers: bool = True) -> dict[str, Any]:
    shown = schedule_list.Shown(found, found, administers)
    return dict(schedule_list.fill(shown, Links(), Freshness(NOW, 0.0, zone="Europe/Berlin")))


def test_every_slot_points_to_a_component_of_the_empty_page() -> None:
    body: Component = schedule_list.body()
    known = {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}

    assert {slot.id for name, slot in schedule_list.slots().items() if name != "asof"} <= known
    assert set(filled(ONE)) == set(schedule_list.slots())


def test_what_hangs_is_said_to_be_not_delivered_and_what_has_failed_says_why() -> None:
    assert "Not delivered" not in text_of(filled(ONE)["rows"])
    hangs = text_of(filled(HANGS)["rows"])
    for part in ("Not delivered: it was due on 30 Mar, 07:00", "Is being made", "3 copies wait for a decision"):
        assert part in hangs
    failed = text_of(filled(FAILED)["rows"])
    assert ("Failed" in failed, "may have no reports any more" in failed) == (True, True)
    assert "Not delivered" not in failed


def test_of_many_schedules_the_first_are_shown_and_the_number_of_the_others_is_told() -> None:
    many = tuple(replace(ONE, public_id=UUID(int=n)) for n in range(schedule_list.MOST_SHOWN + 1))

    said = text_of(filled(*many)["rows"])
    assert said.count("Week by week") == schedule_list.MOST_SHOWN
    assert "1 more: search for its title." in said


def test_a_copy_can_be_withdrawn_once_and_one_that_waits_not_at_all() -> None:
    def shown(copy: CopyView) -> str:
        run = RunView(NOW, RunState.DONE, NOW, NOW, None, None, (copy,))
        view = ScheduleView(
            *(KEY, "Week by week", "Tess Thorne", True, "0 7 * * 1", "Europe/Berlin", (ExportFormat.PDF,)),
            *(ScheduleState.ACTIVE, NOW, None, (), (run,)),
        )
        return text_of(schedule_rows((view,), "/"))

    assert "Withdraw it" in shown(COPY)
    assert "Withdraw it" in shown(replace(COPY, state=CopyState.FAILED))
    withdrawn = shown(replace(COPY, can_be_sent=False, withdrawn=True))
    assert ("Withdraw it" in withdrawn, "withdrawn" in withdrawn) == (False, True)
    for other in (replace(COPY, state=CopyState.HELD), replace(COPY, way=Way.FOLDER)):
        assert "Withdraw it" not in shown(other)


def test_every_text_is_translated() -> None:
    with use_locale(PSEUDO_LOCALE):
        texts: list[Any] = [schedule_list.body(), filled()["rows"], *filled(ONE, FAILED, HANGS, NEVER).values()]
        texts.append(filled(NEVER, administers=False)["rows"])
    assert untranslated(texts, NAMES) == []
