"""The one HTML document of all pages, and what of it is the same for everybody."""

from collections.abc import Callable
from html import escape
from inspect import Parameter, signature
from typing import Any, Final
from uuid import UUID

import dash
import dash_ag_grid
import orjson
from dash import Dash, dcc, html
from dash._pages import _path_to_page  # Dash's own router asks it, so that both always say the same
from dash.development.base_component import Component
from flask import Response, current_app, g, request

from dashapp import ids
from dashapp.components import shell
from dashapp.data.memo import Memo
from dashapp.domain.person_settings import NOTHING_CHOSEN, PersonSettings
from dashapp.domain.principal import Permission, Principal
from dashapp.figures.drawing import written
from dashapp.security.assets import FONT, first_script, inline_script, marked, style_sheet
from dashapp.settings import Settings
from dashapp.web.locale import HOLDS
from dashapp.web.still import names_of, stilled
from dashapp.words import _, current_locale, language_tag, text_direction

DOCUMENT: Final = """<!doctype html>
<html lang="{lang}" dir="{dir}" data-bs-theme="light"{theme}{sees}>
<head>
{given}{metas}
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
<script data-text="{missing}" data-card="{waiting}" data-again="{again}">{inline}</script>
<script src="{first}"></script>
<link rel="stylesheet" href="{look}">
<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>
{preloads}
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
LISTS: Final = "dash_ag_grid.min.js"
"""The library of lists."""
PAGE: Final = "page"
LARGEST_LAYOUTS: Final = 16_000_000
"""Bytes; a classroom's takes 90,000, and 40 ms to be made."""
PATHS_WITH_GRIDS: Final = ("/courses/", "/organisations/")
PATHS_WITHOUT: Final = ("/data-quality",)


class ServiceDash(Dash):
    """Dash with the document above: the reader's language, and the theme set before the first paint."""

    _named: tuple[int, frozenset[str]] | None = None
    """How many callbacks there are, and the ids that they name."""

    laid_out: Memo
    """Empty pages that are the same at any time, ready-made."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # the same names, all of them given
        """The document; `parts` are Dash's own."""
        return DOCUMENT.format(
            lang=language_tag(),
            dir=text_direction(),
            theme=_theme_chosen(),
            sees=_sees(),
            title=_("Learning analytics"),
            icon=self.get_asset_url(marked("favicon.svg")),
            inline=inline_script(),
            missing=escape(_("Parts of this page have not come yet. They are asked for again by themselves.")),
            waiting=escape(_("Not here yet. It comes by itself.")),
            again=escape(_("Load again")),
            first=self.get_asset_url(first_script().path),
            look=self.get_asset_url(style_sheet(text_direction()).path),
            font=self.get_asset_url(marked(FONT)),
            preloads=self._preloads(_path_of_document()),
            given=g.get("given", ""),
            **{name: parts[name] for name in ("metas", "css", "app_entry", "config", "scripts", "renderer")},
        )

    def index(self, *_args: Any, **_variables: Any) -> Response:
        """The document for the address of the request; the status says whether there is a page at it."""
        document: str = super().index()  # type: ignore[no-untyped-call]  # Dash gives it no types
        status = 200 if _has_page(self.strip_relative_path(request.path) or "") else 404
        return Response(document, status=status, mimetype="text/html")

    def document(self, path: str, given: str) -> str:
        """The document for a path other than the request's, with a piece of HTML at the start of its head."""
        g.document_path, g.given = path, given
        html: str = super().index()  # type: ignore[no-untyped-call]  # Dash gives it no types
        return html

    def let_paths_win(self) -> None:
        """Has what a page's layout names come from the path of its address alone; all else may come from the query.

        A page that was registered with `lasts` depends on nothing but its address and the reader's language: it is made
        once. Raises RuntimeError for a page that was registered without a permission. Call it when the pages are
        registered: Dash itself lets `?learner=` replace the learner in the path.
        """
        self.server.extensions[ServiceDash.__name__] = self
        self.laid_out = Memo(LARGEST_LAYOUTS)
        # Dash takes the first template that fits, and a variable takes slashes too: the longer ones have to come first.
        pages = dash.page_registry
        for module in sorted(pages, key=lambda each: str(pages[each]["path_template"]).count("/"), reverse=True):
            pages.move_to_end(module)
        for page in dash.page_registry.values():
            if not isinstance(page.get("permission"), Permission):
                raise RuntimeError(f"The page {page['module']} demands no permission.")
            page["layout"] = _path_first(page["module"], page["layout"], lasts=page.get("lasts", False))

    def permission_of(self, path: str) -> Permission | None:
        """What the page at a path of the browser's demands, as its registration says; None where there is no page."""
        prefix = self.config.requests_pathname_prefix
        if not path.startswith(prefix):
            return None
        page, _variables = _path_to_page(path.removeprefix(prefix).strip("/"))
        permission = page.get("permission") if page else None
        return permission if isinstance(permission, Permission) else None

    def still(self, layout: Any) -> Any:
        """A layout that is about to be sent, with what no callback can change as ready-made HTML."""
        # Dash finishes its list of callbacks with the first request.
        if self._named is None or self._named[0] != len(self._callback_list):
            self._named = len(self._callback_list), names_of(self._callback_list)
        return stilled(layout, self._named[1].__contains__)

    def _preloads(self, path: str) -> str:
        """The parts of components that Dash would ask for only when the page is there to use them."""
        base = f"{self.config.requests_pathname_prefix}_dash-component-suites"
        late = [f"{base}/{LATE_GRAPH}"]
        if any(part in path for part in PATHS_WITH_GRIDS) and not path.endswith(PATHS_WITHOUT):
            late += [*self._addresses_of_lists(), f"{base}/{LATE_GRID}"]
        return "\n".join(f'<link rel="preload" as="script" href="{address}">' for address in late)

    def _addresses_of_lists(self) -> list[str]:
        """Where Dash gives the library of lists out: of what it sends itself, with the mark of its version."""
        own = [each for each in dash_ag_grid._js_dist if each["relative_package_path"] == LISTS]
        named = self._collect_and_register_resources(own)  # type: ignore[no-untyped-call]  # Dash gives it no types
        return [one["src"] if isinstance(one, dict) else one for one in named]


def _holds() -> PersonSettings:
    """What the reader of the running request has chosen. A page that is given to somebody with a new session is not of
    whoever else the browser may know."""
    holds = NOTHING_CHOSEN if "document_path" in g else request.environ.get(HOLDS)
    return holds if isinstance(holds, PersonSettings) else NOTHING_CHOSEN


def _theme_chosen() -> str:
    """An attribute that `assets/early.js` reads before the first paint."""
    theme = _holds().theme
    return f' data-la-theme="{theme.value}"' if theme else ""


def _sees() -> str:
    """An attribute for who sees groups only, so that empty pages already have the room that they are going to take."""
    reader = None if "document_path" in g else g.get("principal")
    return ' data-la-sees="groups"' if isinstance(reader, Principal) and reader.sees_groups_only else ""


def _path_of_document() -> str:
    path: str = g.get("document_path", request.path)
    return path


def _has_page(path: str) -> bool:
    """Whether there is a page at a path. What has one of its own is named by a public id, never by another text."""
    page, variables = _path_to_page(path)
    known = bool(page) and not page["module"].endswith("not_found_404")
    return known and all(_is_public_id(text) for text in (variables or {}).values())


def _is_public_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _path_first(module: str, layout: Callable[..., Component], *, lasts: bool) -> Callable[..., Any]:
    own = {name for name, one in signature(layout).parameters.items() if one.kind is not Parameter.VAR_KEYWORD}

    def laid_out(**given: Any) -> Any:
        # Not `dash.strip_relative_path`, which knows only the app that was made last in this process.
        app: ServiceDash = current_app.extensions[ServiceDash.__name__]
        query = {name: value for name, value in given.items() if name not in own}
        _page, variables = _path_to_page(app.strip_relative_path(dash.ctx.inputs["_pages_location.pathname"]))
        named = {**query, **(variables or {})}
        if not lasts:
            return app.still(layout(**named))
        depends_on = module, current_locale(), sorted(named.items())
        parts = app.laid_out.parts(depends_on, lambda: {PAGE: written(app.still(layout(**named)))})
        return orjson.Fragment(parts[PAGE])

    return laid_out


def root_layout(settings: Settings) -> Component:
    """What stands on every page, without anything of the reader but how they like their pages."""
    stores = [
        dcc.Store(id=ids.Shell.TOPIC),
        dcc.Store(id=ids.Shell.VERSION),
        dcc.Interval(id=ids.Shell.TICK, interval=settings.live_interval, max_intervals=-1),
    ]
    around = shell.frame(dash.page_container, home=dash.get_relative_path("/"), holds=_holds())
    return html.Div([*around, *stores])
