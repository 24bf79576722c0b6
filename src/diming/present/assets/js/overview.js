// A small map in the corner that tells where in the coverage the view is.

const OVERVIEW_PX = 104;

class Overview extends L.Control {
  constructor(polygons, bounds) {
    super({ position: "topright" });
    this.polygons = polygons; // rings of zoom-0 points
    this.whole = bounds; // their box, [left, top, right, bottom]
  }

  onAdd(map) {
    this.map = map;
    this.canvas = L.DomUtil.create("canvas", "overview");
    this.canvas.setAttribute("aria-hidden", "true");
    this.layOut();
    map.on("moveend", this.draw, this);
    return this.canvas;
  }

  layOut() {
    const [left, top, right, bottom] = this.whole;
    this.scale = (OVERVIEW_PX - 12) / Math.max(right - left, bottom - top);
    this.width = (right - left) * this.scale + 12;
    this.height = (bottom - top) * this.scale + 12;
    const dense = devicePixelRatio || 1;
    this.canvas.width = this.width * dense;
    this.canvas.height = this.height * dense;
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.context = this.canvas.getContext("2d");
    this.context.setTransform(dense, 0, 0, dense, 0, 0);
    this.land = new Path2D();
    for (const ring of this.polygons) {
      ring.forEach((p, i) => this.land[i ? "lineTo" : "moveTo"](...this.toInset(p)));
      this.land.closePath();
    }
  }

  toInset({ x, y }) {
    return [6 + (x - this.whole[0]) * this.scale, 6 + (y - this.whole[1]) * this.scale];
  }

  /** Show the view as a frame, or as a cross-hair when it is too small for one. */
  draw() {
    const crs = this.map.options.crs;
    const view = this.map.getBounds();
    const [x0, y0] = this.toInset(crs.latLngToPoint(view.getNorthWest(), 0));
    const [x1, y1] = this.toInset(crs.latLngToPoint(view.getSouthEast(), 0));
    this.canvas.hidden = (x1 - x0) * (y1 - y0) > (this.width * this.height) / 3;
    if (this.canvas.hidden) return;
    const inks = readInks();
    const context = this.context;
    context.clearRect(0, 0, this.width, this.height);
    context.fillStyle = inks.land;
    context.fill(this.land, "evenodd");
    context.strokeStyle = inks.border;
    context.lineWidth = 0.5;
    context.stroke(this.land);
    context.strokeStyle = inks.chosen;
    context.lineWidth = 1.5;
    if (Math.max(x1 - x0, y1 - y0) > 8) context.strokeRect(x0, y0, x1 - x0, y1 - y0);
    else this.cross((x0 + x1) / 2, (y0 + y1) / 2);
  }

  cross(x, y) {
    const context = this.context;
    context.beginPath();
    context.arc(x, y, 4, 0, TURN);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 4 * dx, y + 4 * dy);
      context.lineTo(x + 10 * dx, y + 10 * dy);
    }
    context.stroke();
  }
}
