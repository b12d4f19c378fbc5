"""What students see of themselves beside others, as their organisation decides, and their courses where they may."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields, replace
from datetime import time
from enum import StrEnum
from typing import Final
from uuid import UUID


class Shown(StrEnum):
    """What can be shown to students, or not. The values are the names of `Policy`'s fields."""

    COMPARISONS = "comparisons"
    """The course's median beside the own weeks, and rules that compare with the course."""
    SCORE_DISTRIBUTION = "score_distribution"
    """Median and middle half of the course beside the own scores."""
    RISK_WORDS = "risk_words"
    """"You may need help", the level, and the rules behind it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What students of one course see; guardians see what they see."""

    comparisons: bool = True
    score_distribution: bool = True
    risk_words: bool = True

    def stricter(self, other: "Policy") -> "Policy":
        """What both allow."""
        return Policy(**{one.name: getattr(self, one.name) and getattr(other, one.name) for one in fields(Policy)})


Override = Mapping[Shown, bool]
"""What a course decides differently."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The decisions of an organisation and of its courses. Hashable, since it is a part of scopes."""

    policy: Policy = Policy()
    open_to_courses: frozenset[Shown] = frozenset()
    """What courses may decide for themselves."""
    courses: tuple[tuple[UUID, Policy], ...] = ()
    """The courses that decide otherwise, by public id, with what holds in them."""
    advisers: bool = True
    """Whether advisers may see the pages of their caseload."""
    quiet: tuple[time, time] | None = None
    """From and to, local times of day; over midnight where the first is later. In between students are spared risk
    words, and are sent nothing."""

    def of(self, course: UUID) -> Policy:
        """What holds in a course."""
        return dict(self.courses).get(course, self.policy)

    def key(self) -> tuple[object, ...]:
        """All that a page depends on, in the same order in every process: for the keys of caches."""
        courses = sorted((course.hex, astuple(policy)) for course, policy in self.courses)
        return astuple(self.policy), courses, self.advisers

    def is_quiet(self, clock: time) -> bool:
        """Whether a local time of day lies in the quiet hours; their end does not."""
        if self.quiet is None or self.quiet[0] == self.quiet[1]:
            return False
        first, last = self.quiet
        return first <= clock < last if first < last else clock >= first or clock < last

    def at(self, clock: time) -> "Visibility":
        """What holds at a local time of day."""
        if not self.is_quiet(clock):
            return self
        calm = tuple((course, replace(policy, risk_words=False)) for course, policy in self.courses)
        return replace(self, policy=replace(self.policy, risk_words=False), courses=calm)


EVERYTHING: Final = Visibility()
"""What holds where nobody has decided anything."""


def with_override(policy: Policy, override: Override, allowed: frozenset[Shown]) -> Policy:
    """The policy of a course: its own decisions as far as it may decide, else the organisation's."""
    return replace(policy, **{one.value: value for one, value in override.items() if one in allowed})
