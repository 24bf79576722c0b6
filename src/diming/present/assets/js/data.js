// The report's data, unpacked, and how its numbers are written.

const SEVERITIES = Object.keys(data.severities);

/** Make a severity's mark from the page's sprite. */
function markIcon(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `mark ${kind}`);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#mark-${kind}`);
  svg.append(use);
  return svg;
}

const findings = data.findings.map((found, index) => ({
  units: [],
  names: [],
  records: [],
  measures: {},
  shape: [],
  seam: false,
  accepted: null,
  at: null,
  id: `#${index + 1}`,
  ...found,
  index,
  hint: data.hints[found.hint],
  title: data.rules[found.rule],
  kind: found.accepted ? "accepted" : found.severity,
}));

const backdrop = (data.backdrop?.units ?? []).map(([code, name, label, parts]) => ({
  code,
  name,
  label: readTrack(label, data.backdrop.decimals)[0],
  parts: parts.map((rings) => rings.map((ring) => readTrack(ring, data.backdrop.decimals))),
}));

/** Write a measure; the end of its key tells the unit. */
function measureText(key, value) {
  if (key.endsWith("_m2")) return quantity(value, "m2", 5);
  if (key.endsWith("_m")) return quantity(value, "m", 5);
  if (key.endsWith("_deg")) return `${number(value, 4)}°`;
  if (key === "share") return `${number(value * 100, 4)} %`;
  return number(value, 12);
}

/** Pair a finding's codes and names; either may be missing. */
function unitPairs(finding) {
  return finding.units.map((code, i) => ({ code, name: finding.names[i] ?? "" }));
}

function severityWord(finding) {
  return data.severities[finding.severity] ?? finding.severity;
}
