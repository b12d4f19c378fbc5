"""What administrators decide about the units of the organisation, and about programmes."""

from dataclasses import dataclass

from dashapp.data.store.structure_images import Image, Thing
from dashapp.domain.audit import Action
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.structure import LONGEST_NAME, plain_text
from dashapp.security.structure.desk import Desk
from dashapp.security.structure.terms import names_after


class NameMissing(AnalyticsError):
    """A thing needs a name."""


def checked_name(given: object) -> str:
    """A name as it is kept. Raises NameMissing."""
    name = plain_text(given, LONGEST_NAME)
    if not name:
        raise NameMissing("A name is needed.")
    return name


@dataclass(frozen=True, slots=True)
class UnitAdministration:
    """Decisions about units. Each gives the change by which it can be taken back, None where nothing has changed."""

    desk: Desk

    def add(self, name: str, parent: int | None = None) -> int | None:
        """Makes a unit below another one, or at the top. Raises NameMissing, NameTaken and NotFound."""
        with self.desk.deciding() as decision:
            image: Image = {"name": checked_name(name), "former_names": [], "parent_id": parent}
            key = decision.changes.add(Thing.UNIT, image)
            decision.note(Action.UNIT_SET, f"unit {key}")
        return decision.change

    def change(self, key: int, name: str, parent: int | None) -> int | None:
        """Renames a unit and moves it below another one. Descriptions may go on to call it by its names of before.

        Raises NameMissing, NameTaken, NotFound, and Circle where it would stand below itself.
        """
        with self.desk.deciding() as decision:
            before, called = decision.changes.read(Thing.UNIT, key), checked_name(name)
            after = {**before, "name": called, "former_names": names_after(before, called), "parent_id": parent}
            decision.changes.put(Thing.UNIT, {key: after})
            decision.note(Action.UNIT_SET, f"unit {key}")
        return decision.change

    def remove(self, key: int) -> int | None:
        """Forgets a unit. Raises NotFound, and InUse where anything belongs to it."""
        with self.desk.deciding() as decision:
            decision.changes.read(Thing.UNIT, key)
            decision.changes.put(Thing.UNIT, {key: None})
            decision.note(Action.UNIT_REMOVED, f"unit {key}")
        return decision.change


@dataclass(frozen=True, slots=True)
class ProgrammeAdministration:
    """Decisions about programmes, in the same way."""

    desk: Desk

    def add(self, name: str, unit: int | None = None) -> int | None:
        """Makes a programme of a unit, or of none. Raises NameMissing, NameTaken and NotFound."""
        with self.desk.deciding() as decision:
            key = decision.changes.add(Thing.PROGRAMME, {"name": checked_name(name), "organisation_unit_id": unit})
            decision.note(Action.PROGRAMME_SET, f"programme {key}")
        return decision.change

    def change(self, key: int, name: str, unit: int | None) -> int | None:
        """Renames a programme and gives it another unit. Raises NameMissing, NameTaken and NotFound."""
        with self.desk.deciding() as decision:
            decision.changes.read(Thing.PROGRAMME, key)
            after = {"name": checked_name(name), "organisation_unit_id": unit}
            decision.changes.put(Thing.PROGRAMME, {key: after})
            decision.note(Action.PROGRAMME_SET, f"programme {key}")
        return decision.change

    def remove(self, key: int) -> int | None:
        """Forgets a programme. Raises NotFound, and InUse where courses belong to it."""
        with self.desk.deciding() as decision:
            decision.changes.read(Thing.PROGRAMME, key)
            decision.changes.put(Thing.PROGRAMME, {key: None})
            decision.note(Action.PROGRAMME_REMOVED, f"programme {key}")
        return decision.change
