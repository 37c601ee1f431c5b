"""Outlines for maps: the world's countries and Japan's prefectures, as small GeoJSON files.

Both draw areas, not claims. Countries: Natural Earth 1:110m as carried by npm ``world-atlas`` 2.0.2, whose
borders follow who is in control on the ground (de facto), unchanged. Prefectures: package ``japanmap``, which
holds the part of each prefecture around its capital, so smaller islands are absent.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

WORLD_ATLAS = "world-atlas@2.0.2"
MEMBER = "package/countries-110m.json"
SHA256 = "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8"

ISO_NOT_BACI = {
    "250": "FRA", "840": "USA", "578": "NOR", "756": "CHE", "356": "IND", "158": "TWN", "729": "SDN",
    "010": "ATA", "732": "ESH", "630": "PRI",
}  # fmt: skip
"""ISO 3166-1 numeric codes for which BACI has a code of its own, or none."""
BY_NAME = {"Kosovo": "XKX", "N. Cyprus": "", "Somaliland": ""}
"""Areas without an ISO number: Kosovo's usual code, and none for two areas drawn de facto."""
NAMES_JA = {
    "Antarctica": "南極", "W. Sahara": "西サハラ", "N. Cyprus": "北キプロス", "Somaliland": "ソマリランド",
}  # fmt: skip

PREFECTURES_EN = (
    "Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata "
    "Toyama Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara Wakayama "
    "Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita "
    "Miyazaki Kagoshima Okinawa"
)


def fetch_world_atlas() -> dict[str, Any]:
    """The 1:110m TopoJSON of the pinned npm package, checked against its hash."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", WORLD_ATLAS, "--silent"], cwd=folder, check=True, capture_output=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            member = archive.extractfile(MEMBER)
            raw = member.read() if member else b""
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise SystemExit(f"{WORLD_ATLAS} {MEMBER} is not the file this tool was written for")
    return dict(json.loads(raw))


def decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Absolute coordinates of each arc (TopoJSON: quantised differences)."""
    sx, sy = topology["transform"]["scale"]
    tx, ty = topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def join_arcs(numbers: list[int], arcs: list[Ring]) -> Ring:
    """One ring from its arcs; ``~n`` is arc n run backwards."""
    ring: Ring = []
    for n in numbers:
        points = arcs[n] if n >= 0 else arcs[~n][::-1]
        ring += points[1:] if ring else points
    return ring


def unwrap(ring: Ring) -> Ring:
    """Longitudes made continuous, so that a ring may run past 180; a ring round a pole is closed through it."""
    out = [ring[0]]
    for lon, lat in ring[1:]:
        step = lon - out[-1][0]
        out.append((lon - 360 * round(step / 360), lat))
    turn = out[-1][0] - out[0][0]
    if abs(turn) > 180:
        pole = -90.0 if sum(lat for _, lat in out) < 0 else 90.0
        out += [(out[-1][0], pole), (out[0][0], pole), out[0]]
    return out


def clip(ring: Ring, edge: float, keep_below: bool) -> Ring:
    """The part of a ring on one side of a meridian (Sutherland and Hodgman 1974)."""
    sign = 1.0 if keep_below else -1.0
    out: Ring = []
    for a, b in pairwise(ring):
        a_in, b_in = sign * a[0] <= sign * edge, sign * b[0] <= sign * edge
        if a_in:
            out.append(a)
        if a_in != b_in:
            share = (edge - a[0]) / (b[0] - a[0])
            out.append((edge, a[1] + share * (b[1] - a[1])))
    return [*out, out[0]] if out else out


def cut_at_antimeridian(ring: Ring) -> list[Ring]:
    """The ring's parts within -180..180."""
    whole = unwrap(ring)
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        moved = [(lon + turn, lat) for lon, lat in whole]
        if max(p[0] for p in moved) > -180 and min(p[0] for p in moved) < 180:
            part = clip(clip(moved, 180.0, True), -180.0, False)
            if len(part) > 3 and abs(area(part)) > 0.01:
                parts.append(part)
    return parts


def area(ring: Ring) -> float:
    """Signed area in square degrees, positive when counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def tidy(ring: Ring, digits: int, hole: bool = False) -> Ring:
    """Rounded, without repeated points, counter-clockwise (holes clockwise), as RFC 7946 asks."""
    out: Ring = []
    for lon, lat in ring:
        p = (round(lon, digits), round(lat, digits))
        if not out or p != out[-1]:
            out.append(p)
    return out[::-1] if (area(out) < 0) != hole else out


def polygons(geometry: dict[str, Any], arcs: list[Ring], digits: int) -> list[list[Ring]]:
    """All polygons of a TopoJSON (multi)polygon, cut at the antimeridian; holes only where nothing was cut."""
    groups = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    out = []
    for group in groups:
        rings = [join_arcs(numbers, arcs) for numbers in group]
        parts = cut_at_antimeridian(rings[0])
        outer = [tidy(p, digits) for p in parts]
        holes = [tidy(r, digits, hole=True) for r in rings[1:]] if len(parts) == 1 else []
        out += [[p, *holes] for p in outer if len(p) > 3]
    return out


def build_world(names: list[dict[str, str]], target: Path) -> None:
    """Write ``world_110m.geojson``: a feature a country, with iso3, name_en and name_ja."""
    topology = fetch_world_atlas()
    arcs = decode_arcs(topology)
    by_code = {row["code"].zfill(3): row["iso3"] for row in names if row["code"]}
    by_iso3 = {row["iso3"]: row for row in names}
    features = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        english = geometry["properties"]["name"]
        number = geometry.get("id")
        iso3 = (ISO_NOT_BACI.get(number) or by_code[number]) if number else BY_NAME[english]
        row = by_iso3.get(iso3, {"name_en": english, "name_ja": NAMES_JA.get(english, english)})
        shape = {"type": "MultiPolygon", "coordinates": polygons(geometry, arcs, 2)}
        features.append(
            _feature(iso3, {"iso3": iso3, "name_en": row["name_en"], "name_ja": row["name_ja"]}, shape)
        )
    _write(target, sorted(features, key=lambda f: (f["id"], f["properties"]["name_en"])))


def build_prefectures(target: Path) -> None:
    """Write ``japan_prefectures.geojson``: 47 features with jis, name_ja and name_en."""
    # japanmap carries no type hints for these.
    from japanmap import get_data, pref_names, pref_points  # noqa: PLC0415 - build time only

    features = []
    english = PREFECTURES_EN.split()
    for number, points in enumerate(pref_points(get_data()), start=1):  # type: ignore[no-untyped-call]
        ring = tidy([(p[0], p[1]) for p in [*points, points[0]]], 3)
        jis = f"{number:02d}"
        names = {"jis": jis, "name_ja": pref_names[number], "name_en": english[number - 1]}
        features.append(_feature(jis, names, {"type": "Polygon", "coordinates": [ring]}))
    _write(target, features)


def _feature(identity: str, properties: dict[str, str], geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": identity, "properties": properties, "geometry": geometry}


def _write(target: Path, features: list[dict[str, Any]]) -> None:
    text = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    target.write_text(text + "\n", encoding="utf-8")
