/* Between the document of a report and the server: asks for the preview and for what is offered, saves by itself, and
   says so. The stores are Dash's; what is in the document is read by the server as if a stranger had sent it. */
(() => {
  "use strict";
  const report = window.laReport;
  const PREVIEW_MS = 120, SAVE_MS = 1200, AGAIN_MS = 15000;
  let number = 0, shown = 0, drawn = "", asking = 0, saving = 0, again = 0, under = null, kept = null, conflict = null, savedAt = "";
  const set = (id, data) => window.dash_clientside.set_props(id, { data });
  const words = () => report.words();
  const there = () => document.getElementById("report-page");
  const dirty = () => Boolean(report.now().mayEdit && report.now().document && report.now().document !== kept);
  const savedWords = () => report.put(words().saved, { time: savedAt });
  const write = (text) => { const place = document.querySelector(".la-saved"); if (place) place.textContent = text; };

  /* ------------------------------------------------------------ preview */
  const ask = () => {
    if (!there() || !report.now().document) return;
    number += 1;
    set("report-wanted", { document: report.now().document, selected: report.now().selected, number });
  };
  const askSoon = () => { clearTimeout(asking); asking = setTimeout(ask, PREVIEW_MS); };
  window.laReportSaving = { ask: askSoon };

  /* ------------------------------------------------------------ saving */
  const save = () => {
    clearTimeout(saving);
    if (!dirty() || under || conflict || !there()) return;
    const given = report.now().document;
    if (new Blob([JSON.stringify(given)]).size > words().largest) { write(words().tooLarge); return; }
    number += 1;
    under = { id: report.now().id, number, document: given };
    write(words().saving);
    set("report-saving", { ...under, revision: report.now().revision });
    clearTimeout(again);
    again = setTimeout(() => { under = null; write(words().failed); save(); }, AGAIN_MS);
  };
  const saveSoon = () => {
    clearTimeout(saving);
    /* Whoever undoes everything stands where it was saved. */
    if (!dirty()) { if (!under) write(savedWords()); return; }
    write(words().unsaved);
    saving = setTimeout(save, SAVE_MS);
  };
  const showConflict = (shown) => {
    const place = document.querySelector(".la-conflict");
    if (!place) return;
    place.hidden = !shown;
    if (!shown) { place.replaceChildren(); return; }
    const button = (text, press) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: text });
      made.addEventListener("click", press);
      return made;
    };
    const text = Object.assign(document.createElement("b"), { textContent: words().conflict });
    const theirs = button(words().theirs, () => { kept = report.now().document; location.reload(); });
    const mine = button(words().mine, () => { report.now().revision = conflict; conflict = null; showConflict(false); save(); });
    place.replaceChildren(text, theirs, mine);
  };

  /* ------------------------------------------------------------ the bar */
  const bar = () => {
    const { done, undone } = report.steps(), may = report.now().mayEdit;
    const undo = document.querySelector(".la-undo"), redo = document.querySelector(".la-redo"), name = document.querySelector(".la-report-name");
    if (undo) undo.disabled = !may || !done;
    if (redo) redo.disabled = !may || !undone;
    const title = report.now().document?.title || words().report;
    if (name && name.textContent !== title) name.textContent = title;
  };
  report.on((what) => {
    bar();
    askSoon();
    if (what === "edited") saveSoon();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".la-undo")) report.undo();
    else if (event.target.closest(".la-redo")) report.redo();
    else if (event.target.closest(".la-export")) download();
    else if (event.target.closest("#report-share-open")) openDialog("report-shares");
    else if (event.target.closest("#report-download-open")) { save(); openDialog("report-downloads"); }
    else if (event.target.closest("#report-version-open")) { save(); openDialog("report-versions"); }
  });
  const openDialog = (id) => { const dialog = document.getElementById(id); if (dialog && !dialog.open) dialog.showModal(); };
  const download = () => {
    const given = report.now().document;
    if (!given) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(given, null, 2)], { type: "application/json" }));
    link.download = `${(given.title || "report").replace(/[^\p{L}\p{N} _-]+/gu, "").trim().slice(0, 80) || "report"}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  /* Whoever goes to another page leaves nothing behind. */
  document.addEventListener("click", (event) => { if (dirty() && there() && event.target instanceof Element && event.target.closest("a[href]")) save(); }, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden && there()) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (!there() || !dirty()) return;
    save();
    event.preventDefault();
  });

  /* ------------------------------------------------------------ for Dash */
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    report: {
      opened: (given) => {
        if (!given) return;
        [under, conflict] = [null, null];
        clearTimeout(again);
        kept = given.document;
        savedAt = given.saved;
        drawn = "";
        /* What was asked for the report before is of no interest any more. */
        shown = number + 1;
        report.open(given);
        showConflict(false);
        write(given.trouble || (given.mayEdit ? savedWords() : words().readOnly));
      },
      offered: (given) => {
        if (!given || given.number < shown) return;
        shown = given.number;
        if (given.trouble) { write(given.trouble); return; }
        /* News of the figures change nothing of what can be chosen. */
        const said = JSON.stringify(given);
        if (said === drawn) return;
        drawn = said;
        Object.assign(report.now().told, given.blocks);
        window.laReportCanvas.draw();
        /* An answer to what was asked before is overtaken by the one that is on its way. */
        if (given.selected === report.now().selected) window.laReportInspector.draw(given);
      },
      saved: (given) => {
        /* An answer that comes late is of what nobody waits for any more, perhaps of another report. */
        if (!given || given.number !== under?.number || given.id !== under.id) return;
        clearTimeout(again);
        const was = under.document;
        under = null;
        if (given.trouble) { write(given.trouble); return; }
        if (given.conflict) { conflict = given.revision; write(""); showConflict(true); return; }
        report.now().revision = given.revision;
        kept = was;
        savedAt = given.saved;
        saveSoon();
      },
      restored: (given) => {
        if (!given) return;
        document.getElementById("report-versions")?.close();
        report.restore(given.document);
      },
    },
  });
})();
