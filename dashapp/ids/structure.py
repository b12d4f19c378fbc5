"""Ids of the pages of units, programmes and courses."""

from typing import Final


class Units:
    """Units of the organisation, and programmes."""

    PAGE: Final = "units-page"
    TITLE: Final = "units-title"
    LEAD: Final = "units-lead"
    SAID: Final = "units-said"
    """Children: what came of the last action."""
    UNDO: Final = "units-undo"
    DECISION: Final = "units-decision"
    """Store: the change that can be taken back, and a number that rises with every action."""
    TREE: Final = "units-tree"
    """The card of the tree."""
    TREE_ROWS: Final = "units-tree-rows"
    EDIT: Final = "units-edit"
    """The card in which a unit is entered or changed."""
    KEY: Final = "units-key"
    """Store: the key of the unit that is being changed; None: a new one."""
    HEAD: Final = "units-head"
    """Children: which unit is being changed."""
    NAME: Final = "units-name"
    PARENT: Final = "units-parent"
    """Select: the key of the unit above; "" for none."""
    SAVE: Final = "units-save"
    CLEAR: Final = "units-clear"
    PROGRAMMES: Final = "units-programmes"
    """The card of programmes."""
    PROGRAMME_ROWS: Final = "units-programme-rows"
    PROGRAMME_EDIT: Final = "units-programme-edit"
    """The card in which a programme is entered or changed."""
    PROGRAMME_KEY: Final = "units-programme-key"
    PROGRAMME_HEAD: Final = "units-programme-head"
    PROGRAMME_NAME: Final = "units-programme-name"
    PROGRAMME_UNIT: Final = "units-programme-unit"
    PROGRAMME_SAVE: Final = "units-programme-save"
    PROGRAMME_CLEAR: Final = "units-programme-clear"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a unit (`unit-change`, `unit-remove`) or a programme; with `dash.ALL` all of them."""
        return {"type": what, "row": row}


class CourseList:
    """The courses of an organisation, for its administrators."""

    PAGE: Final = "course-list-page"
    TITLE: Final = "course-list-title"
    LEAD: Final = "course-list-lead"
    SAID: Final = "course-list-said"
    """Children: what came of the last action."""
    UNDO: Final = "course-list-undo"
    DECISION: Final = "course-list-decision"
    """Store: the change that can be taken back, and a number that rises with every action."""
    SEARCH: Final = "course-list-search"
    TERM: Final = "course-list-term"
    """Select: a key, "none", or "" for all; so are the next two."""
    UNIT: Final = "course-list-unit"
    PROGRAMME: Final = "course-list-programme"
    KNOWN: Final = "course-list-known"
    """RadioItems: "events", or "" for all."""
    LIST: Final = "course-list-list"
    """The card of the list."""
    GRID: Final = "course-list-grid"
    """The grid; a row's field `id` is the public id of the course."""
    EMPTY: Final = "course-list-empty"
    """Children: words in place of the grid; None: show the grid."""
    PAGE_NUMBER: Final = "course-list-page-number"
    """Hidden input: the number of the page of the list, as text."""
    PREVIOUS: Final = "course-list-previous"
    NEXT: Final = "course-list-next"
    PLACE: Final = "course-list-place"
    """Children: which rows of how many."""
    GIVE_TERM: Final = "course-list-give-term"
    """Select: a key, "none", or "" for no change; so are the next two."""
    GIVE_UNIT: Final = "course-list-give-unit"
    GIVE_PROGRAMME: Final = "course-list-give-programme"
    FOLLOW: Final = "course-list-follow"
    """Checklist with one choice, "follow": own days give way to those of the term."""
    GIVE_SELECTED: Final = "course-list-give-selected"
    GIVE_ALL: Final = "course-list-give-all"
    GIVE_ALL_WORDS: Final = "course-list-give-all-words"
    """Children: how many those are."""
    PLANNING: Final = "course-list-planning"
    """What would be done, and the buttons to do it or not; hidden while nothing is planned."""
    PLANNED: Final = "course-list-planned"
    """Children: what would be done, counted."""
    PLAN: Final = "course-list-plan"
    """Store: what was planned."""
    CONFIRM: Final = "course-list-confirm"
    CANCEL: Final = "course-list-cancel"


class CourseOpened:
    """The card of one course on the page of courses."""

    CARD: Final = "course-opened"
    COURSE: Final = "course-opened-course"
    """Hidden input: the public id of the course that is opened, as text."""
    NOTHING: Final = "course-opened-nothing"
    """Children: words while no course is opened."""
    PARTS: Final = "course-opened-parts"
    """Hidden while no course is opened."""
    HEAD: Final = "course-opened-head"
    """Children: what the course is called, and the way to its classroom."""
    FACTS: Final = "course-opened-facts"
    """Children: people by role and source, identifiers, who described it."""
    HELD: Final = "course-opened-held"
    """Store: what the fields held when the course was opened."""
    SAVE: Final = "course-opened-save"
    BREAKS: Final = 6
    """As many breaks of its own can be entered."""
    SECTION_ROWS: Final = "course-opened-section-rows"
    SECTION_KEY: Final = "course-opened-section-key"
    """Store: the key of the section that is being changed; None: a new one."""
    SECTION_HEAD: Final = "course-opened-section-head"
    SECTION_FORM: Final = "course-opened-section-form"
    """Details: opens with a section to change."""
    SECTION_NAME: Final = "course-opened-section-name"
    """Input: the short id of a new section."""
    SECTION_TITLE: Final = "course-opened-section-title"
    SECTION_SAVE: Final = "course-opened-section-save"
    SECTION_CLEAR: Final = "course-opened-section-clear"

    @staticmethod
    def field(name: str) -> str:
        """The control of a field of the course."""
        return f"course-opened-field-{name.replace('_', '-')}"

    @staticmethod
    def origin(name: str) -> str:
        """Children: where what a field holds comes from."""
        return f"course-opened-origin-{name.replace('_', '-')}"

    @staticmethod
    def release(name: str) -> str:
        """The button that lets the source's word hold again."""
        return f"course-opened-release-{name.replace('_', '-')}"

    @staticmethod
    def pause(number: int, side: str) -> str:
        """Input of type date: the `first` or `last` day of a break, counted from 1."""
        return f"course-opened-break-{number}-{side}"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a section: `change` or `remove`; with `dash.ALL` all of them."""
        return {"type": f"section-{what}", "row": row}
