"""Economic complexity: what a country's exports tell of what it can do, and what lies near (floor 4).

Hidalgo, C. and Hausmann, R. (2009), "The building blocks of economic complexity", PNAS 106; proximity and density as in
Hidalgo, Klinger, Barabasi and Hausmann (2007), "The product space conditions the development of nations", Science 317;
outlook index and gain as in Hausmann et al. (2014), "The Atlas of Economic Complexity". Revealed comparative advantage:
Balassa (1965).

Two things make it quick. The eigenvector is taken from the countries' side in symmetric form, a matrix of 220 x 220 in
the place of 5,000 x 5,000. And the proximity of two products, the countries that do both over the larger of their
ubiquities, is summed along each country's own products in the order of ubiquity, where the larger of two is simply the
later: the matrix of all pairs is never made.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kaname.cascade.compiling import one_blas_thread

Floats = NDArray[np.float64]
FLAT = 1e-9
"""A second eigenvalue below this is none."""


@dataclass(frozen=True, eq=False)
class Complexity:
    """Figures of one year, countries in rows and products in columns, without countries and products that trade
    nothing.

    ``rca``: revealed comparative advantage; ``does``: where it is at least the threshold; ``eci`` (countries)
    and ``pci`` (products): complexity, in standard deviations of the countries' ``eci``; ``density``: how near
    a product lies to what the country does, 0 .. 1; ``coi``: outlook index of countries (standardised);
    ``cog``: what taking up a product would add to the outlook (0 where the country does it).
    """

    countries: tuple[str, ...]
    products: tuple[str, ...]
    exports: Floats
    rca: Floats
    does: NDArray[np.bool_]
    eci: Floats
    pci: Floats
    density: Floats
    coi: Floats
    cog: Floats

    @property
    def diversity(self) -> NDArray[np.int64]:
        """How many products each country does."""
        return np.asarray(self.does.sum(axis=1))

    @property
    def ubiquity(self) -> NDArray[np.int64]:
        """How many countries do each product."""
        return np.asarray(self.does.sum(axis=0))

    def proximity(self, product: str) -> Floats:
        """How near each product is to one: the least chance that who does one of the two does the other."""
        place = self.products.index(product)
        both = self.does[:, place].astype(float) @ self.does
        return np.asarray(both / np.maximum(self.ubiquity, self.ubiquity[place]))


def complexity(
    exports: Floats, countries: tuple[str, ...], products: tuple[str, ...], threshold: float = 1.0
) -> Complexity:
    """Complexity from ``exports`` (countries x products, any unit of money).

    Countries and products without exports are left out. Raises ``ValueError`` where fewer than three countries or
    products are left, or where they show no pattern: there is then no second eigenvector that means anything.
    """
    sells, sold = exports.sum(axis=1) > 0, exports.sum(axis=0) > 0
    x = np.ascontiguousarray(exports[np.ix_(sells, sold)], dtype=np.float64)
    if min(x.shape) < 3:
        raise ValueError("complexity needs at least three countries and three products that trade")
    rca = (x / x.sum(axis=1, keepdims=True)) / (x.sum(axis=0) / x.sum())
    does = rca >= threshold
    diversity, ubiquity = does.sum(axis=1), does.sum(axis=0)
    kc, kp = _eigenvectors(does.astype(np.float64), diversity, ubiquity)
    total = _near(np.ones((1, does.shape[1])), does)[0]
    density = _near(does.astype(np.float64), does) / total
    missing = np.where(does, 0.0, 1.0)
    coi = (density * missing * kp).sum(axis=1)
    cog = missing * _near(missing * (kp / total), does)
    scale = kc.std()
    return Complexity(
        tuple(c for c, some in zip(countries, sells, strict=True) if some),
        tuple(p for p, some in zip(products, sold, strict=True) if some),
        x,
        rca,
        does,
        (kc - kc.mean()) / scale,
        (kp - kc.mean()) / scale,
        density,
        (coi - coi.mean()) / (coi.std() or 1.0),
        cog / scale,
    )


def _eigenvectors(m: Floats, diversity: NDArray[Any], ubiquity: NDArray[Any]) -> tuple[Floats, Floats]:
    """The second eigenvectors of the walk from country to country and from product to product, of one scale, and of the
    sign that lets diverse countries be complex.

    D^-1 M U^-1 M' has the eigenvalues of the symmetric D^-1/2 M U^-1 M' D^-1/2; vectors are those over D^1/2.
    """
    root = np.sqrt(diversity)
    half = m / root[:, None]
    with one_blas_thread():  # how many there are decides the last digits
        values, vectors = np.linalg.eigh((half / ubiquity) @ half.T)
    if values[-2] < FLAT:
        raise ValueError("all countries do the same, or nothing in common: complexity has no meaning here")
    kc = vectors[:, -2] / root
    kc = kc * (np.sign((diversity - diversity.mean()) @ (kc - kc.mean())) or 1.0)
    kp = (m.T @ kc) / ubiquity / values[-2]
    return kc, kp


def _near(rows: Floats, does: NDArray[np.bool_]) -> Floats:
    """``rows`` times the matrix of proximities (products x products)."""
    ubiquity = does.sum(axis=0).astype(np.float64)
    order = np.argsort(ubiquity, kind="stable")
    listed = [order[does[c, order]] for c in range(len(does))]
    start = np.concatenate(([0], np.cumsum([len(some) for some in listed])))
    own = np.concatenate(listed)
    found = np.zeros_like(rows)
    with ThreadPoolExecutor(2) as pool:
        halves = np.array_split(np.arange(len(rows)), 2)
        list(pool.map(lambda part: _along(part, rows, own, start, ubiquity, found), halves))
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def _along(part: Any, rows: Any, own: Any, start: Any, ubiquity: Any, found: Any) -> None:
    """Each country's products in the order of ubiquity: those up to a product count over its ubiquity, those after
    it over their own."""
    for a in part:
        for c in range(len(start) - 1):
            before = 0.0
            for k in range(start[c], start[c + 1]):
                before += rows[a, own[k]]
                found[a, own[k]] += before / ubiquity[own[k]]
            after = 0.0
            for k in range(start[c + 1] - 1, start[c] - 1, -1):
                found[a, own[k]] += after
                after += rows[a, own[k]] / ubiquity[own[k]]
