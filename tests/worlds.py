"""Small worlds to check: a grid of cells, and one defect of known size."""

from __future__ import annotations

import geopandas
import numpy as np
import pyproj
import shapely

#: CGCS2000 / 3-degree Gauss-Krüger CM 108E, and a place in Chongqing in it.
CRS = "EPSG:4545"
PLACE = np.array([359_000.0, 3_272_000.0])
SIDE = 1000.0


def ground_scale(crs: str = CRS) -> float:
    """Grid metres per ground metre at `PLACE`."""
    system = pyproj.CRS(crs)
    lon, lat = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True).transform(
        *(PLACE + SIDE)
    )
    return float(np.sqrt(pyproj.Proj(system).get_factors(lon, lat).areal_scale))


def edge(a: np.ndarray, b: np.ndarray, vertices: int, wobble: float, seed: int) -> np.ndarray:
    """A line from a to b that wobbles sideways, the same whoever asks."""
    along = np.linspace(0, 1, vertices + 2)[:, None]
    line = a + (b - a) * along
    across = np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a))
    sway = np.random.default_rng(seed).uniform(-wobble, wobble, vertices)
    line[1:-1] += sway[:, None] * across
    return line


class Grid:
    """A valid coverage of rows × columns cells whose edges wobble; cells can be edited."""

    def __init__(
        self, rows: int = 3, columns: int = 3, *, vertices: int = 0, wobble: float = 0.0,
        seed: int = 0, place: np.ndarray = PLACE,
    ) -> None:  # fmt: skip
        self.rows, self.columns = rows, columns
        corner = lambda i, j: place + SIDE * np.array([j, i], dtype=float)  # noqa: E731
        base, odd = seed * 7919, seed * 7919 + 1
        h = {
            (i, j): edge(corner(i, j), corner(i, j + 1), vertices, wobble, base + 198 * i + 2 * j)
            for i in range(rows + 1) for j in range(columns)
        }  # fmt: skip
        v = {
            (i, j): edge(corner(i, j), corner(i + 1, j), vertices, wobble, odd + 198 * i + 2 * j)
            for i in range(rows) for j in range(columns + 1)
        }  # fmt: skip
        self.sides: dict[tuple[int, int], list[np.ndarray]] = {
            (i, j): [h[i, j], v[i, j + 1], h[i + 1, j][::-1], v[i, j][::-1]]
            for i in range(rows) for j in range(columns)
        }  # fmt: skip

    def bump_east(
        self, i: int, j: int, depth: float, *, low: float = 0.3, high: float = 0.7
    ) -> None:
        """Push a piece of a straight east side out (depth > 0: overlap) or in (< 0: gap)."""
        a, b = self.sides[i, j][1][0], self.sides[i, j][1][-1]
        out = np.array([depth, 0.0])
        p, q = a + (b - a) * low, a + (b - a) * high
        self.sides[i, j][1] = np.array([a, p, p + out, q + out, q, b])

    def ring(self, i: int, j: int) -> np.ndarray:
        return np.concatenate([side[:-1] for side in self.sides[i, j]] + [self.sides[i, j][0][:1]])

    def polygons(self) -> dict[str, shapely.Polygon]:
        return {f"c{i}{j}": shapely.Polygon(self.ring(i, j)) for i, j in self.sides}

    def table(self, crs: str = CRS) -> geopandas.GeoDataFrame:
        return table(self.polygons(), crs)


def table(polygons: dict[str, shapely.Geometry], crs: str | None = CRS) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"code": list(polygons)}, geometry=list(polygons.values()), crs=crs
    )


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """A rectangle, metres from `PLACE`."""
    return shapely.box(PLACE[0] + x0, PLACE[1] + y0, PLACE[0] + x1, PLACE[1] + y1)


def cut_square(lines: list[tuple[float, float, float, float]], side: float = 1000.0) -> list:
    """A square cut by lines given as (x0, y0, x1, y1) in shares of its side."""
    square = shapely.box(0, 0, side, side)
    knives = [
        shapely.LineString([(a * side, b * side), (c * side, d * side)]) for a, b, c, d in lines
    ]
    noded = shapely.union_all([square.exterior, *knives])
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    shift = PLACE
    return [shapely.transform(p, lambda xy: xy + shift) for p in pieces]


def messy(seed: int = 0, rows: int = 4, columns: int = 5) -> geopandas.GeoDataFrame:
    """A coverage with some of everything wrong, drawn from a seed; every unit has a code."""
    random = np.random.default_rng(seed)
    cells = Grid(rows, columns, vertices=6, wobble=15.0, seed=seed % 97).polygons()
    names = list(cells)
    chosen = [names[i] for i in random.permutation(len(names))]
    shifted, holed, spiked, twisted, gone, split = chosen[:6]
    cells[shifted] = shapely.transform(cells[shifted], lambda xy: xy + random.normal(0, 3, 2))
    middle = shapely.point_on_surface(cells[holed])
    cells["e00"] = shapely.buffer(middle, 60.0, quad_segs=4)
    cells[holed] = shapely.difference(cells[holed], cells["e00"])
    ring = shapely.get_coordinates(cells[spiked])
    tip = ring[2] + (ring[2] - middle_of(cells[spiked])) * 0.2
    cells[spiked] = shapely.Polygon(np.insert(ring, 3, [tip, ring[2] + 0.001], axis=0))
    ring = shapely.get_coordinates(cells[twisted])
    ring[[3, 17]] = ring[[17, 3]]
    cells[twisted] = shapely.Polygon(ring)
    island = shapely.transform(cells[split], lambda xy: (xy - xy.mean(axis=0)) * 0.05 + PLACE - 200)
    cells[split] = shapely.MultiPolygon([cells[split], island])
    del cells[gone]
    cells["d00"] = cells[chosen[6]]
    order = random.permutation(len(cells))
    frame = table(cells)
    frame["name"] = [f"单元{code}" for code in cells]
    frame["parent"] = ["W" if code[2] in "01" else "E" for code in cells]
    return frame.iloc[order].reset_index(drop=True)


def middle_of(polygon: shapely.Polygon) -> np.ndarray:
    """A point within."""
    return shapely.get_coordinates(shapely.point_on_surface(polygon))[0]


def cells(rows: int = 3, columns: int = 3, **options: float) -> np.ndarray:
    """The polygons of a grid, row by row."""
    return np.array(list(Grid(rows, columns, **options).polygons().values()), dtype=object)


def block(x: float, y: float, wide: float, high: float) -> shapely.Polygon:
    """A rectangle by its corner, metres from `PLACE`, and its sides."""
    low = PLACE + (x, y)
    return shapely.box(*low, *(low + (wide, high)))
