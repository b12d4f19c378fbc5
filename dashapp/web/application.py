"""The composition root: from settings to an app that answers. Everything is made here and handed down."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dash_ag_grid
from dash import Dash, _dash_renderer, dash_table, dcc
from flask import Flask

from callbacks import register_all
from dashapp.api.collectors import CollectorApp, build_collectors
from dashapp.api.own_settings import OwnSettings
from dashapp.data.cache import build_cache
from dashapp.data.changes import ChangeWatcher, Rhythm
from dashapp.data.database import Database, database_from
from dashapp.data.memo import Memo
from dashapp.data.pace import Pace
from dashapp.data.reader import PageReader
from dashapp.data.report_reader import ReportReader
from dashapp.data.viewing import ViewNotes
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.principal import Permission
from dashapp.observability.job_metrics import JobGauges
from dashapp.observability.metrics import Metrics, build_metrics
from dashapp.security.assets import PLOTLY, inline_hash, marked, script
from dashapp.security.callbacks import CallbackRegistry, door_of
from dashapp.security.embedding import Embedding
from dashapp.security.frames import FrameOrigins
from dashapp.security.guard import Access, Guard
from dashapp.security.lti.rosters import Rosters
from dashapp.security.principals import Principals
from dashapp.security.rights import Rights
from dashapp.security.sessions import COOKIE, Sessions
from dashapp.security.sign_in import SIGN_IN_PATH
from dashapp.security.topics import Topics
from dashapp.services import Services
from dashapp.settings import Settings
from dashapp.web.bridge import Bridge
from dashapp.web.compression import Compression
from dashapp.web.entrances import ListDemoPeople, install_entrances
from dashapp.web.errors import install_error_pages, on_callback_error
from dashapp.web.headers import SecurityHeaders, content_security_policy
from dashapp.web.health import Health
from dashapp.web.joined import install_joined
from dashapp.web.launches import Opening, install_launches
from dashapp.web.live import LiveApp
from dashapp.web.locale import LocaleOfRequest
from dashapp.web.measuring import LiveStopwatch, Stopwatch
from dashapp.web.shell import LISTS, ServiceDash, root_layout
from exports.studio import Studio, pictures_for_pages

REPOSITORY = Path(__file__).parents[2]
WSGI_THREADS = 12
"""Answers wait for the database most of the time; more threads than connections would only wait elsewhere."""
ROUTER = ".._pages_content.children..._pages_store.data.."
"""Dash's own name of its router's outputs."""


@dataclass(frozen=True, slots=True)
class Application:
    """One app with all it stands on. `close` ends what `create_app` started."""

    server: Flask
    dash: Dash
    asgi: LiveApp
    services: Services
    guard: Guard
    metrics: Metrics
    collectors: CollectorApp
    pages: Bridge
    embedding: Embedding
    job_gauges: JobGauges
    rosters: Rosters
    rights: Rights
    studio: Studio

    def close(self) -> None:
        """Ends the threads that follow changes and keep events, and the connections."""
        self.collectors.stop()
        self.pages.stop()
        self.rosters.close()
        self.rights.stop()
        self.studio.close()
        self.guard.sessions.stop()
        self.services.live.stop()
        self.services.database.dispose()


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    clock: Clock = system_clock,
    demo_people: ListDemoPeople | None = None,
) -> Application:
    """An app for these settings. Without `database` it is the one that the settings name.

    `demo_people` lists whom the development sign-in offers. Any number of apps can live in one process.
    """
    database = database or database_from(settings)
    services = _services(settings, database, clock)
    live = services.live
    metrics = build_metrics()
    server = Flask("app", static_folder=None)
    server.secret_key = settings.secret_keys[0]
    server.config["MAX_CONTENT_LENGTH"] = 1_048_576
    prefix = urlsplit(settings.public_url).path
    sessions = Sessions(settings.secret_keys, clock, database)
    origins = FrameOrigins(database)
    principals = Principals(database, clock)
    guard = Guard(
        sessions=sessions,
        find_principal=principals,
        public_url=settings.public_url,
        sign_in_path=SIGN_IN_PATH,
        any_name=settings.production,
        frame_origins=origins.named,
    )
    kept = (f"{prefix}/assets/", f"{prefix}/_dash-component-suites/")
    headers = SecurityHeaders(kept, strict_transport=settings.production)
    # Flask asks in this order before a request, and in the opposite order after it.
    Stopwatch(metrics).install(server)
    headers.install(server)
    Compression(kept).install(server)
    guard.install(server)
    install_error_pages(server, urlsplit(settings.public_url).path)
    job_gauges = JobGauges(metrics.registry)
    Health(services, metrics, job_gauges).install(server, guard, prefix)
    embedding = Embedding(origins)
    rates = install_entrances(server, guard, services, embedding, demo_people)
    OwnSettings(guard, services, principals.forget).install(server)
    rosters = install_launches(server, guard, services, Opening(principals, embedding, rates))
    dash = _add_dash(server, guard, services, studio := Studio(pictures_for_pages()))
    embedding.document = dash.document
    headers.policy = content_security_policy([inline_hash(), *dash.csp_hashes()])
    server.wsgi_app = LocaleOfRequest(server.wsgi_app, guard.settings_of, kept)  # type: ignore[method-assign]  # Flask's documented way
    live.start()
    sessions.start()
    topics = Topics(settings.secret_keys)
    pages = Bridge(server, WSGI_THREADS, making=services.reader.pace.making)
    collectors = build_collectors(pages, settings, database, metrics, lambda: live.freshness().as_of)
    rights = Rights(database, clock, principals)
    rights.start()
    told = LiveStopwatch(metrics, f"{prefix}/live"), rights, guard.cookie(COOKIE), services.reader.pace.may_tell
    asgi = LiveApp(collectors, f"{prefix}/live", sessions, topics, live, *told)
    parts = (guard, metrics, collectors, pages, embedding, job_gauges, rosters, rights, studio)
    return Application(server, dash, asgi, services, *parts)


def _services(settings: Settings, database: Database, clock: Clock) -> Services:
    pace = Pace()
    live = ChangeWatcher(database, clock, Rhythm(late=settings.real_time_lag_threshold / 1000), pace)
    cache = build_cache(settings)
    reader = PageReader(database, cache, clock, live, settings.minimum_group_size, pace)
    reports = ReportReader(database, cache, live, settings.minimum_group_size)
    return Services(settings, database, cache, clock, live, reader, Memo(), ViewNotes(database, clock), reports)


def _add_dash(server: Flask, guard: Guard, services: Services, studio: Studio) -> ServiceDash:
    """Dash on the guarded server, with its pages and callbacks, warmed up."""
    prefix = urlsplit(services.settings.public_url).path
    install_joined(server, guard, prefix)
    before = set(server.view_functions)
    app = ServiceDash(
        "app",
        server=server,  # type: ignore[arg-type]  # its hint has forgotten that a Flask may be given
        use_pages=True,
        pages_folder=str(REPOSITORY / "pages"),
        assets_folder=str(REPOSITORY / "assets"),
        # The document names them itself, joined.
        include_assets_files=False,
        url_base_pathname=f"{prefix}/",
        enable_mcp=False,
        # Dash would choose by whether asgiref happens to be installed: tests bring it along, the service does not.
        use_async=False,
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        update_title=None,  # type: ignore[arg-type]  # None: the title stays as it is
        add_log_handler=False,
        on_error=on_callback_error,
    )
    # `assets/plots.js` stands in for plotly until it is there.
    for path, attributes in ((script().path, {}), (marked(PLOTLY), {"async": ""})):
        own = {"external_url": app.get_asset_url(path), "external_only": True, "attributes": attributes}
        app.scripts.append_script(own)
    # What charts need of plotly lies among the assets: a quarter of all of it, and `dcc.Graph` uses what is there.
    dcc._js_dist[:] = [each for each in dcc._js_dist if each.get("namespace") != "plotly"]
    # For browsers of 2015; in today's it replaces `parseFloat` by a slow one, which every chart uses all the time. What
    # components take from it (`regeneratorRuntime`) another script brings along.
    for paths in (each["relative_package_path"] for each in _dash_renderer._js_dist_dependencies):
        paths["prod"][:] = [path for path in paths["prod"] if "polyfill" not in path]
    # `assets/lists.js` asks for it where a page has a list: the tag only says where it is.
    for each in dash_ag_grid._js_dist:
        if each["relative_package_path"] == LISTS:
            each["attributes"] = {"id": "la-lists", "type": "text/plain"}
    # Our tables are AG Grid's; Dash would send its own, deprecated one to every page.
    dash_table._js_dist[:] = []  # type: ignore[attr-defined]  # private, and untyped
    app.layout = lambda: app.still(root_layout(services.settings))
    app.let_paths_win()
    _open_dash_routes(app, guard, before)
    register_all(CallbackRegistry(app, guard, services), studio)
    # Dash finishes its own set-up at the first request: until then, component files answer with an error.
    known = set(app.callback_map)
    with server.test_client() as client:
        answer = client.get(f"{prefix}/_dash-layout")
        if answer.status_code != 200:
            raise RuntimeError(f"Dash did not set itself up: its layout answers {answer.status_code}.")
    _open_dash_callbacks(app, guard, known)
    return app


def _open_dash_callbacks(app: ServiceDash, guard: Guard, ours: set[str]) -> None:
    """Opens Dash's own callbacks of the server, by name: the router, which gives out the empty pages."""
    own = {name for name in set(app.callback_map) - ours if "callback" in app.callback_map[name]}
    if own != {ROUTER}:
        raise RuntimeError(f"Dash has callbacks that nobody has looked at: {', '.join(sorted(own - {ROUTER}))}.")
    guard.open_callback(ROUTER, door_of(Permission.SIGNED_IN, app.callback_map[ROUTER]))
    guard.router, guard.page_permission = ROUTER, app.permission_of
    guard.closed_page = f"{app.config.requests_pathname_prefix}not-found"


def _open_dash_routes(app: Dash, guard: Guard, before: set[str]) -> None:
    base = app.config.routes_pathname_prefix
    access = {
        f"{base}_dash-layout": Access.PUBLIC,
        f"{base}_dash-dependencies": Access.PUBLIC,
        f"{base}_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Access.PUBLIC,
        f"{base}_favicon.ico": Access.PUBLIC,
        f"{base}_dash-update-component": Access.CALLBACK,
        base: Access.SHELL,
        f"{base}<path:path>": Access.SHELL,
    }
    for endpoint in set(app.server.view_functions) - before:
        if endpoint.endswith("dash_assets.static"):
            guard.open_route(endpoint, Access.PUBLIC)
        elif endpoint in access:
            guard.open_route(endpoint, access[endpoint])
