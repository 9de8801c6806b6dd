"""How sure a figure is, and whether two questions go together: pure functions of counts.

Where there is nothing to say (nobody answered, one group, all the same) the result is None, or an
Association that says why; never an exception, never nan. Counts that cannot be (negative, more
than all) raise ValueError. No database, no numbers' library: scipy and statsmodels are what the
tests compare with.
"""

from .association import Association, associated
from .chi_square import ChiSquare, chi_square, cramers_v, residuals
from .contingency import Table, expected, is_dense
from .exact import exact_p
from .intervals import Interval, difference_interval, mean_interval, share_interval
from .quantiles import quantile, spread
from .reliability import alpha, alpha_of_covariances, complete

__all__ = [
    "Association",
    "ChiSquare",
    "Interval",
    "Table",
    "alpha",
    "alpha_of_covariances",
    "associated",
    "chi_square",
    "complete",
    "cramers_v",
    "difference_interval",
    "exact_p",
    "expected",
    "is_dense",
    "mean_interval",
    "quantile",
    "residuals",
    "share_interval",
    "spread",
]
