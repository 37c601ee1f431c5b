"""Cabinet Office of Japan: the largest origin supplies half of the imports or more."""

from __future__ import annotations

from kaname.autonomy.methods.base import Criterion, Method
from kaname.pack.figures import Label

CABINET_OFFICE = Method(
    id="cabinet_office",
    label=Label(ja="内閣府(集中的供給財)", en="Cabinet Office of Japan (goods of concentrated supply)"),
    reference="Cabinet Office, Government of Japan (2022), 世界経済の潮流 2021年 II (World Economic Trends "
    "2021 II)",
    criteria=(
        Criterion(
            "largest",
            "largest_share",
            ">=",
            0.5,
            Label(ja="最大の輸入先の割合(金額)", en="share of the largest origin (value)"),
        ),
    ),
)
