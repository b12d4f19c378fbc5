"""Ids of the pages about people, for administrators."""

from typing import Final


class People:
    """Everybody of an organisation."""

    PAGE: Final = "people-page"
    TITLE: Final = "people-title"
    LEAD: Final = "people-lead"
    SEARCH: Final = "people-search"
    """Input: what is searched for while somebody types."""
    ROLE: Final = "people-role"
    STATE: Final = "people-state"
    COURSE: Final = "people-course"
    """Select: a course by its public id, or "" for all."""
    COURSE_SEARCH: Final = "people-course-search"
    """Input: words that narrow the courses to choose from."""
    LIST: Final = "people-list"
    """The card of the list."""
    ROWS: Final = "people-rows"
    PAGE_NUMBER: Final = "people-page-number"
    """Hidden input: the number of the page of the list, as text."""
    PREVIOUS: Final = "people-previous"
    NEXT: Final = "people-next"
    PLACE: Final = "people-place"
    """Children: which rows of how many."""


class Person:
    """Somebody's entry."""

    PAGE: Final = "person-page"
    TITLE: Final = "person-title"
    LEAD: Final = "person-lead"
    WHO: Final = "person-who"
    """Store: the public id of the address."""
    SAID: Final = "person-said"
    """Children: what came of the last action."""
    UNDO: Final = "person-undo"
    DECISION: Final = "person-decision"
    """Store: what can be taken back, and a number that rises with every action."""

    FACTS: Final = "person-facts"
    """The card of who somebody is, and its list."""
    FACT_ROWS: Final = "person-fact-rows"
    TEST_ON: Final = "person-test-on"
    TEST_OFF: Final = "person-test-off"
    TEST_FREE: Final = "person-test-free"
    """Button: sources say again whether this is a test person."""
    ACCOUNT_NAME: Final = "person-account-name"
    ACCOUNT_FORM: Final = "person-account-form"
    ACCOUNT_OPEN: Final = "person-account-open"
    ACCOUNT_CLOSE: Final = "person-account-close"
    ACCOUNT_LINK: Final = "person-account-link"
    LINK: Final = "person-link"
    """Children: the address to set a password at, shown once."""

    ROLES: Final = "person-roles"
    """The card of the roles, and its table."""
    ROLE_ROWS: Final = "person-role-rows"
    ADMIN_ON: Final = "person-admin-on"
    ADMIN_OFF: Final = "person-admin-off"
    GIVE: Final = "person-give"
    GIVE_ROLE: Final = "person-give-role"
    GIVE_SEARCH: Final = "person-give-search"
    GIVE_COURSE: Final = "person-give-course"
    GIVE_SECTION: Final = "person-give-section"
    GIVE_FROM: Final = "person-give-from"
    GIVE_TO: Final = "person-give-to"

    NAMES: Final = "person-names"
    """The card of the names, and its table."""
    NAME_ROWS: Final = "person-name-rows"

    ONE: Final = "person-one"
    """The card of merging and splitting."""
    MERGE_ROWS: Final = "person-merge-rows"
    OTHER_SEARCH: Final = "person-other-search"
    OTHER: Final = "person-other"
    """RadioItems: the public id of who is the same person."""
    STANDS: Final = "person-stands"
    """RadioItems: "this" or "other", who stands for both."""
    PREVIEW: Final = "person-preview"
    PLAN: Final = "person-plan"
    """Store: the merge or the split that is looked at."""
    CONFIRM: Final = "person-confirm"
    CANCEL: Final = "person-cancel"

    ADVISED: Final = "person-advised"
    """The card of the caseload, and its list."""
    ADVISED_ROWS: Final = "person-advised-rows"
    LEARNER_SEARCH: Final = "person-learner-search"
    LEARNER: Final = "person-learner"
    """RadioItems: the public id of a learner to add."""
    ADVISE: Final = "person-advise"

    @staticmethod
    def end(row: object) -> dict[str, object]:
        """The button that ends a role; with `dash.ALL` all of them."""
        return {"type": "person-end", "page": "person", "row": row}

    @staticmethod
    def split(row: object) -> dict[str, object]:
        """The button that looks at the split of a merge."""
        return {"type": "person-split", "page": "person", "row": row}

    @staticmethod
    def leave(row: object) -> dict[str, object]:
        """The button that takes a learner out of the caseload."""
        return {"type": "person-leave", "page": "person", "row": row}
