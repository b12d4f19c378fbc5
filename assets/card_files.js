/* Cards as files. An entry of a card's menu asks the server for a picture, a drawing or the numbers of the card, which
   reads them anew for who asks; this file hands over which card, in which form and, of a table, its rows in the order in
   which they stand, and saves what comes. No words of its own. */
(() => {
  "use strict";
  const MOST_ROWS = 6000, ANSWER_MS = 3000;
  const said = () => window.laLook?.words()?.files || {};
  const say = (text) => { if (text) window.laLook?.say(text); };
  let number = 0, pressed = null;

  const end = () => {
    if (!pressed) return;
    for (const part of [pressed.button, pressed.menu]) part?.removeAttribute("aria-busy");
    pressed = null;
  };
  /* The rows of a grid as they are sorted and filtered now; none where there is no grid, or too many rows to name. */
  const orderOf = async (card) => {
    const grid = card.querySelector(".la-table-grid > [id]");
    if (!grid || !window.dash_ag_grid) return [];
    const rows = [];
    (await window.dash_ag_grid.getApiAsync(grid.id)).forEachNodeAfterFilterAndSort(({ data }) => { if (data) rows.push(data.id); });
    return rows.length > MOST_ROWS ? [] : rows;
  };
  const ask = async (button) => {
    if (pressed) return say(said().making);
    const card = button.closest(".la-card"), { laDownload: form, laName: name, laPage: page } = button.dataset;
    const now = pressed = { button, menu: button.closest("details")?.querySelector("summary"), number: ++number };
    for (const part of [now.button, now.menu]) part?.setAttribute("aria-busy", "true");
    say(said().making);
    window.dash_clientside.set_props(`${page}-card-asked`, { data: { card: name, form, order: await orderOf(card), number: now.number } });
  };
  const save = ({ name, media, body }) => {
    const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: media }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    /* Whether the page around forbids downloads, a frame is not told. */
    say(window.top === window.self ? said().saved : said().framed);
  };

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    cards: {
      take: (file) => {
        if (!file || file.number !== pressed?.number) return;
        end();
        if (file.body) save(file); else say(file.said);
      },
      /* Where the answer has failed there is none; where it has come it is taken a moment later. */
      busy: (busy) => {
        const waited = pressed?.number;
        if (busy === false && waited) setTimeout(() => { if (pressed?.number === waited) { end(); say(said().failed); } }, ANSWER_MS);
      },
    },
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-la-download]") : null;
    if (button) ask(button).catch(() => { end(); say(said().failed); });
  });
  /* Words in the place of the figures: there is nothing to take along. */
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    const card = menu instanceof HTMLDetailsElement && menu.open ? menu.closest(".la-card") : null;
    if (!card) return;
    const covered = Boolean(card.querySelector(".la-body .la-state"));
    for (const entry of menu.querySelectorAll("[data-la-download], [data-la-file]")) entry.hidden = covered;
  }, true);
})();
