"""One organisation's part of a batch, written table by table."""

from datetime import UTC, datetime

from psycopg2 import extensions
from sqlalchemy import Connection

from dashapp.data.store import details, presence, retraction, roll_ups, stages
from dashapp.data.store.arrivals import Arrived, Buried
from dashapp.data.store.deltas import Deltas, DeltaTexts, as_copy, course_days, group
from dashapp.data.store.joining import Joined, join_described
from dashapp.data.store.preparing import PreparedOrganisation, Taken
from dashapp.data.store.quality import NO_COURSE
from dashapp.data.store.restructuring import Restructured, Restructuring
from dashapp.data.store.retraction import Target
from dashapp.data.store.roll_ups import CourseDays
from dashapp.data.store.written import Touched, Written
from dashapp.domain.events import MembershipChanged, RefusalReason, Voided
from dashapp.domain.keys import CourseId, PersonId


class PartWriter:
    """Writes one organisation's part of a batch, in the fixed order of tables that keeps writers from deadlocks."""

    def __init__(
        self, connection: Connection, cursor: extensions.cursor, part: PreparedOrganisation, written: Written
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._part = part
        self._written = written
        self._organisation = part.organisation_id

    def write(self) -> bool:
        """Writes everything; gives whether the organisation's epoch was raised. The locks are held already."""
        part, cursor, organisation = self._part, self._cursor, self._organisation
        stages.fill(cursor, "la_events", part.events)
        seen = self._enter()
        taken_back, targets = self._retract(seen)
        skipped = taken_back.union(seen)
        # What a sender takes an activity for stays said when it takes back what somebody did there: otherwise the type
        # would depend on which of the two came first.
        known = set(seen)
        claims = [(activity, claimed) for number, activity, claimed in part.claims if number not in known]
        named = [one for one in part.others if one.number not in known]
        others = [one for one in named if one.number not in taken_back]
        restructured = Restructuring(self._connection, cursor, part, named).apply(others, claims, targets)
        stages.keep_raw(cursor, organisation, seen, sorted(taken_back))
        deltas, texts = self._sums(skipped, restructured)
        self._add(deltas, texts)
        detailed = [one for one in part.details if one.number not in skipped]
        details.add(cursor, organisation, detailed)
        joined = self._join(others)
        self._touch(deltas, restructured, detailed, joined)
        return restructured.epoch_raised or bool(joined.people)

    def _join(self, others: list[Taken]) -> Joined:
        """Joins by the addresses that people are described with; last, so that what is merged has been counted."""
        if not self._part.joins:
            return Joined()
        rules = self._part.remembered.rules
        return join_described(self._connection, self._organisation, rules, others, datetime.now(UTC))

    def _retract(self, seen: list[int]) -> tuple[set[int], list[Target]]:
        """What is not to be counted though it is new (numbers), and what came earlier and is to be taken back."""
        part, cursor, organisation = self._part, self._cursor, self._organisation
        known = set(seen)
        voided = [one for one in part.others if isinstance(one.event, Voided) and one.number not in known]
        retraction.record(cursor, organisation, voided)
        numbers = set(stages.retracted(cursor, organisation)).difference(known)
        others = {one.number: one for one in part.others}
        kept = {number for number in numbers if number in others and not _is_voidable(others[number])}
        targets: list[Target] = []
        if not voided:
            return numbers - kept, targets
        of_this_batch = {part.lines[number]: number for number in range(len(part.lines)) if number not in known}
        for target in retraction.find(cursor, organisation, voided):
            if (number := of_this_batch.get(f"{target.source_id}\t{target.key}")) is not None:
                if number in kept:
                    self._refuse(target.voided_by)
            elif target.kind in retraction.VOIDABLE:
                targets.extend([] if target.taken_back else [target])
            elif target.kind is not None or target.person is None:
                self._refuse(target.voided_by)
        return numbers - kept, targets

    def _refuse(self, voided: Taken) -> None:
        arrival = self._part.arrivals[voided.number]
        detail = "only learning events and memberships can be taken back"
        self._written.buried.append(Buried(arrival.place, arrival.source, RefusalReason.NOT_VOIDABLE, detail))

    def _enter(self) -> list[int]:
        """The numbers of events that the ledger had already; conflicts among them are buried."""
        part = self._part
        entered = stages.enter(self._cursor, self._organisation)
        count = entered.count(b"\n")
        self._written.new += count
        self._written.quality[self._organisation] = part.quality
        if count == len(part.lines) and not part.doubles:
            return []
        new = set(entered.decode().splitlines())
        seen = [number for number, line in enumerate(part.lines) if line not in new]
        old = stages.contents(self._cursor, self._organisation, [part.lines[number] for number in seen])
        for number in seen:
            self._judge(part.arrivals[number], part.contents[number], old[part.lines[number]], double=False)
        held = {**dict(zip(part.lines, part.contents, strict=True)), **old}
        for arrival, line, content in part.doubles:
            self._judge(arrival, content, held[line], double=True)
        return seen

    def _judge(self, arrival: Arrived, content: int, held: int, *, double: bool) -> None:
        """`double`: it stands twice in this very batch, and has not been counted as received for a second time."""
        if content == held:
            self._written.seen += 1
            course = getattr(arrival.event, "course", None)
            known = self._part.remembered.courses.get(course, NO_COURSE) if course is not None else NO_COURSE
            self._part.quality.add_repeated(arrival, known, within_the_batch=double)
            return
        if double:
            self._part.quality.add_other(arrival)
        detail = "the same id came before with other content"
        self._written.buried.append(Buried(arrival.place, arrival.source, RefusalReason.CONFLICT, detail))

    def _sums(self, skipped: set[int], restructured: Restructured) -> tuple[Deltas, DeltaTexts]:
        """What the events add that count: prepared beforehand where nothing has to be left out."""
        part = self._part
        if part.deltas is not None and part.texts is not None and not skipped:
            return part.deltas, part.texts
        facts = [fact for fact in part.facts if fact[0] not in skipped]
        deltas = group(facts, restructured.types, restructured.exclusions)
        return deltas, as_copy(deltas)

    def _add(self, deltas: Deltas, texts: DeltaTexts) -> None:
        if not deltas.days:
            return
        cursor, organisation = self._cursor, self._organisation
        stages.fill(cursor, "la_days", texts.days)
        stages.fill(cursor, "la_types", texts.types)
        stages.fill(cursor, "la_activities", texts.activities)
        stages.fill(cursor, "la_rolled", texts.rolled)
        sums: CourseDays = {key: (events, clicks, 0) for key, (events, clicks) in course_days(deltas).items()}
        new = stages.add_days(cursor, organisation)
        for course, day, person in new:
            if (course, person, day) not in deltas.left_out:
                events, clicks, learners = sums[course, day]
                sums[course, day] = (events, clicks, learners + 1)
        stages.add_types(cursor, organisation)
        stages.add_activities(cursor, organisation)
        stages.add_rolled(cursor, organisation)
        presence.add_days(cursor, organisation, new)
        roll_ups.add_course_days(cursor, organisation, sums)

    def _touch(self, deltas: Deltas, restructured: Restructured, detailed: list[Taken], joined: Joined) -> None:
        touched = self._written.touched.setdefault(self._organisation, Touched())
        touched.courses.update(CourseId(course) for course, _person, _day in deltas.days)
        touched.people.update(PersonId(person) for _course, person, _day in deltas.days)
        for one in detailed:
            touched.add(one.course, one.counts_as)
        for course in restructured.courses:
            touched.add(course, None)
        for person in restructured.people:
            touched.add(None, person)
        touched.courses |= joined.courses
        touched.people |= joined.people
        touched.oldest_received_at = self._part.oldest_received_at


def _is_voidable(taken: Taken) -> bool:
    return isinstance(taken.event, MembershipChanged)
