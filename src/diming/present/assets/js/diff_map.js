// Two states of a region on one map, a movable line between them.

const shapes = new Map();

/** Return the rings of a shape as Leaflet wants them. */
function latLngs(index) {
  if (!shapes.has(index)) {
    const rings = data.shapes[index].map((part) =>
      part.map((ring) => readTrack(ring, data.decimals).map(([x, y]) => [y, x])),
    );
    shapes.set(index, rings);
  }
  return shapes.get(index);
}

function placeOf(index) {
  const [x, y] = readTrack(data.places[index], data.decimals)[0];
  return L.latLng(y, x);
}

class ComparisonMap {
  constructor(container, { onPick }) {
    this.onPick = onPick;
    this.map = L.map(container, {
      zoomControl: false,
      crs: data.plane ? L.CRS.Simple : L.CRS.EPSG3857,
      minZoom: data.plane ? -40 : 1,
      maxZoom: 24,
      zoomSnap: 0.25,
      wheelPxPerZoomLevel: 90,
    });
    // Layers are drawn only where there is a view.
    this.map.setView([0, 0], 2);
    this.map.attributionControl.setPrefix("Leaflet");
    this.map.attributionControl.addAttribution(words.outlines_note);
    this.sides = ["before", "after"].map((side) => new Side(this.map, side, this));
    L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(this.map);
    this.addFit();
    if (!data.plane) L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    this.map.on("move zoom resize viewreset zoomanim", () => this.clip());
    this.map.on("moveend zoomend", () => this.sides.forEach((side) => side.placeNames()));
    // Until somebody moves the map, it shows everything, whatever its size.
    const moved = () => (this.moved = true);
    ["pointerdown", "wheel", "keydown"].forEach((kind) => container.addEventListener(kind, moved, { passive: true }));
    new ResizeObserver(() => {
      this.map.invalidateSize({ animate: false });
      if (!this.moved) this.fit();
    }).observe(container);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  addFit() {
    const bar = this.map.getContainer().querySelector(".leaflet-control-zoom");
    const fit = element("a", { href: "#", role: "button", title: words.fit, "aria-label": words.fit, text: "⤢" });
    L.DomEvent.on(fit, "click", (event) => {
      L.DomEvent.stop(event);
      this.fit();
    });
    bar.append(fit);
  }

  /** Show one level. */
  show(level) {
    this.level = level;
    this.sides.forEach((side) => side.show(level));
    this.paint();
    this.fit();
  }

  fit() {
    const bounds = L.latLngBounds([]);
    this.sides.forEach((side) => side.layers.forEach(({ layer }) => bounds.extend(layer.getBounds())));
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [16, 16], animate: false });
    this.sides.forEach((side) => side.placeNames());
    this.clip();
  }

  /** Draw the line at a share of the map's width, the earlier state on its left. */
  divide(x) {
    this.x = x;
    this.clip();
  }

  clip() {
    if (!this.map._loaded || this.x === undefined) return;
    const size = this.map.getSize();
    const [a, b] = [[0, 0], [size.x, size.y]].map((corner) => this.map.containerPointToLayerPoint(corner));
    const x = this.map.containerPointToLayerPoint([this.x, 0]).x;
    const box = (left, right) => `polygon(${left}px ${a.y}px, ${right}px ${a.y}px, ${right}px ${b.y}px, ${left}px ${b.y}px)`;
    this.sides[0].clip(box(a.x, x));
    this.sides[1].clip(box(x, b.x));
  }

  paint() {
    const style = getComputedStyle(document.documentElement);
    const ink = (name) => style.getPropertyValue(`--${name}`).trim();
    this.sides.forEach((side) => side.paint(ink, this.chosen));
  }

  /** Mark a unit, or one piece of ground, and go there; nothing for none. */
  choose(chosen) {
    this.chosen = chosen;
    this.paint();
    this.sides.forEach((side) => side.placeNames());
    if (!chosen) return;
    this.moved = true;
    const bounds = L.latLngBounds([]);
    if (chosen.flow !== undefined) bounds.extend(L.polygon(latLngs(data.flows[chosen.flow].shape)).getBounds());
    for (const side of this.sides) {
      for (const { unit, layer } of side.layers) if (unit.unit === chosen.unit) bounds.extend(layer.getBounds());
    }
    if (bounds.isValid()) this.map.flyToBounds(bounds, { padding: [50, 50], duration: 0.4, maxZoom: data.plane ? 24 : 17 });
  }
}

class Side {
  constructor(map, side, whole) {
    Object.assign(this, { map, side, whole, layers: [], flows: [], names: [] });
    this.pane = map.createPane(side);
    this.namesPane = map.createPane(`${side}-names`);
    this.renderer = L.svg({ pane: side, padding: 0.4 });
  }

  show(level) {
    for (const { layer } of [...this.layers, ...this.flows]) layer.remove();
    this.names.forEach((name) => name.marker.remove());
    const draw = (index) => L.polygon(latLngs(index), { renderer: this.renderer, pane: this.side, smoothFactor: 0.6 });
    this.layers = data[this.side]
      .filter((unit) => unit.level === level)
      .map((unit) => {
        const layer = draw(unit.shape).addTo(this.map);
        layer.bindTooltip(element("bdi", { text: unit.label }), { className: "tip", sticky: true });
        layer.on("click", () => this.whole.onPick({ unit: unit.unit }));
        return { unit, layer };
      });
    this.flows = data.flows
      .map((flow, number) => ({ flow, number }))
      .filter(({ flow }) => flow.level === level)
      .map(({ flow, number }) => {
        const layer = draw(flow.shape).addTo(this.map);
        layer.bindTooltip(element("bdi", { text: flow.text }), { className: "tip", sticky: true });
        layer.on("click", () => this.whole.onPick({ flow: number }));
        return { flow, number, layer };
      });
    this.names = this.layers
      .map(({ unit, layer }) => ({ unit, layer, at: placeOf(unit.shape) }))
      .filter(({ unit }) => unit.name || unit.label)
      .map((name) => ({ ...name, marker: this.nameMarker(name) }));
  }

  nameMarker({ unit, at }) {
    const html = element("span", {}, element("bdi", { text: unit.name || unit.label }));
    const icon = L.divIcon({ className: unit.changed ? "name strong" : "name", html, iconSize: null });
    return L.marker(at, { icon, pane: `${this.side}-names`, interactive: false, keyboard: false });
  }

  clip(box) {
    this.pane.style.clipPath = box;
    this.namesPane.style.clipPath = box;
  }

  paint(ink, chosen) {
    const plain = { color: ink("border"), weight: 1, opacity: 1, fillColor: ink("land"), fillOpacity: 1 };
    for (const { unit, layer } of this.layers) {
      const mine = chosen && chosen.unit === unit.unit;
      layer.setStyle({ ...plain, fillColor: unit.changed ? ink("changed") : plain.fillColor });
      if (mine) layer.setStyle({ color: ink("chosen"), weight: 2.5, fillColor: ink("land-chosen") });
    }
    for (const { flow, number, layer } of this.flows) {
      const { color, strong } = flowLook(flow, number, chosen);
      layer.setStyle({
        color: ink(color),
        weight: strong ? 1.8 : 0.8,
        opacity: strong ? 1 : 0.5,
        fillColor: ink(color),
        fillOpacity: strong ? 0.45 : 0.1,
        dashArray: color === "loss" ? "5 4" : null,
      });
    }
    for (const { unit, layer } of this.layers) if (chosen?.unit === unit.unit) layer.bringToFront();
    for (const { flow, number, layer } of this.flows) if (flowLook(flow, number, chosen).strong) layer.bringToFront();
  }

  /** Show as many names as fit, those of changed units first. */
  placeNames() {
    const taken = [];
    const view = this.map.getBounds().pad(0.1);
    const chosen = this.whole.chosen;
    const rank = ({ unit }) => (chosen?.unit === unit.unit ? 0 : unit.changed ? 1 : 2);
    for (const name of [...this.names].sort((a, b) => rank(a) - rank(b))) {
      const text = name.unit.name || name.unit.label;
      const width = [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 12.5 : 7), 6);
      const { x, y } = this.map.latLngToLayerPoint(name.at);
      const box = [x - width / 2, y - 9, x + width / 2, y + 9];
      const bounds = name.layer.getBounds();
      const a = this.map.latLngToLayerPoint(bounds.getNorthWest());
      const b = this.map.latLngToLayerPoint(bounds.getSouthEast());
      const roomy = b.x - a.x > width * (name.unit.changed ? 0.9 : 1.4) && b.y - a.y > 14;
      const free = taken.every((t) => box[2] < t[0] || t[2] < box[0] || box[3] < t[1] || t[3] < box[1]);
      if (view.contains(name.at) && free && (roomy || rank(name) === 0)) {
        taken.push(box);
        name.marker.addTo(this.map);
      } else name.marker.remove();
    }
  }
}

function flowLook(flow, number, chosen) {
  if (!chosen) return { color: "moved", strong: true };
  if (chosen.flow !== undefined) return { color: "moved", strong: chosen.flow === number };
  if (flow.taker === chosen.unit) return { color: "gain", strong: true };
  if (flow.giver === chosen.unit) return { color: "loss", strong: true };
  return { color: "moved", strong: false };
}
