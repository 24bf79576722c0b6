// Where list, map and panel meet.

const byId = new Map(findings.map((f) => [f.id, f.index]));
const scroller = document.getElementById("findings");
const narrow = matchMedia("(max-width: 800px)");

const legend = document.getElementById("legend");
if (narrow.matches) legend.open = false;

const table = new FindingsTable(scroller, {
  onMove: (index) => detail.open && select(index),
  onOpen: (index, byKey) => select(index, { focus: byKey }),
  onSort: (key) => filters.sortBy(key),
});
const map = new FindingsMap(document.getElementById("map"), {
  onPick: (index) => select(index, { travel: false }),
});
const detail = new Detail(document.getElementById("detail"), {
  onClose: close,
  onStep: (by) => select(table.neighbour(table.selected, by), { focus: true }),
  onZoom: (finding, way) => map[{ closeUp: "goToCloseUp", whole: "goToWhole", units: "goToUnits" }[way]](finding),
});
const filters = new Filters(document.getElementById("filters"), show);

/** Show these findings in list and map. */
function show(indices) {
  table.showSort(filters.sort);
  table.show(indices);
  map.show(indices);
  const total = number(findings.length, 9);
  document.getElementById("shown").textContent = fill(words.shown, { shown: number(indices.length, 9), total });
  document.getElementById("clear").hidden = !filters.active;
  explainEmpty(indices.length === 0);
}

function explainEmpty(isEmpty) {
  const box = document.getElementById("empty");
  box.hidden = !isEmpty;
  if (!isEmpty) return;
  const clean = findings.length === 0;
  const text = clean ? words.nothing : filters.active ? words.no_match : words.hidden_accepted;
  box.classList.toggle("clean", clean);
  box.replaceChildren(element("b", { text }), clean ? element("span", { text: words.nothing_more }) : "");
}

/** Choose a finding: its row, its place on the map, its panel. */
function select(index, { travel = true, focus = false } = {}) {
  if (index === undefined) return;
  const finding = findings[index];
  filters.admit(index);
  detail.show(finding, {
    hasPrevious: table.neighbour(index, -1) !== undefined,
    hasNext: table.neighbour(index, 1) !== undefined,
    hasUnits: finding.units.some((code) => map.units.has(code)),
  });
  table.select(index);
  legend.open = false;
  map.resize();
  map.choose(finding);
  if (travel) map.goTo(finding);
  if (narrow.matches) document.querySelector(".mapbox").scrollIntoView({ block: "start" });
  if (focus) detail.focus();
  remember(finding.id);
}

/** Close the panel and go back to the row it came from. */
function close() {
  if (!detail.open) return;
  detail.hide();
  table.select(null);
  map.choose(null);
  scroller.focus({ preventScroll: true });
  remember("");
}

function remember(id) {
  try {
    history.replaceState(null, "", id ? `#${id}` : location.pathname + location.search);
  } catch {
    location.hash = id; // some browsers keep pages on disk from replaceState
  }
}

function followHash() {
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not encoded; take it as it is.
  }
  const index = byId.get(id) ?? byId.get(`#${id}`);
  if (index !== undefined && index !== table.selected) select(index);
}

/** Paper has nothing to click: show what is folded, then fold it as it was. */
function unfold(printing) {
  for (const part of document.querySelectorAll(".about details")) {
    if (printing) part.dataset.open = part.open;
    part.open = printing || part.dataset.open === "true";
  }
}

document.getElementById("clear").addEventListener("click", () => {
  filters.clear();
  filters.form.text.focus();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  scroller.focus();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) close();
});
addEventListener("hashchange", followHash);
addEventListener("beforeprint", () => unfold(true));
addEventListener("afterprint", () => unfold(false));

filters.apply();
followHash();
document.documentElement.dataset.ready = "true";
