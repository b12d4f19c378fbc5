/* The dialog of messages: whether there is a choice, asking once more, copying for each, and how long a message can be taken back. */
(() => {
  "use strict";
  /* As in callbacks/messages.py: one more says that there are too many. */
  const HELD = 10000, MOST_CHOSEN = 5000;
  const set = (id, values) => window.dash_clientside.set_props(id, values);
  const shown = (id) => document.getElementById(id);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    if (button.id === "messages-ask") { set("messages-asked", { hidden: false }); requestAnimationFrame(() => shown("messages-send")?.focus()); }
    if (button.id === "messages-not-yet") { set("messages-asked", { hidden: true }); shown("messages-ask")?.focus(); }
    if (button.id === "messages-selected" || button.id === "messages-help") {
      set("messages-asked", { hidden: true });
      set("messages-undo", { hidden: true });
      set("messages-said", { children: "" });
    }
  });
  let timer = 0;
  new MutationObserver(() => {
    const undo = shown("messages-undo");
    /* It is sent: pressing again would send it again. */
    if (undo && !undo.hidden && !timer) set("messages-ask", { disabled: true });
    if (undo && !undo.hidden && !timer) timer = setTimeout(() => { timer = 0; set("messages-undo", { hidden: true }); }, HELD);
    if (undo?.hidden && timer) { clearTimeout(timer); timer = 0; }
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["hidden"] });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    messages: {
      selected: (rows) => [!rows?.length, (rows || []).slice(0, MOST_CHOSEN + 1).map((row) => row.id)],
      copy: async (copied) => {
        if (!copied) return window.dash_clientside.no_update;
        if (!copied.text) return copied.said;
        try { await navigator.clipboard.writeText(copied.text); return copied.said; } catch { return copied.failed; }
      },
    },
  });
})();
