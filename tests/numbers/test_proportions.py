"""Wilson, Clopper-Pearson, logit limits: against R, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers.proportions import clopper_pearson, logit_limits, plain_limits, quantile, wilson

VALUES = pd.read_csv(Path(__file__).parents[1] / "reference" / "accuracy_values.csv")


@pytest.mark.parametrize(("what", "method"), [("wilson", wilson), ("exact", clopper_pearson)])
def test_limits_equal_r_over_a_grid_with_none_and_all(what, method):
    rows = VALUES[VALUES["what"] == what]
    count, n = (np.array(part, float) for part in zip(*rows["case"].str.split(), strict=True))
    low, high = method(count, n)
    assert len(rows) > 15
    np.testing.assert_allclose(low, rows["low"], atol=1e-11)
    np.testing.assert_allclose(high, rows["high"], atol=1e-11)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_nobody_asked_means_no_limits(method):
    low, high = method([0, 3], [0, 10])
    assert np.isnan([low[0], high[0]]).all()
    assert 0 < low[1] < 0.3 < high[1] < 1


def test_wilson_with_few_degrees_of_freedom_is_wider():
    assert wilson(3, 10, df=4)[0] < wilson(3, 10)[0] < wilson(3, 10, level=0.5)[0]


def test_logit_limits_stay_inside_and_carry_the_error_by_the_delta_method():
    low, high = logit_limits([0.9, 0.0, 1.0], [0.05, 0.0, 0.0], df=9)
    half = 2.2621571627 * 0.05 / 0.09
    centre = np.log(0.9 / 0.1)
    assert low[0] == pytest.approx(1 / (1 + np.exp(-(centre - half))))
    assert high[0] == pytest.approx(1 / (1 + np.exp(-(centre + half))))
    assert np.isnan([*low[1:], *high[1:]]).all()


def test_quantiles_equal_published_tables():
    np.testing.assert_allclose(quantile([1, 19, np.inf]), [12.7062, 2.0930, 1.9600], atol=5e-5)
    assert np.isnan(quantile(0))


def test_plain_limits_are_symmetric():
    low, high = plain_limits(0.2, 0.1)
    assert (low + high) / 2 == pytest.approx(0.2)
    assert high - low == pytest.approx(2 * 1.959963985 * 0.1)
