"""Names beside bars."""

from dashapp.figures.scores import short_labels


def test_long_names_that_would_look_alike_are_told_apart_by_their_ends() -> None:
    names = [
        "Computer-marked assignment 34894",
        "Computer-marked assignment 34895",
        "Exam",
        "A name that is too long",
    ]
    assert short_labels(names, 17) == ["Computer…nt 34894", "Computer…nt 34895", "Exam", "A name that is t…"]


def test_the_same_name_twice_is_cut_as_always() -> None:
    assert short_labels(["Computer-marked assignment"] * 2, 12) == ["Computer-ma…"] * 2
