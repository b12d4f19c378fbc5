"""Ids of the dialog in which staff write to learners, and of what has been done at a learner."""

from typing import Final


class Messages:
    """The dialog on the page of one course."""

    SELECTED: Final = "messages-selected"
    """Button: opens the dialog for the rows that are selected in the list of learners."""
    PICKED: Final = "messages-picked"
    """Store: the public ids of those rows: all that is sent of them."""
    HELP: Final = "messages-help"
    """Button: for all who need help."""
    DIALOG: Final = "messages-dialog"
    TO: Final = "messages-to"
    WHO: Final = "messages-who"
    """Store: the public ids of the learners to whom it goes."""
    TEMPLATE: Final = "messages-template"
    SUBJECT: Final = "messages-subject"
    BODY: Final = "messages-body"
    PREVIEW: Final = "messages-preview"
    COPY: Final = "messages-copy"
    COPIED: Final = "messages-copied"
    """Store: the texts that go to the clipboard, and what is said of that."""
    ASK: Final = "messages-ask"
    """Button: asks once more."""
    ASKED: Final = "messages-asked"
    SEND: Final = "messages-send"
    NOT_YET: Final = "messages-not-yet"
    UNDO: Final = "messages-undo"
    SENT: Final = "messages-sent"
    """Store: the public id of the message that can be taken back."""
    SAID: Final = "messages-said"


class Contacts:
    """What has been done: on the page of a learner, for staff."""

    PART: Final = "student-contacts"
    LIST: Final = "student-contacts-list"
