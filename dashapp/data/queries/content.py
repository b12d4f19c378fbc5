"""What one learner has done of the content of their courses: one statement, put together with where they stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from sqlalchemy import ARRAY, BigInteger, Connection, Row, bindparam, text

from dashapp.data.queries.courses import Campus
from dashapp.data.queries.standing import CourseStanding
from dashapp.domain.audience import Audience, Comparison, comparison
from dashapp.domain.events import ActivityType, AttemptPolicy
from dashapp.domain.indicators.content import Item, Unit, course_progress, elapsed_share, unit_progress
from dashapp.domain.indicators.distribution import score_bins
from dashapp.domain.indicators.goal import Weighed, outlook
from dashapp.domain.indicators.handins import punctuality_of
from dashapp.domain.indicators.next_steps import CourseContent, next_steps
from dashapp.domain.keys import PersonId
from dashapp.domain.scope import Scope
from dashapp.domain.views.content import Content, Outlook, ScoreBin, WorkRow, WorkState

MOST_OF_ADDRESS: Final = 2_000
_GRADED_TYPES: Final = frozenset({ActivityType.QUIZ, ActivityType.ASSIGNMENT, ActivityType.EXAM})

Mine = Sequence[tuple[CourseStanding, int]]
"""The standing of each course in view, and the learner's place in it."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What marks and deadlines say of one activity for the learner."""

    due_at: datetime | None
    submitted_at: datetime | None
    score: float | None
    came: bool
    late: bool
    past: bool
    theirs: bool
    exempt: bool


def read_content(connection: Connection, scope: Scope, campus: Campus, person: PersonId, mine: Mine) -> Content:
    """The content of the courses in view, as of the campus's instant."""
    if not mine:
        return Content()
    values = {
        "organisation": scope.organisation_id,
        "person": person,
        "courses": [one.course.course_id for one, _at in mine],
    }
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_CONTENT, values):
        found[row.course_id].append(row)
    now = campus.freshness.as_of
    known = [(_course_content(one, at, found[one.course.course_id], campus), one, at) for one, at in mine]
    return Content(
        progress=tuple(course_progress(each.course, each.items, now, each.elapsed) for each, _one, _at in known),
        steps=next_steps([each for each, _one, _at in known], now),
        work=tuple(sorted((row for one, at in mine for row in _work(one, at, now)), key=lambda row: row.due_at)),
        units=tuple(
            row for each, _one, _at in known for row in unit_progress(each.course, each.units, each.items, now)
        ),
        outlooks=tuple(_outlook(one, at, found[one.course.course_id], now) for one, at in mine),
        distribution=_distribution(scope, mine),
    )


def openable(address: str | None) -> str | None:
    """An activity's identifier as an address to open; None where it is none that a browser should be sent to."""
    if address is None or len(address) > MOST_OF_ADDRESS or any(ord(letter) <= ord(" ") for letter in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc else None


def _moment(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(float(seconds), UTC)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _results(one: CourseStanding, at: int) -> dict[int, _Result]:
    """By the key of the activity, for what has a deadline or a submission."""
    flags = punctuality_of(one.deadlines, one.marks, one.day_precision, at)
    return {
        int(task.activity_id): _Result(
            _moment(one.deadlines.due_at[at, column]),
            _moment(one.marks.submitted_at[at, column]),
            _number(one.marks.percent[at, column]),
            came=bool(flags.came[column]),
            late=bool(flags.late[column]),
            past=bool(flags.past[column]),
            theirs=bool(flags.theirs[column]),
            exempt=bool(one.marks.exempt[at, column]),
        )
        for column, task in enumerate(one.activities)
    }


def _course_content(one: CourseStanding, at: int, rows: Sequence[Row[Any]], campus: Campus) -> CourseContent:
    results = _results(one, at)
    order = sorted({(tuple(row.unit_path), int(row.unit_id), row.unit_title or "") for row in rows if row.unit_path})
    return CourseContent(
        one.course.choice.code,
        [_item(row, results) for row in rows],
        [Unit(key, title) for _path, key, title in order],
        elapsed_share(one.course.calendar, campus.today),
        one.course.calendar.is_running(campus.today),
    )


def _item(row: Row[Any], results: Mapping[int, _Result]) -> Item:
    result = results.get(row.activity_id)
    own = Item(
        title=row.title or "",
        activity_type=ActivityType(row.activity_type),
        unit=row.unit_id,
        published_at=row.published_at,
        best=row.best,
        seen=row.seen,
        completed=row.completed,
        policy=AttemptPolicy(row.attempt_policy),
        address=openable(row.address),
    )
    if result is None:
        return own
    return Item(
        own.title, own.activity_type, own.unit, own.published_at, result.due_at, result.submitted_at, result.score,
        own.best, own.seen, own.completed, result.came, result.exempt, result.theirs or result.due_at is None,
        own.policy, own.address,
    )  # fmt: skip


def _work(one: CourseStanding, at: int, now: datetime) -> list[WorkRow]:
    """What has a deadline that is the learner's own."""
    results = _results(one, at)
    rows = []
    for task in one.activities:
        result = results[int(task.activity_id)]
        if result.due_at is None or not (result.theirs or result.exempt):
            continue
        to_come = WorkState.NOT_OPEN if task.published_at and task.published_at > now else WorkState.DUE
        if result.exempt:
            state = WorkState.EXEMPT
        elif result.came:
            state = WorkState.LATE if result.late else WorkState.DONE
        else:
            state = WorkState.MISSING if result.past else to_come
        score = None if result.exempt else result.score
        rows.append(WorkRow(one.course.choice.code, task.title, state, result.due_at, result.submitted_at, score))
    return rows


def _outlook(one: CourseStanding, at: int, rows: Sequence[Row[Any]], now: datetime) -> Outlook:
    """By the course's weights; by the maximum scores where it has none."""
    results = _results(one, at)
    weighted = any((row.weight or 0.0) > 0 for row in rows)
    works = []
    for row in rows:
        result = results.get(row.activity_id)
        if result is None and not (weighted or ActivityType(row.activity_type) in _GRADED_TYPES):
            continue
        if result is not None and (result.exempt or (result.due_at is not None and not result.theirs)):
            continue
        weight = (row.weight or 0.0) if weighted else (row.max_score or 100.0)
        score = result.score if result is not None else None
        missing = result is not None and result.past and not result.came
        again = score is not None and _item(row, results).is_repeatable(now)
        works.append(Weighed(max(0.0, weight), score, missing, again))
    return outlook(one.course.choice, works, weighted=weighted)


def _distribution(scope: Scope, mine: Mine) -> tuple[ScoreBin, ...]:
    """The others' averages in the one course in view, for the learner alone: whoever else reads sees no group here."""
    if len(mine) != 1 or scope.audience is not Audience.SELF:
        return ()
    one, at = mine[0]
    others = np.delete(one.averages, at)
    others = others[~np.isnan(others)]
    if comparison(scope.audience, len(others), scope.minimum_group) is not Comparison.SHOWN:
        return ()
    return score_bins(others, scope.minimum_group)


_CONTENT: Final = text(
    """
    WITH RECURSIVE tree (unit_id, path, title) AS (
        SELECT unit_id, ARRAY["position"::bigint, unit_id], coalesce(title, name) FROM units
        WHERE organisation_id = :organisation AND course_id = ANY(:courses) AND parent_id IS NULL
        UNION ALL SELECT u.unit_id, t.path || ARRAY[u."position"::bigint, u.unit_id], coalesce(u.title, u.name)
        FROM tree t JOIN units u ON u.organisation_id = :organisation AND u.parent_id = t.unit_id)
    SELECT a.course_id, a.activity_id, a.activity_type, coalesce(a.title, a.claimed_title) AS title, a.published_at,
        a.weight, a.max_score, a.attempt_policy, t.unit_id, t.path AS unit_path, t.title AS unit_title,
        own.person_id IS NOT NULL AS seen, own.completed_at IS NOT NULL AS completed, tried.best,
        (SELECT min(i.value) FROM activity_identifiers i WHERE i.organisation_id = a.organisation_id
            AND i.activity_id = a.activity_id AND i.value LIKE 'https://%') AS address
    FROM activities a
        LEFT JOIN tree t ON t.unit_id = a.unit_id
        LEFT JOIN learner_activities own ON own.organisation_id = a.organisation_id AND own.course_id = a.course_id
            AND own.activity_id = a.activity_id AND own.person_id = :person
        LEFT JOIN (
            -- Of each attempt the grade that was given last.
            SELECT activity_id, max(share) FILTER (WHERE share < 'Infinity') AS best FROM (
                SELECT DISTINCT ON (s.activity_id, s.attempt) s.activity_id,
                    CASE WHEN NOT s.exempt AND m.highest > 0 THEN 100 * s.score / m.highest END AS share
                FROM submissions s
                    JOIN activities w ON w.organisation_id = s.organisation_id AND w.activity_id = s.activity_id
                    CROSS JOIN LATERAL (SELECT coalesce(s.max_score, nullif(w.max_score, 0), 100) AS highest) m
                WHERE s.organisation_id = :organisation AND s.person_id = :person AND s.course_id = ANY(:courses)
                    AND (s.graded_at IS NOT NULL OR s.score IS NOT NULL OR s.exempt)
                ORDER BY s.activity_id, s.attempt, coalesce(s.graded_at, s.submitted_at, s.received_at) DESC,
                    s.event_id DESC) AS attempts
            GROUP BY activity_id) tried ON tried.activity_id = a.activity_id
    WHERE a.organisation_id = :organisation AND a.course_id = ANY(:courses)
    ORDER BY a.course_id, t.path NULLS LAST, a.due_at NULLS LAST, a.published_at NULLS LAST, a.activity_id
    """
).bindparams(bindparam("courses", type_=ARRAY(BigInteger)))
