"""Sets of people from the rows of learners that a benchmark has written straight into the aggregates."""

from typing import Final

from sqlalchemy import Connection, text

from dashapp.data.store.presence import NOBODY, bit_of, block_of
from dashapp.domain.keys import OrganisationId

_BLOCK: Final = block_of("person_id")
_ONE: Final = bit_of("person_id")
_STATEMENTS: Final = (
    "DELETE FROM course_day_people WHERE organisation_id = :organisation",
    "DELETE FROM activity_people WHERE organisation_id = :organisation",
    f"""INSERT INTO course_day_people (organisation_id, course_id, day, block, people)
    SELECT organisation_id, course_id, day, {_BLOCK}, bit_or({_ONE}) FROM learner_course_days
    WHERE organisation_id = :organisation GROUP BY 1, 2, 3, 4""",
    f"""INSERT INTO activity_people (organisation_id, course_id, activity_id, block, seen, completed)
    SELECT organisation_id, course_id, activity_id, {_BLOCK}, bit_or({_ONE}),
        bit_or(CASE WHEN completed_at IS NOT NULL THEN {_ONE} ELSE {NOBODY} END)
    FROM learner_activities WHERE organisation_id = :organisation GROUP BY 1, 2, 3, 4""",
    "ANALYZE course_day_people",
    "ANALYZE activity_people",
)


def write_sets(connection: Connection, organisation: OrganisationId) -> None:
    """Makes the organisation's sets anew, as ingest would have kept them."""
    for statement in _STATEMENTS:
        connection.execute(text(statement), {"organisation": organisation} if ":organisation" in statement else {})
