// How findings look on a canvas: a shape, a colour and a dash for each severity.

const KINDS = ["accepted", "info", "warning", "error"]; // the last is drawn on top
const DASHES = { error: [], warning: [8, 4], info: [2, 4], accepted: [1, 5] };
const TURN = 2 * Math.PI;

/** Read the page's colours, which follow light and dark. */
function readInks() {
  const style = getComputedStyle(document.documentElement);
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    error: ink("error"),
    warning: ink("warning"),
    info: ink("info"),
    accepted: ink("accepted"),
    paper: ink("surface"),
    text: ink("ink"),
    label: ink("map-label"),
    halo: ink("land"),
    land: ink("land"),
    ground: ink("ground"),
    border: ink("border"),
    landChosen: ink("land-chosen"),
    chosen: ink("chosen"),
    family: getComputedStyle(document.body).fontFamily,
  };
}

function tracePolygon(context, x, y, corners) {
  context.beginPath();
  corners.forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
  context.closePath();
}

const TRACES = {
  error: (context, x, y, r) => tracePolygon(context, x, y, [[0, -1.15 * r], [1.1 * r, 0.8 * r], [-1.1 * r, 0.8 * r]]),
  warning: (context, x, y, r) => tracePolygon(context, x, y, [[0, -1.1 * r], [1.1 * r, 0], [0, 1.1 * r], [-1.1 * r, 0]]),
  info: (context, x, y, r) => {
    context.beginPath();
    context.arc(x, y, 0.85 * r, 0, TURN);
  },
  accepted: (context, x, y, r) => {
    context.beginPath();
    context.rect(x - 0.8 * r, y - 0.8 * r, 1.6 * r, 1.6 * r);
  },
};

/** Draw the mark of one finding. */
function drawMark(context, inks, kind, x, y, r = 7) {
  TRACES[kind](context, x, y, r);
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = inks.paper;
  context.lineWidth = 4;
  context.stroke();
  context.fillStyle = kind === "accepted" ? inks.paper : inks[kind];
  context.fill();
  if (kind === "accepted") {
    context.strokeStyle = inks.accepted;
    context.lineWidth = 1.8;
    context.stroke();
  }
}

/** Draw the mark of many: their number, in a ring shared out by severity. */
function drawCluster(context, inks, cluster, x, y) {
  const r = cluster.radius;
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, r + 1.5, 0, TURN);
  context.fillStyle = inks.paper;
  context.fill();
  let from = -TURN / 4;
  for (const kind of [...KINDS].reverse()) {
    const share = cluster.counts[kind] / cluster.size;
    if (!share) continue;
    context.beginPath();
    context.arc(x, y, r - 1.5, from, from + share * TURN);
    context.strokeStyle = inks[kind];
    context.lineWidth = 4;
    context.stroke();
    from += share * TURN;
  }
  context.fillStyle = inks.text;
  context.font = `600 ${cluster.size > 999 ? 11 : 12}px ${inks.family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(cluster.size > 9999 ? `${Math.round(cluster.size / 1000)}k` : cluster.size, x, y + 0.5);
}

/** Draw where the chosen finding is, leaving what is in the middle free. */
function drawCrosshair(context, inks, x, y) {
  context.setLineDash([]);
  for (const [ink, width] of [[inks.paper, 5], [inks.chosen, 2.2]]) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, 17, 0, TURN);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 17 * dx, y + 17 * dy);
      context.lineTo(x + 25 * dx, y + 25 * dy);
    }
    context.stroke();
  }
}

/** Fill and outline an area, line or point in the manner of its severity. */
function drawShape(context, inks, kind, path, { closed, chosen }) {
  if (closed) {
    context.globalAlpha = chosen ? 0.45 : 0.3;
    context.fillStyle = inks[kind];
    context.fill(path, "evenodd");
    context.globalAlpha = 1;
  }
  if (chosen) {
    context.setLineDash([]);
    context.strokeStyle = inks.paper;
    context.lineWidth = 5;
    context.stroke(path);
  }
  context.setLineDash(DASHES[kind]);
  context.strokeStyle = inks[kind];
  context.lineWidth = chosen ? 2.6 : closed ? 1.6 : 2.6;
  context.stroke(path);
  context.setLineDash([]);
}
