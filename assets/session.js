/* The session of a page in a frame, where cookies and storage may be blocked: the answer to the launch brings it as data,
   this file keeps it in memory and in history.state, and sends it as a bearer with every request to this service. It runs
   before anything else of the page. In a frame there is no other session; elsewhere this file only notices that the
   cookie's has ended. */
(() => {
  "use strict";
  const given = document.getElementById("la-given");
  const kept = history.state && typeof history.state === "object" ? history.state.la : null;
  let held = kept && typeof kept.bearer === "string" ? kept : null;
  const withHeld = (state) => (held ? { ...(state && typeof state === "object" ? state : {}), la: held } : state);
  /* When the frame is loaded anew, nobody is known yet: the address says whose platforms may frame the page. */
  const withTenant = (address) => {
    if (!held?.tenant || address === null || address === undefined) return address;
    const to = new URL(address, location.href);
    if (/\/embed(\/|$)/.test(to.pathname)) to.searchParams.set("tenant", held.tenant);
    return to.href;
  };
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (state, unused, address) => plain(withHeld(state), unused, withTenant(address));
  }
  if (given) {
    const told = JSON.parse(given.textContent);
    given.remove();
    held = told.held;
    history.replaceState({}, "", told.address);
  }
  /* A session of one page opens no other: whoever has got to another address comes back by loading the frame anew. */
  const astray = () => typeof held?.only === "string" && location.pathname !== new URL(held.only, location.href).pathname;
  if (astray()) history.replaceState({}, "", held.only);
  const embedded = () => /\/embed(\/|$)/.test(location.pathname);

  /* ------------------------------------------------------------ storage that throws: what is kept then ends with the page */
  const inMemory = () => {
    const values = new Map();
    return {
      get length() { return values.size; },
      key: (place) => [...values.keys()][place] ?? null,
      getItem: (name) => values.get(String(name)) ?? null,
      setItem: (name, value) => { values.set(String(name), String(value)); },
      removeItem: (name) => { values.delete(String(name)); },
      clear: () => values.clear(),
    };
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    try { window[name].getItem("la-theme"); } catch { Object.defineProperty(window, name, { value: inMemory(), configurable: true }); }
  }

  /* ------------------------------------------------------------ every request to this service */
  const base = () => {
    try { return JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix; } catch { return "/"; }
  };
  const isOwn = (input) => {
    try { return new URL(input instanceof Request ? input.url : String(input), location.href).origin === location.origin; } catch { return false; }
  };
  const plainFetch = window.fetch.bind(window);
  /* A page of the same site may frame this one, and the browser sends the cookie there, too: whoever is signed in would
     click what that page lays beneath the pointer. So no request from a frame goes by the cookie. */
  const framed = window.parent !== window;
  const send = (input, options = {}) => {
    if (!held) return plainFetch(input, framed ? { ...options, credentials: "omit" } : options);
    const headers = new Headers(options.headers || (input instanceof Request ? input.headers : undefined));
    headers.set("Authorization", `Bearer ${held.bearer}`);
    return plainFetch(input, { ...options, headers, credentials: "omit" });
  };
  window.fetch = async (input, options) => {
    if (!isOwn(input)) return plainFetch(input, options);
    const response = await send(input, options);
    if (response.status === 401) over("over");
    else if (response.status === 403 && astray()) over("alone");
    return response;
  };

  /* For a request that is no fetch, since it tells how far it is: the same bearer. */
  window.laAuthorize = (request) => { if (held) request.setRequestHeader("Authorization", `Bearer ${held.bearer}`); };

  /* ------------------------------------------------------------ the session has ended */
  let told = false;
  const over = (why) => {
    if (told) return;
    told = true;
    if (held || embedded()) say(why); else location.reload();
  };
  /* In place of the page, as soon as the frame around it, which holds the words, is drawn. */
  const say = (why) => {
    const holder = document.getElementById("shell-words");
    if (!holder) { setTimeout(say, 100, why); return; }
    const words = JSON.parse(holder.dataset.words);
    const title = Object.assign(document.createElement("h1"), { className: "h5", textContent: words[`${why}Title`] });
    const text = Object.assign(document.createElement("p"), { className: "la-2", textContent: words[why] });
    const main = Object.assign(document.createElement("main"), { className: "la-narrow", id: "la-over" });
    main.setAttribute("role", "alert");
    main.append(title, text);
    const page = document.getElementById("react-entry-point");
    page.hidden = true;
    page.after(main);
    postHeight();
  };

  /* ------------------------------------------------------------ the height, for the page that frames this one */
  const parent = () => {
    const known = held?.origins || [];
    let framer = location.ancestorOrigins?.[0];
    try { framer ||= new URL(document.referrer).origin; } catch { /* the platform hides where we come from */ }
    if (framer) return known.includes(framer) ? framer : null;
    return known.length === 1 ? known[0] : null;
  };
  let target, posted = 0;
  const contentHeight = () => {
    const parts = [...document.querySelectorAll("#shell-content, #la-over")];
    const ends = parts.map((part) => part.getBoundingClientRect()).filter((box) => box.height).map((box) => box.bottom + window.scrollY);
    return Math.ceil(Math.max(0, ...ends));
  };
  const postHeight = () => {
    if (!held || window.parent === window || !target) return;
    const height = contentHeight();
    if (!height || Math.abs(height - posted) < 2) return;
    posted = height;
    window.parent.postMessage({ subject: "lti.frameResize", height }, target);
  };
  if (held && window.parent !== window) {
    target = parent();
    let waiting = false;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; postHeight(); });
    };
    const sizes = new ResizeObserver(soon);
    const watch = () => {
      const content = document.getElementById("shell-content");
      if (!content) { setTimeout(watch, 50); return; }
      sizes.observe(content);
    };
    watch();
  }

  /* ------------------------------------------------------------ a new tab, which carries no header: a ticket instead */
  const ticketFor = async (path) => {
    const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ path }) };
    const response = await window.fetch(`${base()}tickets`, asked);
    return response.ok ? (await response.json()).ticket : null;
  };
  const openTab = async (path) => {
    const ticket = await ticketFor(path);
    if (!ticket) return;
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: `${base()}tab`, target: "_blank", hidden: true });
    form.rel = "noopener";
    for (const [name, value] of Object.entries({ ticket, path })) form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(form);
    form.submit();
    form.remove();
  };
  document.addEventListener("click", (event) => {
    const anchor = held && event.target instanceof Element ? event.target.closest("a[target=_blank][href]") : null;
    if (!anchor || event.defaultPrevented || new URL(anchor.href).origin !== location.origin) return;
    event.preventDefault();
    const { pathname, search } = new URL(anchor.href);
    openTab(pathname + search);
  });

  /* ------------------------------------------------------------ files: of what the page shows, with its filters; or one that has an address of its own ("own"), to which the cookie goes by itself */
  document.addEventListener("click", async (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a[data-la-file][href]") : null, own = anchor?.dataset.laFile === "own";
    if (!anchor || event.defaultPrevented || (own && !held)) return;
    event.preventDefault();
    const query = own ? anchor.search : location.search, path = anchor.pathname + query;
    if (!held) { location.assign(path); return; }
    const ticket = await ticketFor(path);
    if (ticket) location.assign(`${path}${query ? "&" : "?"}ticket=${encodeURIComponent(ticket)}`);
  });
})();
