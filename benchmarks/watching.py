"""What a page in Chromium tells of itself: when its charts are drawn, what moves, how long its main thread works.

Everything is an event: plotly's own `plotly_afterplot` of each chart, and the first rows of each list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import CDPSession, Page

WATCH: Final = """
(() => {
  window.laPainted = null; window.laActed = 0; window.laShift = 0; window.laLong = [];
  const drawn = new Map(), met = new WeakSet();
  window.laDrawn = drawn;
  const first = (name) => [...document.querySelectorAll(`.la-page:not(.la-loading) ${name}`)]
    .filter((one) => !one.closest('.la-further') && one.checkVisibility());
  const charts = () => first('.la-plot').filter((plot) => !plot.querySelector('.la-over')?.childElementCount)
    .map((plot) => plot.querySelector('.dash-graph')?.id);
  window.laSince = (start) => {
    const names = charts();
    const all = names.length && names.every((name) => drawn.get(name) > start);
    return all ? Math.max(...names.map((name) => drawn.get(name))) : null;
  };
  /* What has not changed is not drawn anew: an action is over when its answers have come and nothing more is drawn. */
  window.laOver = (start) => {
    const answers = performance.getEntriesByType('resource')
      .filter((one) => one.name.includes('_dash-update-component') && one.startTime >= start);
    const painted = Math.max(...charts().map((name) => drawn.get(name) ?? 0));
    const last = Math.max(painted, ...answers.map((one) => one.responseEnd));
    return answers.length && painted > start && performance.now() - last > 300 ? painted : null;
  };
  const look = () => {
    if (window.laPainted !== null || window.laSince(0) === null) return;
    if (!first('.la-table-grid').every((list) => list.querySelector('.ag-row'))) return;
    window.laPainted = performance.now();
  };
  /* The page's main thread works for the page, not for who watches it: a look per frame at most, and a list that the
     browser itself keeps. */
  const plots = document.getElementsByClassName('js-plotly-plot');
  const meet = () => {
    for (const plot of plots) {
      if (met.has(plot) || !plot.on) continue;
      met.add(plot);
      const note = () => {
        if (!plot.data?.length) return;
        drawn.set(plot.closest('.dash-graph').id, performance.now());
        soon();
      };
      plot.on('plotly_afterplot', note);
    }
  };
  let waits = false;
  const soon = () => {
    if (waits || window.laPainted !== null) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; look(); });
  };
  new MutationObserver(() => { meet(); if (drawn.size) soon(); }).observe(document, { subtree: true, childList: true });
  const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
    .observe({ type, buffered: true });
  observe('layout-shift', (one) => { if (!one.hadRecentInput) window.laShift += one.value; });
  observe('longtask', (one) => { window.laLong.push(one.duration); });
  const act = () => { window.laActed = performance.now(); };
  for (const kind of ['pointerup', 'change']) addEventListener(kind, act, true);
})();
"""
REACT: Final = """async () => {
  const plots = [...document.querySelectorAll('.js-plotly-plot')]
    .filter((plot) => plot.checkVisibility() && !plot.closest('.la-further') && plot.data?.length);
  const start = performance.now();
  for (const plot of plots) {
    const { data, layout } = JSON.parse(JSON.stringify({ data: plot.data, layout: plot.layout }));
    await Plotly.react(plot, data, { ...layout, datarevision: start });
  }
  return performance.now() - start;
}"""
WAITED: Final = """performance.getEntriesByType('resource')
  .filter((one) => one.name.includes('_dash-update-component') && one.startTime >= window.laActed)
  .reduce((most, one) => Math.max(most, one.duration), 0)"""
"""The longest that the server took to answer since the reader's last event, in milliseconds."""
LACKS: Final = """() => {
  const page = document.querySelector('.la-page:not(.la-loading)');
  if (!page) return document.querySelector('.la-page') ? ['the data of the page'] : ['the page'];
  const first = (name) => [...page.querySelectorAll(name)]
    .filter((one) => !one.closest('.la-further') && one.checkVisibility());
  const charts = first('.la-plot').filter((plot) => !plot.querySelector('.la-over')?.childElementCount)
    .map((plot) => plot.querySelector('.dash-graph')?.id || 'a chart without a name');
  const lists = first('.la-table-grid').filter((list) => !list.querySelector('.ag-row'));
  return [...charts.filter((name) => !window.laDrawn?.has(name)),
    ...lists.map((list) => `the rows of ${list.querySelector('[id]')?.id || 'a list'}`)];
}"""
"""What a page has not drawn yet, by the ids of its charts and lists."""
PATIENCE: Final = 90.0
"""Seconds."""
SELDOM: Final = 100
"""Milliseconds between two looks at what is waited for. It says itself when it came, so a late look changes no figure,
and a look is work for the page."""
_UNTIL: Final = """([pause, patience]) => new Promise((come) => {
  const end = performance.now() + patience;
  const look = () => {
    const found = (EXPRESSION);
    if (found !== null || performance.now() > end) come(found); else setTimeout(look, pause);
  };
  look();
})"""
COUNTERS: Final = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")
MEGABIT: Final = 1_000_000 / 8


@dataclass(frozen=True, slots=True)
class Load:
    """What opening a page took. Processor times are those of the page's main thread, in seconds."""

    painted: float
    script: float
    layout: float
    thread: float
    requests: int
    kilobytes: float
    callbacks: int
    elements: int
    longest_task: float
    shift: float


def until(page: Page, expression: str) -> float:
    """The moment that an expression in the page becomes, which is null at first. Raises SystemExit after a while, with
    what the page has not drawn by then."""
    found = page.evaluate(_UNTIL.replace("EXPRESSION", expression), [SELDOM, PATIENCE * 1000])
    if found is None:
        lacks = ", ".join(page.evaluate(LACKS)) or "nothing"
        raise SystemExit(f"{page.url} did not come to it within {PATIENCE:.0f} s: {expression}. It lacks {lacks}.")
    return float(found)


def metrics_of(session: CDPSession) -> Mapping[str, float]:
    """Chromium's own counters of the page."""
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def load(page: Page, session: CDPSession, address: str, megabits: float | None = None) -> Load:
    """Opens an address and waits until its charts and lists are drawn; `megabits`: as slow as that a second."""
    sizes: list[float] = []
    asked: list[str] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    rate = -1 if megabits is None else megabits * MEGABIT
    pace = {
        "offline": False,
        "latency": 0 if megabits is None else 20,
        "downloadThroughput": rate,
        "uploadThroughput": rate,
    }
    session.send("Network.emulateNetworkConditions", pace)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = metrics_of(session)
    page.goto(address, wait_until="commit")
    painted = until(page, "window.laPainted") / 1000
    after = metrics_of(session)
    script, layout, style, thread = (after[name] - before[name] for name in COUNTERS)
    session.send("Performance.disable")
    return Load(
        painted=painted,
        script=script,
        layout=layout + style,
        thread=thread,
        requests=len(asked),
        kilobytes=sum(sizes) / 1000,
        callbacks=sum("_dash-update-component" in url for url in asked),
        elements=page.evaluate("document.querySelectorAll('*').length"),
        longest_task=page.evaluate("Math.max(0, ...window.laLong) / 1000"),
        shift=page.evaluate("window.laShift"),
    )
