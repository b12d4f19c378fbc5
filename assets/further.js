/* Parts of a page below the fold ask for their data when they come near what the reader sees, and from then on with
   every change of a control or of the data, like the page itself. */
(() => {
  "use strict";
  const WORDS = "shell-words", VERSION = "shell-version", AHEAD = "480px";
  const dash = () => window.dash_clientside;
  const come = (part) => { watcher.unobserve(part); dash().set_props(part.dataset.laNear, { data: true }); };
  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting && document.getElementById(WORDS)) come(one.target);
  }, { rootMargin: AHEAD });
  const watched = new WeakSet();
  const look = () => {
    if (!document.getElementById(WORDS)) return;
    for (const part of document.querySelectorAll("[data-la-near]")) {
      if (watched.has(part)) continue;
      watched.add(part);
      watcher.observe(part);
    }
  };
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; look(); });
  }).observe(document.body, { subtree: true, childList: true });
  /* On paper everything is near. */
  window.addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("[data-la-near]")) come(part); });

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    further: {
      /* The question of a part: the values that its answer depends on by the ids of their components, and whether only
         the data have changed. The first input says whether the part is near. */
      ask: (near) => {
        const context = dash().callback_context;
        if (!near) return dash().no_update;
        const values = Object.fromEntries(context.inputs_list.slice(1).map((one) => [one.id, one.value ?? null]));
        const update = context.triggered.length > 0 && context.triggered.every((one) => one.prop_id === `${VERSION}.data`);
        return { values, update };
      },
    },
  });
})();
