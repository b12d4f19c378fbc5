/* The page of one course in the browser: filters that one click empties. */
(() => {
  "use strict";
  const STORES = ["classroom-picked"], RANGE = "classroom-range", DAYS = ["classroom-first", "classroom-last"];
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const clear = (id) => {
    if (STORES.includes(id)) set(id, { data: null });
    else if (document.getElementById(id)) set(id, { value: "" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-la-clears]") : null;
    if (!button) return;
    const names = button.dataset.laClears.split(" ");
    names.forEach(clear);
    /* The button is about to hide, and would take the focus with it. */
    if (names.length === 1) document.getElementById(names[0])?.focus();
  });
  /* Days of one's own choice hold only while "from … to" is chosen. */
  document.addEventListener("change", (event) => {
    if (event.target?.id !== RANGE || event.target.value === "custom") return;
    for (const id of DAYS) if (document.getElementById(id)?.value) clear(id);
  });
})();
