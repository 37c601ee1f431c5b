"""European Commission 2021: the three core dependency indicators (CDI)."""

from __future__ import annotations

from kaname.autonomy.methods.base import Criterion, Method
from kaname.pack.figures import Label

EC_2021 = Method(
    id="ec_2021",
    label=Label(ja="欧州委員会(2021年)", en="European Commission 2021"),
    reference="European Commission (2021), Strategic dependencies and capacities, SWD(2021) 352 final",
    criteria=(
        Criterion(
            "CDI1",
            "outside_hhi",
            ">",
            0.4,
            Label(ja="域外の供給国の集中度(HHI)", en="concentration of outside suppliers (HHI)"),
        ),
        Criterion(
            "CDI2",
            "outside_share",
            ">",
            0.5,
            Label(ja="輸入に占める域外の割合", en="outside imports in all imports"),
        ),
        Criterion(
            "CDI3",
            "outside_ratio",
            ">",
            1.0,
            Label(ja="域外輸入と総輸出の比", en="outside imports to all exports"),
        ),
    ),
    note=Label(
        ja="「域内」とする国を指定しなければ、全輸入が域外となりCDI2は必ず成り立つ。",
        en="With no countries named as inside, all imports are outside and CDI2 always holds.",
    ),
)
