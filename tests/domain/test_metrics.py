import re
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.extract import extract

from dashapp.data.tables import metadata
from dashapp.domain.audience import FEWEST_OTHERS, MINIMUM_GROUP
from dashapp.domain.indicators import dictionary
from dashapp.domain.indicators.calendar import LEAST_TEACHING_DAYS_OF_A_WEEK
from dashapp.domain.indicators.dictionary import SOURCES, TERMS
from dashapp.domain.indicators.document import document
from dashapp.domain.indicators.forum import UNANSWERED_DAYS
from dashapp.domain.indicators.last_seen import BOUNDS
from dashapp.domain.indicators.metrics import METRICS, Metric
from dashapp.domain.indicators.minutes import THETA
from dashapp.domain.indicators.risk import MISSED_WINDOW_DAYS, RiskRules, Step
from dashapp.domain.indicators.trend import TREND_WEEKS

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT, TEMPLATE = ((DOCS / name).read_text(encoding="utf-8") for name in ("metrics.md", "metrics.template.md"))
RULES = RiskRules()


def steps(sign: str, given: tuple[Step, ...]) -> list[str]:
    return [f"{sign} {step.limit:g}" for step in given]


def section(key: str) -> str:
    return DOCUMENT.split(f"\n## {key}\n", 1)[1].split("\n## ", 1)[0]


def test_the_document_lists_exactly_the_metrics_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", DOCUMENT, re.MULTILINE)
    assert rows == [(metric.key, metric.unit, ", ".join(f"`{table}`" for table in metric.tables)) for metric in METRICS]


def test_the_document_is_what_the_dictionary_and_its_template_make() -> None:
    assert document(TEMPLATE) == DOCUMENT, "`make metrics` writes it anew"


def test_a_section_has_the_words_of_the_dictionary_and_what_the_template_adds() -> None:
    score = Metric("score", "%", ("submissions",))
    made = document("# M\n\n{{table}}\n\n## score\n\nMore.\n\n## Privacy\n\nLast.\n", [score])

    assert made.startswith(
        "# M\n\n| key | unit | tables |\n| --- | --- | --- |\n| `score` | % | `submissions` |\n\n## score\n"
    )
    assert f"**{score.term.name}.** {score.term.definition}\n\n- Formula: {score.term.formula}.\n- Left out: w" in made
    assert made.endswith("\n\nMore.\n\n## Privacy\n\nLast.\n")


def test_a_template_without_a_place_for_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="table"):
        document("# Metrics\n")


def test_the_dictionary_has_words_for_exactly_the_metrics_and_for_their_tables() -> None:
    assert set(TERMS) == {metric.key for metric in METRICS}
    assert {table for metric in METRICS for table in metric.tables} <= set(SOURCES)
    assert set(SOURCES) <= set(metadata.tables)


def test_the_words_of_the_dictionary_are_collected_for_translators() -> None:
    folder = Path(dictionary.__file__).parent
    texts = {
        message
        for path in folder.glob("*.py")
        for _line, message, _comments, _context in extract("python", BytesIO(path.read_bytes()))
    }
    said = [text for term in TERMS.values() for text in (term.name, term.definition, term.formula, term.left_out)]
    assert {text for text in (*said, *SOURCES.values()) if text} <= texts


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
