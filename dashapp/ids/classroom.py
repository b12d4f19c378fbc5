"""Ids of the page of one course, and of the list of courses."""

from typing import Final


class Classroom:
    """The page of one course, for those who teach it."""

    PAGE: Final = "classroom-page"
    TITLE: Final = "classroom-title"
    LEAD: Final = "classroom-lead"
    COURSE: Final = "classroom-course"
    """Select: the public id of the course; another choice opens the page of that one."""
    COURSE_PLACE: Final = "classroom-course-place"
    COURSES_WANTED: Final = "classroom-courses-asked"
    """Store: set once the page is filled, since nothing waits for the other courses."""
    SECTION: Final = "classroom-section"
    """Select: a section's short id, or "" for all sections."""
    GROUP: Final = "classroom-group"
    """Select: the name of a group of learners, or ""."""
    RANGE: Final = "classroom-range"
    """Select: "", a preset of dates, or "custom", with which `FIRST` and `LAST` are shown."""
    ACTIVITY: Final = "classroom-activity"
    SEEN: Final = "classroom-seen"
    SCORE: Final = "classroom-score"
    PICKED: Final = "classroom-picked"
    """Store: public ids of learners picked by hand, or null."""
    PICKED_CHIP: Final = "classroom-picked-chip"
    FIRST: Final = "classroom-first"
    """Input of type date: the first local day."""
    LAST: Final = "classroom-last"
    """Input of type date: the last local day."""
    LEVEL: Final = "classroom-level"
    """RadioItems: "", "help", "watch" or "calm"."""
    COUNT: Final = "classroom-count"
    STRIP: Final = "classroom-strip"
    LEARNERS: Final = "classroom-learners"
    """The grid; a row's field `href` is the learner's page."""
    SEARCH: Final = "classroom-search"
    """What the rows of the grid are searched for; never leaves the browser."""
    SORT_AGAIN: Final = "classroom-sort-again"
    SHOW_ONLY: Final = "classroom-show-only"
    COMPARE: Final = "classroom-compare"
    """Select: "", "rest", or a kind with a name: "section:…", "group:…", "view:…"."""
    COMPARED: Final = "classroom-compared"
    COMPARED_PLACE: Final = "classroom-compared-place"
    COMPARED_TABLE: Final = "classroom-compared-table"
    HEAT: Final = "classroom-heat"
    DAYS: Final = "classroom-days"
    TIME_AND_SCORE: Final = "classroom-time-and-score"
    SHOWN: Final = "data-la-shown"
    """A property of `PAGE`: names of what it holds, by slots, as JSON; what it holds already is not sent again."""
    DRAG: Final = "classroom-drag"
    """RadioItems: "" (zoom), "select" or "lasso"."""
    WORK: Final = "classroom-work"
    """What stands below the fold: read when it comes near."""
    VIDEOS: Final = "classroom-videos"


class SavedViews:
    """The menu of views that somebody keeps of a course's page."""

    OPEN: Final = "classroom-views-open"
    """The summary of the menu: the list is read when it opens."""
    LIST: Final = "classroom-views-list"
    SAID: Final = "classroom-views-said"
    """Children: what came of the last click."""
    NAME: Final = "classroom-views-name"
    """Input: what a view is to be called."""
    SAVE: Final = "classroom-views-save"
    UNDO: Final = "classroom-views-undo"
    DELETED: Final = "classroom-views-deleted"
    """Store: {"name", "query"} of the view that was deleted last, or null."""

    @staticmethod
    def rename(row: object) -> dict[str, object]:
        """The button that gives a view the written name; with `dash.ALL` all of them."""
        return {"type": "view-rename", "row": row}

    @staticmethod
    def delete(row: object) -> dict[str, object]:
        """The button that deletes a view; with `dash.ALL` all of them."""
        return {"type": "view-delete", "row": row}


class Courses:
    """The list of one's courses."""

    PAGE: Final = "courses-page"
    TITLE: Final = "courses-title"
    LEAD: Final = "courses-lead"
    LIST: Final = "courses-list"
