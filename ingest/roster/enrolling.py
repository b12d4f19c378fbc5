"""Enrolments as they are read: none twice, and none that contradicts another one about the same role of somebody."""

from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import Enrolment, Roster
from ingest.roster.converting import Place

_OPEN = "9999-12-31"


class Enrolling:
    """Puts the enrolments of one file into a roster."""

    def __init__(self, roster: Roster, findings: Findings, file: str) -> None:
        self._roster = roster
        self._findings = findings
        self._file = file
        self._met: dict[str, int] = {}
        """Name of the enrolment → its place in the roster; -1: it has none."""
        # Nested, so that no key has to be made for each of half a million rows.
        self._of: dict[str, dict[str, dict[str, int | list[int]]]] = {}
        """Role → course and section → person → places in the roster."""

    def leave(self, name: str) -> None:
        """An enrolment that gives nothing: it is not there."""
        self._met.setdefault(name, -1)
        if not self._roster.whole_enrolments:
            self._roster.gone_enrolments.append(name)

    def end(self, line: int, name: str) -> None:
        """An enrolment that is said to be over."""
        if name in self._met:
            self._findings.add(Reason.CONTRADICTION, self._file, line, "sourcedId", name)
            return
        self._met[name] = -1
        self._roster.gone_enrolments.append(name)

    def take(self, line: int, one: Enrolment, place: Place) -> None:
        """An enrolment, unless it repeats or contradicts an earlier one."""
        taken = self._roster.enrolments
        earlier = self._met.get(one.name)
        if earlier is not None:
            same = earlier >= 0 and taken[earlier] == one
            reason = Reason.REPEATED_ROW if same else Reason.CONTRADICTION
            self._findings.add(reason, self._file, line, "sourcedId", one.name)
            return
        if one.begins_on and one.ends_on and one.ends_on < one.begins_on:
            self._findings.add(Reason.REVERSED_DATES, self._file, line, "endDate", one.ends_on)
            return
        if self._repeats(line, one):
            self._met[one.name] = -1
            return
        self._met[one.name] = len(taken)
        if _outside(one, place):
            self._findings.add(Reason.OUTSIDE_TERM, self._file, line, "beginDate", one.begins_on or one.ends_on)
        taken.append(one)

    def _repeats(self, line: int, one: Enrolment) -> bool:
        """Whether an earlier row speaks of the same days of the same role. Notes this one where none does."""
        scope = one.section or one.course
        people = self._of.setdefault(one.role, {}).setdefault(scope, {})
        number, held = len(self._roster.enrolments), people.get(one.person)
        if held is None:
            people[one.person] = number
            return False
        places = [held] if isinstance(held, int) else held
        for place in places:
            other = self._roster.enrolments[place]
            if (one.begins_on, one.ends_on) == (other.begins_on, other.ends_on):
                self._findings.add(Reason.REPEATED_ROW, self._file, line, "userSourcedId", one.person)
                return True
            if one.begins_on < (other.ends_on or _OPEN) and other.begins_on < (one.ends_on or _OPEN):
                self._findings.add(Reason.CONTRADICTION, self._file, line, "userSourcedId", one.person)
                return True
        people[one.person] = [*places, number]
        return False


def _outside(one: Enrolment, place: Place) -> bool:
    """Whether it lies wholly outside of the days on which the class is taught."""
    begins_late = bool(place.ends_on) and one.begins_on >= place.ends_on
    ends_early = bool(one.ends_on) and bool(place.starts_on) and one.ends_on <= place.starts_on
    return begins_late or ends_early
