"""Ids of what every page has, and of the pages of learners, teachers and institutions."""

from typing import Final


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


class Courses:
    """The list of one's courses."""

    PAGE: Final = "courses-page"
    TITLE: Final = "courses-title"
    LEAD: Final = "courses-lead"
    LIST: Final = "courses-list"


class Caseload:
    """The learners whom one advises or is guardian of."""

    PAGE: Final = "caseload-page"
    TITLE: Final = "caseload-title"
    LEAD: Final = "caseload-lead"
    LIST: Final = "caseload-list"


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
