"""What is said of some learners of a course together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnTime:
    """Of the work of some learners that was due: how much came on time."""

    due: int = 0
    on_time: int = 0

    @property
    def share(self) -> float | None:
        """In %; None where nothing was due."""
        return 100.0 * self.on_time / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Before:
    """The same learners, as they stood 7 days before: those of them who were enrolled then."""

    at_risk: int | None
    """None: no rule spoke then."""
    median_score: float | None
    on_time: OnTime


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """Figures of some learners of a course. What the reader may not know of a group is None."""

    learners: int = 0
    joined: int | None = None
    """How many of them joined within the last 7 days; None where no source knows a start."""
    active_7: int = 0
    active_7_before: int = 0
    at_risk: int | None = None
    """Who needs help; None where no rule speaks, or where single learners are not for this reader."""
    median_score: float | None = None
    """None too where so few have a score that it would be one of theirs."""
    scored: int = 0
    """How many have a score."""
    median_minutes: float | None = None
    """Active minutes of the last full week; None as for the score, and where no minutes are recorded."""
    on_time: OnTime = OnTime()  # frozen
    deadlines: tuple[OnTime, ...] = ()
    """Per piece of work that was due, the newest last."""
    weeks: tuple[int, ...] = ()
    """Learners active in each week that the page shows."""
    before: Before | None = None
    """None where it is not compared."""
