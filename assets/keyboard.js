/* The keyboard: single keys that go somewhere, the palette, and the list of shortcuts. Single keys do nothing while
   something is typed, while a dialog is open, or when they have been switched off; in a frame that hides the navigation
   nothing of this is there. No words of its own. */
(() => {
  "use strict";
  const OPEN = "keyboard-open", PALETTE = "keyboard-palette", FIELD = "keyboard-field", LIST = "keyboard-list", HELP = "keyboard-help", SWITCH = "keyboard-switch", KEPT = "la-shortcuts";
  const PAUSE_MS = 120, SECOND_KEY_MS = 1500;
  const at = (id) => document.getElementById(id);
  const framed = () => document.documentElement.classList.contains("la-embed");
  const on = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const go = (href, whole) => {
    if (whole) { location.assign(href); return; }
    history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  /* ------------------------------------------------------------ the palette: the focus stays in the field, the list tells which option is meant */
  let pause = 0, number = 0, back = null;
  const options = () => [...(at(LIST)?.querySelectorAll("[role=option]") || [])];
  const meant = () => at(LIST)?.querySelector("[aria-selected=true]");
  const mean = (option) => {
    meant()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    const field = at(FIELD);
    if (option) field.setAttribute("aria-activedescendant", option.id); else field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-expanded", String(options().length > 0));
  };
  const ask = () => window.dash_clientside.set_props("keyboard-asked", { data: { words: at(FIELD).value, at: (number += 1) } });
  const show = (dialog, focus) => {
    back = document.activeElement;
    for (const menu of document.querySelectorAll("details.la-menu[open]")) menu.open = false;
    dialog.showModal();
    focus?.focus();
    dialog.addEventListener("close", () => back?.isConnected && back.focus(), { once: true });
  };
  const openPalette = () => {
    const dialog = at(PALETTE), field = at(FIELD);
    if (!dialog || dialog.open || framed()) return;
    const combobox = { role: "combobox", "aria-controls": LIST, "aria-autocomplete": "list", "aria-expanded": "false", "aria-haspopup": "listbox" };
    for (const [name, value] of Object.entries(combobox)) field.setAttribute(name, value);
    show(dialog, field);
    field.select();
    ask();
  };
  const closePalette = () => { if (at(PALETTE)?.open) at(PALETTE).close(); };
  const choose = (option) => {
    if (!option) return;
    closePalette();
    go(option.dataset.laHref, option.dataset.laWhole);
  };
  const move = (event) => {
    const all = options(), place = all.indexOf(meant()), last = all.length - 1;
    const next = { ArrowDown: place >= last ? 0 : place + 1, ArrowUp: place <= 0 ? last : place - 1, PageDown: last, PageUp: 0 }[event.key];
    if (event.key === "Enter") { event.preventDefault(); choose(meant() || all[0]); } else if (next !== undefined && all.length) { event.preventDefault(); mean(all[next]); }
  };
  document.addEventListener("input", (event) => {
    if (event.target.id !== FIELD) return;
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE_MS);
  });
  /* New options have come: the first one is meant. */
  new MutationObserver((changes) => {
    if (at(PALETTE)?.open && changes.some((change) => at(LIST).contains(change.target))) mean(options()[0]);
  }).observe(document.body, { subtree: true, childList: true });

  /* ------------------------------------------------------------ the list of shortcuts and their switch */
  const showSwitch = () => at(SWITCH)?.setAttribute("aria-checked", String(on()));
  const openHelp = () => {
    const dialog = at(HELP);
    if (!dialog || dialog.open || framed()) return;
    showSwitch();
    show(dialog, at(SWITCH));
  };
  const turn = () => {
    const next = on() ? "off" : "on";
    try { localStorage.setItem(KEPT, next); } catch { return; }
    showSwitch();
    const said = window.laLook?.words()?.keyboard;
    if (said) window.laLook.say(said[next]);
  };

  /* ------------------------------------------------------------ single keys */
  const page = (fits) => [...document.querySelectorAll("#shell-nav a")].find((link) => fits(new URL(link.href).pathname));
  const GOALS = {
    m: () => page((path) => path.endsWith("/me")),
    c: () => page((path) => path.endsWith("/courses")) || page((path) => path.includes("/courses/")),
    i: () => page((path) => /\/organisations\/[^/]+$/.test(path)),
    r: () => page((path) => path.endsWith("/reports")),
  };
  const KEYS = {
    "?": openHelp,
    "/": () => {
      const field = [...document.querySelectorAll(".la-page input[type=search]")].find((each) => each.checkVisibility());
      if (field) field.focus(); else openPalette();
    },
    t: () => at("shell-theme")?.click(),
    g: () => { waiting = performance.now(); },
  };
  /* A field of a dialog that has just closed may still have the focus. */
  const typed = (target) => target instanceof Element && !target.closest("dialog:not([open])") && (target.closest("textarea, select, [contenteditable=true], .ag-cell-inline-editing") || (target.matches("input") && !/^(checkbox|radio|button|submit)$/.test(target.type)));
  let waiting = -Infinity;
  const press = (event) => {
    const goal = performance.now() - waiting < SECOND_KEY_MS ? GOALS[event.key] : null;
    waiting = -Infinity;
    const done = goal ? () => { const link = goal(); if (link) go(link.href); } : KEYS[event.key];
    if (!done) return;
    event.preventDefault();
    done();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || framed()) return;
    if ((mac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (at(PALETTE)?.open) closePalette(); else if (!document.querySelector("dialog[open]")) openPalette();
      return;
    }
    if (event.target.id === FIELD && at(PALETTE).open) { move(event); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typed(event.target) || document.querySelector("dialog[open]") || !on()) return;
    press(event);
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(`#${OPEN}`)) openPalette();
    else if (event.target.closest("[data-la-shortcuts]")) { closePalette(); openHelp(); } else if (event.target.closest(`#${SWITCH}`)) turn();
    else choose(event.target.closest(`#${LIST} [role=option]`));
  });
  document.addEventListener("mousemove", (event) => {
    const option = event.target instanceof Element && event.target.closest(`#${LIST} [role=option]`);
    if (option && option !== meant()) mean(option);
  });
  /* The key has another name on a Mac. */
  if (mac) {
    const waits = new MutationObserver(() => {
      const key = document.querySelector(`#${OPEN} kbd`);
      if (!key) return;
      key.textContent = "⌘ K";
      waits.disconnect();
    });
    waits.observe(document.body, { subtree: true, childList: true });
  }
})();
