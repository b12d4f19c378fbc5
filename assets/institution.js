/* The page of an organisation: a cell of its comparison of courses, and rectangles of its tree map that open what they
   stand for. */
(() => {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  const KINDS = ["on-time", "late", "missing"];
  cells.LaHanded = ({ data }) => data.hidden ? null : h("span", { className: "la-pair", role: "img", "aria-label": data.handed_text, title: data.handed_text },
    h("b", null, data.on_time_text),
    h("span", { className: "la-stack" }, (data.handed || []).map((share, place) => h("i", { key: place, className: KINDS[place], style: { inlineSize: `${share}%` } }))));

  const follow = (href) => {
    history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };
  /* The rectangle under the pointer: its corners stand in the trace that draws it. */
  const under = (plot, event) => {
    const { xaxis, yaxis } = plot._fullLayout, box = plot.querySelector(".nsewdrag").getBoundingClientRect();
    const x = xaxis.p2c(event.clientX - box.left), y = yaxis.p2c(event.clientY - box.top);
    return plot.data.map((trace) => trace.meta).find((meta) => meta?.box && x >= meta.box[0] && x <= meta.box[2] && y >= meta.box[1] && y <= meta.box[3]);
  };
  document.addEventListener("click", (event) => {
    const plot = event.target instanceof Element ? event.target.closest(".la-treemap .js-plotly-plot") : null;
    if (!plot?._fullLayout || event.button) return;
    const found = under(plot, event);
    if (!found?.href) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(found.href, "_blank", "noopener");
    else follow(found.href);
  });
})();
