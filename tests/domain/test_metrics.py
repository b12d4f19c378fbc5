import re
from itertools import pairwise
from pathlib import Path

from dashapp.data.tables import metadata
from dashapp.domain.audience import FEWEST_OTHERS, MINIMUM_GROUP
from dashapp.domain.indicators.calendar import LEAST_TEACHING_DAYS_OF_A_WEEK
from dashapp.domain.indicators.forum import UNANSWERED_DAYS
from dashapp.domain.indicators.last_seen import BOUNDS
from dashapp.domain.indicators.metrics import METRICS
from dashapp.domain.indicators.minutes import THETA
from dashapp.domain.indicators.rhythm import TREND_WEEKS
from dashapp.domain.indicators.risk import MISSED_WINDOW_DAYS, RiskRules, Step

DOCUMENT = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
RULES = RiskRules()


def steps(sign: str, given: tuple[Step, ...]) -> list[str]:
    return [f"{sign} {step.limit:g}" for step in given]


def section(key: str) -> str:
    return DOCUMENT.split(f"\n## {key}\n", 1)[1].split("\n## ", 1)[0]


def test_the_document_lists_exactly_the_metrics_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", DOCUMENT, re.MULTILINE)
    assert rows == [(metric.key, metric.unit, ", ".join(f"`{table}`" for table in metric.tables)) for metric in METRICS]


def test_every_metric_has_a_definition_and_names_tables_that_exist() -> None:
    for metric in METRICS:
        assert len(section(metric.key).strip()) > 30
        assert set(metric.tables) <= set(metadata.tables)


def test_the_figures_in_the_words_are_those_of_the_code() -> None:
    assert f"k = {MINIMUM_GROUP}" in DOCUMENT
    assert f"θ = {THETA} minutes" in section("time_on_task")
    assert f"last {TREND_WEEKS} teaching weeks" in section("trend")
    assert f"older than {UNANSWERED_DAYS} days" in section("unanswered_threads")
    groups = "today, 1, " + ", ".join(f"{low + 1} to {high}" for low, high in pairwise(BOUNDS[1:])) + ", longer, never"
    assert groups in section("last_seen")
    assert f"at least {FEWEST_OTHERS} others" in section("share_watched")
    risk = section("at_risk")
    assert f"at least {LEAST_TEACHING_DAYS_OF_A_WEEK} teaching days" in risk
    assert f"last {MISSED_WINDOW_DAYS} days" in risk
    assert f"at least {RULES.help_from} points and among the first {RULES.listed_share:.0%}".replace("%", " %") in risk
    assert (
        f"at least {RULES.watch_from} points and among the first {2 * RULES.listed_share:.0%}".replace("%", " %")
        in risk
    )


def test_the_steps_of_the_rules_in_the_words_are_those_of_the_code() -> None:
    lines = {
        line.split(" | ")[0].strip("| "): line for line in section("at_risk").splitlines() if line.startswith("| ")
    }
    for name, sign, given in (
        ("away", ">", RULES.away),
        ("little activity", "<", RULES.little_activity),
        ("low score", "<", RULES.low_score),
        ("missed deadline", ">", RULES.missed_deadline),
    ):
        told = re.findall(r"([<>]) (\d+)[^:·|]*: (\d+)", lines[name].rsplit(" | ", 1)[1])
        assert told == [(sign, f"{step.limit:g}", str(step.points)) for step in given], name
