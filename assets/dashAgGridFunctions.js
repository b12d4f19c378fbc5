/* Functions of the grids that Dash names in its properties. */
(() => {
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const NARROW = 560, MIDDLE = 944;
  /* One column of two lines where the grid is narrow, secondary columns from a middle width on. */
  const fit = (api, wrapper) => {
    const width = wrapper.clientWidth;
    if (!width || api.isDestroyed()) return;
    const size = width < NARROW ? "narrow" : width < MIDDLE ? "middle" : "wide";
    const shown = [], hidden = [];
    for (const column of api.getColumns() || []) {
      const isCard = column.getColId() === "narrow", secondary = (column.getColDef().context || {}).secondary;
      const show = size === "narrow" ? isCard : !isCard && (size === "wide" || !secondary);
      if (show !== column.isVisible()) (show ? shown : hidden).push(column.getColId());
    }
    /* Columns that arrive anew may show themselves as they please: what counts is what they show now. */
    if (api.laSize === size && !shown.length && !hidden.length) return;
    api.laSize = size;
    api.setColumnsVisible(hidden, false);
    api.setColumnsVisible(shown, true);
    api.updateGridOptions({ rowHeight: size === "narrow" ? 72 : matchMedia("(pointer: coarse)").matches ? 44 : 36, headerHeight: size === "narrow" ? 0 : api.getGridOption("context")?.head ?? 32 });
    api.resetRowHeights();
  };
  /* A grid may have told of its size and its first rows before anybody could listen, so its element is watched. */
  const met = new WeakSet();
  const meet = (wrapper) => {
    if (met.has(wrapper)) return;
    met.add(wrapper);
    const holder = wrapper.closest("[id]");
    window.dash_ag_grid?.getApiAsync(holder.id).then((api) => {
      window.laListCame?.(holder.id, api);
      new ResizeObserver(() => fit(api, wrapper)).observe(wrapper);
      api.addEventListener("newColumnsLoaded", () => fit(api, wrapper));
    }, () => met.delete(wrapper));
  };
  new MutationObserver(() => document.querySelectorAll(".la-table-grid .ag-root-wrapper").forEach(meet))
    .observe(document.documentElement, { subtree: true, childList: true });
  /* Two lists of the same numbers are not the same thing, and a cell that seems changed is drawn anew with every update. */
  functions.laWeeks = ({ data }) => `${data.weeks || ""} ${data.weeks_open || ""}`;
  functions.laCard = ({ data }) => JSON.stringify(data);
  /* By false the browser goes where it would without the grid. */
  functions.laLeave = () => false;
  /* A row opens what its link opens: by a click anywhere on it, or by Enter on one of its cells. */
  functions.laOpenRow = (params) => {
    const event = params.event, place = event && event.target;
    /* Reasons are read where they stand, by whoever touches them: the other cells of the row open it. */
    if (event.type !== "keydown" && place instanceof Element && place.closest(".ag-cell.why")) return;
    if (!(place instanceof Element) || place.closest("a, input, .ag-selection-checkbox, .ag-checkbox") || (event.type === "keydown" && event.key !== "Enter")) return;
    if (event.type !== "keydown" && String(getSelection())) return;
    const row = place.closest(".ag-row"), link = row && row.querySelector("a[data-la-follow]");
    if (link) link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey }));
  };
})();
