"""Ids of what every page has, and of the start."""

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
    SETTINGS: Final = "shell-settings"
    """The dialog of a person's settings; its controls are named `shell-settings-<setting>`."""
    THEME: Final = "shell-theme"
    """Button that switches between light and dark."""
    CONTENT: Final = "shell-content"
    NOTICE: Final = "shell-notice"
    """A line above the page, for what concerns all cards: the broker is away, the connection is lost."""


class Home:
    """The start, which leads on to the page of the reader's role."""

    LOCATION: Final = "home-location"
    ASKED: Final = "home-asked"
