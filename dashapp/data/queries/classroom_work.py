"""What stands below the fold of a classroom's page: at most five statements besides those of the room."""

from datetime import timedelta

from sqlalchemy import Connection

from dashapp.data.queries.room import HiddenRoom, Room
from dashapp.data.queries.videos import read_videos
from dashapp.domain.views import ClassroomWorkView, VideoViews


def read_classroom_work(connection: Connection, room: Room | HiddenRoom) -> ClassroomWorkView:
    """What the shown learners of a room did with the content of the course."""
    named = isinstance(room, Room) and room.names is not None
    first, last = room.question.shown
    return ClassroomWorkView(
        course=room.course.choice,
        videos=_videos(connection, room) if isinstance(room, Room) and named else (),
        first=first,
        last=last,
        today=room.campus.today,
        freshness=room.campus.freshness,
        named=named,
        hidden=isinstance(room, HiddenRoom),
    )


def _videos(connection: Connection, room: Room) -> tuple[VideoViews, ...]:
    question, local = room.question, room.campus.local
    first, last = question.shown
    span = local.first_instant(first), local.first_instant(last + timedelta(days=1))
    learners = room.one.people[room.chosen]
    return read_videos(connection, question.organisation, room.course.course_id, learners, span)
