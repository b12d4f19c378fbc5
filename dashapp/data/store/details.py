"""Events that have a table of their own besides the counts: submissions, answers, video segments, posts."""

from collections.abc import Sequence
from typing import Any

from psycopg2 import extensions

from dashapp.data.store.keys import encode
from dashapp.data.store.preparing import Taken
from dashapp.domain.events import LearningEvent, Precision, Verb

TABLES = ("submissions", "item_responses", "video_segments", "forum_posts")


def add(cursor: extensions.cursor, organisation: int, details: Sequence[Taken]) -> None:
    """Writes the rows of new events. An event that lacks what its table needs has none, and still counts elsewhere."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for taken in details:
        key = {
            "organisation_id": organisation,
            "course_id": taken.course,
            "activity_id": taken.activity,
            "person_id": taken.counts_as,
            "source_id": taken.source_id,
            "event_id": taken.key,
        }
        table, values = _row(taken)
        if table is not None:
            rows[table].append({**key, **values})
        rows["video_segments"].extend({**key, **values} for values in _segments(taken))
    for table, inserted in rows.items():
        if inserted:
            columns = ", ".join(inserted[0])
            # As JSON, since a long list of VALUES is planned value by value.
            cursor.execute(
                f"INSERT INTO {table} ({columns})"
                f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)",
                (encode(inserted).decode(),),
            )


def _row(taken: Taken) -> tuple[str | None, dict[str, Any]]:
    event = taken.event
    assert isinstance(event, LearningEvent)
    match event.verb:
        case Verb.SUBMITTED | Verb.GRADED:
            return "submissions", _submission(taken, event)
        case Verb.ANSWERED if event.item is not None:
            return "item_responses", {
                "item": event.item,
                "attempt": event.attempt,
                "answered_at": taken.at,
                "response": event.response,
                "correct": event.correct,
                "score": event.score,
                "max_score": event.max_score,
            }
        case Verb.WATCHED if event.position_from is not None and event.position_to is not None:
            return "video_segments", _segment(taken, event, 0, (event.position_from, event.position_to))
        case Verb.POSTED if event.post is not None:
            return "forum_posts", {"post": event.post, "reply_to": event.reply_to, "posted_at": taken.at}
        case _:
            return None, {}


def _segments(taken: Taken) -> list[dict[str, Any]]:
    """The stretches of a video that an event of any verb tells of, numbered from 1."""
    event = taken.event
    assert isinstance(event, LearningEvent)
    return [_segment(taken, event, number, stretch) for number, stretch in enumerate(event.segments, 1)]


def _segment(taken: Taken, event: LearningEvent, number: int, stretch: tuple[float, float]) -> dict[str, Any]:
    return {
        "number": number,
        "position_from": stretch[0],
        "position_to": stretch[1],
        "session": event.session,
        "watched_at": taken.at,
    }


def _submission(taken: Taken, event: LearningEvent) -> dict[str, Any]:
    submitted = event.verb is Verb.SUBMITTED
    graded = not submitted or event.score is not None or event.exempt
    return {
        "attempt": event.attempt,
        "submitted_at": taken.at if submitted else None,
        "graded_at": taken.at if graded else None,
        "score": event.score,
        "max_score": event.max_score,
        "exempt": event.exempt,
        "banked": event.banked,
        "day_precision": event.precision is Precision.DAY,
        "received_at": taken.received_at,
    }
