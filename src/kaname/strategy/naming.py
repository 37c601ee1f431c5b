"""What nodes, products, countries, scenarios and measures are called (floor 6)."""

from __future__ import annotations

from kaname.data.countries import Countries
from kaname.pack.model import Pack


def name_of(pack: Pack, known: Countries, id_: str, lang: str) -> str:
    """The name of a node, product, country, scenario or measure in a language; the id where it has none."""
    comma = "・" if lang == "ja" else ", "
    country, colon, industry = id_.partition(":")
    if colon:
        home, dash, area = country.partition("-")
        place = name_of(pack, known, area, lang) if dash and home == pack.home else known.name(country, lang)
        return f"{place}{comma}{name_of(pack, known, industry, lang)}"
    country, slash, good = id_.partition("/")
    if slash and good != "rest":
        return f"{known.name(country, lang)}{comma}{name_of(pack, known, good, lang)}"
    if slash:
        return f"{name_of(pack, known, country, lang)}{'（その他）' if lang == 'ja' else ' (others)'}"
    for part in (
        "industries",
        "goods",
        "facilities",
        "services",
        "scenarios",
        "storylines",
        "passages",
        "areas",
    ):
        found = pack.by_id[part].get(id_)
        if found is not None:
            return str(found.label[lang])  # type: ignore[attr-defined]
    if id_ in pack.by_id["measures"]:
        return str(pack.by_id["measures"][id_].title[lang])  # type: ignore[attr-defined]
    return known.name(id_, lang)
