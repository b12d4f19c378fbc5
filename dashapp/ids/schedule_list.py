"""Ids of the list of schedules."""

from typing import Final


class ScheduleList:
    """Reports that go out by themselves."""

    PAGE: Final = "schedulelist-page"
    TITLE: Final = "schedulelist-title"
    LEAD: Final = "schedulelist-lead"
    REPORTS: Final = "schedulelist-reports"
    """The link to the list of reports."""
    LIST: Final = "schedulelist-list"
    """The card."""
    WORDS: Final = "schedulelist-words"
    """What is searched for in titles and names."""
    ROWS: Final = "schedulelist-rows"
    SAID: Final = "schedulelist-said"
    """Children: what came of the last action."""
    SHOWN: Final = "schedulelist-shown"
    """Store: what stands on the page, by which only what differs is sent."""
    DONE: Final = "schedulelist-done"
    """Store: a number that rises with every action."""
    DIALOG: Final = "schedulelist-dialog"
    """Where somebody is chosen to whom a schedule is given."""
    HANDING: Final = "schedulelist-handing"
    """Store: the schedule that is to be given to somebody."""
    WHAT: Final = "schedulelist-what"
    """Children: its title."""
    TO: Final = "schedulelist-to"
    HAND: Final = "schedulelist-hand"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a schedule: `pause`, `resume`, `end`, `undo` (end and withdraw), `take`, `choose` (to whom it is
        given); with `dash.ALL` all of them."""
        return {"type": f"schedulelist-{what}", "row": row}
