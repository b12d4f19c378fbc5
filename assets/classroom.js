/* The page of one course in the browser: filters that one click empties; a list that is searched, ticked, and does not
   sort anew under the pointer; learners picked in the chart of time and score. */
(() => {
  "use strict";
  const PICKED = "classroom-picked", RANGE = "classroom-range", DAYS = ["classroom-first", "classroom-last"];
  const SCATTER = "classroom-time-and-score", MODE = "classroom-drag", SEARCH = "classroom-search", LEARNERS = "classroom-learners";
  const dash = () => window.dash_clientside;
  const set = (id, props) => dash().set_props(id, props);
  /* Nothing before the grid stands there: asked too early, its library throws. */
  const grid = (name) => { try { return window.dash_ag_grid?.getApi(name); } catch { return undefined; } };
  const plot = () => document.querySelector(`#${SCATTER} .js-plotly-plot`);

  /* ------------------------------------------------------------ filters */
  const clear = (id) => {
    if (id === PICKED) forget();
    else if (document.getElementById(id)) set(id, { value: "" });
  };
  /* Days of one's own choice hold only while "from … to" is chosen. */
  document.addEventListener("change", (event) => {
    if (event.target?.id !== RANGE || event.target.value === "custom") return;
    for (const id of DAYS) if (document.getElementById(id)?.value) clear(id);
  });

  /* ------------------------------------------------------------ who is picked: ids of learners, never in the address */
  let picked = null;
  const pick = (ids) => { picked = ids; narrow({ ids }); set(PICKED, { data: ids }); };
  const forget = () => {
    pick(null);
    grid(LEARNERS)?.deselectAll();
    const chart = plot();
    if (chart?.layout?.selections?.length) window.Plotly.relayout(chart, { selections: [] });
  };
  const same = (one, other) => one === other || (one && other && one.length === other.length && one.every((id, place) => id === other[place]));
  /* Input of the chart's own choice, output of the store. A chart that is drawn anew chooses nothing by itself. */
  const choose = (selection) => {
    const nothing = dash().no_update;
    if (selection === undefined || (selection === null && picked === null)) return nothing;
    const ids = [...new Set((selection?.points || []).map((point) => point.id).filter(Boolean))].sort();
    if (!ids.length && !selection?.range && !selection?.lassoPoints && selection !== null) return nothing;
    const next = ids.length ? ids : null;
    if (same(next, picked)) return nothing;
    picked = next;
    /* The server is asked first. */
    (window.requestIdleCallback ?? setTimeout)(() => { if (picked === next) narrow({ ids: next }); });
    return next;
  };
  /* What a drag over the chart does; a chart that comes anew gets it again (`live.js: keepZoom`). */
  const drag = (value) => {
    const mode = ["select", "lasso"].includes(value) ? value : "zoom", chart = plot();
    window.laDragMode = mode;
    if (chart?.layout && chart.layout.dragmode) window.Plotly.relayout(chart, { dragmode: mode });
    return dash().no_update;
  };

  /* ------------------------------------------------------------ the list: search, ticks, order */
  const tools = { watched: new WeakSet(), held: new Map() };
  const ticked = (api) => api.getSelectedNodes().map((node) => node.id);
  const watch = (name, api) => {
    if (!api || tools.watched.has(api)) return api;
    tools.watched.add(api);
    const refresh = () => {
      const button = document.querySelector(`[data-la-picks="${name}"]`), number = ticked(api).length;
      if (button) button.disabled = !number || number > Number(button.dataset.laMost);
    };
    api.addEventListener("selectionChanged", refresh);
    /* Who sorts by hand wants to see it sorted. */
    api.addEventListener("sortChanged", () => release(name));
    /* A cell may have to cut its reasons: all of them stand below the list, for keyboard, touch and ear alike. */
    api.addEventListener("cellFocused", ({ rowIndex }) => {
      const row = rowIndex === null ? null : api.getDisplayedRowAtIndex(rowIndex)?.data;
      const place = document.querySelector(`[data-la-whole="${name}"]`);
      if (place && row) place.textContent = [row.name, row.why || row.level_text].join(": ");
    });
    return api;
  };
  /* The rows may have come before the list that shows them (`dashAgGridFunctions.js`). */
  window.laListCame = (name, api) => { if (name === LEARNERS) watch(name, api); };
  const say = (name, moved) => {
    const button = document.querySelector(`[data-la-sorts="${name}"]`);
    if (!button) return;
    button.hidden = !moved;
    const text = moved ? button.dataset.laWords.replace("{number}", moved) : "";
    if (button.textContent !== text) button.textContent = text;
  };
  const release = (name) => { if (tools.held.delete(name)) say(name, 0); };
  /* How few rows have to move so that the held order becomes the sorted one: all but the longest run that rises. */
  const moves = (ranks) => {
    const tails = [];
    for (const rank of ranks) {
      let low = 0, high = tails.length;
      while (low < high) { const middle = (low + high) >> 1; if (tails[middle] < rank) low = middle + 1; else high = middle; }
      tails[low] = rank;
    }
    return ranks.length - tails.length;
  };
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.laSearched = ({ data }) => `${data.name} ${data.level_text} ${data.why}`;
  functions.laHoldOrder = ({ api, nodes }) => {
    const name = LEARNERS, held = tools.held.get(name);
    if (!held) return;
    const known = nodes.filter((node) => held.has(node.id));
    say(name, moves(known.map((node) => held.get(node.id))));
    const place = (node) => held.get(node.id) ?? Infinity;
    const sorted = nodes.map((node, at) => [node, at]).sort(([a, x], [b, y]) => place(a) - place(b) || x - y).map(([node]) => node);
    nodes.splice(0, nodes.length, ...sorted);
  };
  /* Of the rows that are there, those of picked learners are shown, and at once: the rest of the page follows when the
     server has answered, and says it again. */
  let narrowed = null;
  const narrow = (next) => {
    const ids = next?.ids ?? null, nothing = dash().no_update;
    if (ids === narrowed || (ids && narrowed && ids.length === narrowed.size && ids.every((id) => narrowed.has(id)))) return nothing;
    narrowed = ids && new Set(ids);
    release(LEARNERS);
    grid(LEARNERS)?.onFilterChanged();
    return nothing;
  };
  functions.laPicks = () => narrowed !== null;
  functions.laIsPicked = ({ id }) => !narrowed || narrowed.has(id);

  /* ------------------------------------------------------------ another course, with the same dates */
  const COURSE = "classroom-course", KEPT = ["from", "to", "range"];
  /* Asked once the rows are there; a page that is laid out anew has asked for nothing yet. */
  const wantCourses = (rows, asked) => {
    const here = rows?.choice?.split("?")[0];
    return here && here !== asked ? here : dash().no_update;
  };
  const go = (value, here) => {
    if (!value || !here?.id || value === here.id || !document.getElementById(COURSE)) return dash().no_update;
    const old = new URLSearchParams(location.search), query = new URLSearchParams();
    for (const name of KEPT) if (old.has(name)) query.set(name, old.get(name));
    history.pushState({}, "", `${location.pathname.replace(/[^/]+\/?$/, value)}${String(query) ? `?${query}` : ""}`);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    return dash().no_update;
  };
  /* New rows come through a store: of the same choice they keep the order in which rows stand now. */
  let choice = null;
  const keepOrder = (next, now) => {
    const name = dash().callback_context.outputs_list.id, api = watch(name, grid(name));
    if (!next) return dash().no_update;
    const fresh = next.choice !== choice;
    choice = next.choice;
    if (fresh || !api || !now?.length) { release(name); return next.rows; }
    const held = new Map();
    let place = 0;
    api.forEachNodeAfterFilterAndSort((node) => held.set(node.id, place++));
    tools.held.set(name, held);
    return next.rows;
  };
  document.addEventListener("input", (event) => {
    const name = event.target?.id === SEARCH ? LEARNERS : null;
    if (name) watch(name, grid(name))?.setGridOption("quickFilterText", event.target.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-la-clears], [data-la-picks], [data-la-sorts], [data-la-view], [data-la-compare]") : null;
    if (!button) return;
    const { laClears, laPicks, laSorts, laView, laCompare } = button.dataset;
    if (laClears) {
      const names = laClears.split(" ");
      names.forEach(clear);
      /* The button is about to hide, and would take the focus with it. */
      if (names.length === 1) document.getElementById(names[0])?.focus();
    } else if (laPicks) {
      const api = grid(laPicks), ids = api ? ticked(api).sort() : [];
      if (ids.length) pick(ids);
    } else if (laCompare) {
      set("classroom-compare", { value: laCompare });
      button.closest("details").open = false;
    } else if (laView) {
      if (picked) forget();
      for (const [id, value] of Object.entries(JSON.parse(laView))) if (document.getElementById(id)) set(id, { value });
      button.closest("details").open = false;
    } else if (laSorts) {
      release(laSorts);
      grid(laSorts)?.refreshClientSideRowModel("sort");
    }
  });

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { classroom: { choose, drag, go, keepOrder, narrow, wantCourses } });
})();
