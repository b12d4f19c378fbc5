"""The scores that learners want to reach: set and cleared by themselves."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from dashapp.data.tables import learner_goals
from dashapp.domain.keys import CourseId, OrganisationId, PersonId


def set_goal(
    connection: Connection, whose: tuple[OrganisationId, PersonId], course: CourseId, goal: int, at: datetime
) -> None:
    """Sets or replaces the goal, 0 to 100."""
    values = {"organisation": whose[0], "person": whose[1], "course": course, "goal": goal, "at": at}
    connection.execute(_SET, values)


def clear_goal(connection: Connection, whose: tuple[OrganisationId, PersonId], course: CourseId) -> None:
    """Takes the goal away, and those of the keys of people who were merged into this one."""
    connection.execute(_CLEAR, {"organisation": whose[0], "person": whose[1], "course": course})


_TABLE: Final = learner_goals.name
_OWN: Final = """SELECT person_id FROM people
    WHERE organisation_id = :organisation AND (person_id = :person OR merged_into = :person)"""
_SET: Final = text(
    f"""INSERT INTO {_TABLE} (organisation_id, person_id, course_id, goal, set_at)
    VALUES (:organisation, :person, :course, :goal, :at)
    ON CONFLICT (organisation_id, person_id, course_id) DO UPDATE SET goal = excluded.goal, set_at = excluded.set_at"""
)
_CLEAR: Final = text(
    f"DELETE FROM {_TABLE} WHERE organisation_id = :organisation AND course_id = :course AND person_id IN ({_OWN})"
)
