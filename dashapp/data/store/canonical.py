"""The keys under which a person's events have arrived: their own, and those of the people merged into them."""

from collections.abc import Collection

from psycopg2 import extensions


def keys_of(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> dict[int, int]:
    """Every key under which events of these people (canonical keys) arrive → the canonical key."""
    cursor.execute(
        """SELECT person_id, person_id FROM people
        WHERE organisation_id = %(organisation)s AND person_id = ANY(%(people)s) AND merged_into IS NULL
        UNION ALL
        SELECT person_id, merged_into FROM people
        WHERE organisation_id = %(organisation)s AND merged_into = ANY(%(people)s)""",
        {"organisation": organisation, "people": list(people)},
    )
    return dict(cursor.fetchall())


def in_groups(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> list[int]:
    """Those of these people (canonical keys) who stand for others, too."""
    if not people:
        return []
    cursor.execute(
        "SELECT DISTINCT merged_into FROM people WHERE organisation_id = %s AND merged_into = ANY(%s)",
        (organisation, list(people)),
    )
    return [person for (person,) in cursor.fetchall()]
