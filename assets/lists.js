/* Lists before the library that draws them has come. Most pages have none, and it is the second largest script: the
   document only names it, and it is asked for when the first list stands on a page. Dash's renderer finds something by
   its name from the start, and goes on finding the same, since it would build a list anew that became another component. */
(() => {
  "use strict";
  const SCRIPT = "la-lists";
  let come, library = null, inside = null;
  const ready = new Promise((resolve) => { come = resolve; });

  /* Should it not come, `again.js` asks again. */
  const ask = () => document.head.append(
    Object.assign(document.createElement("script"), { src: document.getElementById(SCRIPT).src, async: true }),
  );
  const AgGrid = (props) => {
    const { Suspense, createElement, lazy } = window.React;
    if (!inside) {
      inside = lazy(() => ready.then(({ AgGrid: real }) => ({ default: real })));
      ask();
    }
    return createElement(Suspense, { fallback: null }, createElement(inside, props));
  };
  /* As the library's own component says of itself. */
  AgGrid.dashRenderType = true;

  const lists = {
    AgGrid,
    getApi: (id) => library?.getApi(id),
    getApiAsync: (id) => ready.then((real) => real.getApiAsync(id)),
  };
  Object.defineProperty(window, "dash_ag_grid", {
    configurable: true,
    get: () => lists,
    /* A part that comes later names again what it has found, to add to it. */
    set: (real) => { if (real !== lists) { library = real; come(real); } },
  });
})();
