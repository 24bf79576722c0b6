// Which findings are shown, and in which order.

const COLLATOR = new Intl.Collator(data.lang, { numeric: true });
const WEIGHT = { error: 0, warning: 1, info: 2, accepted: 3 };

/** What each column sorts by. Numbers that are missing go last. */
const SORT_KEYS = {
  severity: (f) => WEIGHT[f.kind],
  rule: (f) => f.title,
  units: (f) => f.names.join(" ") + f.units.join(" "),
  width: (f) => f.measures.width_m,
  area: (f) => f.measures.area_m2,
  seam: (f) => (f.seam ? 0 : 1),
  message: (f) => f.message,
};
/** Columns whose first click puts the largest on top. */
const LARGEST_FIRST = new Set(["width", "area"]);

class Filters {
  /** `onChange(indices)` hears of every new selection, in order. */
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.sort = { key: "severity", down: false };
    this.haystacks = findings.map(haystack);
    this.ranks = new Map();
    this.order = this.sorted();
    this.offerRules();
    form.addEventListener("input", () => this.apply());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  get seamsToShow() {
    return findings.some((f) => f.seam);
  }

  offerRules() {
    const counts = new Map();
    for (const f of findings) counts.set(f.rule, (counts.get(f.rule) ?? 0) + 1);
    for (const [rule, title] of Object.entries(data.rules)) {
      this.form.rule.append(element("option", { value: rule, text: `${title} (${counts.get(rule)})` }));
    }
    this.form.seams.disabled = !this.seamsToShow;
    this.form.accepted.disabled = !findings.some((f) => f.accepted);
  }

  /** Sort by a column, or turn its order around. */
  sortBy(key) {
    const again = this.sort.key === key;
    this.sort = { key, down: again ? !this.sort.down : LARGEST_FIRST.has(key) };
    this.order = this.sorted();
    this.apply();
  }

  sorted() {
    const { key, down } = this.sort;
    if (!this.ranks.has(key)) this.ranks.set(key, rank(SORT_KEYS[key]));
    const ranks = this.ranks.get(key);
    const turn = down ? -1 : 1;
    return findings.map((f) => f.index).sort((a, b) => {
      if (ranks[a] === ranks[b]) return a - b;
      if (ranks[a] === Infinity || ranks[b] === Infinity) return ranks[a] - ranks[b];
      return turn * (ranks[a] - ranks[b]);
    });
  }

  apply() {
    this.onChange(this.order.filter(this.test()));
  }

  test() {
    const { text, rule, seams, accepted } = this.form;
    const needles = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(
      [...this.form.elements.severity].filter((box) => box.checked).map((box) => box.value),
    );
    return (i) => {
      const f = findings[i];
      return (
        severities.has(f.severity) &&
        (!rule.value || f.rule === rule.value) &&
        (!seams.checked || f.seam) &&
        (accepted.checked || !f.accepted) &&
        needles.every((needle) => this.haystacks[i].includes(needle))
      );
    };
  }

  get active() {
    const { text, rule, seams } = this.form;
    const hidden = [...this.form.elements.severity].some((box) => !box.checked);
    return Boolean(text.value.trim() || rule.value || seams.checked || hidden);
  }

  clear() {
    const accepted = this.form.accepted.checked;
    this.form.reset();
    this.form.accepted.checked = accepted;
    this.apply();
  }

  /** Loosen the filters until this finding is among those shown. */
  admit(index) {
    if (this.test()(index)) return;
    this.form.reset();
    this.form.accepted.checked = Boolean(findings[index].accepted);
    this.apply();
  }
}

function haystack(f) {
  return [f.id, f.title, ...f.units, ...f.names, f.message].join("\n").toLowerCase();
}

/** Give every finding its place by a key, equal keys the same place. */
function rank(keyOf) {
  const keys = findings.map(keyOf);
  const distinct = [...new Set(keys)].filter((k) => k !== undefined);
  const numbers = typeof distinct[0] === "number";
  distinct.sort(numbers ? (a, b) => a - b : COLLATOR.compare);
  const places = new Map(distinct.map((key, place) => [key, place]));
  return keys.map((key) => places.get(key) ?? Infinity);
}
