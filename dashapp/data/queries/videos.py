"""The videos of one course: one statement, from the stretches that players told of."""

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Double, Text, and_, cast, func, select

from dashapp.data.queries.columns import Statement
from dashapp.data.tables import activities, video_segments
from dashapp.domain.indicators.videos import views_along
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.views import VideoViews

MOST_VIDEOS: Final = 6
"""As many small panels as find room in one card."""


def read_videos(
    connection: Connection,
    organisation: OrganisationId,
    course: CourseId,
    learners: NDArray[np.int64],
    span: tuple[datetime, datetime],
) -> tuple[VideoViews, ...]:
    """The videos that most of these learners watched within [first, last), the most viewers first.

    Players repeat in later statements of a session what they said in earlier ones: the same stretch of the same person
    and session is one.
    """
    statement = _stretches_by_video(organisation, course, span)
    found = []
    for row in connection.execute(statement):
        person = np.array(row.person, dtype=np.int64)
        inside = np.isin(person, learners)
        if inside.any():
            views = views_along(person[inside], np.array(row.first)[inside], np.array(row.last)[inside])
            step, watched, again = views
            viewers = len(np.unique(person[inside]))
            found.append(VideoViews(row.title, viewers, step, tuple(watched.tolist()), tuple(again.tolist())))
    found.sort(key=lambda video: (-video.viewers, video.title))
    return tuple(found[:MOST_VIDEOS])


def _stretches_by_video(organisation: OrganisationId, course: CourseId, span: tuple[datetime, datetime]) -> Statement:
    """(title, person, first, last): the last three are arrays of the same length, one element per stretch."""
    own = (
        video_segments.c.organisation_id == organisation,
        video_segments.c.course_id == course,
        video_segments.c.watched_at >= span[0],
        video_segments.c.watched_at < span[1],
    )
    once = func.coalesce(
        video_segments.c.session,
        func.concat_ws(":", video_segments.c.source_id, video_segments.c.event_id, video_segments.c.number),
        type_=Text,
    )
    stretches = (
        select(
            video_segments.c.activity_id,
            video_segments.c.person_id,
            video_segments.c.position_from,
            video_segments.c.position_to,
            once.label("once"),
        )
        .where(*own)
        .distinct()
        .subquery("stretches")
    )
    return (
        select(
            func.coalesce(activities.c.title, activities.c.claimed_title, "").label("title"),
            func.array_agg(cast(stretches.c.person_id, BigInteger)).label("person"),
            func.array_agg(cast(stretches.c.position_from, Double)).label("first"),
            func.array_agg(cast(stretches.c.position_to, Double)).label("last"),
        )
        .select_from(
            stretches.join(
                activities,
                and_(activities.c.organisation_id == organisation, activities.c.activity_id == stretches.c.activity_id),
            )
        )
        .group_by(activities.c.activity_id, activities.c.title, activities.c.claimed_title)
    )
