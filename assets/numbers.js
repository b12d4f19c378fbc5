/* The numbers of a card as a file: rows of values separated by commas (RFC 4180), opened by a spreadsheet as they are
   meant. Of a chart they are its accessible twin (`layout.meta`), of a grid or a list its rows as they stand. The first lines say
   what they are, of whom, under which filters and as of when. `assets/pictures.js` says the same on a picture. */
(() => {
  "use strict";
  const MARK = "\ufeff";
  /* As dashapp/domain/spreadsheets.py has it; Python's \s holds a few signs more than that of a browser. */
  const FORMULA = /^(?=[\t\r\n])|(?:^|(?<=[;,|\t\r\n]))(?=[\s\x1c-\x1f\x85\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
  const harmless = (text) => String(text).replace(FORMULA, () => "'");
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  /* Every line has as many cells as the widest. */
  const csv = (lines) => {
    const width = Math.max(...lines.map((line) => line.length));
    const whole = (line) => [...line, ...Array(width - line.length).fill("")];
    return MARK + lines.map((line) => `${whole(line).map((cell) => quoted(harmless(cell))).join(",")}\r\n`).join("");
  };

  /* ------------------------------------------------------------ what a card says about itself */
  const text = (element) => (element?.textContent || "").replace(/\s+/g, " ").trim();
  const words = () => window.laLook?.words() || { locale: "en", files: {} };
  /* The source of the words is British, so are its dates. */
  const british = (tag) => (tag === "en" ? "en-GB" : tag);
  const day = (iso, zone, form) => {
    const date = iso ? new Date(iso) : new Date(), tag = british(form.locale);
    try { return new Intl.DateTimeFormat(tag, { ...form, timeZone: zone || undefined }).format(date); } catch { return new Intl.DateTimeFormat(tag, form).format(date); }
  };
  const label = (control) => control.getAttribute("aria-label") || text(control.closest("label")?.firstElementChild) || text(control.labels?.[0]);
  const chosen = (control) => {
    if (control.matches("[data-la-filter]")) return control.dataset.laFilter || text(control);
    if (control.matches("[role=radiogroup]")) {
      const on = control.querySelector("input:checked");
      return on && `${label(control)}: ${text(on.labels?.[0])}`;
    }
    if (control.matches("select")) return `${label(control)}: ${[...control.selectedOptions].map(text).join(", ")}`;
    const holds = text(control.parentElement.querySelector(".la-holds"));
    const said = control.value && control.type === "date" ? day(`${control.value}T12:00:00Z`, "UTC", { locale: words().locale, dateStyle: "medium" }) : control.value || holds;
    return said && `${label(control)}: ${said}`;
  };
  /* Which course it is stands beside the title. */
  const FILTERS = ".la-chip select:not(#classroom-course), .la-chip input:not(.btn-check), [role=radiogroup], [data-la-filter]";
  /* The filters of the page in words, in their order; what a reader of groups cannot choose does not hold. */
  const filtersOf = (page) => [...(page?.querySelectorAll(FILTERS) || [])]
    .filter((control) => !control.closest(".la-card, .la-strip, dialog, .la-grouped .la-named"))
    .map(chosen).filter(Boolean).join(" · ");
  const about = (card) => {
    const asof = card.querySelector(":scope > .la-asof > span");
    const { asOf, zone } = asof?.dataset || {};
    return {
      title: text(card.querySelector(".la-card-h h2")),
      line: text(card.querySelector(".la-card-h > p")),
      of: text(document.getElementById("shell-about")),
      filter: filtersOf(card.closest(".la-page")),
      asOf: [text(asof), day(asOf, zone, { locale: words().locale, dateStyle: "medium" })].filter(Boolean).join(" · "),
      day: day(asOf, zone, { locale: "en-CA", year: "numeric", month: "2-digit", day: "2-digit" }),
    };
  };

  /* ------------------------------------------------------------ the rows of a card */
  const plotOf = (card) => card.querySelector(".js-plotly-plot");
  const cellOf = (row, field) => {
    const value = row[`${field}_text`] ?? row[field] ?? "";
    return Array.isArray(value) ? value.join(" ") : String(value);
  };
  const gridTable = async (holder) => {
    const api = await window.dash_ag_grid.getApiAsync(holder.id);
    const columns = api.getAllGridColumns().map((column) => column.getColDef()).filter((column) => column.headerName && column.field);
    const rows = [];
    api.forEachNodeAfterFilterAndSort(({ data }) => {
      if (!data) return;
      rows.push(data.hidden ? [cellOf(data, columns[0].field), data.hidden_text || ""] : columns.map((column) => cellOf(data, column.field)));
    });
    return { head: columns.map((column) => column.headerName), rows, unit: "" };
  };
  /* A list says itself which rows it is (`downloads.listed`); a table of words is read as it stands. */
  const listTable = (body) => {
    const list = body?.querySelector("[data-la-listed]"), table = body?.querySelector("table");
    if (list) return JSON.parse(list.dataset.laListed);
    const cells = (row) => [...row.cells].map(text);
    return table && { head: table.tHead ? cells(table.tHead.rows[0]) : [], rows: [...table.tBodies].flatMap((part) => [...part.rows].map(cells)) };
  };
  /* {head, rows, unit}; null where there is nothing to list. */
  const tableOf = async (card) => {
    const meta = plotOf(card)?.layout?.meta;
    const grid = card.querySelector(".la-table-grid > [id]");
    const table = grid && window.dash_ag_grid ? await gridTable(grid) : plotOf(card) ? meta : listTable(card.querySelector(".la-body"));
    return table?.rows?.length ? table : null;
  };
  const file = (said, table) => {
    const names = words().files;
    const head = [[names.card, said.title], [names.shows, [said.line, table.unit].filter(Boolean).join(" · ")], [names.of, said.of], [names.filter, said.filter], [names.asOf, said.asOf]];
    return csv([...head.filter((line) => line[1]), [], ...(table.head?.length ? [table.head] : []), ...table.rows]);
  };

  window.laNumbers = { about, csv, file, harmless, plotOf, tableOf };
})();
