"""Kaname (要): a nation's economic security as one network.

>>> import kaname as kn
>>> nation = kn.open("japan")
>>> run = nation.stress("hormuz-closure", "nankai-trough@30", days=60)
>>> round(run.total_loss) > 0
True
"""

from importlib.metadata import version

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
