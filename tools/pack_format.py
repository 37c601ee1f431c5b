"""Write ``docs/pack-format.md`` from the pack's schemas, so that the page never drifts from what is read.

python tools/pack_format.py          writes the page
python tools/pack_format.py --check  exit code 1 where the page is not what would be written
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from kaname.pack import figures, legal, measures, model, outlook, restoration, scenarios, strengths
from kaname.pack.figures import Part
from kaname.units import DIMENSIONS

PAGE = Path(__file__).parents[1] / "docs" / "pack-format.md"

HEAD = """# The pack format

A pack is a folder with `pack.yaml` and the files it includes: what people write about a nation, as text under git.
This page is written from the schemas by `tools/pack_format.py`.

A YAML file of a pack is a mapping whose keys are the fields of the pack below (`goods:`, `scenarios:`, `sources:` ...);
lists from several files are joined. `include:` names further files, relative to the including one. Ids are unique within a
list. A field nobody knows is an error, with the nearest name suggested; `kaname check` tells every problem at once, with
file, line and path, and lists every figure that is empty or assumed.

A figure, as it is written:

```yaml
stock: {value: 21, unit: day, source: enecho-2024, year: 2024, confidence: official}
reserve: {value: null, unit: day, why: "no figure is published"}
weight: {value: 0.4, low: 0.3, high: 0.5, unit: "1", year: 2026, confidence: assumption, note: "reason"}
```
"""


def main() -> int:
    page = render()
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == page else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


def render() -> str:
    """The page, from the docstrings of the models."""
    first = [model.Pack, figures.Figure, figures.Label]
    rest = [
        m
        for module in (model, scenarios, restoration, measures, strengths, outlook, legal)
        for m in _models(module)
        if m not in first
    ]
    parts = [HEAD, *(_section(m) for m in [*first, *dict.fromkeys(rest)]), _units()]
    return "\n".join(parts)


def _models(module: Any) -> list[type[Part]]:
    found = [
        v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Part) and v is not Part
    ]
    return [m for m in found if not m.__name__.startswith("_") and m.__module__ == module.__name__]


def _section(part: type[Part]) -> str:
    lines = [f"## {part.__name__}", "", _prose(part.__doc__ or ""), ""]
    lines += ["| field | type | needed | meaning |", "|---|---|---|---|"]
    for name, field in part.model_fields.items():
        needed = "yes" if field.is_required() else ""
        default = field.get_default(call_default_factory=True)
        if not needed and default not in (None, (), "", PydanticUndefined):
            needed = f"default `{default}`"
        lines.append(
            f"| `{field.alias or name}` | {_type(field.annotation)} | {needed} | {_prose(field.description or '')} |"
        )
    return "\n".join(lines) + "\n"


def _type(annotation: Any) -> str:
    text = (
        str(getattr(annotation, "__name__", None) or annotation)
        if isinstance(annotation, type)
        else str(annotation)
    )
    text = re.sub(r"(kaname\.pack\.\w+\.|typing\.|datetime\.)", "", text)
    text = re.sub(r"Annotated\[(\w+|tuple\[str, \.\.\.\]), BeforeValidator\([^)]*\)\]", r"\1", text)
    text = re.sub(r"Optional\[(\w+)\]", r"\1", text)
    text = re.sub(r"dict\[str, (.*)\]", r"mapping to \1", text)
    text = re.sub(r"Annotated\[str, [^\]]*\]", "Id", text)
    text = re.sub(r"<class '([\w.]+)'>", r"\1", text)
    text = re.sub(r"Annotated\[(.*?), FieldInfo.*?\]", r"\1", text)
    text = text.replace(" | None", "").replace("tuple[", "list of ").replace(", ...]", "").replace("|", "or")
    return re.sub(r"Literal\[(.*?)\]", r"\1", text).replace("'", "`")


def _prose(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()


def _units() -> str:
    rows = "\n".join(
        f"| {name} | {', '.join(f'`{u}`' for u in units)} |" for name, units in DIMENSIONS.items()
    )
    return f"## Units\n\n| dimension | units |\n|---|---|\n{rows}\n"


if __name__ == "__main__":
    sys.exit(main())
