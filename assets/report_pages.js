/* The live preview of a report: pages of paper, and on them the parts that the server has drawn. Parts are kept by their
   names, which say all that is in them: one that has been here before is neither sent nor drawn again, and a chart whose
   part stays is not touched, wherever it moves on its page. */
(() => {
  "use strict";
  const MOST = 150;
  let moment = null, rounds = 0, lost = false;
  const parts = new Map(), answers = new Map();
  let drawn = new WeakMap();
  const nothing = () => {};
  const make = (...given) => window.React.createElement(...given);
  const keep = (map, name, value) => {
    map.delete(name);
    map.set(name, value);
    if (map.size > MOST) map.delete(map.keys().next().value);
  };

  /* What came is learnt before it is drawn. The names of answers hold for one moment only. */
  const learn = (given) => {
    if (given.moment !== moment) { answers.clear(); moment = given.moment; }
    for (const [name, part] of Object.entries(given.parts)) if (!parts.has(name)) keep(parts, name, part);
    for (const [, question, name] of given.pages.flatMap((page) => page.blocks)) {
      if (parts.has(name)) keep(parts, name, parts.get(name));
      if (question) keep(answers, question, name);
    }
  };
  const tell = () => {
    const known = [...answers].filter(([, name]) => parts.has(name));
    window.dash_clientside.set_props("report-held", { data: { moment, answers: Object.fromEntries(known), parts: [...parts.keys()] } });
  };

  /* A component as the server writes it, and everything in it. `blocks` stand in the grid of a page. */
  const element = (node, blocks = null, key = undefined) => {
    if (Array.isArray(node)) return node.map((one, place) => element(one, blocks, place));
    if (!node || typeof node !== "object") return node;
    const { children, ...given } = node.props, isPlain = node.namespace === "dash_html_components";
    const kind = isPlain ? node.type.toLowerCase() : window[node.namespace][node.type];
    const inside = children === undefined ? null : element(children, blocks);
    return make(kind, { ...given, key, ...(isPlain ? {} : { setProps: nothing }) }, given["data-la-grid"] ? [...blocks, inside] : inside);
  };
  /* The same element as before: React then leaves all of it as it is. */
  const partOf = (name) => {
    const part = parts.get(name);
    if (!part) return null;
    if (!drawn.has(part)) drawn.set(part, element(part));
    return drawn.get(part);
  };
  const blockOf = ([id, , name]) => make(window.React.Fragment, { key: id }, partOf(name) || make("span", { className: "la-sk block" }));
  const pageOf = (page, place) => element(page.paper, page.blocks.map(blockOf), place);

  const Pages = ({ id, given, children }) => {
    window.React.useMemo(() => { if (given) learn(given); }, [given]);
    window.React.useEffect(() => {
      if (!given) return;
      tell();
      /* An answer that counted on what has been let go meanwhile is asked for once more, with what is there now. */
      const gone = given.pages.some((page) => page.blocks.some(([, , name]) => !parts.has(name)));
      if (gone && !lost) window.laReportSaving.ask();
      lost = gone;
    }, [given]);
    return make("div", { id, key: rounds, className: "la-sheets" }, given ? given.pages.map(pageOf) : children);
  };
  window.la_report = { Pages };

  /* As if nothing had been here before: what comes next is sent and drawn whole. */
  const forget = () => {
    parts.clear();
    answers.clear();
    drawn = new WeakMap();
    rounds += 1;
    tell();
  };
  window.laReportPages = { forget };
})();
