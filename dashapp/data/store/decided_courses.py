"""What holds of courses and sections: what the administration has decided, else what the description that holds says.

Ingest keeps to the same when a description comes (`descriptions`); here it is worked out again after a decision.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId
from dashapp.domain.structure import Field

_NAMED: Final = {
    Field.TERM: ("terms", "term_id"),
    Field.UNIT: ("organisation_units", "organisation_unit_id"),
}
"""What descriptions tell by name."""


def _key_of_name(field: Field) -> str:
    table, key = _NAMED[field]
    said = f"c.said ->> '{field}'"
    return f"""(SELECT n.{key} FROM {table} n WHERE n.organisation_id = c.organisation_id
        AND (n.name = {said} OR {said} = ANY(n.former_names)) LIMIT 1)"""


_COLUMNS: Final = {
    Field.CODE: ("code", "c.decided ->> 'code'", "c.said ->> 'code'"),
    Field.TITLE: ("title", "c.decided ->> 'title'", "c.said ->> 'title'"),
    Field.UNIT: ("organisation_unit_id", "(c.decided ->> 'unit')::bigint", _key_of_name(Field.UNIT)),
    Field.PROGRAMME: ("programme_id", "(c.decided ->> 'programme')::bigint", "NULL::bigint"),
    Field.TERM: ("term_id", "(c.decided ->> 'term')::bigint", _key_of_name(Field.TERM)),
    Field.STARTS: ("starts_on", "(c.decided ->> 'starts_on')::date", "(c.said ->> 'starts_on')::date"),
    Field.ENDS: ("ends_on", "(c.decided ->> 'ends_on')::date", "(c.said ->> 'ends_on')::date"),
}
"""Field → its column, what is decided, what is said."""
_THESE: Final = "c.organisation_id = :organisation AND c.course_id = ANY(CAST(:keys AS bigint[]))"
_REMOVE_BREAKS: Final = text(f"DELETE FROM course_breaks c WHERE {_THESE}")
_ADD_BREAKS: Final = text(
    f"""INSERT INTO course_breaks (organisation_id, course_id, first_day, last_day)
    SELECT c.organisation_id, c.course_id, (b.pair ->> 0)::date, (b.pair ->> 1)::date
    FROM courses c, LATERAL jsonb_array_elements(
        coalesce(CASE WHEN c.decided ? 'breaks' THEN c.decided -> 'breaks' ELSE c.said -> 'breaks' END, '[]')) b (pair)
    WHERE {_THESE}"""
)


def work_out_courses(
    connection: Connection, organisation: OrganisationId, keys: Collection[int], fields: Collection[Field]
) -> None:
    """Brings the columns of courses in step with what is decided and said of these fields."""
    values = {"organisation": organisation, "keys": sorted(keys)}
    setting = []
    for field, (column, decided, said) in _COLUMNS.items():
        if field in fields:
            setting.append(f"{column} = CASE WHEN c.decided ? '{field}' THEN {decided} ELSE {said} END")
    if setting:
        connection.execute(text(f"UPDATE courses c SET {', '.join(setting)} WHERE {_THESE}"), values)
    if Field.BREAKS in fields:
        connection.execute(_REMOVE_BREAKS, values)
        connection.execute(_ADD_BREAKS, values)


def ensure_said_names(
    connection: Connection, organisation: OrganisationId, keys: Collection[int], field: Field
) -> None:
    """Makes the terms or units that the descriptions of courses name, where no decision goes before it, and which are
    not there: somebody has removed them meanwhile."""
    table, _key = _NAMED[field]
    said = f"c.said ->> '{field}'"
    connection.execute(
        text(
            f"""INSERT INTO {table} (organisation_id, name) SELECT DISTINCT c.organisation_id, {said} FROM courses c
            WHERE {_THESE} AND NOT c.decided ? '{field}' AND {said} IS NOT NULL
                AND NOT EXISTS (SELECT FROM {table} n WHERE n.organisation_id = c.organisation_id
                    AND (n.name = {said} OR {said} = ANY(n.former_names)))
            ON CONFLICT DO NOTHING"""
        ),
        {"organisation": organisation, "keys": sorted(keys)},
    )


def courses_named(
    connection: Connection, organisation: OrganisationId, field: Field, names: Collection[str]
) -> list[int]:
    """The courses that follow a description which names one of these terms or units."""
    rows = connection.execute(
        text(
            f"""SELECT c.course_id FROM courses c WHERE c.organisation_id = :organisation
            AND NOT c.decided ? '{field}' AND c.said ->> '{field}' = ANY(CAST(:names AS text[]))"""
        ),
        {"organisation": organisation, "names": sorted(names)},
    )
    return list(rows.scalars())


def work_out_sections(connection: Connection, organisation: OrganisationId, keys: Sequence[int]) -> None:
    """Brings the titles of sections in step with what is decided and said."""
    connection.execute(
        text(
            """UPDATE sections SET title = CASE WHEN decided ? 'title' THEN decided ->> 'title' ELSE said_title END
            WHERE organisation_id = :organisation AND section_id = ANY(CAST(:keys AS bigint[]))"""
        ),
        {"organisation": organisation, "keys": list(keys)},
    )
