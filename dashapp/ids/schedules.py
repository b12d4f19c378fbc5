"""Ids of the dialog of a report's schedules, and of what was delivered."""

from typing import Final


class Schedules:
    """When a report goes out, and to whom."""

    OPEN: Final = "schedules-open"
    DIALOG: Final = "schedules-dialog"
    ROWS: Final = "schedules-rows"
    """Children: the schedules with their runs."""
    TICK: Final = "schedules-tick"
    """Interval: while a run is under way."""
    SAID: Final = "schedules-said"
    EDITING: Final = "schedules-editing"
    """Store: the schedule that the form changes, None for a new one, and a number that rises with each opening."""
    FORM: Final = "schedules-form"
    HEAD: Final = "schedules-head"
    EVERY: Final = "schedules-every"
    TIME: Final = "schedules-time"
    WEEKDAYS: Final = "schedules-weekdays"
    DAY: Final = "schedules-day"
    CRON: Final = "schedules-cron"
    ZONE: Final = "schedules-zone"
    FORMATS: Final = "schedules-formats"
    PEOPLE: Final = "schedules-people"
    WAYS: Final = "schedules-ways"
    OUTSIDE: Final = "schedules-outside"
    """The part that administrators alone have."""
    HOOK: Final = "schedules-hook"
    KEY: Final = "schedules-key"
    FOLDER: Final = "schedules-folder"
    STORE: Final = "schedules-store"
    ADDRESSES: Final = "schedules-addresses"
    SAVE: Final = "schedules-save"
    NEW: Final = "schedules-new"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a schedule (`run`, `pause`, `resume`, `edit`, `end`, `undo`: end and withdraw) or a copy (`send`,
        `keep`, `withdraw`); with `dash.ALL` all of them."""
        return {"type": f"schedules-{what}", "row": row}


class Received:
    """What was delivered to the reader."""

    LIST: Final = "received-list"
    """The card."""
    ROWS: Final = "received-rows"
