/* Dragging: a question from the palette into a report, and a block to another place. Everything can be done by keyboard,
   too: Enter on a question, Alt and the arrow keys on a block (report_canvas.js). */
(() => {
  "use strict";
  const report = window.laReport;
  let dragged = null;
  const list = () => document.querySelector("#report-canvas .la-blks") || document.querySelector("#report-canvas");
  const items = () => [...document.querySelectorAll("#report-canvas .la-blk")];
  const rtl = () => document.documentElement.dir === "rtl";

  /* Before which block the pointer is, in the order in which one reads. */
  const placeAt = (x, y) => {
    const found = items().findIndex((item) => {
      const box = item.getBoundingClientRect(), middle = (box.left + box.right) / 2;
      if (y < box.top) return true;
      return y <= box.bottom && (box.width > 0.7 * list().clientWidth ? y < (box.top + box.bottom) / 2 : rtl() ? x > middle : x < middle);
    });
    return found < 0 ? items().length : found;
  };
  const clear = () => {
    document.querySelector("#report-canvas .la-dropping")?.remove();
    document.querySelectorAll(".la-dragged").forEach((one) => one.classList.remove("la-dragged"));
  };
  const mark = (place) => {
    let drop = document.querySelector("#report-canvas .la-dropping");
    if (drop?.dataset.place === String(place)) return;
    drop?.remove();
    drop = Object.assign(document.createElement("li"), { className: "la-dropping", textContent: report.put(report.words().drop, { name: dragged.name }) });
    drop.setAttribute("role", "presentation");
    drop.dataset.place = String(place);
    list().insertBefore(drop, items()[place] || null);
  };

  document.addEventListener("dragstart", (event) => {
    const question = event.target instanceof Element && event.target.closest("[data-la-block]");
    const item = event.target instanceof Element && event.target.closest("#report-canvas .la-blk");
    if ((!question && !item) || !report.now().mayEdit) return;
    dragged = question ? { block: JSON.parse(question.dataset.laBlock), name: question.dataset.laName } : { id: item.dataset.block, name: report.nameOf(item.dataset.block) };
    (question || item).classList.add("la-dragged");
    event.dataTransfer.effectAllowed = question ? "copy" : "move";
    event.dataTransfer.setData("text/plain", dragged.name);
  });
  document.addEventListener("dragover", (event) => {
    if (!dragged || !(event.target instanceof Element) || !event.target.closest(".la-canvas-pane")) return;
    event.preventDefault();
    if (!event.target.closest(".la-dropping")) mark(placeAt(event.clientX, event.clientY));
  });
  document.addEventListener("drop", (event) => {
    const drop = document.querySelector("#report-canvas .la-dropping");
    if (!dragged || !drop) return;
    event.preventDefault();
    const place = Number(drop.dataset.place), what = dragged;
    dragged = null;
    clear();
    if (what.block) report.add(what.block, what.name, place);
    else report.move(what.id, place > report.placeOf(what.id) ? place - 1 : place);
    window.laReportCanvas.focusChosen();
  });
  document.addEventListener("dragend", () => { dragged = null; clear(); });

  /* ------------------------------------------------------------ the palette: a click or Enter adds, words search */
  document.addEventListener("click", (event) => {
    const question = event.target instanceof Element && event.target.closest("[data-la-block]");
    if (question) report.add(JSON.parse(question.dataset.laBlock), question.dataset.laName);
  });
  const search = (field) => {
    const asked = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const question of document.querySelectorAll("#report-palette .la-q")) {
      const text = question.textContent.toLocaleLowerCase();
      question.hidden = !asked.every((word) => text.includes(word));
      found += question.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll("#report-palette .la-q-group")) group.hidden = !group.querySelector(".la-q:not([hidden])");
    const none = document.querySelector(".la-q-none");
    if (none) none.hidden = found > 0;
    report.say(found ? report.put(report.words().found, { number: found }) : report.words().nothingFits);
  };
  document.addEventListener("input", (event) => { if (event.target.id === "report-search") search(event.target); });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "report-search" || event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector("#report-palette .la-q:not([hidden])")?.click();
  });
})();
