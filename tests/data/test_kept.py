"""What is kept within a process: the values used last, together no larger than the bound."""

from dashapp.data.kept import Kept


def test_what_was_used_last_stays_and_the_rest_goes_by_size() -> None:
    kept: Kept[str] = Kept(10, len)
    read: list[str] = []

    def ask(value: str) -> str:
        def now() -> str:
            read.append(value)
            return value

        return kept.under(value, now)

    for value in ("aaaa", "bbbb", "aaaa", "cccc"):
        assert ask(value) == value
    # Eight and four are more than ten: the one that was not used again went.
    assert read == ["aaaa", "bbbb", "cccc"]
    ask("aaaa")
    ask("bbbb")
    assert read == ["aaaa", "bbbb", "cccc", "bbbb"]


def test_a_value_larger_than_the_bound_is_kept_alone() -> None:
    kept: Kept[str] = Kept(3, len)
    assert kept.under("large", lambda: "abcdef") == "abcdef"
    assert kept.under("large", lambda: "read again") == "abcdef"
    kept.under("small", lambda: "x")
    assert kept.under("large", lambda: "read again") == "read again"
