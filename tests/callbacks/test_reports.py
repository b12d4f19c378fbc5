"""Reports as browsers ask for them: made, opened, saved, shared and deleted, and nothing by whoever may not."""

import json
from typing import Any
from uuid import uuid4

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.domain.reports.document import Chart, Data, Report, read_given
from dashapp.domain.reports.periods import Moving
from dashapp.domain.reports.questions import Dimension, Question
from tests.callbacks.people import NOTHING_HERE, Strangers, answer_of, course, trail
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

TESS, THEO, ADA = "Tess Thorne", "Theo Tull", "Ada Abel"
BY_COURSE = Data(
    id=uuid4(),
    chart=Chart.TABLE,
    title="Courses",
    question=Question(measures=("enrolled",), split=Dimension.COURSE, period=Moving(count=2)),
)
BY_NAME = Data(
    id=uuid4(),
    chart=Chart.TABLE,
    question=Question(measures=("events",), split=Dimension.LEARNER, period=Moving(count=2)),
)


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, TESS)


@pytest.fixture
def theo(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, THEO)


@pytest.fixture
def max_moor(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def document(*blocks: Data, title: str = "Weekly") -> dict[str, Any]:
    found: dict[str, Any] = Report(title=title, blocks=blocks).model_dump(mode="json")
    return found


def pattern(kind: str, row: object) -> str:
    """The name of a row's button as Dash writes it."""
    return json.dumps({"row": row, "type": kind}, separators=(",", ":"))


def press(visitor: Visitor, button: str, row: str = "", **stores: Any) -> Any:
    """What comes of a click on the list."""
    values: dict[str, Any] = {**address(None), **{f"reports-{name}.data": value for name, value in stores.items()}}
    if button == "sent":
        changed = "reports-sent.data"
    elif row:
        values[f"reports-{button}"] = {row: 1}
        changed = f"{pattern(f'reports-{button}', row)}.n_clicks"
    else:
        values[f"reports-{button}.n_clicks"] = 1
        changed = f"reports-{button}.n_clicks"
    return answer_of(visitor.ask("reports-said", values, changedPropIds=[changed]))


def made(visitor: Visitor, button: str = "new", row: str = "", **stores: Any) -> str:
    """The key of the report that a click makes."""
    found = press(visitor, button, row, **stores)
    return str(found["reports-go"]["data"]["href"]).rpartition("/")[2]


def imported(visitor: Visitor, *blocks: Data) -> str:
    return made(visitor, "sent", sent={"text": json.dumps(document(*blocks)), "number": 1})


def said(answer: Any) -> str:
    return str(answer["reports-said"]["children"])


def listed(visitor: Visitor) -> str:
    return json.dumps(answer_of(visitor.ask("reports-page", address(None))))


def opened(visitor: Visitor, key: str) -> Any:
    return answer_of(visitor.ask("report-page", address(key)))


def kept(visitor: Visitor, key: str) -> Any:
    return opened(visitor, key)["report-opened"]["data"]


def save(visitor: Visitor, key: str, given: object, revision: object = 1, **changes: object) -> Any:
    values = {**address(key), "report-saving.data": {"id": key, "document": given, "revision": revision, **changes}}
    return answer_of(visitor.ask("report-saved", values))["report-saved"]["data"]


def preview(visitor: Visitor, given: object, selected: object = None, seen_as: str = "own") -> Any:
    wanted = {"document": given, "selected": selected, "number": 3}
    return answer_of(visitor.ask("report-sheet", {"report-wanted.data": wanted, "report-as.value": seen_as}))


def sheet(answer: Any) -> str:
    return json.dumps(answer["report-sheet"]["children"])


def share(visitor: Visitor, key: str, button: str, row: str = "", *, edit: bool = False, words: str = "") -> Any:
    """What comes of a click in the dialog of shares, with "All teachers" chosen."""
    given: dict[str, Any] = {**address(key), "report-share-edit.value": ["edit"] if edit else []}
    given |= {"report-share-role.value": "teachers", "report-share-words.value": words}
    if row:
        given[f"report-share-{button}"] = {row: 1}
        changed = f"{pattern(f'report-share-{button}', row)}.n_clicks"
    elif button == "words":
        changed = "report-share-words.value"
    else:
        given[f"report-share-{button}.n_clicks"] = 1
        changed = f"report-share-{button}.n_clicks"
    return answer_of(visitor.ask("report-share-rows", given, changedPropIds=[changed]))


def share_said(answer: Any) -> str:
    return str(answer["report-share-said"]["children"])


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


@pytest.mark.parametrize("held", [None, 7, [], {"id": "x"}, {"id": str(uuid4()), "number": "1"}, {"id": ["x"]}])
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


def test_a_page_that_has_gone_on_saves_into_no_other_report(tess: Visitor) -> None:
    first, second = imported(tess, BY_COURSE), made(tess)

    answer = save(tess, second, document(title="Of the first"), id=first)

    assert answer["trouble"]
    assert kept(tess, second)["document"]["title"] == "New report"


def test_a_report_that_names_a_measure_which_is_gone_opens_and_says_so(tess: Visitor) -> None:
    block = BY_COURSE.model_copy(update={"question": Question(measures=("attendance",), split=Dimension.COURSE)})
    key = imported(tess, block)

    assert kept(tess, key)["document"]["blocks"][0]["question"]["measures"] == ["attendance"]
    answer = preview(tess, document(block), str(block.id))
    assert "This measure is gone" in sheet(answer)
    names = [control["name"] for control in answer["report-offers"]["data"]["controls"]]
    assert names == ["title", "measure"]


@pytest.mark.parametrize("selected", [None, "x", 7, [], str(uuid4())])
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


def test_a_person_is_found_by_name_and_may_change_what_is_shared_so(
    tess: Visitor, theo: Visitor, campus: Campus
) -> None:
    key = imported(tess, BY_COURSE)
    found = json.dumps(share(tess, key, "words", words="tull")["report-share-found"])
    public = str(campus.people[THEO].public_id)
    assert public in found
    learner = share(tess, key, "words", words="Ada Abel")
    assert "Nobody of the staff" in json.dumps(learner["report-share-found"])
    assert "could not be shared" in share_said(share(tess, key, "with", str(campus.people[ADA].public_id)))

    assert share_said(share(tess, key, "with", public, edit=True)) == "It is shared."
    assert save(theo, key, document(title="By Theo"))["revision"] == 2
    rows = json.dumps(share(tess, key, "open")["report-share-rows"])
    ended = rows.partition('"row": "')[2].partition('"')[0]
    assert "no longer" in share_said(share(tess, key, "end", ended))
    assert save(theo, key, document(title="Again"), revision=2)["trouble"]


def test_an_administrator_looks_as_a_teacher_and_never_sees_more_than_before(
    max_moor: Visitor, tess: Visitor, campus: Campus
) -> None:
    course_key = own_course(campus)
    both = document(BY_COURSE, BY_NAME)

    as_teacher = sheet(preview(max_moor, both, seen_as=f"course:{course_key}"))

    assert "Hidden for privacy" in as_teacher
    for seen in (as_teacher, *(sheet(preview(max_moor, both, seen_as=one)) for one in ("teacher", "course:x", "x"))):
        assert not any(name in seen for name in (*campus.people, "BOT 1"))
    # A teacher cannot look as somebody of a course of which they are none.
    assert "BOT 1" not in sheet(preview(tess, both, seen_as=f"course:{own_course(campus, 'BOT 1')}"))


def own_course(campus: Campus, code: str = "ALG 1") -> str:
    return str(course(campus, code).public_id)


def test_versions_are_listed_and_one_of_them_comes_back(tess: Visitor, theo: Visitor) -> None:
    key = made(tess)
    save(tess, key, document(BY_COURSE))

    def ask(visitor: Visitor, revision: object = None) -> Any:
        values: dict[str, Any] = {**address(key)}
        changed = "report-version-open.n_clicks"
        if revision is None:
            values[changed] = 1
        else:
            values["report-restore"] = {revision: 1}
            changed = f"{pattern('report-restore', revision)}.n_clicks"
        return answer_of(visitor.ask("report-version-rows", values, changedPropIds=[changed]))

    assert "as it is now" in json.dumps(ask(tess))
    restored = ask(tess, 1)["report-version-read"]["data"]
    assert (restored["document"]["title"], restored["number"]) == ("New report", 1)
    for odd in (2**40, -1, "1; DROP"):
        assert "report-version-read" not in json.dumps(ask(tess, odd))
    assert "sees its versions" in json.dumps(ask(theo))
    assert "report-version-read" not in json.dumps(ask(theo, 1))


def test_the_page_of_reports_is_noted_in_the_trail(tess: Visitor, campus: Campus) -> None:
    listed(tess)
    preview(tess, document(BY_COURSE))
    campus_id = campus.organisation_id
    with campus.database.transaction(DatabaseRole.JOBS, campus_id) as connection:
        pages = connection.exec_driver_sql("SELECT DISTINCT page FROM audit_log WHERE page LIKE 'report%%'").scalars()
        assert set(pages) == {"report", "reports"}
