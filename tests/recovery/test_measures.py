"""From outcomes to the table: every count and measure by hand, nothing left out silently."""

from math import nan, sqrt

import pandas as pd
import pytest

from dvstudy.recovery import Estimator
from dvstudy.recovery.measures import cautions, measured
from dvstudy.recovery.replicate import COLUMNS, Outcome, outcome

ESTIMATOR = Estimator(lambda cohort: pd.DataFrame(), "by_hand", null={"difference": 0.0})


def made(number: int, *rows: tuple[str, float, float, float, float], truth: float = 0.0) -> Outcome:
    """An outcome with rows (term, estimate, low, high, p)."""
    cells = [("r", term, "all", "number", estimate, low, high, p, truth, 0.1) for term, estimate, low, high, p in rows]
    return Outcome(number, number, pd.DataFrame(cells, columns=COLUMNS))


FOUR = [
    made(0, ("difference", 1.0, 0.5, 1.5, nan)),
    made(1, ("difference", -1.0, -2.5, 0.5, nan)),
    made(2, ("difference", 0.0, nan, nan, nan)),
    made(3, ("difference", nan, nan, nan, nan)),
    made(4),
    Outcome(5, 5, made(5).rows, error="ValueError: no"),
]


def test_counts_and_measures_by_hand() -> None:
    row = measured(FOUR, ESTIMATOR).iloc[0]
    assert (row["replicates"], row["failed"], row["not_estimable"], row["used"]) == (6, 1, 2, 3)
    assert (row["mean_estimate"], row["bias"], row["truth"]) == (0.0, 0.0, 0.0)
    assert row["bias_mcse"] == pytest.approx(sqrt(1 / 3 + 0.01))
    assert (row["empirical_se"], row["empirical_se_mcse"]) == pytest.approx((1.0, 0.5))
    assert row["rmse"] == pytest.approx(sqrt(2 / 3))
    assert (row["intervals"], row["coverage"], row["coverage_mcse"]) == pytest.approx((2, 0.5, sqrt(0.125)))
    assert (row["width"], row["width_mcse"]) == pytest.approx((2.0, 1.0))
    assert (row["tests"], row["rejection"]) == (2, 0.5)
    assert row["rejection_is"] == "type_one"


def test_a_p_value_decides_where_there_is_one() -> None:
    two = [made(0, ("difference", 1.0, 0.5, 1.5, 0.2)), made(1, ("difference", 1.0, -1.0, 3.0, 0.01))]
    assert measured(two, ESTIMATOR).iloc[0]["rejection"] == 0.5
    strict = Estimator(ESTIMATOR.run, "strict", null={"difference": 0.0}, level=0.995)
    assert measured(two, strict).iloc[0]["rejection"] == 0.0


def test_a_rejection_is_power_where_the_truth_is_not_null() -> None:
    rows = [made(k, ("difference", 1.0, 0.5, 1.5, nan), truth=0.9) for k in range(2)]
    assert measured(rows, ESTIMATOR).iloc[0]["rejection_is"] == "power"


def test_without_a_null_nothing_is_tested() -> None:
    row = measured([made(k, ("kappa", 1.0, 0.5, 1.5, nan)) for k in range(2)], ESTIMATOR).iloc[0]
    assert (row["tests"], row["rejection_is"]) == (0, "")
    assert row[["null", "rejection"]].isna().all()


def test_a_quantity_met_in_one_replicate_alone_has_its_line() -> None:
    table = measured([*FOUR, made(6, ("rare", 1.0, 0.0, 2.0, nan))], ESTIMATOR).set_index("term")
    assert (table.loc["rare", "used"], table.loc["rare", "not_estimable"]) == (1, 5)


def test_cautions_say_what_is_lost_and_what_cannot_be_told() -> None:
    table = measured(FOUR, ESTIMATOR)
    assert [note.code for note in cautions(table, FOUR, 0.95)] == [
        "recovery_failed", "recovery_not_estimable", "recovery_bias_unclear", "recovery_coverage_unclear",
    ]  # fmt: skip
    assert all(note.text(language) for note in cautions(table, FOUR, 0.95) for language in ("en", "ro"))


def test_many_replicates_without_loss_need_no_caution() -> None:
    many = [made(k, ("difference", (-1.0) ** k * 5, -9.0, 9.0, nan)) for k in range(400)]
    assert cautions(measured(many, ESTIMATOR), many, 0.95) == []


def test_bias_beyond_its_error_and_an_unsure_truth_are_said() -> None:
    off = [made(k, ("difference", 1.0 + 0.1 * (-1) ** k, 0.0, 2.0, nan)) for k in range(400)]
    codes = [note.code for note in cautions(measured(off, ESTIMATOR), off, 0.95)]
    assert codes == ["recovery_bias_unclear", "recovery_truth_unclear", "recovery_beyond"]


def test_outcomes_come_back_from_json_exactly() -> None:
    import json

    for one in (*FOUR, made(7, ("difference", 0.1 + 0.2, 1e-300, 1 / 3, nan))):
        again = outcome(json.loads(json.dumps(one.plain(), allow_nan=False)))
        pd.testing.assert_frame_equal(again.rows, one.rows.astype(again.rows.dtypes.to_dict()), check_exact=True)
        assert (again.replicate, again.seed, again.error) == (one.replicate, one.seed, one.error)
