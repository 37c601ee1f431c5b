"""SOURCES.md, written from the catalogue of the embedded data."""

from __future__ import annotations

from pathlib import Path

from kaname.data.catalogue import Source, embedded_files, read_sources

HEADER = """# Sources of the embedded data

Everything under `src/kaname/packs/japan/data/` was made by `tools/build_japan.py` from published sources, listed here
with publisher, year, licence and unit. The list itself is `sources.yaml` in that folder; this page is
written from it, so edit the list, not the page. `kaname list sources` prints the same.

Where a source left a figure out, the figure is left out here as well. Where it was changed on the way (rounded, summed,
renamed), the note says how. Borders on maps are drawn as the source draws them and state no position on any claim.

同梱データはすべて公表資料から `tools/build_japan.py` が作成したものです。出典、年、利用条件、単位を以下に示します。
原資料にない数値は補っていません。丸め、集計、名称の変更など加工した点は注記に示します。
地図の境界線は原資料のままで、いかなる領有権の主張についても立場を示すものではありません。
"""


def build_sources(folder: Path, target: Path) -> None:
    """Write the page; every embedded file must belong to a source."""
    files = embedded_files(folder)
    orphans = [f.name for f in files if not f.source]
    if orphans:
        raise SystemExit(f"no source claims {', '.join(orphans)}")
    parts = [HEADER, *(_section(s) for s in read_sources(folder))]
    parts.append("## Files\n\n| file | bytes | source | SHA-256 |\n|---|---:|---|---|")
    rows = "\n".join(f"| `{f.name}` | {f.size:,} | {f.source} | `{f.sha256}` |" for f in files)
    target.write_text("\n".join(parts) + "\n" + rows + "\n", encoding="utf-8")


def _section(source: Source) -> str:
    facts = {
        "Publisher": source.publisher,
        "Year": source.year,
        "Licence": source.licence,
        "Unit": source.unit,
        "Attribution": source.attribution,
        "Address": f"<{source.url}>",
        "Files": ", ".join(f"`{f}`" for f in source.files),
    }
    lines = "\n".join(f"- {k}: {v}" for k, v in facts.items())
    note = f"\n{source.note}\n" if source.note else ""
    return f"## {source.title}\n\nid: `{source.id}`\n\n{lines}\n{note}"
