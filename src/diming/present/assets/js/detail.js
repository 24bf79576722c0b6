// Everything about one finding.

class Detail {
  constructor(panel, { onClose, onStep, onZoom }) {
    this.panel = panel;
    this.handlers = { onClose, onStep, onZoom };
  }

  get open() {
    return !this.panel.hidden;
  }

  show(finding, { hasPrevious, hasNext, hasUnits }) {
    const { onClose, onStep } = this.handlers;
    const heading = element("h2", { tabindex: "-1" }, markIcon(finding.kind), finding.title);
    const steps = element(
      "div",
      { class: "steps" },
      iconButton("‹", words.previous, () => onStep(-1), !hasPrevious),
      iconButton("›", words.next, () => onStep(1), !hasNext),
      iconButton("×", words.close, onClose),
    );
    const body = element("div", { class: "body" }, ...this.sections(finding, hasUnits));
    this.panel.replaceChildren(element("div", { class: "head" }, heading, steps), body);
    this.panel.hidden = false;
    this.heading = heading;
  }

  hide() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
  }

  focus() {
    this.heading?.focus({ preventScroll: true });
  }

  sections(finding, hasUnits) {
    return [
      element("p", { class: "message" }, element("bdi", { text: finding.message })),
      finding.accepted && acceptedBox(finding.accepted),
      finding.hint && element("p", { class: "hint" }, element("b", { text: words.hint }), element("bdi", { text: finding.hint })),
      finding.at ? this.zoomButtons(finding, hasUnits) : element("p", { class: "quiet", text: words.no_place }),
      factList(finding),
    ].filter(Boolean);
  }

  zoomButtons(finding, hasUnits) {
    const button = (label, way) => {
      const made = element("button", { type: "button", text: label });
      made.addEventListener("click", () => this.handlers.onZoom(finding, way));
      return made;
    };
    const made = element("div", { class: "zooms" }, button(words.zoom_close, "closeUp"));
    if (finding.shape.length) made.append(button(words.zoom_whole, "whole"));
    if (hasUnits) made.append(button(words.zoom_units, "units"));
    return made;
  }
}

function iconButton(sign, label, onClick, disabled = false) {
  const made = element("button", { type: "button", class: "icon", title: label, "aria-label": label, text: sign });
  made.disabled = disabled;
  made.addEventListener("click", onClick);
  return made;
}

function acceptedBox({ reason, approver, date, expires }) {
  const made = element("p", { class: "accepted-box" }, markIcon("accepted"), element("bdi", { text: reason }));
  const facts = [[words.accepted_by, approver], [words.accepted_on, date], [words.expires, expires]];
  const said = facts.filter(([, value]) => value).map(([label, value]) => `${label} ${value}`);
  made.append(element("small", { text: said.join(" · ") }));
  return made;
}

function factList(finding) {
  const list = element("dl", { class: "facts" });
  const add = (label, ...values) => {
    if (values.length) list.append(element("div", {}, element("dt", { text: label }), element("dd", {}, ...values)));
  };
  for (const [key, value] of Object.entries(finding.measures)) {
    add(data.measures[key] ?? key, measureText(key, value));
  }
  if (finding.seam) add(words.seam, words.yes);
  add(words.units, ...unitPairs(finding).map(unitLine));
  add(words.records, ...finding.records.map(recordLine));
  if (finding.at) add(words.place, placeText(finding.at));
  add(words.id, element("code", { text: finding.id }), copyButton(finding.id));
  return list;
}

function unitLine({ code, name }) {
  const made = element("span", { class: "line" });
  if (name) made.append(element("bdi", { text: name }), " ");
  made.append(element("bdi", { class: name ? "code" : "", text: code }));
  return made;
}

function recordLine([input, fid]) {
  return element("span", { class: "line" }, element("bdi", { text: data.inputs[input] ?? `#${input}` }), ` · fid ${fid}`);
}

function placeText([x, y]) {
  const digits = data.plane ? 3 : 8;
  return `${x.toFixed(digits)}, ${y.toFixed(digits)}`;
}

function copyButton(text) {
  const made = element("button", { type: "button", class: "copy", text: words.copy });
  made.addEventListener("click", async () => {
    await copy(text);
    made.textContent = words.copied;
    setTimeout(() => (made.textContent = words.copy), 1500);
  });
  return made;
}

/** Copy; pages opened from disk may lack the clipboard interface. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = element("textarea", { "aria-hidden": "true", class: "offscreen" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}
