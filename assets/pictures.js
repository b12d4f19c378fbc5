/* A card as a picture (PNG) or a drawing (SVG), made in the browser from what it shows: its chart, or the rows of its
   grid, in the colours of the light theme on white, between its title and, at the foot, of whom it is, the filters and
   as of when. No words of its own. */
(() => {
  "use strict";
  const NS = "http://www.w3.org/2000/svg", WIDTH = 1000, EDGE = 24, SCALE = 2, LEAST = 300, MOST_ROWS = 40, ROW = 26, GAP = 14;
  const FONT = '"IBM Plex Sans Variable", "IBM Plex Sans", system-ui, sans-serif';
  const INNER = WIDTH - 2 * EDGE;
  const { about, file, plotOf, tableOf } = window.laNumbers;

  /* ------------------------------------------------------------ colours: those of the dark theme become those of the light one */
  const tokens = (dark) => {
    const found = new Map();
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        const selector = rule.selectorText || "";
        if (dark ? selector !== '[data-bs-theme="dark"]' : !selector.includes('[data-bs-theme="light"]')) continue;
        for (const name of rule.style) {
          const colour = rule.style.getPropertyValue(name).trim();
          if (name.startsWith("--la-") && /^#[0-9a-f]{6}$/.test(colour)) found.set(name, colour);
        }
      }
    }
    return found;
  };
  const light = () => tokens(false);
  const toLight = () => {
    const bright = light(), map = new Map();
    if (document.documentElement.dataset.bsTheme === "dark") for (const [name, colour] of tokens(true)) if (bright.has(name) && !map.has(colour)) map.set(colour, bright.get(name));
    const turned = (value) => {
      if (typeof value === "string") return map.size ? value.replace(/#[0-9a-f]{6}/g, (colour) => map.get(colour) || colour) : value;
      if (Array.isArray(value)) return value.map(turned);
      if (value && Object.getPrototypeOf(value) === Object.prototype) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, turned(part)]));
      return value;
    };
    return turned;
  };

  /* ------------------------------------------------------------ text, measured and wrapped */
  const pen = document.createElement("canvas").getContext("2d");
  const measure = (text, size, weight) => { pen.font = `${weight} ${size}px ${FONT}`; return pen.measureText(text).width; };
  const wrapped = (text, size, weight) => {
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (lines.at(-1) && measure(longer, size, weight) > INNER) lines.push(word); else lines[lines.length - 1] = longer;
    }
    return lines;
  };
  const cut = (text, room, size, weight) => {
    if (measure(text, size, weight) <= room) return text;
    let short = text;
    while (short && measure(`${short}…`, size, weight) > room) short = short.slice(0, -1);
    return `${short}…`;
  };
  const node = (name, properties, text) => {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  /* A sheet of paper that is written from top to bottom; in a language from right to left lines start at the right. */
  const paper = (rtl) => {
    const sheet = node("g", {}), ink = light();
    let y = EDGE;
    const start = (x) => (rtl ? WIDTH - x : x);
    const put = (text, x, at, { size = 13, weight = 400, colour = "--la-ink-2" } = {}) => sheet.append(node("text", { x: start(x), y: at, "font-size": size, "font-weight": weight, fill: ink.get(colour), direction: rtl ? "rtl" : "ltr" }, text));
    const write = (text, form = {}) => {
      const size = form.size || 13;
      for (const line of text ? wrapped(text, size, form.weight || 400) : []) { put(line, EDGE, y + size, form); y += Math.round(size * 1.4); }
    };
    return { sheet, ink, put, write, start, rtl, skip: (height) => { y += height; }, at: () => y };
  };

  /* ------------------------------------------------------------ what stands between title and foot */
  const drawChart = async (on, plot) => {
    const turned = toLight(), height = Math.max(LEAST, plot.clientHeight);
    const { width: _width, height: _height, autosize: _auto, ...layout } = plot.layout;
    const figure = { data: turned(plot.data), layout: turned({ ...layout, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff" }), config: { staticPlot: true } };
    const address = await window.Plotly.toImage(figure, { format: "svg", width: INNER, height });
    const drawn = new DOMParser().parseFromString(decodeURIComponent(address.slice(address.indexOf(",") + 1)), "image/svg+xml").documentElement;
    drawn.setAttribute("x", EDGE);
    drawn.setAttribute("y", on.at());
    on.sheet.append(document.importNode(drawn, true));
    on.skip(height + 4);
  };
  const SHAPES = { help: "▲", watch: "◆", calm: "○", good: "✓" };
  /* The key below a chart; its colours are asked of a copy that stands in the light theme. */
  const drawKey = (on, key) => {
    const copy = document.createElement("div");
    copy.dataset.bsTheme = "light";
    copy.style.cssText = "position:absolute;visibility:hidden;inset-block-start:0";
    copy.append(key.cloneNode(true));
    document.body.append(copy);
    let x = EDGE;
    for (const item of copy.firstElementChild.children) {
      const text = item.textContent.replace(/\s+/g, " ").trim(), swatch = item.querySelector("i"), size = 12;
      const shape = item.matches(".la-level") ? SHAPES[[...item.classList].find((name) => SHAPES[name])] : "";
      const width = 16 + measure(text, size, 400) + GAP;
      if (x + width > WIDTH - EDGE) { x = EDGE; on.skip(20); }
      if (shape) on.put(shape, x, on.at() + 14, { size, colour: `--la-${item.classList.contains("help") ? "help" : item.classList.contains("watch") ? "watch" : "ink-2"}` });
      else if (swatch) on.sheet.append(node("rect", { x: on.rtl ? on.start(x) - 10 : x, y: on.at() + 4, width: 10, height: 10, rx: 2, fill: getComputedStyle(swatch).backgroundColor, stroke: on.ink.get("--la-line-strong") }));
      on.put(text, x + 16, on.at() + 14, { size });
      x += width;
    }
    copy.remove();
    on.skip(24);
  };
  const widthsOf = (head, rows) => {
    const wish = head.map((title, place) => Math.min(320, Math.max(measure(title, 12, 500), ...rows.map((row) => measure(row[place] ?? "", 12, 400))) + GAP));
    const share = INNER / wish.reduce((sum, each) => sum + each, 0);
    return wish.map((each) => each * Math.min(share, 1.6));
  };
  const rowsOf = (shown, total) => {
    const said = window.laLook.words(), number = new Intl.NumberFormat(said.locale);
    return said.files.rows.replace("{shown}", number.format(shown)).replace("{total}", number.format(total));
  };
  const drawTable = (on, { head, rows }) => {
    const shown = rows.slice(0, MOST_ROWS), widths = widthsOf(head, shown);
    const line = (cells, form) => {
      let x = EDGE;
      cells.forEach((cell, place) => { on.put(cut(String(cell), widths[place] - 8, 12, form.weight || 400), x, on.at() + 17, { size: 12, ...form }); x += widths[place]; });
      on.skip(ROW);
      on.sheet.append(node("line", { x1: EDGE, x2: WIDTH - EDGE, y1: on.at(), y2: on.at(), stroke: on.ink.get("--la-line") }));
    };
    line(head, { weight: 500, colour: "--la-ink-3" });
    for (const row of shown) line(row, { colour: "--la-ink" });
    if (shown.length < rows.length) on.put(rowsOf(shown.length, rows.length), EDGE, on.at() + 17, { size: 12 });
    on.skip(ROW);
  };

  /* ------------------------------------------------------------ the whole picture */
  const inBase64 = async (address) => {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  };
  /* A picture sees no font of the page, so it brings the page's own along. */
  const fonts = async () => {
    const faces = [];
    for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) if (rule instanceof CSSFontFaceRule) faces.push([sheet.href || location.href, rule.cssText]);
    return (await Promise.all(faces.map(async ([base, text]) => {
      const [all, address] = text.match(/url\("?([^")]+)"?\)/) || [];
      return all ? text.replace(all, `url(data:font/woff2;base64,${await inBase64(new URL(address, base))})`) : "";
    }))).join("");
  };
  const drawing = async (card, table) => {
    const said = about(card), on = paper(document.documentElement.dir === "rtl"), plot = plotOf(card), key = card.querySelector(".la-body .la-key");
    on.write(said.title, { size: 18, weight: 600, colour: "--la-ink" });
    on.write(said.line);
    on.skip(10);
    if (plot) await drawChart(on, plot); else drawTable(on, table);
    if (plot && key) drawKey(on, key);
    on.skip(6);
    on.write([said.of, said.filter].filter(Boolean).join(" · "), { size: 12 });
    on.write(said.asOf, { size: 12, colour: "--la-ink-3" });
    const height = on.at() + EDGE - 8;
    const root = node("svg", { xmlns: NS, width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, role: "img" });
    root.append(node("title", {}, said.title), node("style", {}, await fonts()), node("rect", { width: "100%", height: "100%", fill: "#ffffff" }), on.sheet);
    return { text: new XMLSerializer().serializeToString(root), height };
  };
  const picture = async (drawn) => {
    const address = URL.createObjectURL(new Blob([drawn.text], { type: "image/svg+xml" })), image = new Image();
    try {
      image.src = address;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH * SCALE, height: drawn.height * SCALE });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob(done, "image/png"));
    } finally { URL.revokeObjectURL(address); }
  };

  /* ------------------------------------------------------------ the entries of the menus */
  const say = (text) => window.laLook?.say(text);
  const save = (blob, name) => {
    const address = URL.createObjectURL(blob), link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };
  const made = { png: async (card, table) => picture(await drawing(card, table)), svg: async (card, table) => new Blob([(await drawing(card, table)).text], { type: "image/svg+xml" }), csv: async (card, table) => new Blob([file(about(card), table)], { type: "text/csv;charset=utf-8" }) };
  /* Words in the place of the figures: there is nothing to take along. */
  const covered = (card) => Boolean(card.querySelector(".la-body .la-state"));
  const download = async (button) => {
    const card = button.closest(".la-card"), kind = button.dataset.laDownload, words = window.laLook?.words()?.files || {};
    const table = covered(card) ? null : await tableOf(card);
    if (!table) return say(words.nothing);
    save(await made[kind](card, table), `${button.dataset.laName}-${about(card).day}.${kind}`);
    /* Whether the page around forbids downloads, a frame is not told. */
    if (window.top !== window.self) say(words.framed); else say(words.saved);
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-la-download]") : null;
    if (button) download(button).catch(() => say(window.laLook?.words()?.files?.failed));
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    const card = menu instanceof HTMLDetailsElement && menu.open ? menu.closest(".la-card") : null;
    if (card) for (const entry of menu.querySelectorAll("[data-la-download], [data-la-file]")) entry.hidden = covered(card);
  }, true);
})();
