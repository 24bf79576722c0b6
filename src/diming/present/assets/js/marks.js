// The map layer that draws findings and unit names on one canvas.

const CLEAR_PX = 9; // an area this wide on the screen needs no mark

class Marks extends L.Layer {
  constructor(places) {
    super();
    this.places = places; // x, y at zoom 0; NaN without a place
    this.shown = [];
    this.chosen = null;
    this.inks = readInks();
    this.shapes = new Map();
    this.drawn = { marks: [], shapes: [] };
  }

  onAdd(map) {
    const pane = map.getPane("findings") ?? map.createPane("findings");
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", pane);
    this.context = this.canvas.getContext("2d");
    this.draw();
  }

  onRemove() {
    this.canvas.remove();
  }

  getEvents() {
    return {
      viewreset: this.draw,
      moveend: this.draw,
      resize: this.draw,
      move: this.drawSoon,
      zoomanim: this.followZoom,
    };
  }

  followZoom({ zoom, center }) {
    const scale = this._map.getZoomScale(zoom);
    const offset = this._map._latLngBoundsToNewLayerBounds(this.bounds, zoom, center).min;
    L.DomUtil.setTransform(this.canvas, offset, scale);
  }

  show(indices) {
    this.shown = indices.filter((i) => !Number.isNaN(this.places[2 * i]));
    this.clusters = null;
    this.drawSoon();
  }

  choose(index) {
    this.chosen = index;
    this.drawSoon();
  }

  refreshInks() {
    this.inks = readInks();
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!this._map || this._map._animatingZoom) return;
    this.place();
    this.drawn = { marks: [], shapes: [] };
    const clusters = this.clustersInView();
    this.drawLabels(clusters);
    this.drawShapes();
    this.drawMarks(clusters);
    this.drawChosen();
  }

  /** Lay the canvas over the view and set how zoom-0 coordinates become pixels. */
  place() {
    const map = this._map;
    const size = map.getSize();
    const dense = devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    this.canvas.width = size.x * dense;
    this.canvas.height = size.y * dense;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    this.context.setTransform(dense, 0, 0, dense, 0, 0);
    this.bounds = map.getBounds();
    this.size = size;
    this.scale = map.options.crs.scale(map.getZoom()) / map.options.crs.scale(0);
    this.corner = map.getPixelBounds().min;
  }

  /** Return a zoom-0 point in pixels of the view. */
  toView(x, y) {
    return [x * this.scale - this.corner.x, y * this.scale - this.corner.y];
  }

  inView([x, y], margin) {
    return x > -margin && y > -margin && x < this.size.x + margin && y < this.size.y + margin;
  }

  currentClusters() {
    if (!this.clusters || this.clusters.scale !== this.scale) {
      this.clusters = cluster(this.shown, this.places, this.scale);
      this.clusters.scale = this.scale;
    }
    return this.clusters;
  }

  /** Unpack a finding's geometry once: rings of zoom-0 points, and their box. */
  shape(index) {
    if (!this.shapes.has(index)) {
      const crs = this._map.options.crs;
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      const parts = findings[index].shape.map(([kind, ...tracks]) => ({
        kind,
        rings: tracks.map((track) =>
          readTrack(track, data.decimals).map(([x, y]) => {
            const point = crs.latLngToPoint(L.latLng(y, x), 0);
            stretch(box, point);
            return point;
          }),
        ),
      }));
      this.shapes.set(index, { parts, box });
    }
    return this.shapes.get(index);
  }

  drawShapes() {
    const order = [...this.shown].sort((a, b) => KINDS.indexOf(findings[a].kind) - KINDS.indexOf(findings[b].kind));
    for (const index of order) if (index !== this.chosen) this.drawShapeOf(index, false);
    if (this.chosen !== null) this.drawShapeOf(this.chosen, true);
  }

  drawShapeOf(index, chosen) {
    const { parts, box } = this.shape(index);
    if (!parts.length) return;
    const [left, top] = this.toView(box[0], box[1]);
    const [right, bottom] = this.toView(box[2], box[3]);
    const size = Math.max(right - left, bottom - top);
    if (size < 4 || right < 0 || bottom < 0 || left > this.size.x || top > this.size.y) return;
    for (const part of parts) {
      if (part.kind === "p") continue;
      const closed = part.kind === "a";
      const path = this.path(part.rings, closed, size > 4000);
      drawShape(this.context, this.inks, findings[index].kind, path, { closed, chosen });
      this.drawn.shapes.push({ index, path, closed });
    }
  }

  /** Trace rings in pixels; what is far larger than the view is cut first. */
  path(rings, closed, cut) {
    const path = new Path2D();
    const view = L.bounds([-80, -80], [this.size.x + 80, this.size.y + 80]);
    for (const ring of rings) {
      let points = ring.map((p) => L.point(...this.toView(p.x, p.y)));
      if (cut && closed) points = L.PolyUtil.clipPolygon(points, view);
      if (cut && !closed) this.traceCut(path, points, view);
      else points.forEach((p, i) => (i ? path.lineTo(p.x, p.y) : path.moveTo(p.x, p.y)));
      if (closed && points.length) path.closePath();
    }
    return path;
  }

  traceCut(path, points, view) {
    for (let i = 1; i < points.length; i++) {
      const segment = L.LineUtil.clipSegment(points[i - 1], points[i], view, false);
      if (!segment) continue;
      path.moveTo(segment[0].x, segment[0].y);
      path.lineTo(segment[1].x, segment[1].y);
    }
  }

  /** Tell whether a finding's area is wide enough on the screen to be seen as such. */
  isPlain(index) {
    const { parts, box } = this.shape(index);
    if (!parts.some((part) => part.kind === "a")) return false;
    const width = findings[index].measures.width_m;
    const side = Math.min(box[2] - box[0], box[3] - box[1]) * this.scale;
    return (width === undefined ? side : width / metresPerPixel(this._map)) >= CLEAR_PX && side >= CLEAR_PX;
  }

  clustersInView() {
    return this.currentClusters()
      .map((made) => ({ made, x: made.x - this.corner.x, y: made.y - this.corner.y }))
      .filter(({ x, y }) => this.inView([x, y], 30));
  }

  /** Draw the marks, the worst last and so on top. */
  drawMarks(clusters) {
    for (const { made, x, y } of [...clusters].reverse()) {
      if (made.size > 1) drawCluster(this.context, this.inks, made, x, y);
      else if (this.isPlain(made.worst)) continue;
      else if (made.worst !== this.chosen) drawMark(this.context, this.inks, findings[made.worst].kind, x, y);
      this.drawn.marks.unshift({ x, y, cluster: made });
    }
  }

  drawChosen() {
    if (this.chosen === null || Number.isNaN(this.places[2 * this.chosen])) return;
    const [x, y] = this.toView(this.places[2 * this.chosen], this.places[2 * this.chosen + 1]);
    if (!this.inView([x, y], 30) || this.isPlain(this.chosen)) return;
    drawMark(this.context, this.inks, findings[this.chosen].kind, x, y, 8);
    drawCrosshair(this.context, this.inks, x, y);
  }

  /** Write unit names where marks leave room for them, the largest units first. */
  drawLabels(clusters) {
    const context = this.context;
    const taken = clusters.map(({ made: { radius: r }, x, y }) => [x - r, y - r, x + r, y + r]);
    context.font = `500 12px ${this.inks.family}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const { unit, x, y, width, height } of this.labels ?? []) {
      const [px, py] = this.toView(x, y);
      if (!this.inView([px, py], 60) || height * this.scale < 22) continue;
      const text = unit.name || unit.code;
      const half = context.measureText(text).width / 2 + 6;
      if (width * this.scale < 2 * half) continue;
      const box = [px - half, py - 9, px + half, py + 9];
      if (taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      context.strokeStyle = this.inks.halo;
      context.lineWidth = 3.5;
      context.strokeText(text, px, py);
      context.fillStyle = this.inks.label;
      context.fillText(text, px, py);
    }
  }

  /** Return what is under a point of the view: a cluster, or one finding's index. */
  hit({ x, y }) {
    const mark = this.drawn.marks.find((m) => Math.hypot(m.x - x, m.y - y) <= m.cluster.radius + 4);
    if (mark) return mark.cluster.size > 1 ? { cluster: mark.cluster } : { index: mark.cluster.worst };
    const dense = devicePixelRatio || 1;
    this.context.lineWidth = 9;
    for (const { index, path, closed } of [...this.drawn.shapes].reverse()) {
      const inside = closed && this.context.isPointInPath(path, x * dense, y * dense, "evenodd");
      if (inside || this.context.isPointInStroke(path, x * dense, y * dense)) return { index };
    }
    return null;
  }
}

function stretch(box, { x, y }) {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

function overlaps(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
