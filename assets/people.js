/* The entry of a person: the button of a row tells a store that it was pressed. As inputs of callbacks the buttons would
   ask anew whenever the page is updated, and Dash would drop what an earlier press is about to be answered. */
(() => {
  "use strict";
  let number = 0;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-la-tells]") : null;
    if (!button) return;
    number += 1;
    const { laTells: store, laKind: kind, laRow: row } = button.dataset;
    window.dash_clientside.set_props(store, { data: { kind, row, number } });
  });
})();
