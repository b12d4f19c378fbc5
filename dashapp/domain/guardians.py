"""Guardians of learners: who may be one, and how far an invitation is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from dashapp.domain.keys import PublicId

CODE_LASTS: Final = timedelta(days=14)
OF_AGE: Final = 18
"""The age from which one is of age where an organisation says nothing else."""
AGES: Final = range(13, 26)


@dataclass(frozen=True, slots=True)
class GuardianRule:
    """Whose pages guardians may see in an organisation; by default nobody's."""

    by_age: bool = False
    """Learners who are not yet `age` years old."""
    by_consent: bool = False
    """Learners who have agreed."""
    age: int = OF_AGE

    @property
    def open(self) -> bool:
        """Whether there are guardians at all."""
        return self.by_age or self.by_consent

    def lets(self, under_age_until: date | None, consented: bool, today: date) -> bool:
        """Whether a guardian may see the learner's page today."""
        under_age = under_age_until is not None and today < under_age_until
        return (self.by_age and under_age) or (self.by_consent and consented)


class GuardianState(StrEnum):
    """How far an invitation is."""

    INVITED = "invited"
    EXPIRED = "expired"
    """Nobody has used the code in time."""
    WAITS = "waits"
    """The learner has not agreed yet, or the rule does not let it (any more)."""
    UNCONFIRMED = "unconfirmed"
    """Who has invited may have made the guardian's account: somebody else has to confirm them."""
    SEES = "sees"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Guardianship:
    """One invitation, and what became of it."""

    public_id: PublicId
    learner: PublicId
    learner_name: str
    guardian_name: str
    """Empty until somebody has used the code."""
    invited_at: datetime
    code_expires_at: datetime
    under_age_until: date | None
    accepted_at: datetime | None
    consented_at: datetime | None
    ended_at: datetime | None
    invited_by: str = ""
    """The public id of the administrator, or the name of an operator."""
    needs_confirming: bool = False
    """Whether who has invited may be the guardian, by another name."""
    confirmed_at: datetime | None = None

    @property
    def unconfirmed(self) -> bool:
        """Whether nobody but who has invited knows of the guardian: neither has another one confirmed them, nor has
        the learner agreed."""
        return self.needs_confirming and self.confirmed_at is None and self.consented_at is None

    def state(self, rule: GuardianRule, now: datetime, today: date) -> GuardianState:
        """How far it is at an instant; `today` is the local day."""
        if self.ended_at is not None:
            return GuardianState.ENDED
        if self.accepted_at is None:
            return GuardianState.INVITED if now < self.code_expires_at else GuardianState.EXPIRED
        lets = rule.lets(self.under_age_until, self.consented_at is not None, today)
        if lets and self.unconfirmed:
            return GuardianState.UNCONFIRMED
        return GuardianState.SEES if lets else GuardianState.WAITS


@dataclass(frozen=True, slots=True)
class GuardiansView:
    """The rule of an organisation, and its invitations: all of them, or those about one learner."""

    rule: GuardianRule
    rows: tuple[Guardianship, ...]
    now: datetime
    today: date
    zone: str
    learner_name: str = ""
    anybody_learns: bool = True
    """Whether there is anybody of whom one could be the guardian."""
