"""Ids of what is reached by keyboard from every page."""

from typing import Final


class Keyboard:
    """The palette by which one goes to a page, a course or a learner, and the list of shortcuts."""

    OPEN: Final = "keyboard-open"
    """Button in the bar at the top."""
    PALETTE: Final = "keyboard-palette"
    """Dialog; `assets/keyboard.js` opens it and moves in it."""
    FIELD: Final = "keyboard-field"
    ASKED: Final = "keyboard-asked"
    """Store: {"words": what has been typed, "at": a number that makes each question a new one}."""
    LIST: Final = "keyboard-list"
    """Children: groups of options, each with the address that it opens."""
    COUNT: Final = "keyboard-count"
    """Children: how many there are, for who does not see them."""
    HELP: Final = "keyboard-help"
    """Dialog: all shortcuts, and the switch."""
    SWITCH: Final = "keyboard-switch"
    """Whether single keys do anything; kept in the browser."""
