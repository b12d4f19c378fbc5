"""How learners stand, and how good the data are that say so."""

from collections.abc import Mapping
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_, Term

TERMS: Final[Mapping[str, Term]] = {
    "at_risk": Term(
        N_("Needs help, and to watch"),
        N_(
            "Points from four rules: away, little activity, low score, missed deadline. No rule speaks before teaching"
            " starts, in breaks, or after the end."
        ),
        N_(
            "sum of the points of the highest step that applies of each rule. Needs help: at least 3 points and among"
            " the first 20 % of the course; watch: at least 2 points and among the first 40 %"
        ),
        N_("Rules that have nothing to go by, and comparisons with too few others: they stay silent"),
    ),
    "right_of_list": Term(
        N_("How right the list was"),
        N_(
            "Of the learners who needed help by the rules some weeks before: those who have left the course since, or"
            " did not pass it. Beside it the same of all whom the list did not name."
        ),
        N_("learners listed then who have left or did not pass ÷ learners listed then"),
        N_("Learners who have joined since; courses whose roster no source has sent"),
    ),
    "data_quality": Term(
        N_("Data quality"),
        N_("How good the data of a sender are, 0 to 100 %, judged when they come."),
        N_("Σ weight · share of good events ÷ Σ weight over seven parts"),
        N_("Parts about which nothing came; from lateness, what is older than a week when it comes"),
    ),
}
