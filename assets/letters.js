/* The page of refused events: a row opens by a click or by Enter, pages turn, buttons know whether there is a choice. */
(() => {
  "use strict";
  const LETTER = "letters-letter", DETAIL = "letters-detail";
  const dash = () => window.dash_clientside;
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.laOpenLetter = (params) => {
    const event = params.event, place = event && event.target;
    if (!params.data || !(place instanceof Element) || place.closest("input, .ag-selection-checkbox")) return;
    if (event.type === "keydown" && event.key !== "Enter") return;
    if (event.type !== "keydown" && String(getSelection())) return;
    dash().set_props(LETTER, { value: String(params.data.id) });
    /* Below the list, on a narrow screen, nobody would see that it has opened. */
    const detail = document.getElementById(DETAIL), edge = detail?.getBoundingClientRect();
    if (edge && edge.top > window.innerHeight - 80) detail.scrollIntoView({ block: "center" });
  };
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  cells.LaLetterCard = ({ data }) => h("div", { className: "la-two-lines" },
    h("b", { className: "la-m" }, data.reason), h("span", { className: "la-num" }, `${data.times_text} ×`),
    h("span", { className: "la-2" }, data.detail), h("span", { className: "la-3" }, data.seen_text));
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    letters: {
      /* The number of the page: one more or one less by the buttons, the first one when the filters change. */
      turn: (...given) => {
        const now = Math.max(1, Number(given.at(-1)) || 1), by = String(dash().callback_context.triggered_id || "");
        const next = by.endsWith("-next") ? now + 1 : by.endsWith("-previous") ? Math.max(1, now - 1) : 1;
        return next === now ? dash().no_update : String(next);
      },
      selected: (rows, state) => {
        const none = !(rows && rows.length) || state !== "open";
        return [none, none];
      },
    },
  });
})();
