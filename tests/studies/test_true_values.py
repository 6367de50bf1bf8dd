"""True values mean what the studies estimate, and are known as exactly as they say."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from dvstudy import cohorts, studies
from dvstudy.cohorts import chain, estimands_pairs
from dvstudy.cohorts.forms import POLICE_FORM, filled
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.recipe import load_recipe
from dvstudy.cohorts.reference import Reference, reference, station_groups, subset
from dvstudy.cohorts.streams import Bools, Streams
from dvstudy.cohorts.tuning import Fixed

draw = import_module("dvstudy.cohorts.simulate").draw
KEY = ["result", "term", "group"]


def agreement_of(recipe, seen: Observation, pairs: Bools) -> pd.DataFrame:
    """What the truth says of these pairs of forms, taken from the records themselves."""
    scene, rows = seen.population.scene, np.flatnonzero(pairs)
    first, second = seen.population.usual.form, filled(scene, POLICE_FORM, chain.social(scene))
    groups = station_groups(recipe, seen).only(rows)
    made = estimands_pairs.same_form(groups, subset(first, rows), subset(second, rows), np.ones(len(rows)))
    return pd.DataFrame(made).rename(columns={"estimand": "result"}).set_index(KEY)


def test_truth_and_study_give_the_same_numbers_for_the_same_pairs() -> None:
    """Same pairs, same direction, same treatment of missing answers: nothing but sampling can come between them."""
    recipe = load_recipe("tutorial")
    seen = draw(recipe.settings, 41, recipe.settings.size.cases, reference(recipe).intercepts)
    expected = agreement_of(recipe, seen, seen.double_rated)
    run = studies.study("agreement", cohorts.simulate(recipe, seed=41), seed=1)
    tables = [run.results[name].table.assign(result=name) for name in ("decision", "items", "counts")]
    found = pd.concat(tables).set_index(KEY)["estimate"]
    assert len(expected) == len(found) > 180
    pd.testing.assert_series_equal(found, expected.loc[found.index, "value"], check_names=False, rtol=1e-9)


@pytest.fixture(scope="module")
def others() -> tuple[Reference, pd.DataFrame]:
    """The true values of the trial recipe, and the same from ten other reference populations (rows by seed)."""
    recipe = load_recipe("unified_parallel")
    known, values, found = reference(recipe), recipe.settings, []
    countries = max(1, round(values.size.reference / values.size.cases))
    for seed in range(700, 710):
        tuner = Fixed(known.intercepts)
        seen = Observation(chain.run(chain.begin(values, Streams(seed), values.size.cases, countries), tuner), tuner)
        found.append(agreement_of(recipe, seen, seen.population.filled)["value"].rename(seed))
    return known, pd.concat(found, axis=1)


@pytest.mark.slow
def test_other_reference_populations_agree_within_the_stated_error(others: tuple[Reference, pd.DataFrame]) -> None:
    """A mean over many cohorts differs from the stored value by its `mcse` too, however many cohorts there are."""
    known, again = others
    stored = known.estimands.rename(columns={"estimand": "result"}).set_index(KEY).loc[again.index]
    error = np.hypot(stored["mcse"], again.std(axis=1) / np.sqrt(again.shape[1]))
    z = (stored["value"] - again.mean(axis=1)) / error
    assert z.abs().max() < 4.5
    assert 0.6 < (z**2).mean() < 1.6
    assert 0.85 < np.median(stored["mcse"] / again.std(axis=1)) < 1.15


@pytest.mark.slow
def test_counts_of_many_cohorts_centre_on_the_truth(others: tuple[Reference, pd.DataFrame]) -> None:
    """Officer minus social worker in the pairs of sixty cohorts, against all pairs of ten reference populations."""
    known, again = others
    recipe, found = load_recipe("unified_parallel"), []
    for seed in range(1700, 1760):
        seen = draw(recipe.settings, seed, recipe.settings.size.cases, known.intercepts)
        made = agreement_of(recipe, seen, seen.double_rated).xs("mean_difference", level="term")["value"]
        found.append(made.rename(seed))
    cohort, truth = pd.concat(found, axis=1), again.xs("mean_difference", level="term")
    error = np.hypot(cohort.std(axis=1) / np.sqrt(60), truth.std(axis=1) / np.sqrt(10))
    gap = cohort.mean(axis=1) - truth.mean(axis=1)
    assert list(gap.index.get_level_values("group")) == ["section_a", "section_b", "total"]
    assert (gap.abs() < 3 * error).all()
    assert (error < 0.3 * cohort.std(axis=1)).all()  # a bias of one standard error of a cohort would show
