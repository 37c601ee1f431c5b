"""Kaname (要): a nation's economic security as one network.

>>> import kaname as kn
>>> nation = kn.open("japan")
>>> run = nation.stress("hormuz-closure", "nankai-trough@30", days=60)
>>> round(run.total_loss) > 0
True
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaname.cascade.draws import Draw, draws
    from kaname.cascade.ensemble import Ensemble, run_ensemble
    from kaname.cascade.run import Run
    from kaname.errors import InputProblems, KanameError, Unavailable
    from kaname.nation import Nation, open  # noqa: A004 - kn.open

__version__ = version("kaname")
__all__ = [
    "Draw",
    "Ensemble",
    "InputProblems",
    "KanameError",
    "Nation",
    "Run",
    "Unavailable",
    "__version__",
    "draws",
    "open",
    "run_ensemble",
]
_PLACES = {
    "kaname.cascade.draws": ("Draw", "draws"),
    "kaname.cascade.ensemble": ("Ensemble", "run_ensemble"),
    "kaname.cascade.run": ("Run",),
    "kaname.errors": ("InputProblems", "KanameError", "Unavailable"),
    "kaname.nation": ("Nation", "open"),
}


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: the command line can then be stopped while the rest is loading."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(import_module(place), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
