"""What benchmarks of pages share: an organisation with its administrator, what a browser would send, medians."""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import create_organisation, grant_administrator
from dashapp.data.tables import people
from dashapp.domain.keys import OrganisationId, PersonId, PublicId


def administrator_of_college(database: Database) -> tuple[OrganisationId, PublicId]:
    """A new organisation, and the public id of its administrator."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "college", "College", "Europe/Berlin")
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        row = connection.execute(
            insert(people).values(organisation_id=organisation).returning(people.c.person_id, people.c.public_id)
        ).one()
        grant_administrator(connection, organisation, PersonId(row.person_id))
    return organisation, PublicId(row.public_id)


def body_of(application: Any, output: str, values: Mapping[str, object], cards: Sequence[str]) -> dict[str, Any]:
    """What the browser would send for a callback whose output's name begins with `output`, and whose only pattern are
    the lines as of when, one for each of the `cards`; `values` by id."""
    name = next(name for name in application.guard.doors if name.lstrip(".").startswith(output))
    registered = application.dash.callback_map[name]

    def target(found: dict[str, Any]) -> Any:
        if not found["id"].startswith("{"):
            return found
        pattern = json.loads(found["id"])
        return [{"id": {**pattern, "card": card}, "property": found["property"]} for card in cards]

    def given(dependency: dict[str, Any]) -> Any:
        return [] if dependency["id"].startswith("{") else {**dependency, "value": values.get(dependency["id"])}

    return {
        "output": name,
        "outputs": [target(each.to_dict()) for each in registered["output"]],
        "inputs": [given(each) for each in registered["inputs"]],
        "state": [given(each) for each in registered["state"]],
        "changedPropIds": [],
    }


def median(ask: Callable[[], object], rounds: int) -> float:
    """Milliseconds; the first time does not count."""
    ask()
    took = []
    for _ in range(rounds):
        begun = perf_counter()
        ask()
        took.append((perf_counter() - begun) * 1000)
    return statistics.median(took)


def tell(what: str, milliseconds: float, target: float) -> int:
    """Prints a figure; 1 where it is over its target."""
    print(f"{what}: {milliseconds:.1f} ms (target {target:.0f} ms)", flush=True)
    return int(milliseconds > target)
