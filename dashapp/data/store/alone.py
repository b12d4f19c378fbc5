"""An organisation for oneself, to change what its people are: their roles, who stands for whom, who only tests."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import cast

from psycopg2 import extensions
from sqlalchemy import Connection

from dashapp.data.database import act_for
from dashapp.data.store import memberships, roll_ups
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.structure import raise_epoch, read_days, read_exclusions
from dashapp.domain.keys import OrganisationId


@contextmanager
def alone(connection: Connection, organisation: OrganisationId, people: Collection[int]) -> Iterator[extensions.cursor]:
    """Has the organisation for itself, and lets roles and roll-ups of these people follow what happens inside."""
    own_organisation(connection, organisation)
    act_for(connection, organisation)
    cursor = cast(extensions.cursor, connection.connection.cursor())
    try:
        memberships.lock_people(cursor, organisation, people)
        days = read_days(connection, organisation)
        exclusions = read_exclusions(connection, organisation, days)
        before = roll_ups.contributions(cursor, organisation, people, exclusions)
        yield cursor
        memberships.derive(cursor, organisation, people)
        exclusions = read_exclusions(connection, organisation, days)
        after = roll_ups.contributions(cursor, organisation, people, exclusions)
        roll_ups.add(cursor, organisation, after.minus(before))
        raise_epoch(connection, organisation)
    finally:
        cursor.close()
