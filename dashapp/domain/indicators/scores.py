"""Scores and hand-ins of many learners at once, as matrices of learner × activity.

Score: Σ w·score/max ÷ Σ w over graded work; w is the weight, or the max score where the course has no weights. The
attempt that counts is the activity's policy. What is not graded and what is exempt is left out; what is missing past
due is shown beside, never silently zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.events import AttemptPolicy

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GradedWork:
    """One activity as far as scores need it."""

    policy: AttemptPolicy = AttemptPolicy.LATEST
    weight: float | None = None
    max_score: float | None = None


@dataclass(frozen=True, slots=True)
class SubmissionRows:
    """Submitted and graded events, one per row, in any order; all arrays have the shape (n,).

    Times are seconds since 1970, NaN where there is none.
    """

    learner: Longs
    """Index of the learner."""
    activity: Longs
    """Index of the activity."""
    attempt: Longs
    submitted_at: Floats
    graded_at: Floats
    received_at: Floats
    score: Floats
    max_score: Floats
    exempt: Flags
    banked: Flags
    event_high: NDArray[np.uint64]
    event_low: NDArray[np.uint64]


def known_since(submitted_at: Floats, graded_at: Floats, received_at: Floats) -> Floats:
    """Since when each row counts, shape (n,): it was marked then, else handed in; where neither is told, received."""
    when = np.where(np.isnan(graded_at), submitted_at, graded_at)
    return np.where(np.isnan(when), received_at, when)


@dataclass(frozen=True, slots=True)
class Marks:
    """What learners have got and handed in; matrices of the shape (learners, activities)."""

    percent: Floats
    """The score that counts, 0 to 100; NaN where nothing is graded, or the learner is exempt."""
    graded_at: Floats
    """When that became known, in seconds since 1970; NaN where `percent` is."""
    submitted_at: Floats
    """The earliest submission; NaN: none."""
    exempt: Flags
    """By the newest attempt."""
    banked: Flags


def _percent(rows: SubmissionRows, work: Sequence[GradedWork]) -> Floats:
    own = np.array([one.max_score if one.max_score else np.nan for one in work] or [np.nan], dtype=np.float64)
    highest = np.where(np.isnan(rows.max_score), own[rows.activity] if len(rows.activity) else np.nan, rows.max_score)
    highest = np.where(np.isnan(highest), 100.0, highest)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(highest > 0, 100.0 * rows.score / highest, np.nan)
    # Of a maximum next to nothing the share is beyond all numbers: that is no score.
    return np.where(rows.exempt | np.isinf(share), np.nan, share)


def _attempts(rows: SubmissionRows) -> tuple[Longs, Floats]:
    """(place, time of grading) of one row per graded attempt, by (learner, activity, attempt): the one graded last."""
    when = np.where(np.isnan(rows.graded_at), rows.submitted_at, rows.graded_at)
    when = np.where(np.isnan(when), rows.received_at, when)
    told = np.flatnonzero(~np.isnan(rows.graded_at) | ~np.isnan(rows.score) | rows.exempt)
    width = int(rows.activity.max(initial=0)) + 1
    cell = rows.learner[told] * width + rows.activity[told]
    if not len(told) or np.bincount(cell).max() == 1:
        # Most often nobody tried twice: then there is nothing to choose from, and sorting would be the dearest step.
        return told, when[told]
    keys = (rows.event_low, rows.event_high, when, rows.attempt, rows.activity, rows.learner)
    order = told[np.lexsort(tuple(key[told] for key in keys))]
    last = np.ones(len(order), dtype=bool)
    same = [column[order][1:] == column[order][:-1] for column in (rows.learner, rows.activity, rows.attempt)]
    last[:-1] = ~(same[0] & same[1] & same[2])
    return order[last], when[order[last]]


def _by_policy(values: Floats, begins: Longs, policy: AttemptPolicy) -> Floats:
    """One value per group of attempts; a group without any grade gives NaN."""
    known = ~np.isnan(values)
    number = np.add.reduceat(known.astype(np.int64), begins)
    with np.errstate(invalid="ignore", divide="ignore"):
        if policy is AttemptPolicy.BEST:
            result = np.maximum.reduceat(np.where(known, values, -np.inf), begins)
        elif policy is AttemptPolicy.MEAN:
            result = np.add.reduceat(np.where(known, values, 0.0), begins) / number
        else:
            # The place of the first or last graded attempt of each group.
            places = np.arange(len(values))
            if policy is AttemptPolicy.FIRST:
                place = np.minimum.reduceat(np.where(known, places, len(values)), begins)
            else:
                place = np.maximum.reduceat(np.where(known, places, -1), begins)
            result = values[np.clip(place, 0, len(values) - 1)]
    return np.where(number > 0, result, np.nan)


def marks(rows: SubmissionRows, work: Sequence[GradedWork], learners: int) -> Marks:
    """The state of every learner's work, for the activities of `work` and `learners` people."""
    shape = (learners, len(work))
    percent, graded_at = np.full(shape, np.nan), np.full(shape, np.nan)
    submitted, exempt, banked = np.full(shape, np.inf), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    graded, when = _attempts(rows)
    learner, activity, values = rows.learner[graded], rows.activity[graded], _percent(rows, work)[graded]
    if len(learner):
        fresh = np.ones(len(learner), dtype=bool)
        fresh[1:] = (learner[1:] != learner[:-1]) | (activity[1:] != activity[:-1])
        begins = np.flatnonzero(fresh)
        latest = np.maximum.reduceat(when, begins)
        for policy in AttemptPolicy:
            chosen = _by_policy(values, begins, policy)
            mine = np.array([one.policy is policy for one in work], dtype=bool)[activity[begins]]
            at = (learner[begins][mine], activity[begins][mine])
            percent[at], graded_at[at] = chosen[mine], np.where(np.isnan(chosen), np.nan, latest)[mine]
        last = np.append(begins[1:], len(learner)) - 1
        exempt[learner[last], activity[last]] = rows.exempt[graded[last]]
    np.minimum.at(
        submitted, (rows.learner, rows.activity), np.where(np.isnan(rows.submitted_at), np.inf, rows.submitted_at)
    )
    banked[rows.learner[rows.banked], rows.activity[rows.banked]] = True
    return Marks(percent, graded_at, np.where(np.isinf(submitted), np.nan, submitted), exempt, banked)


def weights(work: Sequence[GradedWork], percent: Floats) -> Floats:
    """The weight of each activity; shape (activities,).

    Where the weights of what has been graded so far sum to 0, as in courses whose whole weight lies on the exam, the
    max scores stand for them, so that a score can be shown before the end.
    """
    given = np.array([one.weight or 0.0 for one in work], dtype=np.float64)
    graded = ~np.all(np.isnan(percent), axis=0) if percent.size else np.zeros(len(work), dtype=bool)
    if given[graded].sum() > 0:
        return given
    return np.array([one.max_score or 100.0 for one in work], dtype=np.float64)


def earlier_score(work: Sequence[GradedWork], result: Marks, learner: int, before: float) -> float | None:
    """One learner's weighted score over what was graded before an instant (seconds since 1970); None: nothing was."""
    weight = weights(work, result.percent)
    known = result.graded_at[learner] < before
    total = float(weight[known].sum())
    return float((result.percent[learner, known] * weight[known]).sum()) / total if total > 0 else None


def average_scores(work: Sequence[GradedWork], percent: Floats) -> Floats:
    """Each learner's weighted score over the graded work, 0 to 100; NaN: nothing graded. Shape (learners,)."""
    weight = weights(work, percent)
    known = ~np.isnan(percent)
    total = (known * weight).sum(axis=1) if percent.size else np.zeros(percent.shape[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, (np.where(known, percent, 0.0) * weight).sum(axis=1) / total, np.nan)
