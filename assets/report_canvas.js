/* The canvas of a report: its blocks in twelve columns, chosen and moved by mouse and by keyboard. */
(() => {
  "use strict";
  const report = window.laReport;
  const canvas = () => document.getElementById("report-canvas");
  const element = (name, properties = {}, children = []) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  /* ------------------------------------------------------------ drawing */
  const told = (block) => report.now().told[block.id] || { name: block.title || block.text || "", line: "", shape: "text" };
  const pageNumber = (list, place) => 1 + list.slice(0, place + 1).filter((block) => block.kind === "page_break").length;
  const fill = (item, block, place, list) => {
    const { name, line, shape } = told(block), isPage = block.kind === "page_break", chosen = block.id === report.now().selected;
    const label = isPage ? report.put(report.words().page, { number: pageNumber(list, place) }) : name;
    const sketch = block.kind === "data" && !["number", "table"].includes(shape);
    item.className = `la-blk w${isPage ? 12 : block.width || 12} ${block.kind}`;
    item.tabIndex = chosen ? 0 : -1;
    item.setAttribute("aria-selected", String(chosen));
    item.replaceChildren(
      element("span", { className: "la-blk-name" }, [element("bdi", { textContent: label })]),
      ...(isPage ? [] : [element("small", { textContent: line })]),
      ...(sketch ? [element("i", { className: `la-sketch shape-${shape}` })] : []),
    );
    return item;
  };
  const drawBlock = (block, place, list) => {
    const item = element("li", { draggable: report.now().mayEdit });
    item.dataset.block = block.id;
    item.setAttribute("role", "option");
    return fill(item, block, place, list);
  };
  /* Whoever has a block in their hand keeps it: only its words are written anew while the blocks are the same. */
  const refill = (place, list) => {
    const items = [...place.querySelectorAll(".la-blk")];
    if (!list.length || items.length !== list.length || items.some((item, at) => item.dataset.block !== list[at].id || item.draggable !== report.now().mayEdit)) return false;
    items.forEach((item, at) => fill(item, list[at], at, list));
    if (!list.some((block) => block.id === report.now().selected)) items[0].tabIndex = 0;
    return true;
  };
  const draw = () => {
    const place = canvas();
    if (!place || !report.now().document) return;
    const held = place.contains(document.activeElement), list = report.blocks();
    const paper = document.querySelector(".la-paper"), given = report.now().document;
    if (paper) paper.textContent = report.put(report.words().layout, { paper: report.words().papers?.[`${given.paper}-${given.orientation}`] });
    if (refill(place, list)) return;
    const box = element("ol", { className: "la-blks" });
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", report.words().blocks);
    box.append(...list.map(drawBlock));
    const first = box.querySelector("[tabindex='0']") || box.firstElementChild;
    if (first) first.tabIndex = 0;
    place.replaceChildren(...(list.length ? [box] : [element("p", { className: "la-blks-empty la-small la-2", textContent: report.words().empty })]));
    if (held) focusChosen();
  };
  const focusChosen = () => (canvas()?.querySelector("[aria-selected='true']") || canvas()?.querySelector(".la-blk"))?.focus();

  /* ------------------------------------------------------------ by mouse and by keyboard */
  const blockOf = (target) => (target instanceof Element ? target.closest("#report-canvas .la-blk") : null);
  document.addEventListener("click", (event) => {
    const item = blockOf(event.target);
    if (item) { report.select(item.dataset.block); focusChosen(); return; }
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".la-add-page")) report.add({ kind: "page_break" }, report.words().page, report.blocks().length);
    else if (event.target.closest(".la-report-name")) report.select(null);
  });
  const goTo = (place) => {
    const block = report.blocks()[place];
    if (!block) return;
    report.select(block.id);
    focusChosen();
  };
  const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };
  const onBlock = (event, item) => {
    const id = item.dataset.block, place = report.placeOf(id), end = report.blocks().length - 1;
    const rtl = document.documentElement.dir === "rtl" && ["ArrowLeft", "ArrowRight"].includes(event.key) ? -1 : 1;
    const way = (STEPS[event.key] || 0) * rtl;
    if (way && event.altKey) report.move(id, place + way);
    else if (way) goTo(place + way);
    else if (event.key === "Home") goTo(0);
    else if (event.key === "End") goTo(end);
    else if (event.key === "Delete" || event.key === "Backspace") report.remove(id);
    else if (event.key === "Enter" || event.key === " ") { report.select(id); window.laReportInspector.focus(); }
    else return;
    event.preventDefault();
  };
  document.addEventListener("focusin", (event) => {
    const item = blockOf(event.target);
    if (item) report.select(item.dataset.block);
  });
  document.addEventListener("keydown", (event) => {
    const item = blockOf(event.target);
    if (item && !event.ctrlKey && !event.metaKey) { onBlock(event, item); return; }
    const typed = event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
    if (!canvas() || typed || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) report.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) report.redo();
    else return;
    event.preventDefault();
  });
  report.on(draw);
  window.laReportCanvas = { draw, focusChosen };
})();
