// The map: outlines of the units beneath, findings above.

const MAX_ZOOM = 28; // 0.6 mm a pixel at the equator
const SLIVER_PX = 48; // how wide a close-up shows the width of a finding
const READABLE_PX = 10;
const EQUATOR_M = 2 * Math.PI * 6378137;

/** Return metres on the ground (or input units) that one pixel covers. */
function metresPerPixel(map, zoom = map.getZoom(), latitude = map.getCenter().lat) {
  if (data.plane) return 1 / map.options.crs.scale(zoom);
  return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / map.options.crs.scale(zoom);
}

class FindingsMap {
  /** `onPick(index)` hears which finding was clicked. */
  constructor(container, { onPick }) {
    this.onPick = onPick;
    this.map = L.map(container, {
      preferCanvas: true,
      zoomControl: false,
      crs: data.plane ? L.CRS.Simple : L.CRS.EPSG3857,
      minZoom: data.plane ? -40 : 1,
      maxZoom: MAX_ZOOM,
      zoomSnap: 0.25,
      wheelPxPerZoomLevel: 90,
    });
    this.map.attributionControl.setPrefix("Leaflet");
    this.map.attributionControl.addAttribution(data.plane ? words.plane_note : words.outlines_note);
    this.whole = wholeBounds();
    this.fit();
    this.addUnits();
    this.addMarks();
    this.addControls();
    this.listen();
  }

  fit() {
    if (!this.whole.isValid()) this.map.setView([0, 0], 2);
    else this.map.fitBounds(this.whole, { padding: [18, 18], maxZoom: data.plane ? 8 : 18 });
  }

  addUnits() {
    const renderer = L.canvas({ padding: 0.4 });
    this.units = new Map();
    this.layers = backdrop.map((unit) => {
      const layer = L.polygon(unit.parts.map((rings) => rings.map(toLatLngs)), { renderer, smoothFactor: 0.7 });
      layer.on("mouseover", () => (this.hovered = unit));
      layer.on("mouseout", () => this.hovered === unit && (this.hovered = null));
      this.units.set(unit.code, [...(this.units.get(unit.code) ?? []), layer]);
      return layer.addTo(this.map);
    });
  }

  addMarks() {
    const crs = this.map.options.crs;
    const places = new Float64Array(2 * findings.length).fill(NaN);
    for (const { at, index } of findings) {
      if (!at) continue;
      const point = crs.latLngToPoint(L.latLng(at[1], at[0]), 0);
      places[2 * index] = point.x;
      places[2 * index + 1] = point.y;
    }
    this.marks = new Marks(places);
    this.marks.labels = labels(this.layers, crs);
    this.marks.addTo(this.map);
    document.getElementById("map-empty").hidden = !findings.length || findings.some((f) => f.at);
    this.refreshInks();
  }

  addControls() {
    L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(this.map);
    const bar = this.map.zoomControl?.getContainer() ?? this.map.getContainer().querySelector(".leaflet-control-zoom");
    const fit = element("a", { href: "#", role: "button", class: "fit", title: words.fit, "aria-label": words.fit, text: "⤢" });
    L.DomEvent.on(fit, "click", (event) => {
      L.DomEvent.stop(event);
      this.fit();
    });
    bar.append(fit);
    new ScaleBar({ position: "bottomright" }).addTo(this.map);
    this.addOverview();
  }

  addOverview() {
    if (!backdrop.length) return;
    const crs = this.map.options.crs;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const rings = backdrop.flatMap((unit) => unit.parts.flat()).map((ring) =>
      ring.map(([x, y]) => {
        const point = crs.latLngToPoint(L.latLng(y, x), 0);
        stretch(box, point);
        return point;
      }),
    );
    this.overview = new Overview(rings, box).addTo(this.map);
    this.overview.draw();
  }

  listen() {
    const { map } = this;
    map.on("click", (event) => this.pick(event.containerPoint));
    map.on("mousemove", (event) => this.hover(event));
    map.on("mouseout movestart", () => this.tooltip?.remove());
    map.on("moveend", () => this.noteCloseUp());
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refreshInks());
  }

  refreshInks() {
    this.marks.refreshInks();
    const { land, border } = this.marks.inks;
    this.plainStyle = { color: border, weight: 1, opacity: 1, fillColor: land, fillOpacity: 1 };
    this.layers.forEach((layer) => layer.setStyle(this.plainStyle));
    this.overview?.draw();
    this.emphasise(this.emphasised ?? []);
  }

  /** Draw the outlines of these units stronger. */
  emphasise(codes) {
    for (const code of this.emphasised ?? []) this.units.get(code)?.forEach((l) => l.setStyle(this.plainStyle));
    const style = { color: this.marks.inks.chosen, weight: 1.8, fillColor: this.marks.inks.landChosen };
    for (const code of codes) this.units.get(code)?.forEach((l) => l.setStyle(style).bringToFront());
    this.emphasised = codes;
  }

  pick(point) {
    const hit = this.marks.hit(point);
    if (!hit) return;
    if (hit.cluster) this.openCluster(hit.cluster);
    else this.onPick(hit.index);
  }

  /** Zoom until a cluster comes apart; where it never does, go through it one by one. */
  openCluster({ members }) {
    const bounds = L.latLngBounds(members.map((i) => placeOf(findings[i])));
    const zoom = this.map.getBoundsZoom(bounds, false, L.point(80, 80));
    if (zoom > this.map.getZoom() && zoom < MAX_ZOOM) {
      this.map.setView(bounds.getCenter(), zoom);
      return;
    }
    const next = members.indexOf(this.marks.chosen) + 1;
    this.onPick(members[next % members.length]);
  }

  hover({ containerPoint, latlng }) {
    const hit = this.marks.hit(containerPoint);
    this.map.getContainer().classList.toggle("pointing", Boolean(hit));
    const content = hit ? hitText(hit) : this.hovered && unitText(this.hovered);
    this.tooltip ??= L.tooltip({ className: "tip", offset: [10, 0], direction: "auto" });
    if (content) this.tooltip.setLatLng(latlng).setContent(content).addTo(this.map);
    else this.tooltip.remove();
  }

  noteCloseUp() {
    const close = !data.plane && backdrop.length > 0 && metresPerPixel(this.map) < 0.7;
    document.getElementById("close-note").hidden = !close;
    this.map.getContainer().classList.toggle("close-up", close);
  }

  choose(finding) {
    this.marks.choose(finding ? finding.index : null);
    this.emphasise(finding ? finding.units.filter((code) => this.units.has(code)) : []);
  }

  /** Go where a finding can be recognised: all of it, or its widest place if it is thin. */
  goTo(finding) {
    if (!finding.at) return;
    const bounds = this.boundsOf(finding);
    const zoom = this.wholeZoom(bounds);
    const width = finding.measures.width_m;
    const readable = width === undefined || width / metresPerPixel(this.map, zoom, finding.at[1]) >= READABLE_PX;
    const drawn = finding.shape.some(([kind]) => kind === "a") ? readable : !isPoint(bounds);
    if (drawn) this.goToWhole(finding);
    else this.goToCloseUp(finding);
  }

  goToWhole(finding) {
    const bounds = this.boundsOf(finding);
    this.map.setView(bounds.getCenter(), this.wholeZoom(bounds));
  }

  goToCloseUp(finding) {
    const { width_m: width, offset_m: offset, opening_m: opening, length_m: length } = finding.measures;
    const span = width || offset || opening || length;
    const [goal, least] = [span ? span / SLIVER_PX : undefined, metresPerPixel(this.map, 0, finding.at[1])];
    const zoom = goal ? Math.log2(least / goal) : data.plane ? this.map.getBoundsZoom(this.whole) + 6 : 18;
    this.map.setView(placeOf(finding), Math.min(MAX_ZOOM, Math.floor(zoom * 4) / 4));
  }

  goToUnits(finding) {
    const bounds = L.latLngBounds([placeOf(finding)]);
    finding.units.forEach((code) => this.units.get(code)?.forEach((layer) => bounds.extend(layer.getBounds())));
    this.map.setView(bounds.getCenter(), this.wholeZoom(bounds));
  }

  wholeZoom(bounds) {
    return Math.min(MAX_ZOOM, this.map.getBoundsZoom(bounds, false, L.point(70, 70)));
  }

  boundsOf(finding) {
    const bounds = L.latLngBounds([placeOf(finding)]);
    for (const [, ...tracks] of finding.shape) {
      for (const track of tracks) toLatLngs(readTrack(track, data.decimals)).forEach((p) => bounds.extend(p));
    }
    return bounds;
  }

  show(indices) {
    this.marks.show(indices);
  }

  resize() {
    this.map.invalidateSize({ animate: false });
  }
}

class ScaleBar extends L.Control {
  onAdd(map) {
    this.bar = element("div", { class: "scale" });
    map.on("zoomend moveend", () => this.update(map));
    this.update(map);
    return this.bar;
  }

  update(map) {
    const widest = 110 * metresPerPixel(map);
    const power = 10 ** Math.floor(Math.log10(widest));
    const length = power * [5, 2, 1].find((n) => n * power <= widest);
    this.bar.style.width = `${(110 * length) / widest}px`;
    this.bar.textContent = data.plane ? `${number(length, 3)} ${words.length_units}` : quantity(length, "m");
  }
}

function toLatLngs(points) {
  return points.map(([x, y]) => [y, x]);
}

function placeOf({ at }) {
  return L.latLng(at[1], at[0]);
}

function isPoint(bounds) {
  return bounds.getSouthWest().equals(bounds.getNorthEast(), 0);
}

function wholeBounds() {
  const bounds = L.latLngBounds([]);
  for (const unit of backdrop) for (const rings of unit.parts) bounds.extend(L.latLngBounds(toLatLngs(rings[0])));
  for (const finding of findings) if (finding.at) bounds.extend(placeOf(finding));
  return bounds;
}

/** Where unit names go, and how much room each unit gives, the largest first. */
function labels(layers, crs) {
  const made = layers.map((layer, i) => {
    const place = crs.latLngToPoint(L.latLng(backdrop[i].label[1], backdrop[i].label[0]), 0);
    const bounds = layer.getBounds();
    const [a, b] = [crs.latLngToPoint(bounds.getNorthWest(), 0), crs.latLngToPoint(bounds.getSouthEast(), 0)];
    return { unit: backdrop[i], x: place.x, y: place.y, width: b.x - a.x, height: b.y - a.y };
  });
  return made.sort((a, b) => b.width * b.height - a.width * a.height);
}

function unitText({ name, code }) {
  const made = element("span", {}, element("bdi", { text: name || code }));
  if (name) made.append(" ", element("bdi", { class: "code", text: code }));
  return made;
}

function hitText({ cluster: many, index }) {
  if (many) return element("span", { text: fill(words.here, { count: number(many.size, 9) }) });
  const { title, message, kind } = findings[index];
  return element("span", { class: "hit" }, markIcon(kind), element("b", { text: title }), element("bdi", { text: message }));
}
