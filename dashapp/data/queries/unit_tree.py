"""The units of an organisation as a tree, its programmes, and what courses can be given."""

from typing import Final

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId
from dashapp.domain.structure import Choices, ProgrammeRow, UnitRow, UnitsView


def read_units(connection: Connection, organisation: OrganisationId) -> UnitsView:
    """All units and programmes with the numbers of their courses."""
    values = {"organisation": organisation}
    units = [UnitRow(*row) for row in connection.execute(_UNITS, values)]
    programmes = [ProgrammeRow(*row) for row in connection.execute(_PROGRAMMES, values)]
    without = connection.execute(_WITHOUT_UNIT, values).scalar_one()
    return UnitsView(tuple(units), tuple(programmes), without)


def read_choices(connection: Connection, organisation: OrganisationId) -> Choices:
    """Terms (the newest first), units and programmes of an organisation."""
    values = {"organisation": organisation}
    found: dict[str, list[tuple[int, str]]] = {"term": [], "unit": [], "programme": []}
    for what, key, name in connection.execute(_CHOICES, values):
        found[what].append((key, name))
    return Choices(tuple(found["term"]), tuple(found["unit"]), tuple(found["programme"]))


_TREE: Final = """WITH RECURSIVE tree (unit, parent, name, depth, path, way) AS (
    SELECT organisation_unit_id, parent_id, name, 0, ARRAY[lower(name), name], name FROM organisation_units
        WHERE organisation_id = :organisation AND parent_id IS NULL
    UNION ALL SELECT u.organisation_unit_id, u.parent_id, u.name, t.depth + 1,
        t.path || ARRAY[lower(u.name), u.name], t.way || ' / ' || u.name
        FROM tree t JOIN organisation_units u ON u.organisation_id = :organisation AND u.parent_id = t.unit)"""
_UNITS: Final = text(
    f"""{_TREE},
    counted AS (SELECT organisation_unit_id AS unit, count(*) AS courses FROM courses
        WHERE organisation_id = :organisation AND organisation_unit_id IS NOT NULL GROUP BY 1)
    SELECT t.unit, t.name, t.parent, t.depth, coalesce(c.courses, 0),
        (SELECT coalesce(sum(b.courses), 0)::bigint FROM tree s JOIN counted b USING (unit)
            WHERE s.path[1:cardinality(t.path)] = t.path)
    FROM tree t LEFT JOIN counted c USING (unit) ORDER BY t.path"""
)
_PROGRAMMES: Final = text(
    """SELECT p.programme_id, p.name, p.organisation_unit_id, u.name,
        (SELECT count(*) FROM courses c
            WHERE c.organisation_id = p.organisation_id AND c.programme_id = p.programme_id)
    FROM programmes p LEFT JOIN organisation_units u
        ON u.organisation_id = p.organisation_id AND u.organisation_unit_id = p.organisation_unit_id
    WHERE p.organisation_id = :organisation ORDER BY lower(p.name), p.programme_id"""
)
_WITHOUT_UNIT: Final = text(
    "SELECT count(*) FROM courses WHERE organisation_id = :organisation AND organisation_unit_id IS NULL"
)
_CHOICES: Final = text(
    f"""{_TREE}
    SELECT what, key, name FROM (
        SELECT 'term' AS what, term_id AS key, name, ARRAY[]::text[] AS path, teaching_starts AS day FROM terms
            WHERE organisation_id = :organisation
        UNION ALL SELECT 'unit', unit, way, path, NULL FROM tree
        UNION ALL SELECT 'programme', programme_id, name, ARRAY[lower(name)], NULL FROM programmes
            WHERE organisation_id = :organisation) AS choices
    ORDER BY what, path, day DESC NULLS LAST, lower(name), key"""
)
