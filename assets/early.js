/* Before the first paint: the theme (the reader's choice, else the system's) and whether the page stands in a frame. */
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    /* What the reader has chosen on any device goes before what was chosen on this one. */
    if (root.dataset.laTheme === "system") localStorage.removeItem("la-theme");
    else if (root.dataset.laTheme) localStorage.setItem("la-theme", root.dataset.laTheme);
    chosen = window.localStorage.getItem("la-theme");
  } catch { /* a frame without storage follows the system */ }
  /* What frames the page may say how it looks itself. */
  const said = new URLSearchParams(location.search).get("theme");
  if (/\/embed(-link)?(\/|$)/.test(location.pathname) && (said === "dark" || said === "light")) chosen = said;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = dark ? "dark" : "light";
  const embedded = () => root.classList.toggle("la-embed", /\/embed(\/|$)/.test(location.pathname));
  embedded();
  window.addEventListener("_dashprivate_pushstate", embedded);
  window.addEventListener("popstate", embedded);
})();
