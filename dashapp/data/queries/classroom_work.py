"""What stands below the fold of a classroom's page: at most three statements besides those of the room."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from dashapp.data.queries.courses import Activity, Campus
from dashapp.data.queries.days import bits_statement, places, read_bits
from dashapp.data.queries.room import HiddenRoom, Room
from dashapp.data.queries.standing import CourseStanding
from dashapp.data.queries.touches import Touched, read_touched
from dashapp.data.queries.work_traces import Traces, TracesWanted, floats, instants, longs, read_traces
from dashapp.domain.indicators.forum import NO_REPLY, Posts, unanswered, written_per_week
from dashapp.domain.indicators.handins import handed_in_by_activity
from dashapp.domain.indicators.hours import QUARTERS, active_hours, hours_of_week, plain_hours
from dashapp.domain.indicators.last_seen import last_seen
from dashapp.domain.indicators.minutes import DayMinutes
from dashapp.domain.indicators.questions import Answers, tries
from dashapp.domain.indicators.spread import score_bins, shares
from dashapp.domain.indicators.units import UnitTouches, UnitTree, course_order, engagement
from dashapp.domain.indicators.videos import once, views_along
from dashapp.domain.keys import OrganisationId
from dashapp.domain.localtime import LocalDays
from dashapp.domain.views import ClassroomWorkView, VideoViews
from dashapp.domain.views.classroom_work import (
    AssignmentWork,
    Forum,
    ForumWeek,
    QuestionTries,
    TypeWeeks,
    UnitEngagement,
)
from dashapp.privacy.groups import all_large

MOST_VIDEOS: Final = 6
"""As many small panels as find room in one card."""

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Who of a room is looked at, over which days, and whom single figures may be shown."""

    room: Room

    @property
    def one(self) -> CourseStanding:
        return self.room.one

    @property
    def campus(self) -> Campus:
        return self.room.campus

    @property
    def organisation(self) -> OrganisationId:
        return self.room.question.organisation

    @property
    def instant(self) -> datetime:
        return self.room.question.as_of.instant

    @property
    def shown(self) -> tuple[date, date]:
        return self.room.question.shown

    @property
    def places(self) -> Longs:
        return self.room.chosen

    @property
    def people(self) -> Longs:
        """Keys, ascending."""
        return np.sort(self.one.people[self.places])

    @property
    def least(self) -> int:
        """A figure of fewer learners is hidden; 1: the reader sees each of them by name."""
        return self.room.minimum_group if self.room.names is None else 1

    def safe(self, counts: Longs) -> bool:
        """Whether counts of learners may be shown to the reader."""
        return self.least == 1 or all_large(counts.reshape(-1).tolist(), self.least)


def read_classroom_work(connection: Connection, room: Room | HiddenRoom) -> ClassroomWorkView:
    """What the shown learners of a room did with the content of the course.

    For who sees groups only a card is None in which any count is of some learners, but of fewer than k. So is what is
    told by days, and what adds up over chosen weeks, which taken from one another would tell of a few.
    """
    (first, last), campus = room.question.shown, room.campus
    if isinstance(room, HiddenRoom):
        return ClassroomWorkView(
            course=room.course.choice, first=first, last=last, today=campus.today, freshness=campus.freshness,
            named=False, hidden=True,
        )  # fmt: skip
    chosen = _Chosen(room)
    hours = _hours(connection, chosen)
    touched = read_touched(connection, chosen.organisation, chosen.one, chosen.instant)
    traces = read_traces(connection, _wanted(chosen))
    view = ClassroomWorkView(
        course=room.course.choice,
        first=first,
        last=last,
        today=campus.today,
        freshness=campus.freshness,
        learners=len(chosen.places),
        unmatched=room.unmatched,
        week_starts=room.starts,
        first_week=room.course.calendar.week_number(room.starts[0]),
        assignments=_assignments(chosen),
        last_seen=_last_seen(chosen),
        units=_units(chosen, traces, touched),
        questions=_questions(chosen, traces),
        forum=_forum(chosen, traces),
        hours=hours,
        hours_recorded=room.time is not None,
        types=_types(chosen, traces),
        videos=_videos(traces) if chosen.least == 1 else None,
        named=chosen.least == 1,
    )
    return view if room.to_come is None else _before_its_days(view, room.to_come)


def _before_its_days(view: ClassroomWorkView, to_come: date) -> ClassroomWorkView:
    """The part while none of the chosen days has come: what is told by days is empty, or hidden as before."""
    return replace(
        view,
        to_come=to_come,
        week_starts=(),
        forum=view.forum and Forum((), 0, 0),
        hours=view.hours and (),
        types=view.types and (),
        videos=view.videos and (),
    )


def _wanted(chosen: _Chosen) -> TracesWanted:
    local, (first, last) = chosen.campus.local, chosen.shown
    end = last if chosen.least == 1 else chosen.campus.today
    span = local.first_instant(first), local.first_instant(end + timedelta(days=1))
    return TracesWanted(
        chosen.organisation, chosen.one.course.course_id, tuple(chosen.people.tolist()), first, last, span,
        chosen.room.starts[0], chosen.instant, chosen.least > 1,
    )  # fmt: skip


# ------------------------------------------------------------------ assignments


def _assignments(chosen: _Chosen) -> tuple[AssignmentWork, ...] | None:
    """What is published, the newest first; work without a deadline where it has scores. None: a few would be told."""
    one, as_of = chosen.one, chosen.instant
    states = handed_in_by_activity(one.deadlines, one.marks, one.day_precision, chosen.places)
    open_now = [place for place, task in enumerate(one.activities) if _is_published(task, as_of)]
    if not chosen.safe(states[:, open_now]):
        return None
    rows = [(one.activities[place], _assignment(chosen, place, states[:, place])) for place in open_now]
    rows = [(task, row) for task, row in rows if row.expected or row.graded]
    rows.sort(key=lambda pair: (pair[0].due_at or as_of, pair[0].activity_id), reverse=True)
    return tuple(row for _task, row in rows)


def _is_published(task: Activity, instant: datetime) -> bool:
    return task.published_at is None or task.published_at <= instant


def _assignment(chosen: _Chosen, place: int, states: Longs) -> AssignmentWork:
    task = chosen.one.activities[place]
    scores = chosen.one.marks.percent[chosen.places, place]
    scores = scores[~np.isnan(scores)]
    scores = scores if len(scores) >= chosen.least else scores[:0]
    bins = score_bins(scores)
    on_time, late, missing, coming = (int(count) for count in states)
    mean, median = (float(scores.mean()), float(np.median(scores))) if len(scores) else (None, None)
    spread = tuple(bins.tolist()) if chosen.safe(bins) else ()
    return AssignmentWork(task.title, task.due_at, on_time, late, missing, coming, spread, len(scores), mean, median)


# ------------------------------------------------------------------ the other cards


def _last_seen(chosen: _Chosen) -> tuple[int, ...] | None:
    if chosen.least > 1:
        return None
    return tuple(last_seen(chosen.one.last_day[chosen.places], chosen.campus.today.toordinal()).tolist())


def _units(chosen: _Chosen, traces: Traces, touched: Touched) -> tuple[UnitEngagement, ...] | None:
    rows = traces.get("unit", ())
    place = {row.key: index for index, row in enumerate(rows)}
    published = np.zeros(len(rows), dtype=np.int64)
    for key, is_open in zip(touched.content.unit.tolist(), touched.content.published.tolist(), strict=True):
        if key in place:
            published[place[key]] += is_open
    tree = UnitTree(np.array([place.get(row.parent, -1) for row in rows], dtype=np.int64), published)
    learners = len(chosen.places)
    found = engagement(tree, _touches(chosen, touched, place), learners)
    if not chosen.safe(np.concatenate([found.touched, learners - found.touched])):
        return None
    order = course_order(tree.parent, np.array([row.place for row in rows], dtype=np.int64), [row.part for row in rows])
    return tuple(
        UnitEngagement(
            title=rows[at].label,
            depth=depth,
            published=int(found.published[at]),
            touched=int(found.touched[at]),
            touched_share=100.0 * int(found.touched[at]) / max(1, learners),
            completed_share=None if np.isnan(found.completed_share[at]) else float(found.completed_share[at]),
        )
        for at, depth in order
    )


def _touches(chosen: _Chosen, touched: Touched, place: Mapping[int, int]) -> UnitTouches:
    """Completed is: a completion event, else a submission, else, for pages and resources, a first view."""
    one, content = chosen.one, touched.content
    unit_of = np.array([place.get(key, -1) for key in content.unit.tolist()] or [-1], dtype=np.int64)
    shown = np.full(max(1, len(one.people)), -1, dtype=np.int64)
    shown[np.sort(chosen.places)] = np.arange(len(chosen.places))
    unit, learner = unit_of[touched.activity], shown[touched.learner]
    kept = (unit >= 0) & (learner >= 0)
    tasks = np.full(max(1, len(content.activity)), -1, dtype=np.int64)
    at, known = places(content.activity, np.array([task.activity_id for task in one.activities], dtype=np.int64))
    tasks[at[known]] = np.flatnonzero(known)
    task = tasks[touched.activity]
    # A last column stands for what nothing can be handed in for.
    submitted_at = np.pad(one.marks.submitted_at, ((0, 0), (0, 1)), constant_values=np.nan)
    handed = ~np.isnan(submitted_at[touched.learner, task]) & content.published[touched.activity]
    return UnitTouches(unit[kept], learner[kept], (touched.completed() | handed)[kept])


def _questions(chosen: _Chosen, traces: Traces) -> tuple[QuestionTries, ...] | None:
    found = []
    for row in traces.get("question", ()):
        # Who and whether right stand in one number; see `work_traces`.
        people = longs(row.a)
        one = tries(Answers(people >> 2, longs(row.b), instants(row.c), (people & 3) - 1))
        counts = (one.first_right, one.learners - one.first_right, one.eventually_right)
        if not chosen.safe(np.array([*counts, one.learners - one.eventually_right])):
            return None
        if one.learners:
            found.append(
                QuestionTries(row.label, row.part, one.learners, one.answers, one.first_right, one.eventually_right)
            )
    return tuple(sorted(found, key=lambda one: (one.first_share, -one.learners, one.quiz, one.item)))


def _forum(chosen: _Chosen, traces: Traces) -> Forum | None:
    """Posts of the chosen learners in the shown days; whoever replies, a thread is answered."""
    rows = traces.get("posts", ())
    told = [Posts(longs(row.a), instants(row.b), longs(row.c), longs(row.d)).once() for row in rows]
    none = np.zeros(0, dtype=np.int64)
    posts = told[0] if told else Posts(none, none.astype(np.float64), none, none)
    local, (first, last) = chosen.campus.local, chosen.shown
    since, until = (local.first_instant(day).timestamp() for day in (first, last + timedelta(days=1)))
    theirs = np.isin(posts.author, chosen.people) & (posts.at >= since) & (posts.at < until)
    waiting = unanswered(posts, chosen.instant.timestamp()) & theirs
    own = Posts(posts.author[theirs], posts.at[theirs], posts.post[theirs], posts.reply_to[theirs])
    begins = np.array([local.first_instant(start).timestamp() for start in chosen.room.starts])
    week = np.searchsorted(begins, own.at, side="right") - 1
    threads, replies, learners = written_per_week(own, week, len(begins))
    if not chosen.safe(learners):
        return None
    weeks = tuple(
        ForumWeek(start, int(threads[place]), int(replies[place]), int(learners[place]))
        for place, start in enumerate(chosen.room.starts)
    )
    return Forum(weeks, int((own.reply_to == NO_REPLY).sum()), int(waiting.sum()))


def _types(chosen: _Chosen, traces: Traces) -> tuple[TypeWeeks, ...] | None:
    rows, weeks = traces.get("type", ()), len(chosen.room.starts)
    if not chosen.safe(np.concatenate([longs(row.d) for row in rows] or [np.zeros(0, dtype=np.int64)])):
        return None
    events, clicks = (np.zeros((len(rows), weeks), dtype=np.int64) for _ in range(2))
    for place, row in enumerate(rows):
        events[place, longs(row.a)], clicks[place, longs(row.a)] = longs(row.b), longs(row.c)
    share = shares(events)
    order = sorted(range(len(rows)), key=lambda place: (-int(events[place].sum()), rows[place].label))
    return tuple(
        TypeWeeks(rows[at].label, tuple(events[at].tolist()), tuple(clicks[at].tolist()), tuple(share[at].tolist()))
        for at in order
    )


def _videos(traces: Traces) -> tuple[VideoViews, ...]:
    found = [_video(row) for row in traces.get("video", ())]
    found.sort(key=lambda video: (-video.viewers, video.title))
    return tuple(found[:MOST_VIDEOS])


def _video(row: Row[Any]) -> VideoViews:
    person, first, last = once(longs(row.a), floats(row.b), floats(row.c), longs(row.d))
    step, watched, again = views_along(person, first, last)
    return VideoViews(row.label, len(np.unique(person)), step, tuple(watched.tolist()), tuple(again.tolist()))


def _hours(connection: Connection, chosen: _Chosen) -> tuple[tuple[float, ...], ...] | None:
    if chosen.room.time is None:
        return ()
    if chosen.least > 1:
        return None
    statement = bits_statement(chosen.organisation, [chosen.one.course.course_id], [chosen.shown])
    found = read_bits(connection, statement)
    _place, mine = places(chosen.people, found.learner)
    rows = DayMinutes(found.learner[mine], found.day[mine], found.bits[mine])
    cell = active_hours(rows, clock_hours(chosen.campus.local))
    return tuple(tuple(day) for day in hours_of_week(cell, *chosen.shown).tolist())


def clock_hours(local: LocalDays) -> Callable[[date], Longs]:
    """The hours of local days, in which clocks may be changed."""
    plain = plain_hours()

    def of(day: date) -> Longs:
        start, end = local.first_instant(day), local.first_instant(day + timedelta(days=1))
        zone = local.zone_at(start.timestamp())
        if end - start == timedelta(days=1) and start.astimezone(zone).hour == 0:
            return plain
        quarters = (start.timestamp() + 900 * number for number in range(QUARTERS))
        return np.array([datetime.fromtimestamp(at, UTC).astimezone(zone).hour for at in quarters], dtype=np.int64)

    return of
