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
    sessions,
    student,
)
from dashapp.security.callbacks import CallbackRegistry

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry) -> None:
    """Registers the callbacks of all pages on one app."""
    for room in (frame, home, student, classroom, institution, data_quality, letters, audit, courses, sessions, live):
        room.register(registry)
