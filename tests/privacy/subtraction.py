"""What somebody could find by taking parts from a whole."""

from collections.abc import Callable, Mapping
from itertools import combinations

Courses = frozenset[str]


def left_over(now: Mapping[Courses, set[str]], few: Callable[[set[str]], bool]) -> list[object]:
    """Wholes that exceed parts, which have nobody in common, by `few`: (courses of the whole, those of the parts).

    Where parts overlap, adding them counts some people twice, and nothing exact is left.
    """
    found: list[object] = []
    for whole, people in now.items():
        parts = [courses for courses in now if courses < whole]
        for length in range(1, len(parts) + 1):
            for chosen in combinations(parts, length):
                taken = [now[part] for part in chosen]
                together = set().union(*taken)
                if sum(map(len, taken)) == len(together) and few(people - together):
                    found.append((sorted(whole), [sorted(part) for part in chosen]))
    return found
