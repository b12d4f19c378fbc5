"""What fills the pages: plain typed handlers, each registered with the permission that it demands."""

from callbacks import (
    audit,
    classroom,
    courses,
    data_quality,
    frame,
    home,
    institution,
    letters,
    live,
    platforms,
    sessions,
    student,
)
from dashapp.security.callbacks import CallbackRegistry

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry) -> None:
    """Registers the callbacks of all pages on one app."""
    pages = (student, classroom, institution, data_quality, letters, audit, platforms, courses, sessions)
    for room in (frame, home, *pages, live):
        room.register(registry)
