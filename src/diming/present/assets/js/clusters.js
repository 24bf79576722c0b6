// Findings too close to be drawn apart become one mark.

const APART_PX = 34;

/**
 * Group marks that would lie within `APART_PX` of each other.
 *
 * `places` holds x and y of each finding at zoom 0, `scale` enlarges them to pixels.
 * The worst findings come first, so a cluster sits where its worst finding is.
 */
function cluster(indices, places, scale) {
  const clusters = [];
  const cells = new Map();
  for (const index of worstFirst(indices)) {
    const x = places[2 * index] * scale;
    const y = places[2 * index + 1] * scale;
    const home = nearest(cells, x, y) ?? open(clusters, cells, x, y, index);
    home.members.push(index);
    home.counts[findings[index].kind] += 1;
  }
  for (const made of clusters) {
    made.size = made.members.length;
    made.radius = made.size === 1 ? 8 : Math.min(21, 10 + 2.4 * Math.log10(made.size) * 1.6);
  }
  return clusters;
}

function worstFirst(indices) {
  const byKind = { error: [], warning: [], info: [], accepted: [] };
  for (const index of [...indices].sort((a, b) => a - b)) byKind[findings[index].kind].push(index);
  return [...byKind.error, ...byKind.warning, ...byKind.info, ...byKind.accepted];
}

/** Number a grid cell; two cells may share a number, for distances decide. */
function cellKey(column, row) {
  return Math.imul(column | 0, 73856093) ^ Math.imul(row | 0, 19349663);
}

function nearest(cells, x, y) {
  const column = Math.floor(x / APART_PX);
  const row = Math.floor(y / APART_PX);
  let best;
  let least = APART_PX ** 2;
  for (let dx = -1; dx <= 1; dx++) {
    for (let dy = -1; dy <= 1; dy++) {
      for (const candidate of cells.get(cellKey(column + dx, row + dy)) ?? []) {
        const distance = (candidate.x - x) ** 2 + (candidate.y - y) ** 2;
        if (distance < least) [best, least] = [candidate, distance];
      }
    }
  }
  return best;
}

function open(clusters, cells, x, y, index) {
  const made = { x, y, worst: index, members: [], counts: { error: 0, warning: 0, info: 0, accepted: 0 } };
  const key = cellKey(Math.floor(x / APART_PX), Math.floor(y / APART_PX));
  if (!cells.has(key)) cells.set(key, []);
  cells.get(key).push(made);
  clusters.push(made);
  return made;
}
