"""CEPII GeoDep: concentrated imports, a concentrated world market, no substitutes at home, and lasting."""

from __future__ import annotations

from kaname.autonomy.methods.base import Criterion, Method
from kaname.pack.figures import Label

GEODEP = Method(
    id="geodep",
    label=Label(ja="CEPII GeoDep", en="CEPII GeoDep"),
    reference="Lefebvre, K. and Wibaux, P. (2024), Import dependencies: where does the EU stand?, "
    "CEPII Policy Brief 47",
    criteria=(
        Criterion(
            "imports", "hhi", ">", 0.4, Label(ja="輸入の集中度(HHI)", en="concentration of imports (HHI)")
        ),
        Criterion(
            "world",
            "world_hhi",
            ">",
            0.4,
            Label(ja="世界の輸出の集中度(HHI)", en="concentration of world exports (HHI)"),
        ),
        Criterion(
            "ratio", "import_export_ratio", ">", 1.0, Label(ja="輸入と輸出の比", en="imports to exports")
        ),
    ),
    needed=2,
    window=3,
    note=Label(
        ja="対象年とその前の2年のうち、全基準が2年以上で成り立つもの。データにない年が結果を左右しうるときは判定しない。",
        en="All criteria in at least two of the year and the two before it; not judged where a year that is not "
        "in the data could decide.",
    ),
)
