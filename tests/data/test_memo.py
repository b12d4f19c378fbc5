"""What has been drawn is kept within a bound, however many different drawings are asked for."""

from collections.abc import Mapping

from dashapp.data.memo import Memo


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
