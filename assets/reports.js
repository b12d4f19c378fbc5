/* The list of reports: a file is read here and sent as text; what was just made is opened. */
(() => {
  "use strict";
  let number = 0;
  const send = async (file, most) => {
    /* A file that is longer than a request can carry is none of ours: its beginning is enough for the server to say so. */
    const text = await file.slice(0, most).text();
    number += 1;
    window.dash_clientside.set_props("reports-sent", { data: { text, number } });
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-la-report-file]");
    if (!button) return;
    const field = Object.assign(document.createElement("input"), { type: "file", accept: "application/json,.json" });
    field.addEventListener("change", () => { if (field.files.length) send(field.files[0], Number(button.dataset.laReportFile)); });
    field.click();
  });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    reports: {
      go: (given) => {
        if (!given?.href) return;
        history.pushState({}, "", given.href);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      },
    },
  });
})();
