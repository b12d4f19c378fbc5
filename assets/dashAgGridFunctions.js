/* Functions of the grids that Dash names in its properties. */
(() => {
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const NARROW = 560, MIDDLE = 944;
  /* One column of two lines where the grid is narrow, secondary columns from a middle width on. */
  functions.laFitGrid = (params) => {
    const api = params.api, width = params.clientWidth || api.getHorizontalPixelRange().right;
    if (!width) return;
    const size = width < NARROW ? "narrow" : width < MIDDLE ? "middle" : "wide";
    if (api.laSize === size) return;
    api.laSize = size;
    const shown = [], hidden = [];
    for (const column of api.getColumns() || []) {
      const isCard = column.getColId() === "narrow", secondary = (column.getColDef().context || {}).secondary;
      const show = size === "narrow" ? isCard : !isCard && (size === "wide" || !secondary);
      (show ? shown : hidden).push(column.getColId());
    }
    api.setColumnsVisible(hidden, false);
    api.setColumnsVisible(shown, true);
    api.updateGridOptions({ rowHeight: size === "narrow" ? 72 : matchMedia("(pointer: coarse)").matches ? 44 : 36, headerHeight: size === "narrow" ? 0 : 32 });
    api.resetRowHeights();
  };
  /* A row opens what its link opens: by a click anywhere on it, or by Enter on one of its cells. */
  functions.laOpenRow = (params) => {
    const event = params.event, place = event && event.target;
    if (!(place instanceof Element) || place.closest("a") || (event.type === "keydown" && event.key !== "Enter")) return;
    if (event.type !== "keydown" && String(getSelection())) return;
    const row = place.closest(".ag-row"), link = row && row.querySelector("a[data-la-follow]");
    if (link) link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey }));
  };
})();
