"""The ids of components, `<page>-<thing>`: the only place where they are written down.

A chart named `X` owns three ids: `X` (the graph), `state_of(X)` (words that cover it when there is nothing to draw) and
`line_of(X)` (what is drawn, and its unit).
"""

from typing import Final


def state_of(chart: str) -> str:
    """The id of the words that stand in place of a chart: no data yet, hidden, failed."""
    return f"{chart}-state"


def line_of(chart: str) -> str:
    """The id of the line below the title of a card."""
    return f"{chart}-line"


def holds_of(control: str) -> str:
    """The id of the day that holds while nobody has chosen one."""
    return f"{control}-holds"


def fresh_of(chart: str) -> str:
    """The id of the Store through which a new figure comes to a chart whose axes can be zoomed."""
    return f"{chart}-fresh"


def file_of(card: str) -> str:
    """The id of the link in a card's menu that downloads its numbers."""
    return f"{card}-file"


def asof_of(page: str, card: object) -> dict[str, object]:
    """The id of a card's as-of line; with `dash.ALL` as the card, all those of a page."""
    return {"type": "asof", "page": page, "card": card}


class Shell:
    """Parts that every page has."""

    LOCATION: Final = "_pages_location"
    """The dcc.Location of Dash's pages."""
    SCREEN: Final = "shell-screen"
    """Store, memory: {"theme": "light" | "dark", "narrow": bool}; read it with `figures.Screen.parse`."""
    NAV: Final = "shell-nav"
    """Children: the tabs of the role, `shell.tab_links`."""
    ACCOUNT: Final = "shell-account"
    """Children: who is signed in, `shell.account`."""
    WORDS: Final = "shell-words"
    """Hidden: the patterns that scripts in the browser fill in, in the reader's language."""
    EMBED_TITLE: Final = "shell-embed-title"
    """Children: what an embedded page shows, beside the live state."""
    EMBED_OPEN: Final = "shell-embed-open"
    """Link whose href is the same page outside of the frame."""
    TAB_BAR: Final = "shell-tab-bar"
    """Children: the same tabs, at the foot of a phone."""
    LIVE: Final = "shell-live"
    """The live badge; its words are set by `window.laLook.showLive`."""
    RATE: Final = "shell-rate"
    """RadioItems, kept in the browser: milliseconds between two questions, 0 = paused."""
    TICK: Final = "shell-tick"
    """The dcc.Interval, made by the page layer."""
    VERSION: Final = "shell-version"
    """Store: the data version that the page shows."""
    TOPIC: Final = "shell-topic"
    """Store: what the page shows, signed for the live module: {"token", "version", "zone"}."""
    ADDRESS: Final = "shell-address"
    """Store in a page's layout: what its address names, {"id", "embedded"}."""
    REFUSAL: Final = "shell-refusal"
    """Children: words in place of the page, where it cannot be shown to this reader."""
    THEME: Final = "shell-theme"
    """Button that switches between light and dark."""
    CONTENT: Final = "shell-content"
    NOTICE: Final = "shell-notice"
    """A line above the page, for what concerns all cards: the broker is away, the connection is lost."""


class Student:
    """The page of one learner."""

    PAGE: Final = "student-page"
    WHOSE: Final = "student-whose"
    """Children: whose page it is and as what it is read, for everybody but the learner."""
    TITLE: Final = "student-title"
    LEAD: Final = "student-lead"
    COURSE: Final = "student-course"
    """RadioItems: a course's public id, or "" for all courses."""
    STRIP: Final = "student-strip"
    DUE: Final = "student-due"
    SCORES: Final = "student-scores"
    WHY: Final = "student-why"
    WEEKS: Final = "student-weeks"
    CALENDAR: Final = "student-calendar"
    OPENINGS: Final = "student-openings"
    """Who opened the page: on one's own page only."""


class Classroom:
    """The page of one course, for those who teach it."""

    PAGE: Final = "classroom-page"
    TITLE: Final = "classroom-title"
    LEAD: Final = "classroom-lead"
    SECTION: Final = "classroom-section"
    """Select: a section's short id, or "" for all sections."""
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
    HEAT: Final = "classroom-heat"
    DAYS: Final = "classroom-days"
    TIME_AND_SCORE: Final = "classroom-time-and-score"
    VIDEOS: Final = "classroom-videos"


class Institution:
    """The page of an organisation, for its administrators."""

    PAGE: Final = "institution-page"
    TITLE: Final = "institution-title"
    LEAD: Final = "institution-lead"
    UNIT: Final = "institution-unit"
    """Select: the title of a unit of the organisation (a faculty), or "" for all."""
    STRIP: Final = "institution-strip"
    COURSES: Final = "institution-courses"
    """The grid of courses."""
    DAYS: Final = "institution-days"
    WEEKS: Final = "institution-weeks"
    SCORES: Final = "institution-scores"


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


class Courses:
    """The list of one's courses."""

    PAGE: Final = "courses-page"
    TITLE: Final = "courses-title"
    LEAD: Final = "courses-lead"
    LIST: Final = "courses-list"


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


class Caseload:
    """The learners whom one advises or is guardian of."""

    PAGE: Final = "caseload-page"
    TITLE: Final = "caseload-title"
    LEAD: Final = "caseload-lead"
    LIST: Final = "caseload-list"


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
    """The card of the invitation; hidden while nobody is let in."""
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


class OwnGuardians:
    """Who sees the reader's own page as their guardian."""

    PAGE: Final = "own-guardians-page"
    TITLE: Final = "own-guardians-title"
    LEAD: Final = "own-guardians-lead"
    LIST: Final = "own-guardians-list"
    SAID: Final = "own-guardians-said"
    DONE: Final = "own-guardians-done"

    @staticmethod
    def answer(agrees: bool, row: object) -> dict[str, object]:
        """The button by which the learner agrees, or does not agree any more; with `dash.ALL` all of them."""
        return {"type": "guardian-agree" if agrees else "guardian-withdraw", "row": row}


class Invitation:
    """Where a code makes the reader a guardian."""

    CODE: Final = "invitation-code"
    ACCEPT: Final = "invitation-accept"
    SAID: Final = "invitation-said"


class Home:
    """The start, which leads on to the page of the reader's role."""

    LOCATION: Final = "home-location"
    ASKED: Final = "home-asked"


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
