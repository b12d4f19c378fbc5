"""Which cells of a question may be shown to who sees groups only: by the lattice of organisation, unit and course."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.reports.enrolled import hidden_at_ends
from dashapp.data.queries.reports.frame import Frame, unit_text
from dashapp.data.queries.reports.ground import Ground, Reading
from dashapp.domain.keys import CourseId
from dashapp.domain.reports.measures import Measure
from dashapp.domain.reports.questions import Dimension
from dashapp.privacy.groups import Hidden

Flags = NDArray[np.bool_]

OF_THE_LATTICE = frozenset({"enrolled", "active_learners", "share_active", "events", "minutes", "sessions"})
"""Their totals are of all courses, hidden ones too, and hidden where they would give these away. Of all others totals
are of the courses that may be shown."""


def hidden_cells(reading: Reading, frame: Frame, measure: Measure) -> Flags:
    """Whether each cell of a measure is hidden; to be broadcast to the frame's shape."""
    if not frame.ground.grouped:
        return np.zeros((1,) * len(frame.shape), dtype=bool)
    now = _of(frame, frame.ground.hidden, measure)
    if measure.key != "enrolled":
        return now
    whole = replace(frame, courses=frame.ground.courses)
    return np.concatenate([now | _of(frame, hidden, measure) for hidden in hidden_at_ends(reading, whole)])


def _of(frame: Frame, hidden: Hidden[CourseId], measure: Measure) -> Flags:
    shape = [1] + [len(axis) if axis.dimension in (Dimension.UNIT, Dimension.COURSE) else 1 for axis in frame.axes]
    course = frame.axis(Dimension.COURSE)
    if course is not None:
        flags = [hidden.hides(one.course_id) for one in frame.courses]
        only = [len(axis) if axis.dimension is Dimension.COURSE else 1 for axis in frame.axes]
        return np.array(flags, dtype=bool).reshape([1, *only])
    unit = frame.axis(Dimension.UNIT)
    if unit is not None:
        return np.array([_unit_is_hidden(frame, hidden, text, measure) for text in unit.texts]).reshape(shape)
    return np.full(shape, _total_is_hidden(frame, hidden, measure))


def _unit_is_hidden(frame: Frame, hidden: Hidden[CourseId], text: str, measure: Measure) -> bool:
    inside = [one for one in frame.courses if unit_text(one) == text]
    if measure.key not in OF_THE_LATTICE:
        return all(hidden.hides(one.course_id) for one in inside)
    return any(one.unit in hidden.units for one in inside)


def _total_is_hidden(frame: Frame, hidden: Hidden[CourseId], measure: Measure) -> bool:
    """Of a chosen course, a chosen unit, or everything: the only totals that can be asked for."""
    if measure.key not in OF_THE_LATTICE:
        return all(hidden.hides(one.course_id) for one in frame.courses)
    if frame.choice.courses:
        return any(hidden.hides(one.course_id) for one in frame.courses)
    if frame.choice.units:
        return any(unit in hidden.units for unit in frame.choice.units)
    return hidden.everything


def hidden_courses(ground: Ground, frame: Frame) -> int:
    """How many of the asked-for courses are hidden."""
    return sum(ground.hidden.hides(one.course_id) for one in frame.courses)
