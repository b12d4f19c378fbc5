"""Whose page a learner's page is, and as what somebody reads it."""

from enum import StrEnum

from dashapp.words import _


class Reader(StrEnum):
    """As what somebody reads the page."""

    LEARNER = "learner"
    STAFF = "staff"
    ADVISER = "adviser"
    GUARDIAN = "guardian"
    PREVIEW = "preview"
    """Staff, to whom it is shown as the learner would see it; the learner is invented."""


def whose(name: str, reader: Reader) -> str:
    """The line above the title; empty for the learner. `name` may be empty, where no source has told it."""
    said = {
        Reader.LEARNER: "",
        Reader.STAFF: _("The page of {name}"),
        Reader.ADVISER: _("The page of {name}, whom you advise"),
        Reader.GUARDIAN: _("The page of {name}: you read it as their guardian, and they can see that"),
        Reader.PREVIEW: _("Preview: {name}, invented. This is what students of the course see."),
    }[reader]
    return said.format(name=name or _("a learner without a name"))
