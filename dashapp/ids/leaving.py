"""Ids of the page about leaving."""

from typing import Final


class Leaving:
    """Everything of an organisation as a file, and its deletion, for administrators."""

    PAGE: Final = "leaving-page"
    TITLE: Final = "leaving-title"
    LEAD: Final = "leaving-lead"
    SAID: Final = "leaving-said"
    """Children: what came of the last action."""
    DONE: Final = "leaving-done"
    """Store: a number that rises with every action."""
    TICK: Final = "leaving-tick"
    """Interval: asks again while an export is written."""
    EXPORTS: Final = "leaving-exports"
    """The card of the exports."""
    START: Final = "leaving-start"
    ROWS: Final = "leaving-rows"
    """Children: the exports."""
    FIGURES: Final = "leaving-figures"
    """The card of what there is, and its table."""
    TABLES: Final = "leaving-tables"
    DELETION: Final = "leaving-deletion"
    """The card of the deletion."""
    STATE: Final = "leaving-state"
    """Children: what would go, or when it goes."""
    ASKING: Final = "leaving-asking"
    """The form; hidden once a deletion was asked for."""
    NAME: Final = "leaving-name"
    """Input: the short name."""
    DELETE: Final = "leaving-delete"
    KEEP: Final = "leaving-keep"
    """The button that cancels the deletion."""

    @staticmethod
    def cancel(row: object) -> dict[str, object]:
        """The button that ends an export; with `dash.ALL` all of them."""
        return {"type": "leaving-cancel", "row": row}
