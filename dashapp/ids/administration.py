"""Ids of the pages of the administration."""

from typing import Final


class Quality:
    """The page about the quality of the data."""

    PAGE: Final = "quality-page"
    TITLE: Final = "quality-title"
    LEAD: Final = "quality-lead"
    STRIP: Final = "quality-strip"
    DAYS: Final = "quality-days"
    PARTS: Final = "quality-parts"
    SOURCES: Final = "quality-sources"
    COURSES: Final = "quality-courses"
    ALERTS: Final = "quality-alerts"


class Platforms:
    """Learning platforms, for administrators."""

    PAGE: Final = "platforms-page"
    TITLE: Final = "platforms-title"
    LEAD: Final = "platforms-lead"
    SAID: Final = "platforms-said"
    """Children: what came of the last action."""
    DONE: Final = "platforms-done"
    """Store: a number that rises with every action."""
    LIST: Final = "platforms-list"
    """The card of the registrations."""
    ROWS: Final = "platforms-rows"
    PLATFORM: Final = "platforms-platform"
    """Select: the registration to act on."""
    SWITCH_ON: Final = "platforms-switch-on"
    SWITCH_OFF: Final = "platforms-switch-off"
    REMOVE: Final = "platforms-remove"
    DEPLOYMENT: Final = "platforms-deployment"
    WAITING: Final = "platforms-waiting"
    """Children of a list of suggestions: deployments that wait to be confirmed."""
    CONFIRM: Final = "platforms-confirm"
    WITHDRAW: Final = "platforms-withdraw"
    CONNECT: Final = "platforms-connect"
    """The card of how a platform is connected."""
    OWN: Final = "platforms-own"
    """Children: what a platform wants to know of us."""
    CODES: Final = "platforms-codes"
    MAKE_CODE: Final = "platforms-make-code"
    CODE: Final = "platforms-code"
    """Children: the address that was just made, shown this once."""
    ADD: Final = "platforms-add"
    FORM: Final = (
        "platforms-form-title",
        "platforms-form-issuer",
        "platforms-form-client",
        "platforms-form-deployment",
        "platforms-form-authorization",
        "platforms-form-token",
        "platforms-form-keyset",
        "platforms-form-pages",
        "platforms-form-events",
    )
    """Inputs of a registration by hand."""
    PEOPLE: Final = "platforms-people"
    """The card of people who are not linked."""
    ACTIONS: Final = "platforms-actions"
    """What can be done with a platform; hidden while there is none."""
    PERSON_LINK: Final = "platforms-person-link"
    """The controls that link somebody; hidden while nobody waits."""
    COURSE_LINK: Final = "platforms-course-link"
    """The controls that link a course; hidden while no page was opened from one."""
    PERSON: Final = "platforms-person"
    SEARCH: Final = "platforms-search"
    LEARNER: Final = "platforms-learner"
    LINK_PERSON: Final = "platforms-link-person"
    PEOPLE_WORDS: Final = "platforms-people-words"
    COURSES: Final = "platforms-courses"
    """The card of the platforms' courses."""
    CONTEXT: Final = "platforms-context"
    COURSE: Final = "platforms-course"
    LINK_COURSE: Final = "platforms-link-course"
    COURSE_ROWS: Final = "platforms-course-rows"
    KEYS: Final = "platforms-keys"
    """The card of the tool's keys."""
    KEY_ROWS: Final = "platforms-key-rows"
    ROTATE: Final = "platforms-rotate"


class Administration:
    """The overview of the administration of an organisation."""

    PAGE: Final = "administration-page"
    TITLE: Final = "administration-title"
    LEAD: Final = "administration-lead"
    STEPS: Final = "administration-steps"
    """The card of the steps, and their list."""
    ROWS: Final = "administration-rows"
    STATE: Final = "administration-state"
    """The card of what is there, and its list."""
    COUNTS: Final = "administration-counts"


class Guardians:
    """Guardians of an organisation, for its administrators."""

    PAGE: Final = "guardians-page"
    TITLE: Final = "guardians-title"
    LEAD: Final = "guardians-lead"
    RULE: Final = "guardians-rule"
    """Checklist: "age", "consent"."""
    AGE: Final = "guardians-age"
    SAVE: Final = "guardians-save"
    RULE_SAID: Final = "guardians-rule-said"
    """Children: what came of saving."""
    INVITING: Final = "guardians-inviting"
    """The controls of the invitation; hidden while nobody can be invited."""
    UNINVITED: Final = "guardians-uninvited"
    """Children: why nobody can be invited, and what to do first."""
    ACCOUNT: Final = "guardians-account"
    """Input: how a source names the learner."""
    UNTIL: Final = "guardians-until"
    """Input of type date: the day on which the learner comes of age."""
    INVITE: Final = "guardians-invite"
    INVITE_SAID: Final = "guardians-invite-said"
    """Children: the code, shown once."""
    LIST: Final = "guardians-list"
    DONE: Final = "guardians-done"
    """Store: a number that rises with every decision."""

    @staticmethod
    def end(row: object) -> dict[str, object]:
        """The button that ends an invitation; with `dash.ALL` all of them."""
        return {"type": "guardian-end", "row": row}

    @staticmethod
    def confirm(row: object) -> dict[str, object]:
        """The button that confirms a guardian; with `dash.ALL` all of them."""
        return {"type": "guardian-confirm", "row": row}


class Letters:
    """What was refused in an organisation, for its administrators."""

    PAGE: Final = "letters-page"
    TITLE: Final = "letters-title"
    LEAD: Final = "letters-lead"
    STATE: Final = "letters-state"
    """RadioItems: a state of letters."""
    SOURCE: Final = "letters-source"
    TOPIC: Final = "letters-topic"
    FIRST: Final = "letters-first"
    LAST: Final = "letters-last"
    REASON: Final = "letters-reason"
    """RadioItems: a reason, or "" for all; their labels hold the bars."""
    REASONS: Final = "letters-reasons"
    LIST: Final = "letters-list"
    """The card of the list."""
    GRID: Final = "letters-grid"
    """The grid; a row's field `id` is the key of the letter."""
    EMPTY: Final = "letters-empty"
    """Children: words in place of the grid; None: show the grid."""
    PAGE_NUMBER: Final = "letters-page-number"
    """Hidden input: the number of the page of the list, as text."""
    LETTER: Final = "letters-letter"
    """Hidden input: the key of the letter that is looked at, as text."""
    OPENED: Final = "letters-opened"
    """The card of the letter that is looked at."""
    DETAIL: Final = "letters-detail"
    PREVIOUS: Final = "letters-previous"
    NEXT: Final = "letters-next"
    PLACE: Final = "letters-place"
    """Children: which rows of how many."""
    REPLAY: Final = "letters-replay"
    DISMISS: Final = "letters-dismiss"
    REPLAY_ALL: Final = "letters-replay-all"
    DISMISS_ALL: Final = "letters-dismiss-all"
    SAID: Final = "letters-said"
    """Children: what came of the last action."""
    UNDO: Final = "letters-undo"
    DECISION: Final = "letters-decision"
    """Store: the dismissal that can be taken back, and a number that rises with every action."""
    PROGRESS: Final = "letters-progress"
    """Children: how far the latest replay is."""
    STOP: Final = "letters-stop"
    RESUME: Final = "letters-resume"
    RUN: Final = "letters-run"
    """Store: the key of the latest replay."""


class Sessions:
    """The pages of who is signed in where: one's own sessions, and for administrators everybody's."""

    PAGE: Final = "sessions-page"
    TITLE: Final = "sessions-title"
    LEAD: Final = "sessions-lead"
    LIST: Final = "sessions-list"
    OTHERS: Final = "sessions-others"
    """Button: ends all of the reader's sessions but this one."""
    SAID: Final = "sessions-said"
    """Children: what came of the last click."""
    DONE: Final = "sessions-done"
    """Store: a number that grows with every session ended, so that the list is read again."""

    @staticmethod
    def end_of(session: object) -> dict[str, object]:
        """The id of the button that ends a session; with `dash.ALL` as the session, all of them."""
        return {"type": "end", "page": "sessions", "session": session}


class Audit:
    """The audit trail of an organisation, for its administrators."""

    PAGE: Final = "audit-page"
    TITLE: Final = "audit-title"
    LEAD: Final = "audit-lead"
    PERSON: Final = "audit-person"
    """Input: a public id, or the name of somebody who is no learner."""
    ACTION: Final = "audit-action"
    """Select: an action, or "" for all."""
    OPENED: Final = "audit-opened"
    """Select: a page that was opened, or "" for all."""
    FIRST: Final = "audit-first"
    LAST: Final = "audit-last"
    LIST: Final = "audit-list"
    """The card of the list, and its table."""
    ROWS: Final = "audit-rows"
    """Children: the rows as a table, or words in their place."""
    PAGE_NUMBER: Final = "audit-page-number"
    """Hidden input: the number of the page of the list, as text."""
    PREVIOUS: Final = "audit-previous"
    NEXT: Final = "audit-next"
    PLACE: Final = "audit-place"
    """Children: which rows of how many."""


class Connections:
    """The learning systems that send events."""

    PAGE: Final = "connections-page"
    TITLE: Final = "connections-title"
    LEAD: Final = "connections-lead"
    SAID: Final = "connections-said"
    """Children: what came of the last action."""
    DONE: Final = "connections-done"
    """Store: a number that rises with every action."""
    LIST: Final = "connections-list"
    """The card of senders."""
    ROWS: Final = "connections-rows"
    CONNECT: Final = "connections-connect"
    """The card of a new connection."""
    SYSTEM: Final = "connections-system"
    """Select: a learning system."""
    NAME: Final = "connections-name"
    ISSUER: Final = "connections-issuer"
    KINDS: Final = "connections-kinds"
    """Checklist: kinds of event."""
    ADD: Final = "connections-add"
    STEPS: Final = "connections-steps"
    """Children: what to enter in the learning system; once with the new key."""
    LACKS: Final = "connections-lacks"
    """The card of what is missing, and its list."""
    LACK_ROWS: Final = "connections-lack-rows"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a sender (`key`, `rotate`, `on`, `off`) or of a key (`revoke`); with `dash.ALL` all of them."""
        return {"type": f"sender-{what}", "row": row}


class Visibility:
    """What students see of themselves beside others."""

    PAGE: Final = "visibility-page"
    TITLE: Final = "visibility-title"
    LEAD: Final = "visibility-lead"
    SAID: Final = "visibility-said"
    """Children: what came of the last action."""
    UNDO: Final = "visibility-undo"
    DECISION: Final = "visibility-decision"
    """Store: what held before the last action, and a number that rises with every action."""
    POLICY: Final = "visibility-policy"
    """The card of the organisation's decisions."""
    SHOWN: Final = "visibility-shown"
    """Checklist: what students see."""
    OPEN: Final = "visibility-open"
    """Checklist: what courses may decide."""
    ADVISERS: Final = "visibility-advisers"
    """Checklist with one choice: "advisers"."""
    QUIET_FROM: Final = "visibility-quiet-from"
    QUIET_TO: Final = "visibility-quiet-to"
    SAVE: Final = "visibility-save"
    COURSES: Final = "visibility-courses"
    """The card of what courses decide otherwise."""
    COURSE: Final = "visibility-course"
    """Select: a course's public id."""
    OVERRIDES: Final = "visibility-overrides"
    """Children: the courses that decide otherwise."""
    SAVE_COURSE: Final = "visibility-save-course"
    PREVIEW: Final = "visibility-preview"
    """Link: the page as a student of the chosen course sees it."""

    @staticmethod
    def choice(shown: str) -> str:
        """RadioItems: what the chosen course decides of something; "" for as the organisation."""
        return f"visibility-course-{shown.replace('_', '-')}"


class Terms:
    """Terms with their calendar."""

    PAGE: Final = "terms-page"
    TITLE: Final = "terms-title"
    LEAD: Final = "terms-lead"
    SAID: Final = "terms-said"
    """Children: what came of the last action."""
    UNDO: Final = "terms-undo"
    DECISION: Final = "terms-decision"
    """Store: what takes the last action back, and a number that rises with every action."""
    LIST: Final = "terms-list"
    """The card of terms."""
    ROWS: Final = "terms-rows"
    EDIT: Final = "terms-edit"
    """The card in which a term is entered or changed."""
    KEY: Final = "terms-key"
    """Store: the key of the term that is being changed; None: a new one."""
    HEAD: Final = "terms-head"
    """Children: which term is being changed."""
    NAME: Final = "terms-name"
    STARTS: Final = "terms-starts"
    ENDS: Final = "terms-ends"
    SAVE: Final = "terms-save"
    CLEAR: Final = "terms-clear"
    MOVER: Final = "terms-mover"
    """Asks to which term the courses of one move that is to go."""
    MOVING: Final = "terms-moving"
    """Store: the key of that one."""
    INTO: Final = "terms-into"
    """Select: the key of the term to which they move."""
    MOVE: Final = "terms-move"
    BREAKS: Final = 12
    """As many breaks can be entered."""

    @staticmethod
    def pause(number: int, side: str) -> str:
        """Input of type date: the `first` or `last` day of a break, counted from 1."""
        return f"terms-break-{number}-{side}"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a term: `change` or `remove`; with `dash.ALL` all of them."""
        return {"type": f"term-{what}", "row": row}
