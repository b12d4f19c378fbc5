/* Functions of the grids that Dash names in its properties. */
(() => {
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const NARROW = 560, MIDDLE = 820;
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
})();
