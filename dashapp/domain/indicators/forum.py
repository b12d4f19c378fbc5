"""Discussions: what is written per week, by how many, and which threads nobody has answered."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNANSWERED_DAYS: Final = 2
"""A thread is given so long before it counts as unanswered."""
NO_REPLY: Final = 0


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of a course, in any order; shape (n,). An event that tells of a post again changes nothing."""

    author: Longs
    at: Floats
    """Seconds since 1970."""
    post: Longs
    """Any integer that names a post."""
    reply_to: Longs
    """The post that is answered; `NO_REPLY`: it begins a thread."""

    def once(self) -> "Posts":
        """Each post once, as it was told of first."""
        order = np.lexsort((self.at, self.post))
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = self.post[order][1:] != self.post[order][:-1]
        kept = order[fresh]
        return Posts(self.author[kept], self.at[kept], self.post[kept], self.reply_to[kept])


def unanswered(posts: Posts, as_of: float) -> Flags:
    """Of each of these posts, each given once: begins a thread, is older than two days, and has no reply."""
    begins = posts.reply_to == NO_REPLY
    old = posts.at < as_of - UNANSWERED_DAYS * 86_400
    answered: Flags = np.isin(posts.post, posts.reply_to[~begins])
    waiting: Flags = begins & old & ~answered
    return waiting


def written_per_week(posts: Posts, week: Longs, weeks: int) -> tuple[Longs, Longs, Longs]:
    """(threads, replies, distinct authors) per week; `week` is the place of each post's week, others are left out."""
    inside = (week >= 0) & (week < weeks)
    begins = posts.reply_to == NO_REPLY
    threads = np.bincount(week[inside & begins], minlength=weeks)
    replies = np.bincount(week[inside & ~begins], minlength=weeks)
    pairs = np.unique(np.stack([week[inside], posts.author[inside]]), axis=1)
    return threads, replies, np.bincount(pairs[0], minlength=weeks)
