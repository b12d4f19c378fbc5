"""What has been drawn is kept within a bound, however many different drawings are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashapp.data.memo import MOST_HELD, Digests, Memo


@dataclass(frozen=True, slots=True)
class Seen:
    """A view of the smallest kind."""

    rows: tuple[int, ...]
    fresh: int


@dataclass(frozen=True, slots=True)
class SeenElsewhere(Seen):
    """Another kind that holds the same."""


class Drawn:
    """Draws parts of so many bytes, and counts how often."""

    def __init__(self, size: int) -> None:
        self.times = 0
        self.size = size

    def __call__(self) -> Mapping[str, bytes]:
        self.times += 1
        return {"one": b"x" * (self.size // 2), "two": b"y" * (self.size - self.size // 2)}


def kept(memo: Memo, names: range, size: int) -> list[int]:
    """Which of the drawings need not be drawn again."""
    found = []
    for name in reversed(names):
        again = Drawn(size)
        memo.parts(("page", name), again)
        if again.times == 0:
            found.append(name)
    return sorted(found)


def test_an_equal_question_is_drawn_once() -> None:
    memo, draw = Memo(), Drawn(10)

    assert memo.parts({"view": (1, 2)}, draw) == memo.parts({"view": (1, 2)}, draw)
    memo.parts({"view": (1, 3)}, draw)

    assert draw.times == 2


def test_many_different_questions_leave_only_the_newest_within_the_bound() -> None:
    memo = Memo(largest=1000)
    for name in range(500):
        memo.parts(("page", name), Drawn(100))

    assert kept(memo, range(490, 500), 100) == list(range(490, 500))
    assert kept(memo, range(489), 100) == []


def test_what_is_asked_for_again_stays_longer() -> None:
    memo = Memo(largest=300)
    for name in (1, 2, 3, 1, 4):
        memo.parts(("page", name), Drawn(100))

    assert kept(memo, range(1, 2), 100) == [1]


def test_a_drawing_beyond_the_bound_is_answered_and_pushes_out_all_others() -> None:
    memo = Memo(largest=300)
    memo.parts(("page", 1), Drawn(100))

    assert len(memo.parts(("page", 2), Drawn(1000))["one"]) == 500

    memo.parts(("page", 3), Drawn(100))
    assert kept(memo, range(1, 3), 100) == []


def test_a_digest_tells_contents_apart_and_leaves_one_field_out() -> None:
    digests, view = Digests(), Seen(tuple(range(1000)), 1)
    name = digests.of(view, "fresh")

    assert digests.of(replace(view, fresh=2), "fresh") == name
    assert digests.of(Seen(tuple(range(1000)), 3), "fresh") == name
    assert digests.of(Seen(tuple(range(1, 1001)), 1), "fresh") != name
    assert digests.of(view, "rows") != name
    assert digests.of(SeenElsewhere(view.rows, 1), "fresh") != name


def test_a_digest_is_never_that_of_something_which_stood_at_the_same_place_before() -> None:
    digests = Digests()
    names = {digests.of(Seen((number, number + 1), 0), "fresh") for number in range(2000)}
    assert len(names) == 2000


def test_views_are_held_within_a_bound_of_bytes() -> None:
    digests = Digests()
    for number in range(60):
        digests.of(Seen(tuple(range(number, number + 50_000)), 0), "fresh")

    assert digests._bytes <= MOST_HELD
    assert len(digests._known) < 60
