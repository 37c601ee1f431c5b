"""Rebuild the columns of `prefectures.csv` that come from files: gross product, position and land of prefectures.

Usage: `python tools/build_prefectures.py SHARED` with the folder that holds `prefecture_gdp_2014.xls` (Cabinet Office).
Position (area centroid) and land are worked out from the outlines of the package japanmap, as embedded in
`data/japan_prefectures.geojson`; the other columns stay as people wrote them.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path

import xlrd

PACK = Path(__file__).parents[1] / "src" / "kaname" / "packs" / "japan"
KM = math.pi / 180 * 6371.0
"""Kilometres in a degree of latitude."""


def ring(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Land in km2 and centroid (longitude, latitude) of one outline, on a plane true at its middle latitude."""
    middle = math.cos(math.radians(sum(y for _, y in points) / len(points)))
    doubled = x_sum = y_sum = 0.0
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        x_sum += (x1 + x2) * cross
        y_sum += (y1 + y2) * cross
    return abs(doubled) / 2 * middle * KM**2, x_sum / (3 * doubled), y_sum / (3 * doubled)


def places() -> dict[str, tuple[float, float, float]]:
    """Latitude, longitude and land of each prefecture by JIS code."""
    document = json.loads((PACK / "data" / "japan_prefectures.geojson").read_text("utf-8"))
    found = {}
    for feature in document["features"]:
        shape = feature["geometry"]
        outlines = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [ring([(x, y) for x, y, *_ in outline[0]]) for outline in outlines]
        land = sum(area for area, _, _ in rings)
        longitude = sum(area * x for area, x, _ in rings) / land
        latitude = sum(area * y for area, _, y in rings) / land
        found[feature["properties"]["jis"]] = (latitude, longitude, land)
    return found


def main(shared: Path) -> None:
    """Write the table."""
    sheet = xlrd.open_workbook(shared / "prefecture_gdp_2014.xls").sheet_by_index(0)
    product = [float(sheet.cell_value(row, 1)) for row in range(1, 48)]
    where = places()
    file = PACK / "prefectures.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    for row, value in zip(rows, product, strict=True):
        latitude, longitude, land = where[row["jis"]]
        row["gross_product"] = f"{value:.0f}"
        row |= {"latitude": f"{latitude:.2f}", "longitude": f"{longitude:.2f}", "land": f"{land:.0f}"}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
