"""Numbers of cases: pmvalsampsize, closed forms, and whether what is planned is reached in simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit, ndtri

from dvstudy.numbers import clusters, delong, logistic, sizes

VALUES = pd.read_csv(Path(__file__).parent.parent / "reference" / "sizes_values.csv")
ALONE = sizes.INDEPENDENT
#: By how much the numbers of the peer may differ: it steps through widths, simulates, and has another formula.
NEAR = {"o_e": 0.002, "calibration_slope": 0.01, "auc": 0.06}


@pytest.mark.parametrize("row", VALUES.to_dict("records"), ids=lambda r: f"{r['measure']}-{r['prevalence']}")
def test_cases_are_those_of_pmvalsampsize(row):
    prevalence, auc = row["prevalence"], row["auc"]
    variance, half = {
        "o_e": (sizes.o_e_variance(prevalence), np.arcsinh(0.2)),
        "calibration_slope": (sizes.slope_variance(auc, prevalence), 0.2),
        "auc": (sizes.auc_variance(auc, prevalence), 0.05),
    }[row["measure"]]
    found, near = sizes.cases_for(variance, half, ALONE), NEAR[row["measure"]]
    if (row["measure"], auc) == ("auc", 0.9):  # where Newcombe's formula is known to ask for too many
        assert 0.85 < found / row["cases"] < 0.90
    else:
        assert found == pytest.approx(row["cases"], rel=near, abs=1)


def test_a_share_within_five_points_needs_the_textbook_number_of_events():
    assert sizes.cases_for(sizes.share_variance(0.5), 0.05, ALONE) == 385
    assert sizes.cases_for(sizes.share_variance(0.5), 0.05, ALONE, share=0.1) == pytest.approx(3850, abs=10)


def test_the_number_is_the_fewest_that_is_enough():
    stations = sizes.Clusters(size=50, icc=0.05, variation=0.6)
    for variance, half, share in ((0.25, 0.05, 0.06), (3.0, 0.2, 1.0), (0.2, 0.3, 1.0)):
        n = sizes.cases_for(variance, half, stations, share=share)
        assert sizes.half_width(variance, n, stations, share=share) <= half
        assert sizes.half_width(variance, n - 1, stations, share=share) > half


def test_the_design_effect_is_that_of_unequal_clusters():
    stations = sizes.Clusters(size=40, icc=0.05, variation=0.5)
    assert stations.design_effect() == pytest.approx(1 + (1.25 * 40 - 1) * 0.05)
    assert sizes.Clusters(size=40, icc=0.05, icc_event=0.01).of_events().icc == 0.01
    assert np.isinf(sizes.half_width(0.25, 40, stations))  # one station says nothing


def test_the_design_effect_of_rare_cases_counts_that_their_number_varies_by_chance():
    """Kish's factor of the cases that count, over many stations of unequal size of which each case may count."""
    rng = np.random.default_rng(64)
    size = np.maximum(rng.poisson(rng.gamma(4.0, 10.0, 400_000)), 1)
    stations = sizes.Clusters(size=size.mean(), icc=0.05, variation=size.std() / size.mean())
    for share in (0.01, 0.06, 0.5):
        counting = rng.binomial(size, share).astype(float)
        kish = 1 + ((counting**2).sum() / counting.sum() - 1) * 0.05
        assert stations.design_effect(share) == pytest.approx(kish, rel=0.005)
    assert sizes.Clusters(size=1, icc=0.05).design_effect(0.02) == 1


def test_events_for_a_power_have_that_power():
    events = sizes.paired_events(0.15, 0.05, 0.9, effect=1.4)
    assert sizes.paired_power(0.15, 0.05, events, effect=1.4) >= 0.9
    assert sizes.paired_power(0.15, 0.05, events - 2, effect=1.4) < 0.9
    assert sizes.paired_power(0.05, 0.15, events) == sizes.paired_power(0.15, 0.05, events)
    assert sizes.paired_events(1.0, 0.0, 0.9) == 4  # pairs that all differ one way: the least that reach the 5 % level
    with np.errstate(all="raise"):
        assert list(sizes.paired_power(1.0, 0.0, [3, 4])) == [0, 1]


@pytest.mark.slow
def test_power_of_the_paired_comparison_is_reached():
    rng, repeats = np.random.default_rng(61), 20_000
    events = int(sizes.paired_events(0.12, 0.08, 0.8))
    apart = rng.multinomial(events, [0.12, 0.08, 0.80], repeats)[:, :2].astype(float)
    with np.errstate(invalid="ignore"):
        found = np.abs(apart[:, 0] - apart[:, 1]) / np.sqrt(apart.sum(axis=1)) > ndtri(0.975)
    assert found.mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("prevalence", "auc"), [(0.1, 0.7), (0.3, 0.8)])
def test_planned_half_widths_are_reached_by_independent_cases(prevalence, auc):
    rng, repeats = np.random.default_rng(62), 300
    variance = 2 * ndtri(auc) ** 2
    plans = {
        "auc": (sizes.auc_variance(auc, prevalence), 0.05),
        "slope": (sizes.slope_variance(auc, prevalence), 0.2),
        "o_e": (sizes.o_e_variance(prevalence), 0.2),
    }
    for measure, (unit, half) in plans.items():
        n = int(sizes.cases_for(unit, half, ALONE))
        seen = []
        for _ in range(repeats):
            event = rng.random(n) < prevalence
            line = logit(prevalence) - variance / 2 + variance * event + np.sqrt(variance) * rng.normal(size=n)
            if measure == "auc":
                seen.append(delong.auc(line, event).estimate)
            elif measure == "slope":
                seen.append(logistic.fit(np.column_stack([np.ones(n), line]), event).coefficients[1])
            else:
                event = rng.random(n) < expit(line)
                seen.append(np.log(event.sum() / (n * prevalence)))
        assert 1.959964 * np.std(seen) == pytest.approx(half, rel=0.12), (
            measure
        )  # two errors of a spread of 300 are 8 %


@pytest.mark.slow
def test_planned_half_widths_are_reached_by_cases_from_stations():
    """Sensitivity: beta-binomial hits of stations with unequal numbers of events, analysed as the package does."""
    rng, repeats, prevalence, sensitivity, icc = np.random.default_rng(63), 2000, 0.2, 0.5, 0.05
    stations = sizes.Clusters(size=50, icc=icc, variation=0.6)
    n = sizes.cases_for(sizes.share_variance(sensitivity), 0.05, stations, share=prevalence)
    k = round(n / 50)
    events = rng.poisson(rng.gamma(1 / 0.36, 50 * prevalence * 0.36, (k, repeats)))
    own = rng.beta(sensitivity * (1 / icc - 1), (1 - sensitivity) * (1 / icc - 1), (k, repeats))
    low, high, _ = clusters.share_limits(clusters.ratios(rng.binomial(events, own), events))
    assert (high - low).mean() / 2 == pytest.approx(0.05, rel=0.05)
