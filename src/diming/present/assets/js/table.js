// The list of findings: a grid that keeps only the rows in sight in the document.

const MARGIN_ROWS = 12;

class FindingsTable {
  /** `onMove(index)` hears where the keyboard is, `onOpen(index, byKey)` what is chosen. */
  constructor(scroller, { onMove, onOpen, onSort }) {
    this.scroller = scroller;
    this.body = scroller.querySelector("tbody");
    this.heads = [...scroller.querySelectorAll("th")];
    this.handlers = { onMove, onOpen, onSort };
    this.rows = [];
    this.active = 0;
    this.selected = null;
    this.window = null;
    this.listen();
  }

  listen() {
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (row) this.open(Number(row.dataset.row), false);
    });
    for (const head of this.heads) {
      head.firstElementChild.addEventListener("click", () => this.handlers.onSort(head.dataset.key));
    }
    new ResizeObserver(() => this.draw(true)).observe(this.scroller);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  /** Show these findings, in this order. */
  show(rows) {
    const kept = rows.indexOf(this.rows[this.active]);
    this.rows = rows;
    this.active = Math.max(0, kept);
    this.scroller.setAttribute("aria-rowcount", rows.length + 1);
    if (kept < 0) this.scroller.scrollTop = 0;
    this.draw(true);
  }

  showSort({ key, down }) {
    for (const head of this.heads) {
      const order = head.dataset.key === key ? (down ? "descending" : "ascending") : "none";
      head.setAttribute("aria-sort", order);
    }
  }

  /** Mark a finding as the one shown on the map, and bring its row into sight. */
  select(index, { reveal = true } = {}) {
    this.selected = index;
    const row = this.rows.indexOf(index);
    if (row >= 0) {
      this.active = row;
      if (reveal) this.reveal(row);
    }
    this.draw(true);
  }

  neighbour(index, by) {
    const row = this.rows.indexOf(index);
    return row < 0 ? undefined : this.rows[row + by];
  }

  get rowHeight() {
    return parseFloat(getComputedStyle(this.scroller).getPropertyValue("--row"));
  }

  get headHeight() {
    return this.scroller.querySelector("thead").offsetHeight;
  }

  reveal(row) {
    const { scrollTop, clientHeight } = this.scroller;
    const top = row * this.rowHeight;
    const room = clientHeight - this.headHeight;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + room) {
      this.scroller.scrollTop = top + this.rowHeight - room;
    }
  }

  /** Paper shows all rows, not only those in sight. */
  print(printing) {
    this.printing = printing;
    this.draw(true);
  }

  draw(force = false) {
    const all = this.printing;
    const height = this.rowHeight;
    const { scrollTop, clientHeight } = this.scroller;
    const first = all ? 0 : Math.max(0, Math.floor(scrollTop / height) - MARGIN_ROWS);
    const inSight = Math.ceil(clientHeight / height) + 2 * MARGIN_ROWS;
    const last = all ? this.rows.length : Math.min(this.rows.length, first + inSight);
    if (!force && this.window && Math.abs(first - this.window.first) < MARGIN_ROWS / 2) return;
    this.window = { first, last };
    const made = [pad(first * height)];
    for (let row = first; row < last; row++) made.push(this.row(row));
    made.push(pad((this.rows.length - last) * height));
    this.body.replaceChildren(...made);
    this.pointToActive();
  }

  row(row) {
    const finding = findings[this.rows[row]];
    const made = element(
      "tr",
      {
        role: "row",
        id: `row-${row}`,
        class: `finding ${finding.kind}`,
        "data-row": row,
        "data-id": finding.id,
        "aria-rowindex": row + 2,
        "aria-selected": String(finding.index === this.selected),
      },
      ...cells(finding),
    );
    made.classList.toggle("active", row === this.active);
    return made;
  }

  pointToActive() {
    const { first, last } = this.window;
    const drawn = this.active >= first && this.active < last;
    if (drawn) this.scroller.setAttribute("aria-activedescendant", `row-${this.active}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  onKey(event) {
    if (event.target !== this.scroller || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((this.scroller.clientHeight - this.headHeight) / this.rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.moveTo(this.active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.open(this.active, true);
    else return;
    event.preventDefault();
  }

  moveTo(row) {
    if (!this.rows.length) return;
    this.active = Math.min(this.rows.length - 1, Math.max(0, row));
    this.reveal(this.active);
    this.draw(true);
    this.handlers.onMove(this.rows[this.active]);
  }

  open(row, byKey) {
    if (this.rows[row] === undefined) return;
    this.active = row;
    this.handlers.onOpen(this.rows[row], byKey);
  }
}

function pad(height) {
  const made = element("tr", { class: "pad", role: "presentation", "aria-hidden": "true" });
  made.style.height = `${height}px`;
  return made;
}

function cells(finding) {
  const { width_m: width, area_m2: area } = finding.measures;
  return [
    cell("severity", markIcon(finding.kind), severityWord(finding)),
    cell("rule", element("span", { text: finding.title })),
    cell("units", unitsSummary(finding)),
    cell("width", width === undefined ? "" : quantity(width, "m")),
    cell("area", area === undefined ? "" : quantity(area, "m2")),
    cell("seam", finding.seam ? seamIcon() : ""),
    cell("message", element("bdi", { text: finding.message })),
  ];
}

function cell(name, ...children) {
  return element("td", { role: "gridcell", class: name }, ...children);
}

function seamIcon() {
  return element("abbr", { title: words.seam_long, text: "⇄", "aria-label": words.seam });
}

/** Names of the first units, and how many more there are. */
function unitsSummary(finding) {
  const made = element("span");
  const pairs = unitPairs(finding);
  pairs.slice(0, 2).forEach(({ code, name }) => {
    const line = element("span", { class: "unit" });
    if (name) line.append(element("bdi", { text: name }), " ");
    line.append(element("bdi", { class: name ? "code" : "", text: code }));
    made.append(line);
  });
  if (pairs.length > 2) made.lastChild.append(element("span", { class: "more", text: ` +${pairs.length - 2}` }));
  return made;
}
