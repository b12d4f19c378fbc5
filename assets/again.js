/* Of a page's own files, what does not come is asked for until it does. It stands in the document itself, before every
   file, since each of them may be the one that is lost. After a while the page says in words what it waits for. */
(() => {
  "use strict";
  const PAUSES_MS = [250, 1000, 3000, 8000, 15000], SAY_MS = 4000, MOST_RELOADS = 3, LATELY_MS = 60000, KEPT = "la-reloads";
  const words = document.currentScript.dataset;
  /* As soon as the connection is back, or after a while that differs from page to page. */
  const pause = (attempt) => new Promise((resolve) => {
    const most = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
    const go = () => { clearTimeout(timer); window.removeEventListener("online", go); resolve(); };
    const timer = setTimeout(go, most * (0.5 + Math.random() / 2));
    window.addEventListener("online", go);
  });

  /* ------------------------------------------------------------ what is missing, in words */
  const attempts = new Map(), choices = new Set(), root = document.documentElement;
  let said = null, timer = 0;
  /* Cards that show what was chosen before say so as well. */
  const mark = () => root.toggleAttribute("data-la-chosen", Boolean(said) && choices.size > 0);
  const say = () => {
    timer = 0;
    if (said || !attempts.size) return;
    if (!document.body) { timer = setTimeout(say, SAY_MS); return; }
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: words.again });
    button.addEventListener("click", () => location.reload());
    said = Object.assign(document.createElement("div"), { id: "la-missing", className: "la-notice" });
    said.setAttribute("role", "status");
    said.append(words.text, " ", button);
    document.body.prepend(said);
    /* Cards that have nothing to show yet say so themselves (`look.css`). */
    root.style.setProperty("--words-missing", JSON.stringify(words.card));
    mark();
  };
  const miss = (address, isChoice = false) => {
    const attempt = attempts.get(address) || 0;
    attempts.set(address, attempt + 1);
    if (isChoice) choices.add(address);
    mark();
    timer ||= setTimeout(say, SAY_MS);
    return attempt;
  };
  const found = (address) => {
    if (choices.delete(address)) mark();
    if (!attempts.delete(address) || attempts.size) return;
    clearTimeout(timer);
    said?.remove();
    timer = 0;
    said = null;
    root.style.removeProperty("--words-missing");
  };
  window.laAgain = { pause, miss, found };

  /* ------------------------------------------------------------ the document anew, when what it lacks can be had */
  /* A page that lacks something whenever it is loaded must not be loaded for ever. */
  const mayReload = () => {
    try {
      const [number, since] = JSON.parse(sessionStorage.getItem(KEPT)) || [0, 0], now = Date.now(), lately = now - since < LATELY_MS;
      if (lately && number >= MOST_RELOADS) return false;
      sessionStorage.setItem(KEPT, JSON.stringify([lately ? number + 1 : 1, lately ? since : now]));
      return true;
    } catch { return performance.getEntriesByType("navigation")[0]?.type !== "reload"; }
  };
  /* What a launch has given to a page is given once, and `session.js` takes it from the document. */
  const reload = () => { if (!document.getElementById("la-given") && mayReload()) location.reload(); };
  /* Scripts that run one after the other have failed for want of this one. */
  const allAnew = async (address) => {
    for (let attempt = miss(address); ; attempt += 1) {
      await pause(attempt);
      const answer = await fetch(address).catch(() => null);
      /* Another version of the service has other files, which a new document names. */
      if (answer && (answer.ok || answer.status === 404)) { reload(); return; }
    }
  };

  /* ------------------------------------------------------------ a file anew */
  const first = new WeakMap();
  const anew = async (lost, address) => {
    await pause(miss(address));
    const made = document.createElement(lost.localName), origin = first.get(lost) || lost;
    for (const { name, value } of lost.attributes) made.setAttribute(name, value);
    first.set(made, origin);
    made.addEventListener("load", () => {
      /* Who loads a part of a component waits two minutes for it. */
      const gaveUp = origin.dataset.webpack && !origin.onload;
      origin.onload?.({ type: "load", target: origin });
      if (!gaveUp) found(address);
      else if (!navigator.userActivation?.hasBeenActive) reload();
    });
    if (lost.isConnected) lost.replaceWith(made); else document.head.append(made);
  };
  document.addEventListener("error", (event) => {
    const { target } = event;
    if (target instanceof HTMLLinkElement && target.rel === "stylesheet") anew(target, target.href);
    if (!(target instanceof HTMLScriptElement) || !target.src) return;
    if (!target.async) { allAnew(target.src); return; }
    /* Who waits for it hears nothing before it has come. */
    event.stopImmediatePropagation();
    anew(target, target.src);
  }, true);
})();
