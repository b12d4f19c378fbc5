"""Ids of the pages of those who look after learners, and of where they are invited."""

from typing import Final


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
