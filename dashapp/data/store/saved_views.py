"""The views that somebody keeps of a course: read and changed by their owner alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, text, update

from dashapp.data.tables import saved_views
from dashapp.domain.saved_views import MOST_VIEWS, SavedView, ViewsOf

_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(:kind, :key)")
_KIND: Final = 0x5A71
_SHOWN: Final = (saved_views.c.public_id, saved_views.c.name, saved_views.c.query)


def read_views(connection: Connection, owner: ViewsOf) -> tuple[SavedView, ...]:
    """All of them, by name."""
    rows = connection.execute(select(*_SHOWN).where(*_own(owner)).order_by(func.lower(saved_views.c.name)))
    return tuple(_view(row) for row in rows)


def find_view(connection: Connection, owner: ViewsOf, public_id: UUID) -> SavedView | None:
    """One of them; None where it is somebody else's, of another course, or gone."""
    row = connection.execute(select(*_SHOWN).where(*_this(owner, public_id))).one_or_none()
    return None if row is None else _view(row)


def save_view(connection: Connection, owner: ViewsOf, said: tuple[str, str], at: datetime) -> bool:
    """Keeps (name, query); of the same name the query is replaced. False: there are as many as there may be."""
    _wait_for_turn(connection, owner)
    name, query = said
    kept = connection.execute(update(saved_views).where(*_own(owner), saved_views.c.name == name).values(query=query))
    if kept.rowcount:
        return True
    number = connection.execute(select(func.count()).select_from(saved_views).where(*_own(owner))).scalar_one()
    if number >= MOST_VIEWS:
        return False
    connection.execute(
        insert(saved_views).values(
            organisation_id=owner.organisation,
            person_id=owner.person,
            course_id=owner.course,
            name=name,
            query=query,
            created_at=at,
        )
    )
    return True


def rename_view(connection: Connection, owner: ViewsOf, public_id: UUID, name: str) -> bool:
    """False: there is no such view, or another one has the name."""
    _wait_for_turn(connection, owner)
    taken = select(saved_views.c.public_id).where(*_own(owner), saved_views.c.name == name)
    if any(row.public_id != public_id for row in connection.execute(taken)):
        return False
    done = connection.execute(update(saved_views).where(*_this(owner, public_id)).values(name=name))
    return done.rowcount > 0


def delete_view(connection: Connection, owner: ViewsOf, public_id: UUID) -> SavedView | None:
    """What was deleted, so that it can be put back; None where there is no such view."""
    row = connection.execute(delete(saved_views).where(*_this(owner, public_id)).returning(*_SHOWN)).one_or_none()
    return None if row is None else _view(row)


def _wait_for_turn(connection: Connection, owner: ViewsOf) -> None:
    """Two windows of one person may save at once; the limit and the names hold for both together."""
    connection.execute(_TAKE_TURNS, {"kind": _KIND, "key": int(owner.person) % 2**31})


def _own(owner: ViewsOf) -> Sequence[ColumnElement[bool]]:
    held = saved_views.c
    return (
        held.organisation_id == owner.organisation,
        held.person_id == owner.person,
        held.course_id == owner.course,
    )


def _this(owner: ViewsOf, public_id: UUID) -> Sequence[ColumnElement[bool]]:
    return (*_own(owner), saved_views.c.public_id == public_id)


def _view(row: Row[*tuple[Any, ...]]) -> SavedView:
    return SavedView(row.public_id, row.name, row.query)
