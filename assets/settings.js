/* The settings of a person: the dialog is filled when it opens, a choice is sent when it is made, and holds at once.
   The button for the theme and the rate of the live badge are kept, too. Nothing is asked while a page loads. */
(() => {
  "use strict";
  const DIALOG = "shell-settings", RATE = "shell-rate", SETTLED = "la-locale-said", REMEMBERED_MS = 6000;
  const root = document.documentElement;
  const dialog = () => document.getElementById(DIALOG);
  const control = (name) => document.getElementById(`${DIALOG}-${name}`);
  /* A page that was opened alone is of whoever has the link: there is nobody whose settings these would be. */
  const alone = () => Boolean(history.state?.la?.only);
  const embedded = () => root.classList.contains("la-embed");
  const base = () => {
    try { return JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix; } catch { return "/"; }
  };
  const address = () => `${base()}account/settings`;
  const say = (name) => {
    const place = document.getElementById(`${DIALOG}-said`);
    if (place) place.textContent = name ? JSON.parse(dialog().dataset.words)[name] : "";
  };
  const send = async (chosen) => {
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(chosen), keepalive: true };
    try { return (await window.fetch(address(), request)).ok; } catch { return false; }
  };

  /* ------------------------------------------------------------ what a choice does here and now */
  /* A frame's address may say how the page looks; what the reader says goes before it. */
  const inAddress = (name, value) => {
    const to = new URL(location.href);
    if (value) to.searchParams.set(name, value); else to.searchParams.delete(name);
    if (to.href !== location.href) history.replaceState(history.state, "", to.href);
  };
  const inFrameAddress = (name, value) => { if (embedded()) inAddress(name, value); };
  const applied = {
    theme: (value) => {
      inFrameAddress("theme", value === "system" ? "" : value);
      window.laLook.chooseTheme(value);
    },
    rate: (value) => { if (value !== "") window.dash_clientside.set_props(RATE, { value: Number(value) }); },
    /* The same address in the other language. It is named there for a moment, until every process has heard of it; in a
       frame it stays, since nobody knows there whose page it is before its scripts have asked. */
    language: (value) => {
      inAddress("locale", value);
      if (value && !embedded()) try { sessionStorage.setItem(SETTLED, value); } catch { /* then it stays in the address */ }
      location.reload();
    },
    course: () => {},
  };
  const settle = () => {
    let said = null;
    try { said = sessionStorage.getItem(SETTLED); sessionStorage.removeItem(SETTLED); } catch { return; }
    if (said) setTimeout(() => { if (new URLSearchParams(location.search).get("locale") === said) inAddress("locale", ""); }, REMEMBERED_MS);
  };

  /* ------------------------------------------------------------ the dialog */
  /* What holds in this browser where nothing was chosen for all of them. */
  const here = {
    theme: () => { try { return localStorage.getItem("la-theme") || "system"; } catch { return "system"; } },
    rate: () => document.querySelector(`#${RATE} input:checked`)?.value ?? "",
    language: () => "",
    course: () => "",
  };
  const options = (name, offered) => {
    const select = control(name);
    while (select.options.length > 1) select.remove(1);
    for (const { value, label } of offered) select.add(new Option(label, value));
  };
  const fill = async () => {
    say("");
    let told;
    try { told = await (await window.fetch(address())).json(); } catch { say("failed"); return; }
    options("language", told.languages);
    options("course", told.courses);
    control("course").parentElement.hidden = told.courses.length === 0;
    for (const [name, value] of Object.entries(told.holds)) control(name).value = value || here[name]();
    dialog().dataset.filled = "1";
  };
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(`[data-la-opens="${DIALOG}"]`)) fill();
    if (event.target.closest("#shell-theme") && !alone()) keep({ theme: root.dataset.bsTheme });
  });
  const keep = async (chosen) => {
    const [[name, value]] = Object.entries(chosen);
    if (name === "theme") inFrameAddress("theme", value);
    await send(chosen);
  };
  document.addEventListener("change", async (event) => {
    const changed = event.target;
    const name = changed.dataset?.setting;
    if (name && changed.closest(`#${DIALOG}`)) {
      const done = await send({ [name]: changed.value });
      say(done ? "kept" : "failed");
      if (done) applied[name](changed.value);
    } else if (changed.closest?.(`#${RATE}`) && !alone()) keep({ rate: changed.value });
  });

  /* ------------------------------------------------------------ the start of a page */
  /* The document of a frame is the same for everybody: whose it is, and how they like it, comes with the layout. */
  const begin = () => {
    const drawn = dialog();
    if (!drawn) return false;
    root.classList.toggle("la-alone", alone());
    if (drawn.dataset.theme && !root.dataset.laTheme && !new URLSearchParams(location.search).get("theme")) window.laLook.chooseTheme(drawn.dataset.theme);
    return true;
  };
  settle();
  if (!begin()) {
    const waiting = new MutationObserver(() => { if (begin()) waiting.disconnect(); });
    waiting.observe(document.body, { subtree: true, childList: true });
  }
})();
