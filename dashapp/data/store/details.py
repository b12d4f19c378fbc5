"""Events that have a table of their own besides the counts: submissions, answers, video segments, posts."""

from collections.abc import Sequence
from typing import Any

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.preparing import Taken
from dashapp.domain.events import LearningEvent, Precision, Verb

_KEY = "organisation_id, course_id, activity_id, person_id, source_id, event_id"
_INSERTS = {
    "submissions": f"INSERT INTO submissions ({_KEY}, attempt, submitted_at, graded_at, score, max_score, exempt,"
    " banked, day_precision, received_at) VALUES %s",
    "item_responses": f"INSERT INTO item_responses ({_KEY}, item, attempt, answered_at, response, correct, score,"
    " max_score) VALUES %s",
    "video_segments": f"INSERT INTO video_segments ({_KEY}, position_from, position_to, watched_at) VALUES %s",
    "forum_posts": f"INSERT INTO forum_posts ({_KEY}, post, reply_to, posted_at) VALUES %s",
}
TABLES = tuple(_INSERTS)


def add(cursor: extensions.cursor, organisation: int, details: Sequence[Taken]) -> None:
    """Writes the rows of new events. An event that lacks what its table needs has none, and still counts elsewhere."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for taken in details:
        table, values = _row(taken)
        if table is not None:
            key = (organisation, taken.course, taken.activity, taken.counts_as, taken.source_id, taken.key)
            rows[table].append((*key, *values))
    for table, inserted in rows.items():
        if inserted:
            execute_values(cursor, _INSERTS[table], inserted, page_size=1000)


def _row(taken: Taken) -> tuple[str | None, tuple[Any, ...]]:
    event = taken.event
    assert isinstance(event, LearningEvent)
    match event.verb:
        case Verb.SUBMITTED | Verb.GRADED:
            return "submissions", _submission(taken, event)
        case Verb.ANSWERED if event.item is not None:
            scored = (event.response, event.correct, event.score, event.max_score)
            return "item_responses", (event.item, event.attempt, taken.at, *scored)
        case Verb.WATCHED if event.position_from is not None and event.position_to is not None:
            return "video_segments", (event.position_from, event.position_to, taken.at)
        case Verb.POSTED if event.post is not None:
            return "forum_posts", (event.post, event.reply_to, taken.at)
        case _:
            return None, ()


def _submission(taken: Taken, event: LearningEvent) -> tuple[Any, ...]:
    submitted = event.verb is Verb.SUBMITTED
    graded = not submitted or event.score is not None or event.exempt
    return (
        event.attempt,
        taken.at if submitted else None,
        taken.at if graded else None,
        event.score,
        event.max_score,
        event.exempt,
        event.banked,
        event.precision is Precision.DAY,
        taken.received_at,
    )
