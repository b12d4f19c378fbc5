/* Files that go from the browser to the service: chosen or dropped, sent one after the other as they are, never held in
   memory. What has arrived stands in the Store that the place names, so that callbacks go on. See
   dashapp/components/uploads.py and dashapp/api/uploads.py. */
(() => {
  "use strict";
  const MOST = 100;
  /* By the box: Dash may draw a page anew, then its boxes are others. */
  const places = new WeakMap();
  const locale = () => {
    try { return JSON.parse(document.getElementById("shell-words").dataset.words).locale; } catch { return undefined; }
  };
  const base = () => {
    try { return JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix; } catch { return "/"; }
  };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const unit = (value, name, digits = 0, display = "short") => new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: display, maximumFractionDigits: digits }).format(value);
  const size = (bytes) => bytes < 1e3 ? unit(bytes, "byte") : bytes < 1e6 ? unit(bytes / 1e3, "kilobyte") : bytes < 1e9 ? unit(bytes / 1e6, "megabyte", 1) : unit(bytes / 1e9, "gigabyte", 2);
  const percent = (part) => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(part);
  const time = (seconds) => seconds < 90 ? unit(Math.max(1, Math.round(seconds)), "second", 0, "long") : seconds < 5400 ? unit(Math.round(seconds / 60), "minute", 0, "long") : unit(seconds / 3600, "hour", 1, "long");
  const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });

  const placeOf = (box) => {
    let place = places.get(box);
    if (!place) {
      const { laUpload: store, organisation, purpose, accept, several, words } = box.dataset;
      const kinds = accept.split(",").filter(Boolean);
      place = { box, store, organisation, purpose, kinds, several: several === "1", words: JSON.parse(words), files: [], sending: null };
      places.set(box, place);
    }
    return place;
  };
  const list = (place) => place.box.querySelector(".la-uploads");
  const say = (place, text) => { place.box.querySelector(".la-upload-said").textContent = text; };
  const tell = (place) => {
    const data = place.files.filter((one) => one.key).map(({ key, name, bytes }) => ({ key, name, bytes }));
    window.dash_clientside.set_props(place.store, { data });
  };

  /* ------------------------------------------------------------ one line */
  const button = (place, one, word, act) => {
    const made = element("button", "btn btn-sm btn-outline-secondary", place.words[word]);
    made.type = "button";
    made.setAttribute("aria-label", filled(place.words[`${word}Named`], { name: one.name }));
    made.addEventListener("click", act);
    one.actions.replaceChildren(made);
  };
  const add = (place, file) => {
    const one = { file, name: file.name, bytes: file.size, key: null, request: null, line: element("li", "") };
    one.words = element("span", "la-small la-num", place.words.waits);
    one.bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, hidden: true });
    one.bar.setAttribute("aria-label", file.name);
    one.actions = element("span", "la-upload-actions");
    const named = element("span", "la-m la-wrap");
    named.append(element("bdi", "", file.name));
    const row = element("div", "la-upload-line");
    row.append(named, one.bar, one.words, one.actions);
    one.line.append(row);
    button(place, one, "cancel", () => drop(place, one, place.words.cancelled));
    place.files.push(one);
    list(place).append(one.line);
  };
  const drop = (place, one, said) => {
    place.files = place.files.filter((other) => other !== one);
    one.dropped = true;
    one.request?.abort();
    const was = one.line.contains(document.activeElement);
    one.line.remove();
    if (was) place.box.querySelector(".la-drop button").focus();
    if (said) say(place, said);
    if (one.key) tell(place);
    next(place);
  };
  const fail = (place, one, text) => {
    one.request = null;
    one.failed = true;
    one.bar.hidden = true;
    one.words.textContent = text;
    one.line.classList.add("la-upload-failed");
    say(place, `${one.name}: ${text}`);
    const again = () => { one.failed = false; one.line.classList.remove("la-upload-failed"); one.words.textContent = place.words.waits; button(place, one, "cancel", () => drop(place, one, place.words.cancelled)); next(place); };
    button(place, one, "again", again);
    const away = element("button", "btn btn-sm btn-outline-secondary", place.words.remove);
    away.type = "button";
    away.setAttribute("aria-label", filled(place.words.removeNamed, { name: one.name }));
    away.addEventListener("click", () => drop(place, one, ""));
    one.actions.append(away);
    if (place.sending === one) place.sending = null;
    next(place);
  };

  /* ------------------------------------------------------------ sending */
  const reason = (place, status, text) => {
    const { words } = place;
    let limit = 0;
    try { limit = JSON.parse(text).limit || 0; } catch { /* no words of ours */ }
    if (status === 413) return filled(words.large, { limit: size(limit) });
    if (status === 507) return words.full;
    if (status === 503) return words.busy;
    if (status === 408) return words.slow;
    if (status === 411) return words.empty;
    if ([401, 403, 404].includes(status)) return words.closed;
    return status ? words.other : words.broken;
  };
  const next = (place) => {
    if (place.sending) return;
    const one = place.files.find((each) => !each.key && !each.failed);
    if (!one) return;
    place.sending = one;
    start(place, one);
  };
  const start = async (place, one) => {
    const address = `${base()}organisations/${place.organisation}/uploads?purpose=${place.purpose}`;
    /* Asked first: a browser reads no refusal before it has sent everything. */
    let asked;
    try {
      asked = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ bytes: one.bytes }) });
    } catch { asked = null; }
    if (one.dropped) { place.sending = null; next(place); return; }
    if (!asked?.ok) { fail(place, one, reason(place, asked?.status || 0, asked ? await asked.text() : "")); return; }
    const request = (one.request = new XMLHttpRequest());
    const begun = performance.now();
    one.bar.hidden = false;
    request.upload.onprogress = ({ loaded, total }) => {
      const seconds = (performance.now() - begun) / 1000, left = (total - loaded) * seconds / Math.max(1, loaded);
      one.bar.value = total ? loaded / total : 0;
      const values = { percent: percent(total ? loaded / total : 0), done: size(loaded), total: size(total), left: time(left) };
      one.words.textContent = filled(seconds > 1 && loaded < total ? place.words.sends : place.words.begins, values);
    };
    request.upload.onload = () => { one.words.textContent = place.words.keeps; };
    request.onload = () => {
      if (request.status !== 200) { fail(place, one, reason(place, request.status, request.responseText)); return; }
      const answer = JSON.parse(request.responseText);
      Object.assign(one, { key: answer.key, bytes: answer.bytes, request: null, file: null });
      one.bar.hidden = true;
      one.words.textContent = filled(place.words.arrived, { total: size(one.bytes) });
      button(place, one, "remove", () => drop(place, one, ""));
      say(place, filled(place.words.someArrived, { name: one.name }));
      place.sending = null;
      tell(place);
      next(place);
    };
    request.onerror = () => fail(place, one, place.words.broken);
    request.onabort = () => { place.sending = null; next(place); };
    request.open("PUT", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(one.name));
    window.laAuthorize(request);
    request.send(one.file);
  };
  const take = (box, files) => {
    const place = placeOf(box), given = [...files];
    if (!given.length) return;
    say(place, "");
    if (!place.several) for (const one of [...place.files]) drop(place, one, "");
    const chosen = place.several ? given : given.slice(0, 1);
    if (place.files.length + chosen.length > MOST) { say(place, place.words.many); return; }
    for (const file of chosen) {
      const fits = !place.kinds.length || place.kinds.some((kind) => file.name.toLowerCase().endsWith(kind));
      if (!fits) { say(place, `${file.name}: ${filled(place.words.kind, { kinds: place.kinds.join(" ") })}`); continue; }
      if (!file.size) { say(place, `${file.name}: ${place.words.empty}`); continue; }
      add(place, file);
    }
    next(place);
  };

  /* ------------------------------------------------------------ choosing and dropping */
  const boxOf = (event) => event.target instanceof Element ? event.target.closest("[data-la-upload]") : null;
  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest(".la-drop button") : null;
    const box = pressed && boxOf(event);
    if (!box) return;
    const place = placeOf(box);
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: place.several, accept: place.kinds.join(",") });
    input.addEventListener("change", () => take(box, input.files));
    input.click();
  });
  document.addEventListener("dragover", (event) => {
    if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
    const box = boxOf(event);
    for (const other of document.querySelectorAll(".la-dragged")) if (other !== box) other.classList.remove("la-dragged");
    if (!box) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    box.classList.add("la-dragged");
  });
  document.addEventListener("dragleave", (event) => {
    const box = boxOf(event);
    if (box && !box.contains(event.relatedTarget)) box.classList.remove("la-dragged");
  });
  document.addEventListener("drop", (event) => {
    const box = boxOf(event);
    if (!box) return;
    event.preventDefault();
    box.classList.remove("la-dragged");
    take(box, event.dataTransfer.files);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("[data-la-upload]")].some((box) => places.get(box)?.sending)) event.preventDefault();
  });
})();
