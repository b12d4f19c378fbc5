import pytest

from dashapp.domain.audience import FEWEST_OTHERS, Audience, Comparison, comparison


@pytest.mark.parametrize("audience", [Audience.SELF, Audience.ONE, Audience.AGGREGATE])
def test_who_may_not_see_each_by_name_compares_with_at_least_k_others(audience: Audience) -> None:
    assert comparison(audience, 4, 5) is Comparison.HIDDEN
    assert comparison(audience, 5, 5) is Comparison.SHOWN


def test_who_sees_each_by_name_compares_with_enough_others_to_mean_something() -> None:
    assert comparison(Audience.NAMED, FEWEST_OTHERS - 1, 5) is Comparison.TOO_FEW
    assert comparison(Audience.NAMED, FEWEST_OTHERS, 5) is Comparison.SHOWN


@pytest.mark.parametrize("audience", Audience)
def test_a_small_k_compares_nobody_with_a_handful(audience: Audience) -> None:
    assert comparison(audience, FEWEST_OTHERS - 1, 1) is Comparison.TOO_FEW
    assert comparison(audience, -1, 1) is not Comparison.SHOWN
