"""How sure a figure is: published answers, degenerate input, and two libraries on chance tables."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from surveys.statistics import (
    Association,
    alpha,
    alpha_of_covariances,
    associated,
    chi_square,
    complete,
    cramers_v,
    difference_interval,
    exact_p,
    is_dense,
    mean_interval,
    quantile,
    residuals,
    share_interval,
    spread,
)
from surveys.statistics.distributions import chi_square_tail, t_quantile

Table = list[list[int]]

PARTIES = [[762, 327, 468], [484, 239, 477]]  # R, ?chisq.test
ADMISSIONS = [[1198, 1493], [557, 1278]]  # UC Berkeley 1973
TEA = [[3, 1], [1, 3]]

# --- Published answers ---------------------------------------------------------------------


def test_chi_square_of_the_example_of_r() -> None:
    found = chi_square(PARTIES)
    assert found is not None
    assert round(found.value, 4) == 30.0701
    assert found.freedom == 2
    assert f"{found.p:.4e}" == "2.9536e-07"
    assert round(cramers_v(PARTIES) or 0, 6) == 0.104436
    assert [round(one or 0, 4) for one in residuals(PARTIES)[0]] == [4.5021, 0.6995, -5.3159]


def test_chi_square_of_the_example_of_scipy() -> None:
    found = chi_square([[10, 10, 20], [20, 20, 20]])
    assert found is not None
    assert (round(found.value, 5), round(found.p, 6)) == (2.77778, 0.249352)
    assert round(cramers_v([[10, 10, 20], [20, 20, 20]]) or 0, 6) == 0.166667


def test_correction_of_yates() -> None:
    plain, corrected = chi_square(ADMISSIONS), chi_square(ADMISSIONS, is_corrected=True)
    assert plain is not None and corrected is not None
    assert (round(plain.value, 4), round(corrected.value, 4)) == (92.2053, 91.6096)
    assert round(cramers_v(ADMISSIONS) or 0, 6) == 0.142732


def test_correction_is_for_four_cells_alone() -> None:
    assert chi_square(PARTIES, is_corrected=True) == chi_square(PARTIES)


def test_correction_does_not_turn_a_small_departure_round() -> None:
    found = chi_square([[10, 10], [10, 11]], is_corrected=True)
    assert found is not None
    assert (found.value, found.p) == (0.0, 1.0)


def test_exact_test_of_the_lady_tasting_tea() -> None:
    assert round(exact_p(TEA) or 0, 6) == 0.485714


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_of_a_share(count: int, total: int, low: float, high: float) -> None:
    found = share_interval(count, total)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_interval_of_a_difference() -> None:
    found = difference_interval(56, 70, 48, 80)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_alpha_of_the_attitudes_of_r() -> None:
    assert round(alpha(ATTITUDE) or 0, 6) == 0.843143


# --- Nothing to say ------------------------------------------------------------------------

EMPTY = [[], [[]], [[], []], [[0]], [[0, 0], [0, 0]]]
ONE_ROW = [[[3, 4]], [[3, 4], [0, 0]]]
ONE_COLUMN = [[[3], [4]], [[0, 3], [0, 4]]]
ONE_CELL = [[[7]], [[0, 7], [0, 0]]]


@pytest.mark.parametrize("table", EMPTY + ONE_ROW + ONE_COLUMN + ONE_CELL)
def test_table_that_compares_nothing_has_no_test(table: Table) -> None:
    assert chi_square(table) is None
    assert cramers_v(table) is None
    assert exact_p(table) is None
    assert [[None for _count in row] for row in table] == residuals(table)
    found = associated(table)
    assert (found.test, found.p, found.v, found.statistic) == ("none", None, None, None)


@pytest.mark.parametrize(
    ("tables", "why"), [(EMPTY, "empty"), (ONE_ROW, "one_row"), (ONE_COLUMN, "one_column")]
)
def test_table_that_compares_nothing_says_why(tables: list[Table], why: str) -> None:
    assert {associated(table).why for table in tables} == {why}


def test_nobody_has_no_interval() -> None:
    assert share_interval(0, 0) is None
    assert difference_interval(0, 0, 3, 5) is None
    assert difference_interval(3, 5, 0, 0) is None


def test_ends_of_a_share_are_exact() -> None:
    for total in range(1, 2_000):
        nobody, everybody = share_interval(0, total), share_interval(total, total)
        assert nobody is not None and nobody.low == 0.0
        assert everybody is not None and everybody.high == 1.0


@pytest.mark.parametrize("tally", [[], [(3.0, 0)], [(3.0, 1)], [(0.1, 9)], [(0.1, 9), (2, 0)]])
def test_mean_without_a_spread_has_no_interval(tally: list[tuple[float, int]]) -> None:
    assert mean_interval(tally) is None


def test_quantile_of_nothing_and_of_one() -> None:
    assert quantile([], 0.5) is None
    assert quantile([(4.0, 0)], 0.5) is None
    assert [quantile([(4.0, 1)], share) for share in (0, 0.5, 1)] == [4.0, 4.0, 4.0]
    assert (spread([]), spread([(4.0, 1)]), spread([(0.1, 3)])) == (None, None, 0.0)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[1, 2]],  # one person
        [[1], [2]],  # one item
        [[], []],
        [[3, 3], [3, 3]],  # nobody differs
        [[1, None], [None, 2], [3, 4]],  # one person without a gap
        [[1, 3], [3, 1], [2, 2]],  # the sum is the same for all
        [[0.1, 0.3 - 0.1], [0.1, 0.3 - 0.1], [0.9, 0.3 - 0.9]],  # and save for rounding
    ],
)
def test_scale_that_does_not_vary_has_no_alpha(rows: list[list[float | None]]) -> None:
    assert alpha(rows) is None


def test_alpha_leaves_out_who_left_a_gap() -> None:
    gaps: list[list[float | None]] = [*ATTITUDE, [None, *[99.0] * 6], [*[1.0] * 6, None]]
    assert alpha(gaps) == alpha(ATTITUDE)
    assert len(complete(gaps)) == len(ATTITUDE)


def test_alpha_of_covariances_of_nothing() -> None:
    assert alpha_of_covariances([]) is None
    assert alpha_of_covariances([[2.0]]) is None
    assert alpha_of_covariances([[0.0, 0.0], [0.0, 0.0]]) is None


def test_counts_that_cannot_be_are_refused() -> None:
    for wrong in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="no part of"):
            share_interval(*wrong)
    for table in ([[1, 2], [3]], [[1, -2], [3, 4]]):
        with pytest.raises(ValueError):
            associated(table)
        with pytest.raises(ValueError):
            residuals(table)
    with pytest.raises(ValueError):
        quantile([(1.0, 1)], 1.5)
    with pytest.raises(ValueError):
        alpha([[1, 2], [3]])


# --- The test that fits --------------------------------------------------------------------


def outcome(table: Table) -> tuple[str, str]:
    found = associated(table)
    return found.test, found.why


def test_many_people_are_weighed_by_chi_square() -> None:
    assert outcome(PARTIES) == ("pearson", "dense")
    assert outcome(ADMISSIONS) == ("yates", "dense")
    assert associated(ADMISSIONS).statistic == pytest.approx(91.6096, abs=1e-4)
    assert associated(ADMISSIONS).v == cramers_v(ADMISSIONS)


def test_few_people_are_weighed_exactly() -> None:
    assert outcome(TEA) == ("fisher", "sparse")
    assert outcome([[3, 1, 0], [1, 3, 2]]) == ("freeman_halton", "sparse")
    assert associated(TEA).p == exact_p(TEA)


def test_sparse_table_too_large_to_count_out_is_rough() -> None:
    table = [[9, 8, 7, 1, 2, 3], [7, 9, 6, 2, 1, 4], [8, 6, 9, 3, 2, 1], [9, 9, 7, 1, 1, 2]]
    found = associated(table)
    assert (found.test, found.why) == ("rough", "sparse_and_large")
    assert found.p is not None and found.freedom == 15


def test_long_table_is_not_counted_out_forever() -> None:
    assert exact_p([[50_000, 40_000], [50_000, 50_000]]) is None
    assert exact_p([[500_000, 3], [500_000, 1]]) is None


def test_few_are_compared_with_thousands() -> None:
    """Four people of one unit and all others: five tables are to be weighed."""
    found = associated([[4, 0], [48_000, 52_000]])
    assert (found.test, found.why) == ("fisher", "sparse")
    assert found.p == pytest.approx(0.0530899108, rel=1e-7)  # scipy


def test_order_and_side_of_a_table_do_not_matter() -> None:
    """Nor decide whether it can be counted out."""
    wide = [[11, 0, 0, 3], [22, 0, 0, 2], [9, 1, 1, 2], [21, 0, 0, 3]]
    tall = [[1, 0], [2, 0], [1, 1], [2, 1], [2, 2], [1, 2], [1, 2], [2, 0], [0, 2]]
    for table in (wide, tall):
        p = exact_p(table)
        assert p is not None
        for other in ([row[::-1] for row in table], table[::-1], [*zip(*table, strict=True)]):
            assert exact_p(other) == pytest.approx(p, rel=1e-7)


def test_strength_is_at_most_one() -> None:
    """Each group chose one thing of its own; the roots and quotients are a hair above 1."""
    assert cramers_v([[520, 0, 0], [0, 36, 0], [0, 0, 36]]) == 1.0


def test_empty_option_does_not_change_the_test() -> None:
    with_empty = [[762, 0, 327, 468], [0, 0, 0, 0], [484, 0, 239, 477]]
    found, plain = associated(with_empty), associated(PARTIES)
    assert (found.statistic, found.freedom, found.p, found.v) == (
        plain.statistic,
        plain.freedom,
        plain.p,
        plain.v,
    )
    assert found.residuals[1] == (None,) * 4
    assert found.residuals[0][1] is None
    assert found.residuals[0][0] == pytest.approx(4.5021, abs=1e-4)


def test_rule_of_cochran() -> None:
    assert is_dense([[10, 10], [10, 10]])
    assert is_dense([[5, 5], [5, 5]])
    assert not is_dense([[5, 5], [5, 4]])  # one of four is below 5
    assert is_dense([[20, 20, 20, 20, 4], [20, 20, 20, 20, 4]])  # two of ten are 4
    assert not is_dense([[20, 20, 20, 4], [20, 20, 20, 4]])  # two of eight
    assert not is_dense([[20, 20, 1], [20, 20, 0]])  # a third below 5, and below 1
    assert not is_dense([[100, 100, 100, 100, 100, 1], [100, 100, 100, 100, 100, 0]])  # below 1
    assert not is_dense([])


# --- The same as scipy and statsmodels -----------------------------------------------------

SEED, TABLES = 20261201, 500


def chance_tables(most: int, side: int = 5) -> list[Table]:
    """500 tables of 2 to `side` rows and columns; about a fifth have an empty row or column."""
    chance = random.Random(SEED)
    tables = []
    for _number in range(TABLES):
        rows, columns = chance.randint(2, side), chance.randint(2, side)
        bound = chance.randint(1, most)
        table = [[chance.randint(0, bound) for _c in range(columns)] for _r in range(rows)]
        if chance.random() < 0.2:
            table.insert(chance.randint(0, rows), [0] * columns)
        if chance.random() < 0.2:
            for row in table:
                row.insert(1, 0)
        tables.append(table)
    return tables


def filled(table: Table) -> Table:
    columns = [i for i in range(len(table[0])) if any(row[i] for row in table)]
    return [[row[i] for i in columns] for row in table if any(row)]


def is_comparable(table: Table) -> bool:
    return len(filled(table)) > 1 and len(filled(table)[0]) > 1


def test_chi_square_equals_scipy() -> None:
    from scipy.stats import chi2_contingency

    compared = 0
    for table in chance_tables(400):
        plain, corrected = chi_square(table), chi_square(table, is_corrected=True)
        if not is_comparable(table):
            assert plain is None
            continue
        assert plain is not None and corrected is not None
        for found, is_corrected in ((plain, False), (corrected, True)):
            theirs = chi2_contingency(filled(table), correction=is_corrected)
            assert found.value == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-12)
            assert found.freedom == theirs.dof
            assert found.p == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-300)
        compared += 1
    assert compared > 480


def test_strength_equals_scipy() -> None:
    from scipy.stats.contingency import association

    for table in filter(is_comparable, chance_tables(400)):
        theirs = association(filled(table), method="cramer", correction=False)
        assert cramers_v(table) == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_residuals_equal_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import Table as Theirs

    for table in filter(is_comparable, chance_tables(400)):
        theirs = Theirs(filled(table), shift_zeros=False).standardized_resids
        kept = [[one for one in row if one is not None] for row in residuals(table)]
        for mine, their in zip([row for row in kept if row], theirs.tolist(), strict=True):
            assert mine == pytest.approx(their, rel=1e-9, abs=1e-9)


def test_fisher_equals_scipy() -> None:
    from scipy.stats import fisher_exact

    for table in chance_tables(40, side=2):
        if is_comparable(table):
            assert exact_p(table) == pytest.approx(fisher_exact(filled(table))[1], rel=1e-7)


def test_exact_test_equals_all_tables_counted_out() -> None:
    """No library here has it for larger tables: each arrangement of the people, counted."""
    compared = 0
    for table in chance_tables(3, side=3):
        if is_comparable(table) and sum(map(sum, table)) <= 14:
            assert exact_p(table) == pytest.approx(counted_out(filled(table)), rel=1e-7)
            compared += 1
    assert compared > 200


def counted_out(table: Table) -> float:
    """Every table with these sums, row by row, each with its number of arrangements."""

    def rows(total: int, left: tuple[int, ...]) -> list[tuple[int, ...]]:
        if not left:
            return [()] if total == 0 else []
        return [
            (count, *rest)
            for count in range(min(total, left[0]) + 1)
            for rest in rows(total - count, left[1:])
        ]

    def every(totals: list[int], left: tuple[int, ...]) -> list[float]:
        if not totals:
            return [1.0]
        found = []
        for row in rows(totals[0], left):
            after = tuple(a - b for a, b in zip(left, row, strict=True))
            here = math.prod(1 / math.factorial(count) for count in row)
            found += [here * chance for chance in every(totals[1:], after)]
        return found

    seen = math.prod(1 / math.factorial(count) for row in table for count in row)
    columns = tuple(map(sum, zip(*table, strict=True)))
    weights = every([sum(row) for row in table], columns)
    return math.fsum(one for one in weights if one <= seen * (1 + 1e-9)) / math.fsum(weights)


def test_intervals_equal_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    chance = random.Random(SEED)
    for _number in range(TABLES):
        total, other = chance.randint(1, 3000), chance.randint(1, 3000)
        count, other_count = chance.randint(0, total), chance.randint(0, other)
        confidence = chance.choice([0.9, 0.95, 0.99])
        theirs = proportion_confint(count, total, 1 - confidence, method="wilson")
        assert share_interval(count, total, confidence) == pytest.approx(theirs, abs=1e-12)
        apart = confint_proportions_2indep(
            count, total, other_count, other, method="newcomb", alpha=1 - confidence
        )
        found = difference_interval(count, total, other_count, other, confidence)
        assert found == pytest.approx(apart, abs=1e-12)


def test_interval_of_a_mean_equals_scipy() -> None:
    import numpy
    from scipy import stats

    for values in chance_values():
        theirs = stats.t.interval(
            0.95, len(values) - 1, loc=numpy.mean(values), scale=stats.sem(values)
        )
        found = mean_interval(tallied(values))
        assert found == pytest.approx(tuple(map(float, theirs)), rel=1e-9, abs=1e-9)


def test_quantiles_equal_numpy() -> None:
    import numpy

    for values in chance_values():
        for share in (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1):
            theirs = float(numpy.quantile(values, share))
            assert quantile(tallied(values), share) == pytest.approx(theirs, rel=1e-12, abs=1e-12)
        assert spread(tallied(values)) == pytest.approx(float(numpy.std(values, ddof=1)))


def chance_values() -> list[list[float]]:
    """500 lists of numbers that are not all the same."""
    chance = random.Random(SEED)
    lists = []
    while len(lists) < TABLES:
        values = [chance.randint(-50, 50) / 4 for _i in range(chance.randint(2, 60))]
        if len(set(values)) > 1:
            lists.append(values)
    return lists


def tallied(values: list[float]) -> list[tuple[float, int]]:
    """Each value with how often it came, in no order."""
    return [(value, values.count(value)) for value in dict.fromkeys(values)]


def test_alpha_equals_the_covariances_of_numpy() -> None:
    import numpy

    chance = random.Random(SEED)
    for _number in range(TABLES):
        people, items = chance.randint(2, 40), chance.randint(2, 8)
        rows: list[Any] = [[chance.randint(1, 5) for _i in range(items)] for _p in range(people)]
        theirs = numpy.cov(numpy.array(rows).T)
        found = alpha(rows)
        if found is None:
            assert theirs.sum() == pytest.approx(0, abs=1e-9)
            continue
        expected = items / (items - 1) * (1 - numpy.trace(theirs) / theirs.sum())
        assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
        assert alpha_of_covariances(theirs.tolist()) == pytest.approx(found, rel=1e-9, abs=1e-9)


def test_distributions_equal_scipy_far_out() -> None:
    from scipy import stats

    for freedom in (1, 2, 3, 7, 30, 199, 5_000):
        for value in (1e-9, 0.01, 1, 3.84, freedom, 2 * freedom, 600):
            theirs = float(stats.chi2.sf(value, freedom))
            assert chi_square_tail(value, freedom) == pytest.approx(theirs, rel=1e-8, abs=1e-280)
    for freedom in (1, 2, 9, 99, 9_999, 99_999):
        for share in (0.6, 0.95, 0.975, 0.995):
            theirs = float(stats.t.ppf(share, freedom))
            assert t_quantile(share, freedom) == pytest.approx(theirs, rel=1e-9)


def test_nothing_is_ever_no_number() -> None:
    """Chance tables, most of them nearly empty: every figure is a number or None."""
    for table in chance_tables(1) + chance_tables(400):
        found = associated(table)
        for figure in (found.p, found.v, *(one for row in found.residuals for one in row)):
            assert figure is None or math.isfinite(figure)
        if found.p is not None and found.v is not None:
            assert 0 <= found.p <= 1 and 0 <= found.v <= 1
    assert isinstance(associated([]), Association)


# R, ?attitude: rating, complaints, privileges, learning, raises, critical, advance.
ATTITUDE: list[list[float | None]] = [
    [43, 51, 30, 39, 61, 92, 45],
    [63, 64, 51, 54, 63, 73, 47],
    [71, 70, 68, 69, 76, 86, 48],
    [61, 63, 45, 47, 54, 84, 35],
    [81, 78, 56, 66, 71, 83, 47],
    [43, 55, 49, 44, 54, 49, 34],
    [58, 67, 42, 56, 66, 68, 35],
    [71, 75, 50, 55, 70, 66, 41],
    [72, 82, 72, 67, 71, 83, 31],
    [67, 61, 45, 47, 62, 80, 41],
    [64, 53, 53, 58, 58, 67, 34],
    [67, 60, 47, 39, 59, 74, 41],
    [69, 62, 57, 42, 55, 63, 25],
    [68, 83, 83, 45, 59, 77, 35],
    [77, 77, 54, 72, 79, 77, 46],
    [81, 90, 50, 72, 60, 54, 36],
    [74, 85, 64, 69, 79, 79, 63],
    [65, 60, 65, 75, 55, 80, 60],
    [65, 70, 46, 57, 75, 85, 46],
    [50, 58, 68, 54, 64, 78, 52],
    [50, 40, 33, 34, 43, 64, 33],
    [64, 61, 52, 62, 66, 80, 41],
    [53, 66, 52, 50, 63, 80, 37],
    [40, 37, 42, 58, 50, 57, 49],
    [63, 54, 42, 48, 66, 75, 33],
    [66, 77, 66, 63, 88, 76, 72],
    [78, 75, 58, 74, 80, 78, 49],
    [48, 57, 44, 45, 51, 83, 38],
    [85, 85, 71, 71, 77, 74, 55],
    [82, 82, 39, 59, 64, 78, 39],
]
