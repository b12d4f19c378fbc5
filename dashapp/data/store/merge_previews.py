"""What a merge or a split of people would move, before it is done: one preview for the page and for the command."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, text

from dashapp.data.queries.described import full_name
from dashapp.data.store.deltas import ACTIVE_VERBS
from dashapp.data.store.merges import SPLIT_GROUP
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.people import CannotChange, HeldName, MergePreview, Refusal, Side, SplitPreview

MOST_COURSES: Final = 200


def preview_merge(
    connection: Connection, organisation: OrganisationId, kept: PersonId, absorbed: PersonId, at: datetime
) -> MergePreview:
    """What would be of two people (canonical keys) if the first stood for both. Raises CannotChange."""
    if kept == absorbed:
        raise CannotChange(Refusal.SAME)
    groups = [_group(connection, organisation, one) for one in (kept, absorbed)]
    sides = [
        _side(connection, organisation, (person, group, person), at)
        for person, group in zip((kept, absorbed), groups, strict=True)
    ]
    values = {"organisation": organisation, "people": [*groups[0], *groups[1]]}
    row = connection.execute(_LATEST, values).one_or_none()
    name = full_name(row.given_name, row.family_name) if row is not None else ""
    return MergePreview(sides[0], sides[1], name, _state(groups))


def preview_split(connection: Connection, organisation: OrganisationId, merge_id: int, at: datetime) -> SplitPreview:
    """What the split of a merge would move. Raises CannotChange where there is nothing to take back."""
    values: dict[str, Any] = {"organisation": organisation, "merge": merge_id}
    merge = connection.execute(_MERGE, values).one_or_none()
    if merge is None or merge.kept is None:
        raise CannotChange(Refusal.SPLIT_ALREADY)
    kept, absorbed = PersonId(merge.kept), PersonId(merge.absorbed_id)
    everybody = _group(connection, organisation, kept)
    values = {"organisation": organisation, "absorbed": absorbed}
    moving = sorted(connection.execute(_SPLIT_GROUP, values).scalars())
    staying = [key for key in everybody if key not in moving]
    counted = connection.execute(
        _OLDER, {"organisation": organisation, "person": kept, "people": everybody, "verbs": list(ACTIVE_VERBS)}
    ).one()
    return SplitPreview(
        merge_id,
        _side(connection, organisation, (kept, staying, None), at),
        _side(connection, organisation, (absorbed, moving, None), at),
        max(0, (counted.counted or 0) - counted.kept),
        _state([everybody, moving]),
    )


def merge_state(connection: Connection, organisation: OrganisationId, kept: PersonId, absorbed: PersonId) -> str:
    """The `state` of a preview as it would be now."""
    return _state([_group(connection, organisation, one) for one in (kept, absorbed)])


def names_of_people(connection: Connection, organisation: OrganisationId, people: Sequence[int]) -> list[HeldName]:
    """Every name of these keys, with the merge in force by which somebody else's became theirs."""
    rows = connection.execute(_NAMES, {"organisation": organisation, "people": list(people)})
    return [HeldName(row.issuer, row.kind, row.value, row.merge_id, row.merged_at, row.reason) for row in rows]


def _state(groups: Sequence[Sequence[int]]) -> str:
    return sha256(repr([sorted(group) for group in groups]).encode()).hexdigest()[:16]


def _group(connection: Connection, organisation: OrganisationId, person: PersonId) -> list[int]:
    found = connection.execute(_GROUP, {"organisation": organisation, "person": person}).scalars().all()
    if person not in found:
        raise CannotChange(Refusal.MEANWHILE)
    return sorted(found)


def _side(
    connection: Connection,
    organisation: OrganisationId,
    who: tuple[PersonId, Sequence[int], PersonId | None],
    at: datetime,
) -> Side:
    """`who`: the person, their keys, and the key under which they are counted now; None: by raw rows only."""
    person, keys, counted_as = who
    values: dict[str, Any] = {"organisation": organisation, "person": person, "people": list(keys), "at": at}
    row = connection.execute(_PERSON, values).mappings().one()
    done = _counted(connection, values) if counted_as is not None else _by_raw_rows(connection, values)
    return Side(
        person_id=person,
        public_id=PublicId(row["public_id"]),
        name=full_name(row["given_name"], row["family_name"]),
        email=row["email"],
        names=tuple(names_of_people(connection, organisation, keys)),
        events=row["events"],
        active_days=done["days"],
        courses=tuple(done["courses"]),
        submissions=done["submissions"],
        roles=tuple(row["roles"]),
        account=row["account"],
        is_test=row["is_test"],
    )


def _counted(connection: Connection, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of somebody who is a person of their own: what pages show."""
    return dict(connection.execute(_COUNTED, _used(values, "organisation", "person")).mappings().one())


def _by_raw_rows(connection: Connection, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a part of somebody: what came under its own keys."""
    wanted = {**_used(values, "organisation", "people"), "verbs": list(ACTIVE_VERBS)}
    return dict(connection.execute(_RAW, wanted).mappings().one())


def _used(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


_KEYS: Final = bindparam("people", type_=ARRAY(BigInteger))
_GROUP: Final = text(
    "SELECT person_id FROM people WHERE organisation_id = :organisation"
    " AND (merged_into = :person OR person_id = :person AND merged_into IS NULL)"
)
_SPLIT_GROUP: Final = text(
    SPLIT_GROUP.replace("%(absorbed)s", ":absorbed").replace("%(organisation)s", ":organisation")
)
_MERGE: Final = text("""
    SELECT m.absorbed_id, p.merged_into AS kept FROM person_merges m
    JOIN people p ON p.organisation_id = m.organisation_id AND p.person_id = m.absorbed_id
    WHERE m.organisation_id = :organisation AND m.merge_id = :merge AND m.split_at IS NULL""")
# Whose description is the latest is shown as the one that holds, as `settle_descriptions` has it.
_DESCRIBED: Final = """
    SELECT given_name, family_name, email, is_test FROM people
    WHERE organisation_id = :organisation AND person_id = ANY(:people)
    ORDER BY described_at DESC NULLS LAST, described_by COLLATE "C" DESC, person_id LIMIT 1"""
_LATEST: Final = text(_DESCRIBED).bindparams(_KEYS)
_PERSON: Final = text(f"""
    WITH said AS ({_DESCRIBED})
    SELECT p.public_id, said.given_name, said.family_name, said.email,
        coalesce(p.test_override, said.is_test) AS is_test,
        (SELECT count(*) FROM raw_events r WHERE r.organisation_id = :organisation AND r.person_id = ANY(:people)
            AND NOT r.retracted) AS events,
        ARRAY(SELECT DISTINCT m.role FROM memberships m WHERE m.organisation_id = :organisation
            AND m.person_id = ANY(:people) AND m.granted_by <> 'event'
            AND (m.starts_at IS NULL OR m.starts_at <= :at) AND (m.ends_at IS NULL OR m.ends_at > :at)
            ORDER BY 1) AS roles,
        (SELECT min(a.sign_in_name) FROM accounts a WHERE a.organisation_id = :organisation
            AND a.person_id = ANY(:people) AND a.enabled) AS account
    FROM people p, said WHERE p.organisation_id = :organisation AND p.person_id = :person""").bindparams(_KEYS)
_TITLE: Final = "coalesce(nullif(concat_ws(' · ', c.code, c.title), ''), c.claimed_title, left(c.public_id::text, 8))"
_COUNTED: Final = text(f"""
    WITH of_course AS (
        SELECT c.course_id, {_TITLE} AS title, d.days FROM courses c CROSS JOIN LATERAL (
            SELECT count(*) AS days FROM learner_course_days d
            WHERE d.organisation_id = :organisation AND d.course_id = c.course_id AND d.person_id = :person) d
        WHERE c.organisation_id = :organisation AND d.days > 0)
    SELECT coalesce((SELECT sum(days) FROM of_course), 0)::integer AS days,
        ARRAY(SELECT title FROM of_course ORDER BY 1 LIMIT {MOST_COURSES}) AS courses,
        (SELECT count(*) FROM submissions s WHERE s.organisation_id = :organisation AND s.person_id = :person
            AND s.submitted_at IS NOT NULL) AS submissions""")
_RAW: Final = text(f"""
    WITH mine AS (
        SELECT r.course_id, r.day, r.verb FROM raw_events r WHERE r.organisation_id = :organisation
            AND r.person_id = ANY(:people) AND NOT r.retracted AND r.course_id IS NOT NULL)
    SELECT (SELECT count(*) FROM (SELECT DISTINCT course_id, day FROM mine WHERE verb = ANY(:verbs)) d) AS days,
        ARRAY(SELECT {_TITLE} FROM courses c WHERE c.organisation_id = :organisation
            AND c.course_id IN (SELECT course_id FROM mine WHERE verb = ANY(:verbs))
            ORDER BY 1 LIMIT {MOST_COURSES}) AS courses,
        (SELECT count(*) FROM mine WHERE verb = 'submitted') AS submissions""").bindparams(_KEYS)
_OLDER: Final = text("""
    SELECT (SELECT sum(d.events) FROM courses c JOIN learner_course_days d
            ON d.organisation_id = c.organisation_id AND d.course_id = c.course_id AND d.person_id = :person
            WHERE c.organisation_id = :organisation) AS counted,
        (SELECT count(*) FROM raw_events r WHERE r.organisation_id = :organisation AND r.person_id = ANY(:people)
            AND NOT r.retracted AND r.verb = ANY(:verbs)) AS kept""").bindparams(_KEYS)
_NAMES: Final = text("""
    SELECT i.issuer, i.kind, i.value, m.merge_id, m.merged_at, m.reason FROM person_identifiers i
    LEFT JOIN LATERAL (
        SELECT merge_id, merged_at, reason FROM person_merges m
        WHERE m.organisation_id = i.organisation_id AND m.absorbed_id = i.person_id AND m.split_at IS NULL
        ORDER BY merge_id DESC LIMIT 1) m ON true
    WHERE i.organisation_id = :organisation AND i.person_id = ANY(:people)
    ORDER BY m.merge_id NULLS FIRST, i.issuer, i.kind, i.value""").bindparams(_KEYS)
