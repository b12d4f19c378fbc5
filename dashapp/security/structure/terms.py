"""What administrators decide about terms: their calendar, which courses follow."""

from dataclasses import dataclass

from dashapp.data.store.structure_changes import Changes
from dashapp.data.store.structure_images import Image, Thing
from dashapp.data.store.terms import courses_of_term
from dashapp.domain.audit import Action
from dashapp.domain.errors import NotFound
from dashapp.domain.terms import Term
from dashapp.security.structure.desk import Desk


@dataclass(frozen=True, slots=True)
class TermAdministration:
    """Decisions about terms. Each gives the change by which it can be taken back, None where nothing has changed."""

    desk: Desk

    def add(self, term: Term) -> int | None:
        """Makes a term. Raises NameTaken."""
        with self.desk.deciding() as decision:
            key = decision.changes.add(Thing.TERM, _image(term))
            decision.note(Action.TERM_SET, f"term {key}")
        return decision.change

    def change(self, key: int, term: Term) -> int | None:
        """Gives a term another name and calendar. Descriptions of courses may go on to call it by its names of before.

        Raises NotFound and NameTaken.
        """
        with self.desk.deciding() as decision:
            before = decision.changes.read(Thing.TERM, key)
            former = names_after(before, term.name)
            decision.changes.put(Thing.TERM, {key: {**_image(term), "former_names": former}})
            decision.note(Action.TERM_SET, f"term {key}")
        return decision.change

    def remove(self, key: int, into: int | None = None) -> int | None:
        """Forgets a term. `into`: the term to which its courses move, and which descriptions then mean by its names.

        Raises NotFound, and InUse where courses belong to it and it is not said where they go.
        """
        with self.desk.deciding() as decision:
            changes = decision.changes
            before = changes.read(Thing.TERM, key)
            if into is not None:
                _move(changes, key, into, courses_of_term(decision.connection, self.desk.organisation, key))
            changes.put(Thing.TERM, {key: None})
            if into is not None:
                kept = changes.read(Thing.TERM, into)
                names = [*kept["former_names"], before["name"], *before["former_names"]]
                changes.put(Thing.TERM, {into: {**kept, "former_names": names}})
            more = {} if into is None else {"into": into}
            decision.note(Action.TERM_REMOVED, f"term {key}", **more)
        return decision.change


def names_after(before: Image, name: str) -> list[str]:
    """The former names of something that is called `name` from now on."""
    return [former for former in dict.fromkeys([*before["former_names"], before["name"]]) if former != name]


def _move(changes: Changes, key: int, into: int, courses: list[int]) -> None:
    """Has those courses that the administration has given a term belong to another one."""
    if into == key:
        raise NotFound("A term cannot take the place of itself.")
    changes.read(Thing.TERM, into)
    moved: dict[int, Image | None] = {}
    for course, image in changes.read_all(Thing.COURSE, courses).items():
        if image["decided"].get("term") == key:
            moved[course] = {"decided": {**image["decided"], "term": into}}
    changes.put(Thing.COURSE, moved)


def _image(term: Term) -> dict[str, object]:
    return {
        "name": term.name,
        "former_names": [],
        "teaching_starts": term.starts_on.isoformat(),
        "teaching_ends": term.ends_on.isoformat(),
        "breaks": [[first.isoformat(), last.isoformat()] for first, last in term.breaks],
    }
