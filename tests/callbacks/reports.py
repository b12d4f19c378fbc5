"""Asking for reports as the browser does."""

import json
from typing import Any
from uuid import uuid4

from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.periods import Moving
from dashapp.domain.reports.questions import Dimension, Question
from tests.callbacks.people import answer_of
from tests.served import Visitor, address

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


def preview(
    visitor: Visitor, given: object, selected: object = None, seen_as: str = "own", held: object = None, **asked: Any
) -> Any:
    wanted = {"document": given, "selected": selected, "number": 3}
    values = {"report-wanted.data": wanted, "report-as.value": seen_as, "report-held.data": held}
    return answer_of(visitor.ask("report-sheet", values, **asked))


def sheet(answer: Any) -> str:
    return json.dumps(answer["report-sheet"]["given"])


def holds(answer: Any) -> dict[str, Any]:
    """What a browser says that it holds after an answer, when it held nothing before."""
    given = answer["report-sheet"]["given"]
    named = [(question, part) for page in given["pages"] for _block, question, part in page["blocks"]]
    answers = {question: part for question, part in named if question}
    return {"moment": given["moment"], "answers": answers, "parts": list(given["parts"])}


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


def download(visitor: Visitor, button: str, row: str = "", given: object = None) -> Any:
    """What comes of a click in the dialog of files."""
    values: dict[str, Any] = {**address(None), "report-wanted.data": {"document": given}}
    if row:
        values[f"report-download-{button}"] = {row: 1}
        changed = f"{pattern(f'report-download-{button}', row)}.n_clicks"
    else:
        changed = {"tick": "report-download-tick.n_intervals"}.get(button, f"report-download-{button}.n_clicks")
        values[changed] = 1
    return answer_of(visitor.ask("report-download-rows", values, changedPropIds=[changed]))


def download_said(answer: Any) -> str:
    return str(answer["report-download-said"]["children"])
