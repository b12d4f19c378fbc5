"""`python -m deploy.write_metrics`: writes `docs/metrics.md` anew from the dictionary of metrics and its template."""

from pathlib import Path
from typing import Final

from dashapp.domain.indicators.document import document

DOCS: Final = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Writes the document."""
    template = (DOCS / "metrics.template.md").read_text(encoding="utf-8")
    (DOCS / "metrics.md").write_text(document(template), encoding="utf-8")


if __name__ == "__main__":
    main()
