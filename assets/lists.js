/* Lists before the library that draws them has come. Most pages have none, and it is the second largest script: the
   document only names it, and it is asked for when the first list stands on a page. Dash's renderer finds something by
   its name from the start, and goes on finding the same, since it would build a list anew that became another component. */
(() => {
  "use strict";
  const SCRIPT = "la-lists";
  let come, library = null, inside = null;
  const ready = new Promise((resolve) => { come = resolve; });

  /* Should it not come, `again.js` asks again. A document that does not name it has it among its other scripts. */
  const ask = () => {
    const named = document.getElementById(SCRIPT);
    if (named) document.head.append(Object.assign(document.createElement("script"), { src: named.src, async: true }));
  };
  const grid = (id) => { try { return library.getApi(id); } catch { return null; } };
  const alike = (one, other) => {
    if (one === other || !one || !other || typeof one !== "object" || typeof other !== "object") return one === other;
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => alike(one[name], other[name]));
  };
  /* A row that says what it said before stays the very same, so that the grid has nothing to do with it. */
  const renewed = (rows, before) => {
    const known = new Map(before.map((row) => [row.id, row]));
    return rows.map((row) => (alike(known.get(row.id), row) ? known.get(row.id) : row));
  };
  /* Rows of a list that stands go to the grid itself, and what sets properties stays the same. With new ones the
     library tells the grid of every column anew, and React keeps a note of each time for a head that stays as it is. */
  const useStill = ({ id, rowData, setProps }) => {
    const { useEffect, useRef } = window.React;
    const given = useRef(rowData), seen = useRef(rowData), shown = useRef(rowData || []), latest = useRef(setProps);
    const still = useRef((...set) => latest.current(...set)), api = library && grid(id);
    latest.current = setProps;
    if (!api || api.isDestroyed()) { given.current = seen.current = rowData; shown.current = rowData || []; }
    useEffect(() => {
      if (seen.current === rowData) return;
      seen.current = rowData;
      shown.current = renewed(rowData || [], shown.current);
      api.setGridOption("rowData", shown.current);
    });
    return { rowData: given.current, setProps: still.current };
  };
  const AgGrid = (props) => {
    const { Suspense, createElement, lazy } = window.React, still = useStill(props);
    if (!inside) {
      inside = lazy(() => ready.then(({ AgGrid: real }) => ({ default: real })));
      ask();
    }
    return createElement(Suspense, { fallback: null }, createElement(inside, { ...props, ...still }));
  };
  /* As the library's own component says of itself. */
  AgGrid.dashRenderType = true;

  const lists = {
    AgGrid,
    getApi: (id) => library?.getApi(id),
    getApiAsync: (id) => ready.then((real) => real.getApiAsync(id)),
  };
  const arrived = (real) => { library = real; come(real); };
  /* A document that does not name it may have run it before this. */
  if (window.dash_ag_grid) arrived(window.dash_ag_grid);
  Object.defineProperty(window, "dash_ag_grid", {
    configurable: true,
    get: () => lists,
    /* A part that comes later names again what it has found, to add to it. */
    set: (real) => { if (real !== lists) arrived(real); },
  });
})();
