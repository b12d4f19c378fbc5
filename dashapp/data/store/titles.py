"""Titles by which learning events call courses and activities: of all of them the smallest text is kept, so that the
order in which they arrive makes no difference. A description's title is another column, and is shown before these."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId


def smaller_titles(said: Mapping[int, str], known: Mapping[int, str]) -> dict[int, str]:
    """Those of the titles in `said` that are new: smaller than what is known of their key, or the first."""
    return {key: title for key, title in said.items() if (held := known.get(key)) is None or title < held}


def claim_titles(
    connection: Connection, organisation_id: OrganisationId, courses: Mapping[int, str], activities: Mapping[int, str]
) -> None:
    """Lowers the claimed titles of courses and activities, by their keys, to these. Rows are locked in order."""
    for kind, titles in (("course", courses), ("activity", activities)):
        keys = sorted(titles)
        if keys:
            values = {"organisation": organisation_id, "keys": keys, "titles": [titles[key] for key in keys]}
            connection.execute(_LOCK[kind], values)
            connection.execute(_CLAIM[kind], values)


_TABLES = {"course": ("courses", "course_id"), "activity": ("activities", "activity_id")}
_LOCK = {
    kind: text(
        f"SELECT 1 FROM {table} WHERE organisation_id = :organisation AND {key} = ANY(:keys)"
        f" ORDER BY {key} FOR NO KEY UPDATE"
    )
    for kind, (table, key) in _TABLES.items()
}
_CLAIM = {
    kind: text(
        f"""UPDATE {table} t SET claimed_title = w.title
        FROM unnest(cast(:keys AS bigint[]), cast(:titles AS text[])) AS w (key, title)
        WHERE t.organisation_id = :organisation AND t.{key} = w.key
            AND (t.claimed_title IS NULL OR w.title COLLATE "C" < t.claimed_title COLLATE "C")"""
    )
    for kind, (table, key) in _TABLES.items()
}
