/* What the look does in the browser: theme, menus, definitions, data tables, as-of lines, marks on changed values.
   All listeners sit on the document, since Dash makes and removes the elements. No words of its own: patterns come from
   the server, in the reader's language. */
(() => {
  "use strict";
  const root = document.documentElement;
  const SCREEN = "shell-screen", LIVE = "shell-live", WORDS = "shell-words", NOTICE = "shell-notice";
  const narrow = matchMedia("(max-width: 575.98px)"), dark = matchMedia("(prefers-color-scheme: dark)");
  const LATE_SECONDS = 5;

  /* ------------------------------------------------------------ theme and width */
  const screen = () => ({ theme: root.dataset.bsTheme === "dark" ? "dark" : "light", narrow: narrow.matches });
  /* Before Dash has drawn the frame, its set_props throws; `look.screen` is asked then anyway. */
  const tell = () => { if (document.getElementById(WORDS)) window.dash_clientside.set_props(SCREEN, { data: screen() }); };
  const stored = () => { try { return localStorage.getItem("la-theme"); } catch { return null; } };
  const setTheme = (theme, keep) => {
    root.dataset.bsTheme = theme;
    if (keep) try { localStorage.setItem("la-theme", theme); } catch { /* kept for this page only */ }
  };
  /* "light", "dark", or as the system has it. */
  const chooseTheme = (theme) => {
    const own = theme === "light" || theme === "dark";
    if (!own) try { localStorage.removeItem("la-theme"); } catch { /* it was kept for this page only */ }
    setTheme(own ? theme : dark.matches ? "dark" : "light", own);
    tell();
  };
  narrow.addEventListener("change", tell);
  dark.addEventListener("change", () => { if (!stored()) { setTheme(dark.matches ? "dark" : "light", false); tell(); } });

  /* ------------------------------------------------------------ words with numbers */
  const words = () => {
    const holder = document.getElementById(WORDS);
    try { return JSON.parse(holder.dataset.words); } catch { return null; }
  };
  const put = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const number = (value, decimals, locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false }).format(value);
  const lag = (seconds, said) => {
    if (seconds < 10) return put(said.seconds, { seconds: number(Math.max(0, seconds), 1, said.locale) });
    if (seconds < 90) return put(said.seconds, { seconds: number(seconds, 0, said.locale) });
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return put(said.minutes, { minutes: number(minutes, 0, said.locale) });
    if (minutes < 2880) return put(said.hours, { hours: number(Math.floor(minutes / 60), 0, said.locale), minutes: number(minutes % 60, 0, said.locale) });
    return put(said.days, { number: number(Math.floor(minutes / 1440), 0, said.locale) });
  };
  const clock = (iso, zone, locale) => {
    const form = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    try { return new Intl.DateTimeFormat(locale, { ...form, timeZone: zone }).format(new Date(iso)); } catch { return new Intl.DateTimeFormat(undefined, form).format(new Date(iso)); }
  };

  /* ------------------------------------------------------------ for the live module */
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  /* Moves every as-of line on: {asOf: ISO instant, behind: seconds, late: whether the source itself is away, zone}. */
  const showFreshness = ({ asOf, behind, late, zone }) => {
    const said = words();
    if (!said || !asOf) return;
    const isLate = Boolean(late) || behind > LATE_SECONDS;
    for (const line of document.querySelectorAll(".la-asof > span[data-zone]")) {
      const values = { time: clock(asOf, zone || line.dataset.zone, said.locale), lag: lag(behind, said) };
      write(line, put(isLate ? said.late : said.asof, values));
      line.dataset.asOf = new Date(asOf).toISOString();
      line.classList.toggle("late", isLate);
    }
  };
  /* The line above all cards, as components/shell.py makes it: what is `away`, `late` or neither. A page's answer brings
     it as well, and words about a failure, which stay. */
  const span = (children, more) => ({ type: "Span", namespace: "dash_html_components", props: { children, ...more } });
  const showNotice = ({ state, asOf, behind, zone = "UTC" }) => {
    const said = words(), place = document.getElementById(NOTICE);
    if (!said || !place) return;
    const text = { away: said.noticeAway, late: said.noticeLate }[state] || "";
    if ((place.firstElementChild?.textContent ?? "") === text) return;
    const moment = put(said.late, { time: clock(asOf, zone, said.locale), lag: lag(behind, said) });
    const line = span(span(moment, { "data-zone": zone, className: "late" }), { className: "la-asof" });
    window.dash_clientside.set_props(NOTICE, { children: text ? [span(text), " ", line] : [] });
  };
  /* The live badge: state is live, late, paused, offline or connecting. */
  const showLive = (state, behind = 0) => {
    const said = words();
    if (!said) return;
    const text = { live: said.live, late: said.liveLate, paused: said.paused, offline: said.offline, connecting: said.connecting }[state] || said.connecting;
    for (const badge of document.querySelectorAll(`#${LIVE}, [data-la-live]`)) {
      badge.dataset.state = state;
      write(badge, put(text, { lag: lag(behind, said) }));
    }
  };

  /* A sentence at the foot of the window for a moment, which screen readers hear. */
  let silence = 0;
  const say = (text) => {
    const place = document.getElementById("shell-said");
    if (!place) return;
    clearTimeout(silence);
    place.textContent = text || "";
    silence = setTimeout(() => { place.textContent = ""; }, 8000);
  };

  /* ------------------------------------------------------------ links that change pages as dcc.Link does, without loading anew */
  document.addEventListener("click", (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a[data-la-follow]") : null;
    if (!anchor || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.pushState({}, "", anchor.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });

  /* ------------------------------------------------------------ menus, definitions, data tables */
  let opener = null;
  const openMenus = () => document.querySelectorAll("details.la-menu[open]");
  const closeMenus = (but) => { for (const menu of openMenus()) if (menu !== but) menu.open = false; };
  const openDialog = (dialog, from) => {
    opener = from;
    if (!dialog.open) dialog.showModal();
    dialog.addEventListener("close", () => { opener?.focus(); opener = null; }, { once: true });
  };
  const element = (name, properties = {}, children = []) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const tableOf = (graphId, button) => {
    const plot = document.querySelector(`#${CSS.escape(graphId)} .js-plotly-plot`);
    const meta = plot?.layout?.meta || {};
    if (!meta.head?.length || !meta.rows?.length) return element("p", { className: "la-2", textContent: button.dataset.laEmpty });
    const numeric = (place) => place > 0;
    const head = element("tr", {}, meta.head.map((text, place) => element("th", { textContent: text, scope: "col", className: numeric(place) ? "la-num" : "" })));
    const rows = meta.rows.map((row) => element("tr", {}, row.map((text, place) => element("td", { textContent: text, className: numeric(place) ? "la-num" : "" }))));
    const table = element("table", { className: "la-table" }, [element("thead", {}, [head]), element("tbody", {}, rows)]);
    const unit = meta.unit ? [element("p", { className: "la-small la-2", textContent: meta.unit })] : [];
    return element("div", {}, [...unit, element("div", { className: "la-scroll" }, [table])]);
  };
  const openTable = (button, from) => {
    document.getElementById("la-data-table")?.remove();
    const close = element("button", { type: "button", className: "btn btn-outline-secondary", textContent: button.dataset.laClose });
    close.dataset.laCloses = "1";
    const title = element("h2", { id: "la-data-table-title", textContent: button.dataset.laTitle });
    const dialog = element("dialog", { id: "la-data-table", className: "la-dialog wide" }, [element("div", { className: "la-dialog-h" }, [title, close]), tableOf(button.dataset.laTable, button)]);
    dialog.setAttribute("aria-labelledby", title.id);
    document.body.append(dialog);
    openDialog(dialog, from);
  };
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const menu = event.target.closest("details.la-menu");
    closeMenus(menu);
    const button = event.target.closest("[data-la-opens], [data-la-table], [data-la-closes], [data-la-retry]");
    if (event.target.closest("#shell-theme")) { setTheme(root.dataset.bsTheme === "dark" ? "light" : "dark", true); tell(); }
    if (menu && event.target.closest(".la-pop a")) menu.open = false;
    if (!button) {
      if (event.target instanceof HTMLDialogElement && event.target.open) {
        const box = event.target.getBoundingClientRect();
        const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
        if (!inside) event.target.close();
      }
      return;
    }
    const summary = menu?.querySelector("summary");
    if (menu) menu.open = false;
    if (button.dataset.laOpens) { const dialog = document.getElementById(button.dataset.laOpens); if (dialog) openDialog(dialog, summary); }
    else if (button.dataset.laTable) openTable(button, summary);
    else if (button.dataset.laCloses) button.closest("dialog")?.close();
    else if (button.dataset.laRetry) location.reload();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) { menu.open = false; menu.querySelector("summary")?.focus(); }
  });

  /* ------------------------------------------------------------ a value that has just changed is marked once; whether anything on the page is of a moment */
  const mark = (value) => {
    if (value.closest(".la-loading")) return;
    value.classList.remove("la-changed");
    void value.offsetWidth;
    value.classList.add("la-changed");
  };
  /* Each chart is described by a sentence from its data. */
  const describe = (plot) => {
    const holder = plot.closest(".la-plot"), said = holder.querySelector(".la-over:empty") ? plot.layout?.meta?.summary || "" : "";
    let place = holder.querySelector(":scope > .la-summary");
    if (!place) {
      place = element("p", { className: "la-summary visually-hidden", id: `${holder.querySelector("[id]").id}-summary` });
      holder.append(place);
      holder.setAttribute("aria-describedby", place.id);
    }
    write(place, said);
  };
  document.addEventListener("la-described", ({ target }) => describe(target));
  const shown = new WeakMap();
  const look = () => {
    document.querySelectorAll(".la-plot .js-plotly-plot").forEach(describe);
    for (const value of document.querySelectorAll(".la-cells .la-value")) {
      const text = value.textContent;
      const place = value.closest(".la-cell")?.querySelector("h2")?.textContent || "";
      const before = shown.get(value);
      if (before && before.place === place && before.text && before.text !== text) mark(value);
      shown.set(value, { place, text });
    }
    root.classList.toggle("la-dated", Boolean(document.querySelector(".la-page:not([hidden]) .la-asof")));
  };
  /* On a phone the bar of tabs may be wider than the screen. */
  let tab = null;
  const reveal = () => {
    const current = document.querySelector(".la-tabbar a[aria-current]");
    if (current && current !== tab) current.scrollIntoView({ inline: "center", block: "nearest" });
    tab = current;
  };
  /* So may a row of filters be, and a browser leaves what has the focus half hidden: keys bring the whole chip into view. */
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest(".la-filters") || target.closest(".la-pop") || !target.matches(":focus-visible")) return;
    (target.closest(".form-check, .la-clearable, .la-chip") || target).scrollIntoView({ inline: "nearest", block: "nearest" });
  });
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; look(); reveal(); });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });

  /* ------------------------------------------------------------ for Dash */
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    look: {
      /* Output Shell.SCREEN.data, Input anything that fires at the start of a page. */
      screen: () => screen(),
    },
  });
  window.laLook = { showFreshness, showNotice, showLive, screen, chooseTheme, words, say };
})();
