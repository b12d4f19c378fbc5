/* The document of a report while it is edited: what it is now, which block is selected, and every step that was done, so
   that it can be undone. Documents are never changed in place: a step keeps the one before. */
(() => {
  "use strict";
  const MOST_STEPS = 300, ONE_STEP_MS = 1500;
  const empty = () => ({ id: null, document: null, selected: null, mayEdit: false, choices: {}, told: {}, revision: 0 });
  let now = empty(), done = [], undone = [], last = { key: null, at: 0 };
  const listeners = [];

  const words = () => {
    const holder = document.getElementById("report-words");
    try { return JSON.parse(holder.dataset.words); } catch { return {}; }
  };
  const put = (pattern, values) => (pattern || "").replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  /* What was done is heard by whoever does not see it. */
  const say = (text) => {
    const place = document.querySelector(".la-report-live");
    if (place) place.textContent = text;
  };
  const tell = (what) => { for (const listener of listeners) listener(what); };

  /* Without a secure context there is no randomUUID, and the service may run in a network of its own. */
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  const blocks = () => now.document?.blocks || [];
  const placeOf = (id) => blocks().findIndex((block) => block.id === id);
  const nameOf = (id) => now.told[id]?.name || "";

  /* One step: `key` joins what is typed in one go. */
  const step = (next, { selected = now.selected, key = null } = {}) => {
    if (!now.mayEdit || !now.document) return;
    const goesOn = key !== null && key === last.key && Date.now() - last.at < ONE_STEP_MS;
    if (!goesOn) done = [...done, { document: now.document, selected: now.selected }].slice(-MOST_STEPS);
    undone = [];
    last = { key, at: Date.now() };
    now.document = next;
    now.selected = selected;
    tell("edited");
  };
  const withBlocks = (list) => ({ ...now.document, blocks: list });

  const add = (block, name, place = null) => {
    if (!now.mayEdit || !now.document) return;
    const after = placeOf(now.selected), list = [...blocks()];
    const at = place ?? (after < 0 ? list.length : after + 1);
    const made = { ...block, id: newId() };
    list.splice(at, 0, made);
    now.told[made.id] = { name, line: "", shape: "text" };
    step(withBlocks(list), { selected: made.id });
    say(put(words().added, { name, place: at + 1, total: list.length }));
  };
  const move = (id, place) => {
    const from = placeOf(id), list = [...blocks()];
    const to = Math.max(0, Math.min(list.length - 1, place));
    if (from < 0 || from === to) return;
    const [block] = list.splice(from, 1);
    list.splice(to, 0, block);
    step(withBlocks(list), { selected: id });
    say(put(words().moved, { name: nameOf(id), place: to + 1, total: list.length }));
  };
  const remove = (id) => {
    const place = placeOf(id);
    if (place < 0) return;
    const list = blocks().filter((block) => block.id !== id);
    step(withBlocks(list), { selected: list[Math.min(place, list.length - 1)]?.id ?? null });
    say(put(words().removed, { name: nameOf(id) }));
  };
  const duplicate = (id) => {
    const block = blocks()[placeOf(id)];
    if (block) add(block, nameOf(id), placeOf(id) + 1);
  };
  /* `patch`: fields of the block; those of its question stand in a field of that name. */
  const merged = (old, patch) => ({ ...old, ...patch, ...(patch.question ? { question: { ...old.question, ...patch.question } } : {}) });
  const change = (id, patch, key = null) => {
    if (id === null) { step({ ...now.document, ...patch }, { key: key && `report ${key}` }); return; }
    if (placeOf(id) < 0) return;
    step(withBlocks(blocks().map((block) => (block.id === id ? merged(block, patch) : block))), { key: key && `${id} ${key}` });
    if (!key) say(put(words().changed, { name: nameOf(id) }));
  };

  const back = (from, to, text) => {
    const before = from.at(-1);
    if (!before || !now.mayEdit) return [from, to];
    const kept = [...to, { document: now.document, selected: now.selected }];
    now.document = before.document;
    now.selected = before.selected;
    last = { key: null, at: 0 };
    say(text);
    return [from.slice(0, -1), kept];
  };
  const undo = () => { const had = done.length; [done, undone] = back(done, undone, words().undone); if (had) tell("edited"); };
  const redo = () => { const had = undone.length; [undone, done] = back(undone, done, words().redone); if (had) tell("edited"); };

  const select = (id) => {
    if (now.selected === id) return;
    now.selected = id;
    last = { key: null, at: 0 };
    tell("selected");
  };
  const open = (given) => {
    now = { ...empty(), id: given.id, document: given.document, mayEdit: given.mayEdit, choices: given.choices || {}, revision: given.revision };
    done = [];
    undone = [];
    tell("opened");
  };
  const restore = (given) => { step(given, { selected: null }); say(words().restored); };

  window.laReport = {
    add, blocks, change, duplicate, move, nameOf, open, placeOf, put, redo, remove, restore, say, select, undo, words,
    on: (listener) => { listeners.push(listener); },
    now: () => now,
    steps: () => ({ done: done.length, undone: undone.length }),
  };
})();
