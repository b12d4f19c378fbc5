"""Reports as browsers ask for them: made, opened, saved, shared and deleted, and nothing by whoever may not."""

import json
from uuid import uuid4

import pytest

from callbacks.report_readers import NO_COURSE, Seen
from dashapp.data.database import DatabaseRole
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import read_given
from dashapp.domain.reports.questions import Choice, Dimension, Question
from tests.callbacks.people import NOTHING_HERE, Strangers, course, trail
from tests.callbacks.reports import (
    BY_COURSE,
    BY_NAME,
    document,
    imported,
    kept,
    listed,
    made,
    opened,
    press,
    preview,
    said,
    save,
    share,
    share_said,
    sheet,
)
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

TESS, THEO, ADA = "Tess Thorne", "Theo Tull", "Ada Abel"
NOBODYS = "6a0c53f8-0a0f-4c9c-9d5b-6f3a3c1c0b2e"


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, TESS)


@pytest.fixture
def theo(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, THEO)


@pytest.fixture
def max_moor(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


# ------------------------------------------------------------------ the list


def test_a_report_is_made_of_nothing_of_a_template_and_of_another_one(tess: Visitor, campus: Campus) -> None:
    empty = made(tess)
    board = made(tess, "use", "own_class")
    copy = made(tess, "duplicate", board)

    assert kept(tess, empty)["document"]["blocks"] == []
    first, second = kept(tess, board)["document"], kept(tess, copy)["document"]
    assert (first["title"], second["title"]) == ("My class this week", "Copy of My class this week")
    assert first["blocks"] == second["blocks"]
    assert first["time_zone"] == "Europe/Berlin"
    assert [(row[0], row[1]) for row in trail(campus, 3)] == [
        ("report.made", f"report {key}") for key in (empty, board, copy)
    ]
    assert "Copy of My class this week" in listed(tess)


def test_what_is_deleted_is_put_back_by_undo(tess: Visitor, campus: Campus) -> None:
    key = imported(tess, BY_COURSE)

    gone = press(tess, "delete", key)

    assert said(gone) == "“Weekly” is deleted. It can be put back for 30 days."
    assert gone["reports-undo"]["hidden"] is False
    assert NOTHING_HERE in json.dumps(opened(tess, key))
    again = press(tess, "undo", deleted=gone["reports-deleted"]["data"])
    assert (said(again), again["reports-undo"]["hidden"]) == ("“Weekly” is there again.", True)
    assert kept(tess, key)["document"]["title"] == "Weekly"
    assert [row[0] for row in trail(campus, 2)] == ["report.deleted", "report.put_back"]


@pytest.mark.parametrize("text", ["", "{", "[]", "x" * 2_000, '{"version": 2}', '{"title": 7}', None, 7])
def test_a_file_that_is_no_report_is_refused_in_words(tess: Visitor, text: object) -> None:
    answer = press(tess, "sent", sent={"text": text, "number": 1})

    assert said(answer).startswith("This file is no report:")
    assert "reports-go" not in answer


@pytest.mark.parametrize("row", ["x", "00000000-0000-0000-0000-000000000000", "1' OR 1=1"])
@pytest.mark.parametrize("button", ["delete", "duplicate", "use"])
def test_a_click_on_what_is_not_there_does_nothing_and_says_so(tess: Visitor, button: str, row: str) -> None:
    assert said(press(tess, button, row)) == "This report is not there any more."


@pytest.mark.parametrize("held", [None, 7, [], {"id": "x"}, {"id": NOBODYS, "number": "1"}, {"id": ["x"]}])
def test_undo_of_nothing_says_so(tess: Visitor, held: object) -> None:
    assert said(press(tess, "undo", deleted=held)) == "This report is not there any more."


# ------------------------------------------------------------------ the builder


def test_a_document_is_saved_and_comes_back(tess: Visitor) -> None:
    key = made(tess)

    first = save(tess, key, document(BY_COURSE), number=5)

    assert (first["revision"], first["conflict"], first["number"]) == (2, False, 5)
    assert kept(tess, key)["document"] == document(BY_COURSE)
    late = save(tess, key, document(BY_COURSE, title="Other"), revision=1)
    assert (late["revision"], late["conflict"]) == (2, True)
    assert kept(tess, key)["document"]["title"] == "Weekly"


@pytest.mark.parametrize("given", [None, 7, "x", [], {"blocks": [{"kind": "video"}]}, {"title": "x" * 201}])
def test_what_is_no_document_is_neither_saved_nor_shown(tess: Visitor, given: object) -> None:
    key = imported(tess, BY_COURSE)

    assert "did not understand" in save(tess, key, given)["trouble"]
    answer = preview(tess, given)
    assert "did not understand" in answer["report-offers"]["data"]["trouble"]
    assert "report-sheet" not in answer
    assert kept(tess, key)["document"] == document(BY_COURSE)


@pytest.mark.parametrize("revision", [None, "1", 1.5, True, [], 10**30, -1])
def test_a_revision_that_is_none_of_ours_saves_nothing(tess: Visitor, revision: object) -> None:
    key = imported(tess, BY_COURSE)

    answer = save(tess, key, document(title="Other"), revision=revision)

    assert answer.get("conflict") or answer["trouble"]
    assert kept(tess, key)["document"] == document(BY_COURSE)


def test_a_page_that_has_gone_on_saves_the_last_change_into_its_own_report_and_no_other(tess: Visitor) -> None:
    first, second = imported(tess, BY_COURSE), made(tess)

    answer = save(tess, second, document(title="Of the first"), id=first, number=7)

    assert (answer["id"], answer["number"], answer["conflict"]) == (first, 7, False)
    assert kept(tess, first)["document"]["title"] == "Of the first"
    assert kept(tess, second)["document"]["title"] == "New report"
    assert save(tess, second, document(title="Of nobody"), id="x")["trouble"]


def test_a_report_that_names_a_measure_which_is_gone_opens_and_says_so(tess: Visitor) -> None:
    block = BY_COURSE.model_copy(update={"question": Question(measures=("attendance",), split=Dimension.COURSE)})
    key = imported(tess, block)

    assert kept(tess, key)["document"]["blocks"][0]["question"]["measures"] == ["attendance"]
    answer = preview(tess, document(block), str(block.id))
    assert "This measure is gone" in sheet(answer)
    names = [control["name"] for control in answer["report-offers"]["data"]["controls"]]
    assert names == ["title", "measure"]


@pytest.mark.parametrize("selected", [None, "x", 7, [], NOBODYS])
def test_without_a_block_the_report_itself_is_offered(tess: Visitor, selected: object) -> None:
    offers = preview(tess, document(BY_COURSE), selected)["report-offers"]["data"]

    assert (offers["selected"], offers["number"]) == (None, 3)
    assert [one["name"] for one in offers["controls"]] == ["title", "locale", "time_zone", "paper", "orientation"]
    assert offers["blocks"][str(BY_COURSE.id)]["name"] == "Courses"


def test_a_choice_that_is_offered_is_a_document_that_is_understood(tess: Visitor) -> None:
    offers = preview(tess, document(BY_COURSE), str(BY_COURSE.id))["report-offers"]["data"]

    for control in offers["controls"]:
        for option in control.get("options", []):
            given = document(BY_COURSE)
            change = option.get("change")
            if change is None:
                assert option["why"], (control["name"], option)
                continue
            question = {**given["blocks"][0]["question"], **change.get("question", {})}
            given["blocks"][0] = {**given["blocks"][0], **change, "question": question}
            assert read_given(given).blocks


# ------------------------------------------------------------------ who sees what


def test_nobody_sees_or_changes_the_report_of_another(tess: Visitor, theo: Visitor, max_moor: Visitor) -> None:
    key = imported(tess, BY_COURSE)

    for stranger in (theo, max_moor):
        assert key not in listed(stranger)
        assert NOTHING_HERE in json.dumps(opened(stranger, key))
        assert save(stranger, key, document(title="Taken over"))["trouble"]
        assert said(press(stranger, "delete", key)) == "This report is not there any more."
        assert said(press(stranger, "duplicate", key)) == "This report is not there any more."
        assert "not yours" in share_said(share(stranger, key, "add"))
    assert kept(tess, key)["document"] == document(BY_COURSE)


def test_learners_and_strangers_have_no_reports(visitor: Strangers, campus: Campus) -> None:
    ada = visitor().sign_in(campus, ADA)
    assert NOTHING_HERE in listed(ada)
    refused = ada.ask("reports-said", {"reports-new.n_clicks": 1}, changedPropIds=["reports-new.n_clicks"])
    assert refused.status_code in (200, 403)
    assert "reports-go" not in refused.get_data(as_text=True)
    wanted = {"report-wanted.data": {"document": document(BY_COURSE), "number": 1}}
    assert "ALG 1" not in ada.ask("report-sheet", wanted).get_data(as_text=True)
    assert visitor().ask("report-sheet", wanted).status_code == 401


def test_one_report_that_is_shared_shows_each_teacher_their_own_classes(
    tess: Visitor, theo: Visitor, max_moor: Visitor, campus: Campus
) -> None:
    key = imported(tess, BY_COURSE, BY_NAME)
    assert share_said(share(tess, key, "add")) == "It is shared."

    shared = kept(theo, key)
    assert (shared["mayEdit"], shared["document"]) == (False, document(BY_COURSE, BY_NAME))
    mine, theirs = sheet(preview(tess, shared["document"])), sheet(preview(theo, shared["document"]))
    assert "ALG 1" in mine
    assert "Dora Dean" in mine
    assert "BOT 1" not in mine
    assert "BOT 1" in theirs
    assert "Jon Jade" in theirs
    assert "ALG 1" not in theirs
    assert "Dora Dean" not in theirs
    assert save(theo, key, document(title="Changed"))["trouble"]
    assert trail(campus, 1)[0][0] == "report.shared"

    # An administrator with whom it is not shared can send the same document: it shows them groups only.
    grouped = sheet(preview(max_moor, shared["document"]))
    assert "Hidden for privacy" in grouped
    assert not any(name in grouped for name in ("Dora Dean", "Jon Jade"))


def test_an_administrator_looks_as_a_teacher_and_never_sees_more_than_before(
    max_moor: Visitor, tess: Visitor, campus: Campus
) -> None:
    course_key = own_course(campus)
    both = document(BY_COURSE, BY_NAME)

    as_teacher = sheet(preview(max_moor, both, seen_as=f"course:{course_key}"))

    assert "Hidden for privacy" in as_teacher
    for seen in (as_teacher, *(sheet(preview(max_moor, both, seen_as=one)) for one in ("teacher", "course:x", "x"))):
        assert not any(name in seen for name in (*campus.people, "BOT 1"))
    foreign = Choice(courses=(uuid4(),))
    elsewhere = BY_COURSE.model_copy(update={"question": BY_COURSE.question.model_copy(update={"choice": foreign})})
    assert "No data yet" in sheet(preview(max_moor, document(elsewhere), seen_as=f"course:{course_key}"))
    # A teacher cannot look as somebody of a course of which they are none.
    assert "BOT 1" not in sheet(preview(tess, both, seen_as=f"course:{own_course(campus, 'BOT 1')}"))


def test_who_is_looked_at_as_sees_the_one_course_and_what_was_chosen_of_it() -> None:
    course_key, other = PublicId(uuid4()), uuid4()
    seen = Seen(Principal(OrganisationId(1), PersonId(1), PublicId(uuid4()), "Max", administers=True), course_key)
    everything = BY_COURSE.question.model_copy(update={"choice": Choice(units=("Science",))})
    foreign = BY_COURSE.question.model_copy(update={"choice": Choice(courses=(other,))})

    assert seen.limited(everything).choice == Choice(courses=(course_key,))
    assert seen.limited(foreign).choice == Choice(courses=(NO_COURSE,))
    assert Seen(seen.principal).limited(everything) == everything


def own_course(campus: Campus, code: str = "ALG 1") -> str:
    return str(course(campus, code).public_id)


def test_the_page_of_reports_is_noted_in_the_trail(tess: Visitor, campus: Campus) -> None:
    listed(tess)
    preview(tess, document(BY_COURSE))
    campus_id = campus.organisation_id
    with campus.database.transaction(DatabaseRole.JOBS, campus_id) as connection:
        pages = connection.exec_driver_sql("SELECT DISTINCT page FROM audit_log WHERE page LIKE 'report%%'").scalars()
        assert set(pages) == {"report", "reports"}
