"""Proofs by simulation: limits of stated prevalences, groups, departures, other populations and gaps hold the truth.

Smaller than the table of docs/thresholds-tables.md, made by the same code.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import further_coverage

pytestmark = pytest.mark.slow
REPLICATES = 600
ROOM = 2.5 * np.sqrt(0.05 * 0.95 / REPLICATES)


@pytest.mark.parametrize("scenario", list(further_coverage.WORLDS))
@pytest.mark.parametrize("draw", ["prevalences", "groups", "departures", "elsewhere"])
def test_limits_hold_the_truth(draw, scenario):
    world = further_coverage.WORLDS[scenario]
    found = further_coverage.coverage(further_coverage.DRAWS[draw], world, replicates=REPLICATES, seed=3)
    assert len(found) >= 2
    assert found["held"].between(0.94 - ROOM, 0.96 + ROOM).all(), found


def test_an_outcome_learned_more_often_of_the_flagged_breaks_them():
    found = further_coverage.coverage(
        further_coverage.prevalences, further_coverage.MODERATE, replicates=100, seed=4, changed=True
    )
    assert found.loc["ppv", "held"] < 0.3
    assert found.loc["flagged", "held"] < 0.3


@pytest.mark.parametrize("unsaid", [False, True])
def test_imputed_figures_hold_at_random_only_and_the_ends_always(unsaid):
    found = further_coverage.coverage(
        further_coverage.gaps, further_coverage.MODERATE, replicates=60, seed=5, changed=unsaid
    )["held"]
    assert found[[t for t in found.index if t.endswith("_bounds")]].min() >= 0.95
    if unsaid:
        assert found["flagged"] < 0.8
    else:
        assert found["flagged"] >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 60)
