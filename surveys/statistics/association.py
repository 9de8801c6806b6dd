"""Whether two questions go together: the test that fits the table, and why that one."""

from __future__ import annotations

from dataclasses import dataclass

from .chi_square import chi_square, cramers_v, residuals
from .contingency import Table, is_dense, without_empty
from .exact import exact_p

TESTS = ("pearson", "yates", "fisher", "freeman_halton", "rough", "none")
REASONS = ("dense", "sparse", "sparse_and_large", "empty", "one_row", "one_column")


@dataclass(frozen=True)
class Association:
    """What `associated` found.

    `test` is one of TESTS: "pearson" and "yates" are chi-square tests; "fisher" and
    "freeman_halton" exact ones; "rough" is Pearson's where it is no more than a hint; "none"
    says nothing (p, v are then None). `why` is one of REASONS: the expected counts are large
    enough ("dense"), or too small ("sparse"), and the table too large to be counted out
    ("sparse_and_large"); or there is nothing to compare ("empty", "one_row", "one_column").
    `statistic` and `freedom` are of the chi-square test, None with an exact one. `v` is Cramér's,
    from 0 to 1. `residuals` have the table's own shape (see chi_square.residuals).
    """

    test: str
    why: str
    p: float | None = None
    v: float | None = None
    statistic: float | None = None
    freedom: int | None = None
    residuals: tuple[tuple[float | None, ...], ...] = ()


def associated(table: Table) -> Association:
    """Chi-square where expected counts allow it (by Yates in a 2×2 table, whose steps are
    coarse), an exact test where they do not, and a rough chi-square where that would take too
    long. Empty rows and columns are left out. ValueError as contingency.checked."""
    filled = without_empty(table)
    if (why := _nothing(filled)) is not None:
        return Association("none", why, residuals=_residuals(table))
    is_four = len(filled) == len(filled[0]) == 2
    if is_dense(filled):
        return _by_chi_square("yates" if is_four else "pearson", "dense", table)
    if (p := exact_p(filled)) is not None:
        test = "fisher" if is_four else "freeman_halton"
        return Association(test, "sparse", p, cramers_v(filled), residuals=_residuals(table))
    return _by_chi_square("rough", "sparse_and_large", table)


def _by_chi_square(test: str, why: str, table: Table) -> Association:
    found = chi_square(table, is_corrected=test == "yates")
    assert found is not None
    return Association(
        test,
        why,
        found.p,
        cramers_v(table),
        found.value,
        found.freedom,
        _residuals(table),
    )


def _nothing(filled: Table) -> str | None:
    if not filled:
        return "empty"
    if len(filled) == 1:
        return "one_row"
    return "one_column" if len(filled[0]) == 1 else None


def _residuals(table: Table) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(row) for row in residuals(table))
