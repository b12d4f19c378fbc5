"""Ids of the list of reports and of the builder."""

from typing import Final


class Reports:
    """The list of the reports that somebody may read."""

    PAGE: Final = "reports-page"
    TITLE: Final = "reports-title"
    LEAD: Final = "reports-lead"
    LIST: Final = "reports-list"
    """The card of the list."""
    ROWS: Final = "reports-rows"
    TEMPLATES: Final = "reports-templates"
    """The card of the templates."""
    TEMPLATE_ROWS: Final = "reports-template-rows"
    NEW: Final = "reports-new"
    SCHEDULES: Final = "reports-schedules"
    """The link to the list of schedules."""
    SENT: Final = "reports-sent"
    """Store: the text of a file, and a number that rises with each."""
    SAID: Final = "reports-said"
    """Children: what came of the last action."""
    UNDO: Final = "reports-undo"
    DELETED: Final = "reports-deleted"
    """Store: the report that can be put back, and a number that rises with every action."""
    SHOWN: Final = "reports-shown"
    """Store: what stands on the page, by which only what differs is sent."""
    GO: Final = "reports-go"
    """Store: the address of a report that was just made."""

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a row: `duplicate`, `delete`, or of a template `use`; with `dash.ALL` all of them."""
        return {"type": f"reports-{what}", "row": row}


class Report:
    """One report: the builder."""

    PAGE: Final = "report-page"
    TITLE: Final = "report-title"
    WORDS: Final = "report-words"
    """Hidden; the words of the scripts."""
    PALETTE: Final = "report-palette"
    """Children: the questions."""
    SEARCH: Final = "report-search"
    CANVAS: Final = "report-canvas"
    """Filled by a script."""
    INSPECTOR: Final = "report-inspector"
    """Filled by a script."""
    SHEET: Final = "report-sheet"
    """Given: the pages as they will be."""
    HELD: Final = "report-held"
    """Store: the parts of pages that a script holds."""
    FOOT: Final = "report-foot"
    """Children: as of when, and how many rows were read."""
    ASOF: Final = "report-asof"
    """The card whose foot it is."""
    AS: Final = "report-as"
    """Select: as whom it is looked at; "own" as oneself."""
    OPENED: Final = "report-opened"
    """Store: the document as it is kept, and what may be done with it."""
    WANTED: Final = "report-wanted"
    """Store: what a script asks to be shown."""
    OFFERS: Final = "report-offers"
    """Store: what the inspector offers, and what the blocks are called."""
    SAVING: Final = "report-saving"
    """Store: what a script asks to be saved."""
    SAVED: Final = "report-saved"
    """Store: what came of it."""
    SHARES: Final = "report-shares"
    """The dialog of shares."""
    SHARE_ROWS: Final = "report-share-rows"
    SHARE_OPEN: Final = "report-share-open"
    SHARE_ROLE: Final = "report-share-role"
    """Select: a role, or "" for a person."""
    SHARE_WORDS: Final = "report-share-words"
    """Input: parts of the name of somebody."""
    SHARE_FOUND: Final = "report-share-found"
    """Children: who has such a name."""
    SHARE_EDIT: Final = "report-share-edit"
    """Checklist with one choice: "edit"."""
    SHARE_ADD: Final = "report-share-add"
    SHARE_SAID: Final = "report-share-said"
    DOWNLOADS: Final = "report-downloads"
    """The dialog of files."""
    DOWNLOAD_OPEN: Final = "report-download-open"
    DOWNLOAD_ROWS: Final = "report-download-rows"
    DOWNLOAD_SAID: Final = "report-download-said"
    DOWNLOAD_TICK: Final = "report-download-tick"
    """Interval: asks how far files are, while one is being made."""
    VERSIONS: Final = "report-versions"
    """The dialog of versions."""
    VERSION_OPEN: Final = "report-version-open"
    VERSION_ROWS: Final = "report-version-rows"
    VERSION_READ: Final = "report-version-read"
    """Store: the document of a version that shall be restored."""

    @staticmethod
    def share(what: str, row: object) -> dict[str, object]:
        """A button of a share (`end`) or of somebody found (`with`); with `dash.ALL` all of them."""
        return {"type": f"report-share-{what}", "row": row}

    @staticmethod
    def download(what: str, row: object) -> dict[str, object]:
        """A button of a format (`make`) or of a run (`cancel`); with `dash.ALL` all of them."""
        return {"type": f"report-download-{what}", "row": row}

    @staticmethod
    def restore(row: object) -> dict[str, object]:
        """The button of a version; with `dash.ALL` all of them."""
        return {"type": "report-restore", "row": row}


class Extracts:
    """The dialog of rows in large numbers, on the list of reports."""

    DIALOG: Final = "extracts"
    OPEN: Final = "extracts-open"
    TABLE: Final = "extracts-table"
    """Select: of what."""
    COURSE: Final = "extracts-course"
    """Select: a course, or all of the reader's own."""
    FIRST: Final = "extracts-first"
    LAST: Final = "extracts-last"
    ROWS: Final = "extracts-rows"
    SAID: Final = "extracts-said"
    TICK: Final = "extracts-tick"
    """Interval: asks how far files are, while one is being made."""

    @staticmethod
    def button(what: str, row: object) -> dict[str, object]:
        """A button of a format (`make`) or of a run (`cancel`); with `dash.ALL` all of them."""
        return {"type": f"extracts-{what}", "row": row}
