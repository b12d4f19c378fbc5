"""Who was there, read from sets of people by course and day: as many rows as courses have days, whatever was done."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, BigInteger, Connection, Date, Integer, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.days import Columns, Range
from dashapp.data.queries.enrolment import one_of
from dashapp.data.tables import course_day_people, course_days
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.indicators.enrolments import DAYS_OF_PERIOD
from dashapp.domain.keys import CourseId, OrganisationId

Longs = NDArray[np.int64]
Presence = Sequence[tuple[CourseId, date, Longs]]
"""(course, day, people) of everybody who was active on a day."""
days = course_day_people.c


def people_of(block: Longs, bits: NDArray[np.uint8]) -> tuple[Longs, Longs]:
    """(row, person) of each bit that is set; `bits`: shape (rows, bytes), of which most are zero."""
    row, byte = np.nonzero(bits)
    inside, bit = np.nonzero(np.unpackbits(bits[row, byte][:, np.newaxis], axis=1))
    return row[inside], block[row[inside]] * PEOPLE_PER_BLOCK + byte[inside] * 8 + bit


def presence_statement(organisation: OrganisationId, courses: Sequence[CourseId], ranges: Sequence[Range]) -> Statement:
    """Who was active in which course on which day, and how many events of others than staff there were."""
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
        .where(
            days.organisation_id == organisation,
            one_of(days.course_id, courses),
            or_(*(and_(days.day >= first, days.day <= last) for first, last in ranges)),
        )
    )


def read_presence(
    connection: Connection, organisation: OrganisationId, courses: Sequence[CourseId], ranges: tuple[Range, Range]
) -> tuple[Presence, Columns]:
    """Who was active on the days of both ranges, and the events per course and day, without staff and test people."""
    one, other = ranges
    touching = one[0] <= other[1] and other[0] <= one[1]
    asked = [(min(one[0], other[0]), max(one[1], other[1]))] if touching else [one, other]
    read = read_columns(connection, presence_statement(organisation, courses, asked))
    order = np.lexsort((read["block"], read["day"], read["course_id"]))
    read = {name: values[order] for name, values in read.items()}
    course, day = read["course_id"], read["day"]
    begins = np.flatnonzero(np.r_[True, (course[1:] != course[:-1]) | (day[1:] != day[:-1])]) if len(day) else order
    row, people = people_of(read["block"], read["people"])
    parts = np.split(people, np.searchsorted(row, begins[1:])) if len(begins) else []
    presence = [
        (CourseId(int(course[at])), date.fromordinal(int(day[at])), there)
        for at, there in zip(begins.tolist(), parts, strict=True)
    ]
    return presence, {name: read[name][begins] for name in ("course_id", "day", "events")}


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
