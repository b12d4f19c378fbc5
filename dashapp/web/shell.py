"""The one HTML document of all pages, and what of it is the same for everybody."""

from typing import Any, Final

import dash
from dash import Dash, dcc, html
from dash.development.base_component import Component
from flask import request

from dashapp import ids
from dashapp.components import shell
from dashapp.settings import Settings
from dashapp.words import _, language_tag, text_direction

DOCUMENT: Final = """<!doctype html>
<html lang="{lang}" dir="{dir}" data-bs-theme="light">
<head>
{metas}
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{assets}favicon.svg">
<link rel="preload" href="{assets}fonts/ibm-plex-sans-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
{preloads}
<script src="{assets}early.js"></script>
{css}
</head>
<body>
{app_entry}
<footer>
{config}
{scripts}
{renderer}
</footer>
</body>
</html>
"""

LATE_GRAPH: Final = "dash/dcc/async-graph.js"
LATE_GRID: Final = "dash_ag_grid/async-community.js"
PATHS_WITH_GRIDS: Final = ("/courses/", "/organisations/")


class ServiceDash(Dash):
    """Dash with the document above: the reader's language, and the theme set before the first paint."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # the same names, all of them given
        """The document; `parts` are Dash's own."""
        return DOCUMENT.format(
            lang=language_tag(),
            dir=text_direction(),
            title=_("Learning analytics"),
            assets=self.get_asset_url(""),
            preloads=self._preloads(request.path),
            **{name: parts[name] for name in ("metas", "css", "app_entry", "config", "scripts", "renderer")},
        )

    def _preloads(self, path: str) -> str:
        """The parts of components that Dash would ask for only when the page is there to use them."""
        base = f"{self.config.requests_pathname_prefix}_dash-component-suites"
        late = [f"{base}/{LATE_GRAPH}"]
        if any(part in path for part in PATHS_WITH_GRIDS):
            late.append(f"{base}/{LATE_GRID}")
        return "\n".join(f'<link rel="preload" as="script" href="{address}">' for address in late)


def root_layout(settings: Settings) -> Component:
    """What stands on every page, without anything of the reader but the language."""
    stores = [
        dcc.Store(id=ids.Shell.TOPIC),
        dcc.Store(id=ids.Shell.VERSION),
        dcc.Interval(id=ids.Shell.TICK, interval=settings.live_interval, max_intervals=-1),
    ]
    return html.Div([*shell.frame(dash.page_container, home=dash.get_relative_path("/")), *stores])
