"""Proof by simulation: what a chosen rule seems to be worth, what corrections mend, and limits of a fixed rule."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow


def tool():
    spec = spec_from_file_location("choice_coverage", Path(__file__).parents[2] / "tools" / "choice_coverage.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def errors():
    """250 studies of 500 forms with about 28 events."""
    return tool().choices(tool().STUDIES[500], 250, 3)


def mean_and_error(values):
    return values.mean(), values.std() / np.sqrt(len(values))


def test_choosing_over_whole_stations_anew_is_nearly_unbiased_and_the_rest_is_not(errors):
    apparent, optimism, validated = (mean_and_error(errors[k]) for k in ("apparent", "optimism", "validated"))
    assert apparent[0] > 0.06
    assert optimism[0] - 3 * optimism[1] > 0
    assert optimism[0] < 0.6 * apparent[0]
    assert abs(validated[0]) < 3 * validated[1]
    assert abs(validated[0]) < 0.02


def test_plain_limits_of_a_chosen_rule_hold_less_often_and_the_best_is_seldom_found(errors):
    assert errors["naive_holds"].mean() < errors["validated_holds"].mean() + 0.02
    assert errors["naive_holds"].mean() < 0.90
    assert errors["best_found"].mean() < 0.30


@pytest.mark.parametrize("name", tool().SCENARIOS)
def test_limits_of_the_legal_rule_hold_the_truth_in_every_scenario(name):
    replicates = 1000
    held = tool().coverage(tool().SCENARIOS[name], replicates, 12)
    error = np.sqrt(0.95 * 0.05 / replicates)
    for term, share in held.items():
        assert 0.93 - 2 * error <= share <= 0.97 + 2 * error, term
