/* While the scripts of a page are on their way, what Dash's renderer is going to ask for first is asked for already: the
   frame around all pages, the list of callbacks, and which page stands at the address. Each answer is handed out once, to
   the same question. And what a page cannot be without is asked for until there is an answer. */
(() => {
  "use strict";
  const CALLBACK = "_dash-update-component", FRAME = ["_dash-layout", "_dash-dependencies"], NOTHING = "";
  const base = new URL("../../", document.currentScript.src).pathname;
  const held = new Map(), plain = window.fetch.bind(window);

  /* ------------------------------------------------------------ until there is an answer */
  const isAway = ({ status }) => status >= 500 || [408, 425, 429].includes(status), ASKS_AGAIN = "La-Asks-Again", LATE_MS = 10000;
  /* What makes a page ask for what it shows. Whatever else changed may stand for a decision, which is told only once. */
  const READS = /^(shell-(version|screen|address)\.data|_pages_location\.\w+|[\w-]+-wanted\.data)$/;
  const changedBy = (body) => { try { return JSON.parse(body).changedPropIds; } catch { return null; } };
  const isControl = (name) => window.laControls?.has(name.split(".")[0]);
  const changesNothing = (path, body) => (path === base + CALLBACK
    ? Boolean(changedBy(body)?.every((name) => READS.test(name) || isControl(name)))
    : FRAME.some((name) => path === base + name));
  const { pause, miss, found } = window.laAgain;
  let asking = 0;
  const patiently = async (first, input, given) => {
    const question = `${input} ${asking += 1}`, isChoice = Boolean(changedBy(given.body)?.some(isControl));
    const late = setTimeout(miss, LATE_MS, question, isChoice);
    const asks = () => plain(input, { ...given, headers: { ...given.headers, [ASKS_AGAIN]: "1" } });
    try {
      for (let attempt = 0, asked = first || asks(); ; attempt += 1) {
        /* Whoever has given up waits for nothing. */
        const answer = await asked.catch((error) => { if (given.signal?.aborted) throw error; return null; });
        if (answer && !isAway(answer)) return answer;
        window.laLook?.showLive("offline");
        miss(question, isChoice);
        await pause(attempt);
        asked = asks();
      }
    } finally { clearTimeout(late); found(question); }
  };

  /* ------------------------------------------------------------ ahead */
  const options = (method, body) => ({
    method, credentials: "same-origin", headers: { Accept: "application/json", "Content-Type": "application/json" }, ...(body ? { body } : {}),
  });
  const name = (path, body) => `${path} ${body}`;
  const ask = (path, method, body = NOTHING) => {
    const answer = plain(base + path, options(method, body || undefined));
    answer.catch(() => { /* whoever asks waits for the next one */ });
    held.set(name(base + path, body), answer);
  };
  /* What stands below the fold waits for what stands above it: a choice asks for both at once, and the reader looks at
     the page from its top. */
  const ABOVE = /^\{"output":"\.\.[\w-]+-page\.className/, BELOW = /"changedPropIds":\["[\w-]+-wanted\.data"\]/;
  let above = Promise.resolve();
  window.fetch = (input, given = {}) => {
    if (typeof input !== "string") return plain(input, given);
    const body = typeof given.body === "string" ? given.body : NOTHING, path = input.split("?")[0];
    const key = name(path, body), early = held.get(key);
    held.delete(key);
    const go = () => (early || changesNothing(path, body) ? patiently(early, input, given) : plain(input, given));
    if (path !== base + CALLBACK) return go();
    if (BELOW.test(body)) return above.then(go);
    const answer = go();
    if (ABOVE.test(body)) above = answer.catch(() => { /* whoever asked hears of it */ });
    return answer;
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
  for (const path of FRAME) ask(path, "GET");
  ask(CALLBACK, "POST", JSON.stringify(router));
})();
