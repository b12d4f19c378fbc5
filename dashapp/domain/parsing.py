"""What controls hold, as values: whatever the browser sends, of any type; None where it is not the form of one."""

from datetime import date, time
from uuid import UUID

from dashapp.domain.keys import PublicId


def uuid_of(given: object) -> PublicId | None:
    """A public id."""
    try:
        return PublicId(UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def day_of(given: object) -> date | None:
    """A day, as a date field gives it."""
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None


def clock_of(given: object) -> time | None:
    """A time of day, as a time field gives it."""
    try:
        return time.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
