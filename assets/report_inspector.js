/* The inspector of a report: draws the controls that the server offers for the selected block, and makes the changes that
   their choices bring along. What makes no sense stays in sight with its reason. */
(() => {
  "use strict";
  const report = window.laReport;
  let offered = null;
  const shown = new WeakMap();
  const words = () => report.words();
  const element = (name, properties = {}, children = []) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter(Boolean));
    return made;
  };
  /* A title that came with a question of the palette says what was asked then: another measure gets its own. */
  const renamed = (patch) => {
    if (!patch.question?.measures || "title" in patch) return patch;
    const block = report.now().document.blocks.find((one) => one.id === offered.selected);
    const named = [...document.querySelectorAll("#report-palette [data-la-name]")].some((one) => one.dataset.laName === block?.title);
    return named ? { ...patch, title: "" } : patch;
  };
  const change = (patch, key) => report.change(offered.selected, patch, key);
  /* {question: {limit: 5}} from ["question", "limit"] and 5. */
  const patchOf = (path, value) => path.reduceRight((inner, name) => ({ [name]: inner }), value);
  const field = (control, input) => {
    const id = `report-control-${control.name}`;
    input.id = id;
    input.disabled = !report.now().mayEdit;
    return element("div", { className: "la-f" }, [element("label", { htmlFor: id, textContent: control.label }), input]);
  };
  const group = (control, buttons, className = "la-seg") => {
    const box = element("div", { className: `${className} la-seg-of` }, buttons);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", control.label);
    return element("div", { className: "la-f" }, [element("span", { textContent: control.label }), box]);
  };
  const choose = (option) => {
    if (option.why) report.say(option.why);
    else if (option.change) change(renamed(option.change));
  };

  /* ------------------------------------------------------------ the kinds of controls */
  const typed = (name) => (control) => {
    const input = element(name, { className: "form-control", value: control.value ?? "", maxLength: control.most });
    if (name === "input") input.type = "text";
    if (name === "textarea") input.rows = 6;
    if (control.hint) input.placeholder = control.hint;
    input.addEventListener("input", () => change(patchOf(control.path, input.value), control.name));
    return field(control, input);
  };
  const number = (control) => {
    const input = element("input", { className: "form-control", type: "number", min: 1, max: control.most, value: control.value ?? "", placeholder: control.hint || "" });
    input.addEventListener("change", () => {
      const given = Math.round(Number(input.value));
      change(patchOf(control.path, input.value && given >= 1 ? Math.min(given, control.most) : null), control.name);
    });
    return field(control, input);
  };
  const select = (control) => {
    const options = control.options.map((option, place) => element("option", { value: String(place), textContent: option.label, disabled: Boolean(option.why), selected: option.value === control.value }));
    const input = element("select", { className: "form-select" }, options);
    input.addEventListener("change", () => choose(control.options[Number(input.value)]));
    return field(control, input);
  };
  const buttonOf = (control, inside, className = "") => (option) => {
    const button = element("button", { type: "button", className, disabled: !report.now().mayEdit, title: option.why ? `${option.label}: ${option.why}` : option.label }, inside(option));
    button.setAttribute("aria-pressed", String(option.value === control.value));
    if (option.why) button.setAttribute("aria-disabled", "true");
    if (className) button.setAttribute("aria-label", option.label);
    button.dataset.value = option.value;
    button.addEventListener("click", () => choose(option));
    return button;
  };
  const segment = (control) => group(control, control.options.map(buttonOf(control, (option) => [option.label])));
  const icons = (control) => group(control, control.options.map(buttonOf(control, (option) => [element("i", { className: `la-icon shape-${option.icon}` })], "la-chart-choice")), "la-seg la-seg-icons");
  const toggle = (control) => {
    const locked = control.kind === "locked", id = `report-control-${control.name}`;
    const input = element("input", { type: "checkbox", className: "form-check-input", checked: control.value, disabled: locked || !report.now().mayEdit, id });
    if (!locked) input.addEventListener("change", () => change({ [control.name]: input.checked }));
    return element("div", { className: "form-check form-switch la-small" }, [input, element("label", { htmlFor: id, textContent: control.label, className: locked ? "la-2" : "" })]);
  };
  const days = (control) => {
    const inputs = control.value.map((value, place) => {
      const input = element("input", { type: "date", className: "form-control", value, disabled: !report.now().mayEdit });
      input.setAttribute("aria-label", control.labels[place]);
      input.addEventListener("change", () => {
        const given = inputs.map((one) => one.value);
        if (given.every(Boolean)) change({ question: { period: { kind: "fixed", first: given[0] < given[1] ? given[0] : given[1], last: given[0] < given[1] ? given[1] : given[0] } } });
      });
      return input;
    });
    return element("div", { className: "la-f la-two" }, inputs);
  };
  const chip = (label, press) => {
    const button = element("button", { type: "button", className: "la-chip on", disabled: !report.now().mayEdit }, [element("bdi", { textContent: label }), " ×"]);
    button.setAttribute("aria-label", report.put(words().remove, { name: label }));
    button.addEventListener("click", press);
    return button;
  };
  const adder = (control, groups, press) => {
    const first = element("option", { value: "", textContent: words().add });
    const flat = groups.flatMap((one) => one.options);
    const part = (option) => element("option", { value: String(flat.indexOf(option)), textContent: option.label, disabled: Boolean(option.why) });
    const inside = groups.map((one) => (one.label ? element("optgroup", { label: one.label }, one.options.map(part)) : one.options.map(part))).flat();
    const input = element("select", { className: "form-select la-adder", disabled: !report.now().mayEdit || !flat.length }, [first, ...inside]);
    input.setAttribute("aria-label", `${control.label}: ${words().add}`);
    input.addEventListener("change", () => { if (input.value) press(flat[Number(input.value)]); });
    return input;
  };
  const chips = (control) => group(control, [...control.chips.map((one) => chip(one.label, () => choose(one))), adder(control, [{ options: control.options }], choose)], "la-chips");
  /* Of whom: what is chosen of each kind. The names came with the report. */
  const filters = (control) => {
    const known = report.now().choices, value = control.value, shown = [], groups = [];
    const set = (kind, list) => change({ question: { choice: { ...value, [kind]: list } } });
    for (const [kind, label] of Object.entries(control.groups)) {
      for (const one of value[kind]) {
        const named = (known[kind] || []).find((each) => each.value === one);
        shown.push(chip(named ? named.label : words().gone, () => set(kind, value[kind].filter((each) => each !== one))));
      }
      const left = (known[kind] || []).filter((each) => !value[kind].includes(each.value));
      if (left.length) groups.push({ label, options: left.map((each) => ({ ...each, why: control.why[kind], kind })) });
    }
    if (!shown.length) shown.push(element("span", { className: "la-small la-2", textContent: words().everyone }));
    return group(control, [...shown, adder(control, groups, (option) => set(option.kind, [...value[option.kind], option.value]))], "la-chips");
  };
  const KINDS = { text: typed("input"), textarea: typed("textarea"), number, select, segment, icons, switch: toggle, locked: toggle, days, chips, filters };

  /* ------------------------------------------------------------ the whole */
  const definition = (said) => {
    const texts = [said.text, said.formula, said.left_out].filter(Boolean).map((text) => element("p", { textContent: text }));
    return element("details", { className: "la-definition la-small" }, [element("summary", { textContent: words().definition }), element("b", { textContent: said.name }), ...texts]);
  };
  const reasons = (controls) => {
    const found = controls.flatMap((control) => [
      ...(control.options || []).filter((option) => option.why).map((option) => [`${control.label}: ${option.label}`, option.why]),
      ...Object.entries(control.why || {}).filter(([, why]) => why).map(([kind, why]) => [`${control.label}: ${control.groups[kind]}`, why]),
    ]);
    if (!found.length) return null;
    const rows = found.map(([name, why]) => element("li", {}, [element("b", { textContent: name }), element("span", { textContent: why })]));
    return element("details", { className: "la-why la-small" }, [element("summary", { textContent: words().whyNot }), element("ul", {}, rows)]);
  };
  const tools = () => {
    if (!offered.selected || !report.now().mayEdit) return null;
    const id = offered.selected, said = words();
    const todo = [[said.up, () => report.move(id, report.placeOf(id) - 1)], [said.down, () => report.move(id, report.placeOf(id) + 1)], [said.duplicate, () => report.duplicate(id)], [said.delete, () => report.remove(id)]];
    const buttons = todo.map(([text, press]) => {
      const button = element("button", { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: text });
      button.addEventListener("click", press);
      return button;
    });
    return element("div", { className: "la-row la-blk-tools" }, buttons);
  };
  const drawn = (control, old) => {
    /* Whoever is typing goes on in the field that they are in, and a list that is open stays open. */
    const said = JSON.stringify([control, report.now().mayEdit]);
    const typing = old && ["text", "textarea", "number", "days"].includes(control.kind) && old.contains(document.activeElement);
    const held = typing || (old && shown.get(old) === said);
    const made = held ? old : (KINDS[control.kind] || (() => element("div")))(control);
    shown.set(made, said);
    made.dataset.control = control.name;
    made.classList.toggle("half", Boolean(control.half));
    if (!held && control.note) made.append(element("p", { className: "la-cap la-2", textContent: control.note }));
    if (!held && control.definition) made.append(definition(control.definition));
    return made;
  };
  const draw = (given) => {
    const place = document.getElementById("report-inspector");
    if (!place || !given?.controls) return;
    const same = offered && offered.selected === given.selected, active = document.activeElement;
    const focused = place.contains(active) ? { control: active.closest("[data-control]")?.dataset.control, value: active.dataset.value, definition: active.matches("summary") } : null;
    const opened = [...place.querySelectorAll("details[open]")].map((one) => one.className);
    offered = given;
    const head = element("h2", {}, [element("bdi", { textContent: given.selected ? report.nameOf(given.selected) : words().report })]);
    const old = (name) => (same ? place.querySelector(`[data-control="${name}"]`) : null);
    const parts = given.controls.map((control) => drawn(control, old(control.name)));
    place.replaceChildren(...[head, tools(), element("div", { className: "la-controls" }, parts), reasons(given.controls)].filter(Boolean));
    if (same) for (const one of place.querySelectorAll("details")) one.open = opened.includes(one.className);
    if (focused?.control && !place.contains(document.activeElement)) {
      const box = place.querySelector(`[data-control="${focused.control}"]`);
      (box?.querySelector(focused.definition ? "summary" : `[data-value="${CSS.escape(focused.value ?? "")}"]`) || box?.querySelector("input, select, textarea, button"))?.focus();
    }
  };
  /* Until the server has said what can be changed of a block that was just chosen, what is offered is of another one. */
  let wanted = false;
  const place = () => document.getElementById("report-inspector");
  const ready = () => Boolean(offered) && offered.selected === report.now().selected;
  const first = () => place()?.querySelector(".la-controls :is(input, textarea, select, button)")?.focus();
  report.on(() => {
    const busy = !ready();
    place()?.toggleAttribute("inert", busy);
    place()?.setAttribute("aria-busy", String(busy));
  });
  const show = (given) => {
    draw(given);
    place()?.toggleAttribute("inert", !ready());
    place()?.setAttribute("aria-busy", String(!ready()));
    if (wanted && ready()) { wanted = false; first(); }
  };
  const focus = () => { if (ready()) first(); else wanted = true; };
  window.laReportInspector = { draw: show, focus };
})();
