"""`docs/metrics.md` from the dictionary, and from a template with what stands there besides.

The template is the document without what the dictionary knows: `{{table}}` stands for the list of metrics, and what is
written below `## key` follows that metric's words. A metric without such a part needs none.
"""

import re
from collections.abc import Sequence
from typing import Final

from dashapp.domain.indicators.metrics import METRICS, Metric

TABLE: Final = "{{table}}"
HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)


def document(template: str, metrics: Sequence[Metric] = METRICS) -> str:
    """The whole document. Raises ValueError for a template without a place for the list."""
    if TABLE not in template:
        raise ValueError(f"The template has no {TABLE}.")
    opening, *pieces = HEADING.split(template)
    parts = {name: text.strip() for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
    keys = {each.key for each in metrics}
    sections = [_section(each, parts.get(each.key, "")) for each in metrics]
    # What is no metric (privacy) closes the document.
    sections += [f"## {name}\n\n{text}\n" for name, text in parts.items() if name not in keys]
    return "\n".join((opening.replace(TABLE, _table(metrics)).rstrip() + "\n", *sections))


def _table(metrics: Sequence[Metric]) -> str:
    lines = ["| key | unit | tables |", "| --- | --- | --- |"]
    lines += [
        f"| `{each.key}` | {each.unit} | {', '.join(f'`{table}`' for table in each.tables)} |" for each in metrics
    ]
    return "\n".join(lines)


def _section(metric: Metric, more: str) -> str:
    term = metric.term
    facts = [f"- Formula: {term.formula}."]
    if term.left_out:
        facts.append(f"- Left out: {term.left_out[0].lower()}{term.left_out[1:]}.")
    said = [f"**{term.name}.** {term.definition}", "\n".join(facts), *([more] if more else [])]
    return f"## {metric.key}\n\n" + "\n\n".join(said) + "\n"
