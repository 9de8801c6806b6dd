"""What somebody finds out who knows all that is shown and can solve linear programs.

Every hidden count is a variable from zero up; every total that is shown is an equation. The
highest and the lowest value that a variable can have is all that anybody can know of it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

EPSILON = 1e-6


@dataclass
class Knowledge:
    """Equations over counts that nobody shows. `within` are sums known to lie between two bounds."""

    equations: list[tuple[Mapping[Hashable, float], float]] = field(default_factory=list)
    within: list[tuple[Mapping[Hashable, float], float, float]] = field(default_factory=list)

    def told(self, cells: Iterable[Hashable], total: float) -> None:
        """That some cells add up to a total."""
        self.equations.append((dict.fromkeys(cells, 1.0), total))

    def bounds(self, cells: Collection[Hashable]) -> dict[Hashable, tuple[float, float]]:
        """The lowest and highest that each cell can be."""
        names = sorted(
            {name for one, _total in self.equations for name in one} | set(cells), key=str
        )
        place = {name: at for at, name in enumerate(names)}

        def rows(found: Sequence[Mapping[Hashable, float]]) -> np.ndarray | None:
            if not found:
                return None
            matrix = np.zeros((len(found), len(names)))
            for number, one in enumerate(found):
                for name, factor in one.items():
                    matrix[number, place[name]] = factor
            return matrix

        equal = rows([one for one, _total in self.equations])
        totals = [total for _one, total in self.equations]
        between = rows([one for one, _low, _high in self.within])
        above = None if between is None else np.vstack([between, -between])
        most = [high for *_one, high in self.within] + [-low for _one, low, _high in self.within]

        def end(name: Hashable, sign: int) -> float:
            goal = np.zeros(len(names))
            goal[place[name]] = -sign
            found = linprog(
                goal, A_ub=above, b_ub=most or None, A_eq=equal, b_eq=totals or None, method="highs"
            )
            if found.status == 3:  # unbounded
                return float("inf")
            assert found.status == 0, found.message
            return float(-sign * found.fun)

        return {name: (end(name, -1), end(name, 1)) for name in cells}

    def found(self, truth: Mapping[Hashable, int], threshold: int) -> list[Hashable]:
        """The cells of one to threshold - 1 people that cannot be so many: what is found out."""
        small = [name for name, count in truth.items() if 0 < count < threshold]
        return [
            name for name, (_low, high) in self.bounds(small).items() if high < threshold - EPSILON
        ]
