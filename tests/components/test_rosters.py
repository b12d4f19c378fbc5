"""The page of rosters: slots and values fit, every state has its words, and all of them are translated."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from dash.development.base_component import Component

from dashapp.components import rosters
from dashapp.components.links import Links
from dashapp.components.uploads import MOST_FILES, UploadPlace, sent_keys, upload_place
from dashapp.data.queries.rosters import RostersView, RowChoice
from dashapp.data.store.rosters.sources import HeldImport
from dashapp.domain.keys import PublicId, SourceId
from dashapp.domain.roster_changes import ConflictKind
from dashapp.domain.roster_checks import Reason
from dashapp.domain.roster_runs import (
    CheckedFile,
    RosterRun,
    RowPart,
    RunFile,
    RunReport,
    RunRow,
    RunState,
    RunTask,
    RunTrouble,
)
from dashapp.domain.rosters import RosterSettings, RosterSource
from dashapp.domain.uploads import Purpose
from dashapp.words import PSEUDO_LOCALE, use_locale
from tests.components.test_components import text_of
from tests.words.visible import untranslated

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = UUID("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")
REPORT = RunReport(
    files=(CheckedFile("users.csv", 5, "utf-8"),),
    heads=("Kennung",),
    left_out={"principal": 2},
    findings={Reason.GUESSED_ENCODING.value: 1},
    counts={"person": (2, 1, 0), "enrolment": (4, 0, 3)},
    conflicts=1,
    joins=1,
    described_otherwise=1,
    granted=9,
    ending=3,
    ends_too_much=True,
    fingerprint="f",
)
RUN = RosterRun(
    run_id=1,
    key=KEY,
    source_id=SourceId(3),
    task=RunTask.CHECK,
    state=RunState.DONE,
    by="x",
    asked_at=NOW,
    started_at=NOW,
    beat_at=NOW,
    step="read",
    rows=12,
    files=(RunFile(KEY, "roster.zip"),),
    report=REPORT,
    accept_endings=False,
    accept_conflicts=False,
    import_id=None,
    trouble=None,
    detail="",
)
ROWS = {
    RowPart.FINDING: RunRow("error", "users.csv", kind=Reason.MISSING_COLUMN.value, line=1, column="givenName"),
    RowPart.ADDED: RunRow("person", "u1", "Ada Abel"),
    RowPart.CHANGED: RunRow("person", "u2", "Ben Brook", (("family_name", "Bell", "Brook"),)),
    RowPart.ENDED: RunRow("enrolment", "e1", "Cleo Cole", (("role", "learner", ""),)),
    RowPart.CONFLICT: RunRow("", "u3", kind=ConflictKind.SPLIT.value, value="dan"),
}
IMPORTS = tuple(
    HeldImport(number, state, by, NOW, None, {"person": [1, 2, 3]}, {})
    for number, (state, by) in enumerate(
        [("applied", "x"), ("unchanged", "operator:schedule"), ("undone", "operator:robin"), ("refused", "gone")]
    )
)
VIEW = RostersView(
    senders=(RosterSource(SourceId(3), "sis", "https://sis.example", RosterSettings()),),
    chosen=RosterSource(SourceId(3), "sis", "https://sis.example", RosterSettings(columns={"person": "Nummer"})),
    schedule=None,
    run=RUN,
    silent=True,
    part=RowPart.CHANGED,
    thing="",
    number=1,
    total=1,
    rows=(ROWS[RowPart.CHANGED],),
    part_totals=dict.fromkeys(RowPart, 1),
    imports=IMPORTS,
    files={0: ["users.csv"]},
    names={"x": "Robin Reed"},
)
NOBODY = replace(VIEW, senders=(), chosen=None, run=None, silent=False, part_totals={}, rows=(), imports=())
DATA = (
    *("sis", "roster.zip", "users.csv", "givenName", "Ada Abel", "Ben Brook", "Cleo Cole", "Robin Reed", "Kennung"),
    *("Nummer", "u1", "u2", "u3", "e1", "Bell", "Brook", "learner", "dan", "principal", "robin", str(KEY), "en-XA"),
    *("la-page la-platforms la-rosters", PSEUDO_LOCALE),
)


def filled(view: RostersView) -> dict[str, Any]:
    return rosters.fill(view, Links("/"), (PublicId(KEY), "Europe/Berlin"), ("sis", RowChoice(RowPart.CHANGED)))


def test_every_slot_points_to_a_component_of_the_empty_page() -> None:
    body: Component = rosters.body(str(KEY))
    known = {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}

    assert {slot.id for name, slot in rosters.slots().items() if name != "asof"} <= known
    for view in (VIEW, NOBODY):
        assert set(filled(view)) == set(rosters.slots())


def test_a_change_stands_with_its_name_before_and_after() -> None:
    said = text_of(filled(VIEW)["rows"])

    assert "Ben Brook" in said
    assert "family name: Bell → Brook" in said


def test_what_has_to_be_meant_stands_with_its_number_beside_the_box() -> None:
    values = filled(VIEW)

    assert (values["decide"], values["endings_place"], values["conflicts_place"]) == (False, False, False)
    assert values["endings"][0]["label"] == "3 enrolments end: that is meant"
    assert values["conflicts"][0]["label"] == "1 conflict stays as it is: that is meant"
    assert filled(replace(VIEW, run=replace(RUN, state=RunState.RUNNING)))["decide"] is True


def test_only_the_last_import_can_be_taken_back_and_only_while_nothing_is_under_way() -> None:
    assert text_of(filled(VIEW)["imports"]).count("Undo this import") == 1
    under_way = replace(VIEW, run=replace(RUN, state=RunState.WAITING))
    assert "Undo this import" not in text_of(filled(under_way)["imports"])
    taken_back = replace(VIEW, imports=(replace(IMPORTS[2], import_id=9), *IMPORTS))
    assert "Undo this import" not in text_of(filled(taken_back)["imports"])


def test_where_there_is_no_sender_only_the_way_to_one_is_shown() -> None:
    values = filled(NOBODY)

    assert [values[name] for name in ("form", "senders", "settings_form", "decide", "list")] == [True] * 5
    assert "To the connections" in text_of(values["nobody"])


def test_the_columns_to_choose_are_those_of_the_file_and_the_one_that_is_set() -> None:
    options = filled(VIEW)["options-person"]

    assert [each["value"] for each in options] == ["", "Nummer", "Kennung"]


STATES: Sequence[RosterRun] = (
    *(replace(RUN, task=task, state=state) for task in RunTask for state in RunState),
    *(replace(RUN, state=RunState.FAILED, trouble=trouble) for trouble in RunTrouble),
    *(replace(RUN, state=RunState.RUNNING, step=step) for step in ("staged", "compared", "people", "roles", "other")),
    replace(RUN, report=RunReport(findings={Reason.MISSING_COLUMN.value: 2}, stops=True)),
    replace(RUN, report=RunReport(counts={"person": (0, 0, 0)})),
)


@pytest.mark.parametrize("part", RowPart)
def test_every_text_is_translated(part: RowPart) -> None:
    views = [replace(VIEW, run=run, part=part, rows=(ROWS[part],)) for run in STATES]
    with use_locale(PSEUDO_LOCALE):
        texts: list[Any] = [rosters.body(str(KEY))]
        for view in (*views, NOBODY):
            texts += [value for name, value in filled(view).items() if name not in ("page", "run", "part", "source")]
    assert untranslated(texts, DATA) == []


def test_a_place_for_files_says_all_its_words_in_the_readers_language() -> None:
    place = UploadPlace("box", "store", str(KEY), Purpose.HISTORY, "hint", ".csv", several=False)
    with use_locale(PSEUDO_LOCALE):
        made = upload_place(place)
    words = json.loads(made.to_plotly_json()["props"]["data-words"])
    assert untranslated(list(words.values()), ()) == []
    assert text_of(made).startswith("[")


@pytest.mark.parametrize(
    ("held", "keys"),
    [
        ([{"key": str(KEY), "name": "x"}, {"key": str(KEY)}, {"key": "x"}, {}, None, 5], (KEY,)),
        (None, ()),
        ({"key": str(KEY)}, ()),
        ([{"key": ["x"]}], ()),
        ([{"key": "x"}] * MOST_FILES + [{"key": str(KEY)}], ()),
    ],
)
def test_keys_are_read_from_whatever_a_browser_holds(held: object, keys: tuple[UUID, ...]) -> None:
    assert sent_keys(held) == keys
