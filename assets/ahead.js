/* While the scripts of a page are on their way, what Dash's renderer is going to ask for first is asked for already: the
   frame around all pages, the list of callbacks, and which page stands at the address. Each answer is handed out once, to
   the same question. */
(() => {
  "use strict";
  const CALLBACK = "_dash-update-component", NOTHING = "";
  const base = new URL("../../", document.currentScript.src).pathname;
  const held = new Map(), plain = window.fetch.bind(window);
  const options = (method, body) => ({
    method, credentials: "same-origin", headers: { Accept: "application/json", "Content-Type": "application/json" }, ...(body ? { body } : {}),
  });
  const name = (path, body) => `${path} ${body}`;
  const ask = (path, method, body = NOTHING) => {
    const answer = plain(base + path, options(method, body || undefined));
    answer.catch(() => { /* whoever asks is told */ });
    held.set(name(base + path, body), answer);
  };
  window.fetch = (input, given = {}) => {
    const body = typeof given.body === "string" ? given.body : NOTHING;
    const key = typeof input === "string" ? name(input.split("?")[0], body) : null, answer = held.get(key);
    if (!answer) return plain(input, given);
    held.delete(key);
    /* A connection that failed a moment ago may be there now. */
    return answer.catch(() => plain(input, given));
  };
  /* As the renderer says it, word for word; what differs is not recognised, and asked for by the renderer itself. */
  const where = [["pathname", location.pathname], ["search", location.search]];
  const changed = where.map(([property]) => `_pages_location.${property}`);
  const outputs = [{ id: "_pages_content", property: "children" }, { id: "_pages_store", property: "data" }];
  const router = {
    output: `..${outputs.map(({ id, property }) => `${id}.${property}`).join("...")}..`, outputs,
    inputs: where.map(([property, value]) => ({ id: "_pages_location", property, value })),
    changedPropIds: changed, parsedChangedPropsIds: changed,
  };
  ask("_dash-layout", "GET");
  ask("_dash-dependencies", "GET");
  ask(CALLBACK, "POST", JSON.stringify(router));

  /* Plotly comes while the page is being built. Until it is there, its name stands for the promise of it: that is what
     `dcc.Graph` waits for. */
  const PLOTLY = "la-plotly";
  window.Plotly = new Promise((resolve, reject) => {
    const told = (event) => {
      if (event.target.id !== PLOTLY) return;
      if (event.type === "load") resolve(window.Plotly); else reject(new Error("The charts' script did not come."));
    };
    for (const type of ["load", "error"]) document.addEventListener(type, told, true);
  });
  window.Plotly.catch(() => { /* each chart says so */ });
})();
