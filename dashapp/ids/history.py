"""Ids of the page of history."""

from typing import Final


class History:
    """What happened before, brought in from files, for administrators."""

    PAGE: Final = "history-page"
    TITLE: Final = "history-title"
    LEAD: Final = "history-lead"
    SAID: Final = "history-said"
    """Children: what came of the last action."""
    DONE: Final = "history-done"
    """Store: a number that rises with every action."""
    TICK: Final = "history-tick"
    """Interval: asks again while a job works."""
    NEW: Final = "history-new"
    """The card in which files are given."""
    SOURCE: Final = "history-source"
    KIND: Final = "history-kind"
    PLACE: Final = "history-place"
    """Children: the place for files; a new one once they are being read."""
    BOX: Final = "history-files"
    """The place for files, and its Store."""
    FILES: Final = "history-uploads"
    ZONE: Final = "history-zone"
    UNTIL: Final = "history-until"
    MOODLE: Final = "history-of-moodle"
    """Options of a kind: hidden with the others."""
    SITE: Final = "history-site"
    COURSE: Final = "history-course"
    CANVAS: Final = "history-of-canvas"
    SHARD: Final = "history-shard"
    PEOPLE: Final = "history-people"
    TABLE: Final = "history-of-table"
    VERB: Final = "history-verb"
    FORMAT: Final = "history-format"
    COURSE_NAMED: Final = "history-course-named"
    ACTIVITY_TYPE: Final = "history-activity-type"
    SAMPLE: Final = "history-sample"
    """Children: the first rows of the table."""
    READ: Final = "history-read"
    """The button that has the files read."""
    IMPORTS: Final = "history-imports"
    """The card of all imports."""
    ROWS: Final = "history-rows"

    @staticmethod
    def column(field: str) -> str:
        """Which column a field is in."""
        return f"history-column-{field}"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of an import: begin, pause, go-on or cancel; with `dash.ALL` of all imports."""
        return {"type": f"history-{what}", "row": row}
