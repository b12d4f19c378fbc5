/* The live module of a page: it asks `/live` for the version of what the page shows, and only a changed version makes
   Dash ask the server for data. One request per page and tick; a hidden tab asks nothing. Everything that would have to
   change if the transport became push is in this file and in dashapp/web/live.py. */
(() => {
  "use strict";
  const TICK = "shell-tick", VERSION = "shell-version", WORDS = "shell-words", LATE_SECONDS = 5, GIVE_UP_MS = 8000, REMEMBERED_MS = 5000,
    DATA_MS = 30000;
  const PARAMETERS = {
    "student-course": "course", "classroom-section": "section", "classroom-first": "from", "classroom-last": "to",
    "classroom-level": "level", "classroom-group": "group", "classroom-range": "range", "classroom-activity": "activity",
    "classroom-seen": "seen", "classroom-score": "score", "classroom-compare": "compare", "institution-unit": "unit",
    "institution-first": "from", "institution-last": "to", "institution-span": "by",
    "letters-state": "state", "letters-source": "source", "letters-topic": "topic", "letters-reason": "reason",
    "letters-first": "from", "letters-last": "to", "letters-page-number": "page", "letters-letter": "letter",
    "audit-person": "person", "audit-action": "action", "audit-opened": "page", "audit-first": "from", "audit-last": "to",
    "audit-page-number": "number",
    "course-list-search": "q", "course-list-term": "term", "course-list-unit": "unit", "course-list-programme": "programme",
    "course-list-known": "known", "course-list-page-number": "page", "course-opened-course": "course",
    "people-search": "search", "people-role": "role", "people-state": "state", "people-course": "course",
    "people-page-number": "page",
  };
  /* What changes with these is only what is shown (`ahead.js`). */
  window.laControls = new Set([...Object.keys(PARAMETERS), "classroom-picked"]);
  const dash = () => window.dash_clientside;
  /* Before Dash has drawn the frame, its set_props throws; `pace` and the controls then start with what holds anyway. */
  const set = (id, props) => { if (document.getElementById(WORDS)) dash().set_props(id, props); };
  const base = () => {
    try { return JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix; } catch { return "/"; }
  };

  /* ------------------------------------------------------------ asking */
  let rate = 0, topic = null, etag = "", asking = false, lost = false, known = null, ended = 0, told = 0, shownAsOf = 0;
  let vain = { version: "", times: 0, until: 0 };
  const paused = () => rate === 0;
  const show = (headers) => {
    /* Where there is news that the page is not told yet, what it shows gets older. */
    const asOf = Number(headers.get("la-as-of")) || shownAsOf, waiting = Number(headers.get("la-now"));
    const behind = (waiting && asOf ? (waiting - asOf) / 1000 : Number(headers.get("la-behind"))) || 0, away = headers.get("la-away") === "1";
    shownAsOf = asOf;
    const state = away ? "away" : headers.get("la-late") === "1" ? "late" : null;
    window.laLook?.showNotice({ state, asOf, behind, zone: topic?.zone });
    window.laLook?.showFreshness({ asOf, behind, late: away, zone: topic?.zone });
    window.laLook?.showLive(paused() ? "paused" : away || behind > LATE_SECONDS ? "late" : "live", behind);
  };
  const fail = () => { lost = true; window.laLook?.showLive(paused() ? "paused" : "offline"); };
  /* The version to show next, or nothing new. */
  const answerOf = async (asked) => {
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(`${base()}live?topic=${encodeURIComponent(asked.token)}`, {
      headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    if (asked.token !== topic?.token) return null;
    /* The right to this page has ended: asked for its data once more, the server says so in the reader's words. */
    if (response.status === 403) {
      if (Date.now() - ended < REMEMBERED_MS) return null;
      ended = Date.now();
      return `ended-${ended}`;
    }
    if (![200, 204, 304].includes(response.status)) { fail(); return null; }
    show(response.headers);
    /* Nothing is told at the moment. */
    if (response.status === 204) return null;
    etag = response.headers.get("etag") || "";
    /* The data of the version before are under way. A server that is late with them must not be asked once more by every
       tick of every page; when they are there, the next tick compares again. */
    if (Date.now() - told < DATA_MS) return null;
    const version = etag.slice(1, -1), again = lost;
    lost = false;
    if (version === known && !again) return null;
    if (version === vain.version && Date.now() < vain.until) return null;
    known = version;
    if (version === asked.version) return null;
    told = Date.now();
    return version;
  };
  /* The process that answers ticks may know of a version that the one with the data does not show yet. The page asks again
     at its next tick, and then after twice as long each time. */
  const filled = (shown) => {
    told = 0;
    if (known && shown !== known) {
      const times = vain.version === known ? vain.times + 1 : 0;
      vain = { version: known, times, until: Date.now() + (rate || 5000) * (2 ** times - 0.5) };
    }
    known = shown;
  };
  /* Not as what a callback gives: Dash drops that where the callback is called once more before. */
  const ask = async () => {
    if (!topic || asking || document.hidden) return;
    asking = true;
    try {
      const version = await answerOf(topic);
      if (version) set(VERSION, { data: version });
    } catch (error) {
      /* Where there is no connection, there are no data on their way either. */
      if (error.name !== "TimeoutError") told = 0;
      fail();
    } finally { asking = false; }
  };
  const askNow = () => set(TICK, { n_intervals: Date.now() });
  const pause = () => set(TICK, { disabled: paused() || document.hidden });
  const back = () => { pause(); if (!document.hidden && !paused()) askNow(); };
  document.addEventListener("visibilitychange", back);
  /* After the browser has kept the page as it was: for the way back, or to save energy. What was under way is lost. */
  const woken = () => { told = 0; back(); };
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) woken(); });
  document.addEventListener("resume", woken);
  window.addEventListener("online", () => { if (!paused()) askNow(); });

  /* ------------------------------------------------------------ the address in step with the controls */
  const written = () => {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(Object.entries(PARAMETERS).map(([id, name]) => [id, query.get(name) || ""]));
  };
  const address = () => {
    const query = new URLSearchParams(location.search), before = query.toString();
    for (const { id, value } of dash().callback_context.inputs_list.flat()) {
      const name = PARAMETERS[id];
      if (!name) continue;
      if (value) query.set(name, value); else query.delete(name);
    }
    const after = query.toString();
    if (after !== before) history.pushState({}, "", `${location.pathname}${after ? `?${after}` : ""}${location.hash}`);
  };
  window.addEventListener("popstate", () => {
    for (const [id, value] of Object.entries(written())) if (document.getElementById(id)) set(id, { value });
  });

  /* ------------------------------------------------------------ a zoom survives new data, until a double click */
  const drawn = new Map();
  const same = (one, other) => Array.isArray(one) && Array.isArray(other) && one.every((edge, place) => Math.abs(edge - other[place]) < 1e-9);
  /* What the reader has drawn around points stays, and so does what a drag does. Which points are chosen says the new
     figure: places of the old one would name others. */
  const keepSelection = (next, now) => {
    if (!next?.layout?.dragmode || !now?.layout) return next;
    const layout = { ...next.layout, selectionrevision: Date.now() };
    if (now.layout.selections?.length) layout.selections = now.layout.selections;
    if (window.laDragMode) layout.dragmode = window.laDragMode;
    return { ...next, layout };
  };
  const keepZoom = (next, now) => {
    const id = dash().callback_context.outputs_list.id, before = drawn.get(id);
    drawn.set(id, next);
    next = keepSelection(next, now);
    if (!next?.layout || !now?.layout || !before || before.layout.uirevision !== next.layout.uirevision) return next;
    const layout = { ...next.layout };
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
      const shown = now.layout[name]?.range;
      if (layout[name].fixedrange !== false || !shown || same(shown, before.layout[name]?.range)) continue;
      layout[name] = { ...layout[name], range: shown, autorange: false };
    }
    return { ...next, layout };
  };

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    live: {
      address,
      keepZoom,
      /* The interval and whether it rests, from the chosen rate in ms. */
      pace: (value) => {
        rate = Number(value) || 0;
        if (paused()) window.laLook?.showLive("paused");
        return [rate || 3600000, paused() || document.hidden];
      },
      /* Sets the new version, if there is one. A page that has just been filled asks at once, one that was updated does not. */
      ask: (_tick, shown) => {
        const fresh = shown && shown.token !== topic?.token;
        const byTopic = dash().callback_context.triggered_id === "shell-topic";
        if (fresh) { etag = ""; told = 0; known = shown.version; }
        else if (byTopic && shown) filled(shown.version);
        else if (byTopic) told = 0;
        topic = shown || null;
        if (!byTopic || fresh) ask();
      },
    },
  });
})();
