"""What axe-core, the engine of accessibility audits, finds on a page."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "look" / "axe" / "axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def found(page: Page, within: str = "html") -> list[str]:
    """What axe finds: the rule, the element and what is wrong with it."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    asked = {"resultTypes": ["violations"], "runOnly": LEVELS}
    result: dict[str, Any] = page.evaluate(f"axe.run({json.dumps(within)}, {json.dumps(asked)})")
    assert result["passes"], "it has looked at something"
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['any'][:1] and node['any'][0]['message']}"
        for one in result["violations"]
        for node in one["nodes"][:3]
    ]
