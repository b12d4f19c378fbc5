"""Who was there, read from sets of people by course and day, or from sets of days by course and person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.days import Columns, Range, places
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.shapes import shaped
from dashapp.data.tables import course_day_people, course_days, learner_course_days
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.indicators.enrolments import DAYS_OF_PERIOD
from dashapp.domain.keys import CourseId, OrganisationId

Longs = NDArray[np.int64]
days = course_day_people.c
DAYS_PER_WORD: Final = 62
"""In a set of days: as many bits as a bigint has without its sign, and one to spare."""
BYTES_PER_WORD: Final = 8
NOBODY: Final = -1
"""No key of a person."""
ROWS_PER_SET: Final = 8
"""How many rows of a person and a day PostgreSQL looks through while it sends one set and Python takes it apart."""


def people_of(block: Longs, bits: NDArray[np.uint8]) -> tuple[Longs, Longs]:
    """(row, person) of each bit that is set; `bits`: shape (rows, bytes), of which most are zero."""
    # Looked through by eight bytes at once, since nearly all are zero.
    row, word = np.nonzero(bits.view(np.uint64))
    set_ones = bits.reshape(len(bits), bits.shape[1] // BYTES_PER_WORD, BYTES_PER_WORD)[row, word]
    inside, bit = np.nonzero(np.unpackbits(set_ones, axis=1))
    return row[inside], block[row[inside]] * PEOPLE_PER_BLOCK + word[inside] * 8 * BYTES_PER_WORD + bit


def people_of_days_statement(
    organisation: OrganisationId, courses: Sequence[CourseId], ranges: Sequence[Range]
) -> Statement:
    """Who was active in which course on which day, as sets of people, with the day's events of others than staff."""
    summed = course_days.c
    return (
        select(
            days.course_id,
            days.day,
            days.block,
            days.people,
            func.coalesce(summed.events, 0, type_=Integer).label("events"),
        )
        .select_from(
            course_day_people.outerjoin(
                course_days,
                and_(
                    summed.organisation_id == days.organisation_id,
                    summed.course_id == days.course_id,
                    summed.day == days.day,
                ),
            )
        )
        .where(days.organisation_id == organisation, one_of(days.course_id, courses), _within(days.day, ranges))
    )


def days_of_people_statement(
    organisation: OrganisationId, courses: Sequence[CourseId], ranges: Sequence[Range], first: date
) -> Statement:
    """The same as sets of days by person: bit i of `amount` is the day `first` + 62 * `place` + i.

    Rows of `NOBODY` are of a day, `first` + `place`, with its events of others than staff as `amount`.
    """
    own, summed = learner_course_days.c, course_days.c
    # Written out, since SQLAlchemy divides into fractions.
    since, length = own.day.op("-", return_type=Integer())(first), literal_column(str(DAYS_PER_WORD), Integer)
    word, day = since.op("/", return_type=Integer())(length), since.op("%", return_type=Integer())(length)
    bit = literal_column("1::bigint", BigInteger).op("<<", return_type=BigInteger())(day)
    people = (
        select(own.course_id, own.person_id, word.label("place"), func.bit_or(bit, type_=BigInteger).label("amount"))
        .where(own.organisation_id == organisation, one_of(own.course_id, courses), _within(own.day, ranges))
        .group_by(own.course_id, own.person_id, literal_column("place"))
    )
    daily = select(
        summed.course_id,
        literal_column(f"{NOBODY}::bigint", BigInteger),
        summed.day.op("-", return_type=Integer())(first),
        cast(summed.events, BigInteger),
    ).where(summed.organisation_id == organisation, one_of(summed.course_id, courses), _within(summed.day, ranges))
    return select(union_all(people, daily).subquery("found"))


def _within(day: ColumnElement[date], ranges: Sequence[Range]) -> ColumnElement[bool]:
    return or_(*(and_(day >= first, day <= last) for first, last in ranges))


def read_presence(
    connection: Connection,
    organisation: OrganisationId,
    courses: Sequence[CourseId],
    asked: Range,
    known: tuple[Columns, Columns],
) -> "Read":
    """Who was active on the days of a range, and the events per course and day.

    `known`: the learners (course_id, person_id), and learner-days of late. Read from sets of people where many are in
    each, else from sets of days: a course whose few learners have keys from all over a large organisation has many sets
    with next to nobody in them.
    """
    learners, recent = known
    order = np.lexsort((learners["person_id"], learners["course_id"]))
    thin = sets_are_thin(recent, learners["course_id"][order], learners["person_id"][order])
    read = read_days_of_people if thin else read_people_of_days
    return read(connection, organisation, courses, (asked,))


Read = tuple[tuple[Longs, Longs, Longs], Columns]
"""(course, person, day) of everybody who was active on a day, once each, in any order; events per course and day."""


def read_people_of_days(
    connection: Connection, organisation: OrganisationId, courses: Sequence[CourseId], ranges: Sequence[Range]
) -> Read:
    """What there is in sets of people."""
    rows = read_columns(connection, shaped(people_of_days_statement, organisation, courses, ranges))
    row, people = people_of(rows["block"], rows["people"])
    begins = np.unique(_pairs(rows["course_id"], rows["day"]), return_index=True)[1]
    daily = {name: rows[name][begins] for name in ("course_id", "day", "events")}
    return (rows["course_id"][row], people, rows["day"][row]), daily


def read_days_of_people(
    connection: Connection, organisation: OrganisationId, courses: Sequence[CourseId], ranges: Sequence[Range]
) -> Read:
    """The same in sets of days."""
    first = ranges[0][0]
    rows = read_columns(connection, shaped(days_of_people_statement, organisation, courses, ranges, first))
    place, amount, is_day = first.toordinal() + rows["place"], rows["amount"], rows["person_id"] == NOBODY
    daily = {"course_id": rows["course_id"][is_day], "day": place[is_day], "events": amount[is_day]}
    words = {name: values[~is_day] for name, values in rows.items()}
    row, bit = np.nonzero((words["amount"][:, np.newaxis] >> np.arange(DAYS_PER_WORD)) & 1)
    day = first.toordinal() + words["place"][row] * DAYS_PER_WORD + bit
    return (words["course_id"][row], words["person_id"][row], day), daily


def sets_are_thin(recent: Columns, course: Longs, person: Longs) -> bool:
    """Whether sets of people by day would be so many that rows of each person and day are sooner looked through.

    `recent`: learner-days of late, after which all are judged; `course`, `person`: the learners.
    """
    blocks = _pairs(course, person // PEOPLE_PER_BLOCK)
    keys, number = np.unique(course[np.unique(blocks, return_index=True)[1]], return_counts=True)
    _both, first, there = np.unique(_pairs(recent["course_id"], recent["day"]), return_index=True, return_counts=True)
    at, known = places(keys, recent["course_id"][first])
    sets = np.minimum(number[at[known]], there[known]).sum() if len(keys) else 0
    return bool(there.sum() < ROWS_PER_SET * sets)


def _pairs(one: Longs, other: Longs) -> Longs:
    """Two numbers as one, in the same order: numpy sorts these ten times as fast as pairs."""
    return one * (int(other.max(initial=0)) + 1) + other


def periods_statement(organisation: OrganisationId, begun: Mapping[CourseId, date], until: date) -> Statement:
    """Who was active in which period of four weeks; `begun`: the first day of the first period of each course."""
    keys = bindparam(None, list(begun), type_=ARRAY(BigInteger), unique=True)
    firsts = bindparam(None, list(begun.values()), type_=ARRAY(Date), unique=True)
    asked = func.unnest(keys, firsts).table_valued("course_id", "first_day").render_derived("asked")
    period = literal_column(f"(course_day_people.day - asked.first_day) / {DAYS_OF_PERIOD}", Integer)
    together = func.bit_or(days.people, type_=BIT(PEOPLE_PER_BLOCK))
    return (
        select(days.course_id, period.label("period"), days.block, together.label("people"))
        .select_from(course_day_people.join(asked, days.course_id == asked.c.course_id))
        .where(days.organisation_id == organisation, days.day >= asked.c.first_day, days.day < until)
        .group_by(days.course_id, literal_column("period"), days.block)
    )


def read_periods(
    connection: Connection, organisation: OrganisationId, begun: Mapping[CourseId, date], until: date
) -> Columns:
    """(course_id, person_id, period) of everybody who was active in a period, once each."""
    read = read_columns(connection, periods_statement(organisation, begun, until))
    row, people = people_of(read["block"], read["people"])
    return {"course_id": read["course_id"][row], "person_id": people, "period": read["period"][row]}
