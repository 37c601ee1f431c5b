"""What traded products are called (floor 1)."""

from __future__ import annotations

from kaname.pack.figures import Label
from kaname.pack.model import Pack, Product


def product_label(pack: Pack, code: str, description: str | None) -> Label:
    """The name of a six-digit code: the pack's own; else ``description`` (English, as the nomenclature has it), in
    Japanese after the name of the pack's good that the code belongs to; else the code."""
    own = pack.by_id["products"].get(code)
    if isinstance(own, Product):
        return own.label
    words = description or code
    good = next((g for g in pack.goods if code in g.hs), None)
    return Label(ja=words if good is None else f"{good.label.ja}：{words}", en=words)
