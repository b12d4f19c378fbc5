/* Cells of the grids: React elements from the texts of a row, drawn by the same classes as everywhere else. */
(() => {
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  const field = (props) => props.colDef.field;
  const link = (row) => row.href ? h("a", { href: row.href, "data-la-follow": "1", dir: "auto" }, row.name) : h("bdi", { className: "la-m" }, row.name);

  /* In words what the columns of many rows show: made here, since it would be the longest part of what is sent. */
  const said = (values) => {
    const locale = document.documentElement.lang || undefined;
    try { return new Intl.ListFormat(locale, { type: "unit" }).format(values.map((value) => value.toLocaleString(locale))); } catch { return values.join(", "); }
  };
  const weeks = (row) => {
    const peak = Math.max(1, row.peak);
    const columns = (row.weeks || []).map((value, place, all) => {
      const open = row.weeks_open && place === all.length - 1;
      return h("i", { key: place, className: value <= 0 ? "zero" : open ? "open" : undefined, style: { "--v": `${Math.min(100, (value / peak) * 100).toFixed(1)}%` } });
    });
    return h("span", { className: "la-spark", role: "img", "aria-label": row.weeks_text ?? said(row.weeks || []) }, columns);
  };
  const level = (row) => h("span", { className: `la-level ${row.level_kind}` }, row.level_text);
  const plate = (row) => h("span", { className: "la-plate" }, row.hidden_text);
  const share = (row) => h("span", { className: "la-share", "aria-hidden": "true" }, h("i", { style: { inlineSize: `${row.share || 0}%` } }));
  const range = (row) => row.median === null || row.median === undefined ? null : h("span", { className: "la-range", "aria-hidden": "true" },
    row.low === null || row.high === null ? null : h("i", { style: { left: `${row.low}%`, width: `${Math.max(0, row.high - row.low)}%` } }), h("b", { style: { left: `${row.median}%` } }));
  /* The title is cut at its own end, whichever way the page reads. */
  const course = (row) => h("span", { className: "la-named" },
    row.href ? h("a", { href: row.href, "data-la-follow": "1" }, row.code) : h("b", { className: "la-m" }, row.code), h("span", { className: "la-2 la-ellipsis", dir: "auto" }, row.title));

  cells.LaText = (props) => {
    const text = props.data[`${field(props)}_text`] ?? props.value ?? "";
    return h("span", { className: "la-ellipsis", title: String(text) }, text);
  };
  cells.LaLink = (props) => link(props.data);
  cells.LaLevel = (props) => level(props.data);
  cells.LaWeeks = (props) => (props.data.hidden ? null : weeks(props.data));
  cells.LaCourse = (props) => course(props.data);
  cells.LaShare = (props) => props.data.hidden ? plate(props.data) : h("span", { className: "la-pair" }, h("b", null, props.data.share_text), share(props.data));
  cells.LaRange = (props) => props.data.hidden ? null : h("span", { className: "la-pair" }, h("b", null, props.data.median_text), range(props.data));
  cells.LaLearnerCard = ({ data }) => h("div", { className: "la-two-lines" },
    link(data), level(data), h("span", { className: "la-2 la-clamp" }, data.why || data.last_text), weeks(data));
  cells.LaCourseCard = ({ data }) => h("div", { className: "la-two-lines" },
    course(data), data.hidden ? h("span") : h("span", null, data.share_text, " ", share(data)),
    data.hidden ? plate(data) : h("span", { className: "la-2" }, data.change_text), data.hidden ? h("span") : weeks(data));
})();
