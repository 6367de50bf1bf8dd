"""Decision curves: dcurves, a loop over rows, the bootstrap by rows, ties at a threshold, bounds of missing tools."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.numbers import bands, decision

REFERENCE = Path(__file__).parent.parent / "reference"
CASES = pd.read_csv(REFERENCE / "decision_cases.csv")
VALUES = pd.read_csv(REFERENCE / "decision_values.csv")
STEPS = np.arange(1, 100) / 100
TOOLS = ["risk", "other", "rule"]
EVENT, STATION = CASES["event"].to_numpy(bool), CASES["station"].to_numpy()
RISKS = CASES[TOOLS].to_numpy(float).T


def tallied(clusters):
    code = STATION if clusters > 1 else np.zeros_like(STATION)
    return decision.tally(RISKS, EVENT, code, STEPS, clusters=clusters)


def worth(risk, event, t):
    """Net benefit of each row."""
    flagged = risk >= t
    return (flagged & event) - (flagged & ~event) * t / (1 - t)


@pytest.mark.parametrize("clusters", [1, 12])
@pytest.mark.parametrize("tool", range(3))
def test_values_are_those_of_dcurves(tool, clusters):
    found, peer = decision.curves(tallied(clusters), tool), VALUES[VALUES["model"] == TOOLS[tool]]
    np.testing.assert_allclose(found["net_benefit"].estimate, peer["net_benefit"], atol=1e-10)
    np.testing.assert_allclose(found["interventions_avoided"].estimate, peer["net_intervention_avoided"], atol=1e-10)
    everybody = VALUES[VALUES["model"] == "all"]["net_benefit"]
    np.testing.assert_allclose(decision.flag_all(tallied(clusters)).estimate, everybody, atol=1e-10)


@pytest.mark.parametrize("place", [0, 9, 19, 50, 98])
def test_errors_of_independent_rows_are_those_of_their_mean(place):
    table, t, root = tallied(1), STEPS[place], np.sqrt(len(EVENT))
    for tool, risk in enumerate(RISKS):
        own, first = worth(risk, EVENT, t), worth(RISKS[0], EVENT, t)
        curves = decision.curves(table, tool)
        assert curves["net_benefit"].std_error[place] == pytest.approx(own.std(ddof=1) / root)
        avoided = (own - worth(np.ones_like(risk), EVENT, t)) * (1 - t) / t
        assert curves["interventions_avoided"].std_error[place] == pytest.approx(avoided.std(ddof=1) / root)
        standardised = own - own.sum() / EVENT.sum() * EVENT
        assert curves["standardised_net_benefit"].std_error[place] == pytest.approx(
            standardised.std(ddof=1) / root / EVENT.mean()
        )
        if tool:
            gap = decision.difference(table, tool)
            assert gap.estimate[place] == pytest.approx((own - first).mean())
            assert gap.std_error[place] == pytest.approx((own - first).std(ddof=1) / root)


def test_clustered_errors_are_those_of_leaving_out_each_station():
    table, place = tallied(12), 14
    t, keep = STEPS[place], [k != STATION for k in range(12)]
    factor = 11 / 12
    for tool in (1, 2):
        for found, values in (
            (decision.curves(table, tool)["net_benefit"], lambda r, tool=tool: worth(RISKS[tool], EVENT, t)[r].mean()),
            (
                decision.curves(table, tool)["standardised_net_benefit"],
                lambda r, tool=tool: worth(RISKS[tool], EVENT, t)[r].sum() / EVENT[r].sum(),
            ),
            (
                decision.difference(table, tool),
                lambda r, tool=tool: (worth(RISKS[tool], EVENT, t) - worth(RISKS[0], EVENT, t))[r].mean(),
            ),
        ):
            whole = values(np.ones(len(EVENT), bool))
            error = np.sqrt(factor * sum((values(r) - whole) ** 2 for r in keep))
            assert found.std_error[place] == pytest.approx(error)
            assert found.high[place] - whole == pytest.approx(2.200985 * error, rel=1e-6)  # t with 11 df


def test_the_bootstrap_draws_whole_stations():
    place = 14
    own, gaps = decision.bootstrap_limits(tallied(12), place, seed=3)
    rng, rows_of = np.random.default_rng(4), [np.flatnonzero(k == STATION) for k in range(12)]
    seen = []
    for _ in range(1500):
        r = np.concatenate([rows_of[k] for k in rng.integers(0, 12, 12)])
        seen.append([worth(risk, EVENT, STEPS[place])[r].mean() for risk in RISKS[:2]])
    by_rows = np.percentile(np.array(seen), (2.5, 97.5), axis=0)
    width = by_rows[1] - by_rows[0]
    np.testing.assert_allclose((own[:, :2, 0] - by_rows) / width, 0, atol=0.08)
    assert gaps.shape == (2, 2)


def test_a_risk_on_the_threshold_is_flagged_whatever_the_grid():
    steps = np.sort(np.random.default_rng(1).random(400))  # several in one part of the table: the search by halving
    for grid in (STEPS, steps):
        event = np.ones(len(grid), bool)
        found = decision.tally([grid], event, np.zeros(len(grid), int), grid, clusters=1)
        np.testing.assert_array_equal(found.true[0, 0], np.arange(len(grid), 0, -1))
        np.testing.assert_array_equal(
            decision.tally([np.nextafter(grid, 0)], event, event * 0, grid, clusters=1).true[0, 0],
            np.arange(len(grid) - 1, -1, -1),
        )


def test_bounds_are_the_least_and_most_over_every_way_to_flag_the_missing():
    event, lacking = EVENT[:12], np.array([1, 4, 8])
    risk, t = RISKS[0][:12], 0.15
    known = np.delete(np.arange(12), lacking)
    found = decision.tally([risk[known]], event[known], known * 0, [t], clusters=1)
    low, high = decision.missing_bounds(found, event[lacking].sum(), (~event[lacking]).sum())
    seen = []
    for way in np.ndindex(2, 2, 2):
        filled = risk.copy()
        filled[lacking] = way
        seen.append(worth(filled, event, t).mean())
    assert (low[0, 0], high[0, 0]) == pytest.approx((min(seen), max(seen)))


@pytest.mark.slow
def test_the_band_holds_a_whole_curve_as_often_as_it_says():
    """Correlated t curves from 25 clusters: pointwise limits hold all of it far less often."""
    rng, repeats, k = np.random.default_rng(7), 2000, 25
    shape = 0.9 ** np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    root = np.linalg.cholesky(shape)
    held = np.zeros((repeats, 2))
    for one in range(repeats):
        parts = rng.standard_normal((k, 40)) @ root.T
        mean = parts.mean(axis=0)
        moved = -(parts - mean) / (k - 1)
        error = np.sqrt((k - 1) / k * (moved**2).sum(axis=0))
        reach = bands.simultaneous(moved, error, df=k - 1, seed=one)
        held[one] = [(np.abs(mean) <= r * error).all() for r in (reach, 2.0638986)]  # t with 24 df
    whole, pointwise = held.mean(axis=0)
    assert 0.93 - 0.012 <= whole <= 0.97 + 0.012  # two Monte-Carlo standard errors
    assert pointwise < 0.75
