"""Other scores beside the rule with the same workload: against loops in R, and scores that never saw their station."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses import fitted_scores as fitted
from dvstudy.analyses.contenders import contenders
from dvstudy.errors import CheckFailed
from dvstudy.language import languages
from dvstudy.numbers import matched_share

REFERENCE = Path(__file__).parents[1] / "reference"
ITEMS = [f"item{i}" for i in range(1, 6)]
ROLES = {"name": "demo", "rule": "rule", "reference": "event", "synthetic": True, "cluster": "station"}


@pytest.fixture(scope="module")
def forms():
    frame = pd.read_csv(REFERENCE / "contenders_cases.csv")
    return frame.astype(dict.fromkeys(["event", "rule", *ITEMS], bool))


@pytest.fixture(scope="module")
def values():
    return pd.read_csv(REFERENCE / "contenders_values.csv")


@pytest.mark.parametrize("score", ["coarse", "fine"])
@pytest.mark.parametrize("term", ["sensitivity_difference", "specificity_difference"])
def test_differences_at_the_same_workload_equal_r(forms, values, score, term):
    made = contenders(forms, scores=["coarse", "fine"], **ROLES)
    expected = values[(values["group"] == score) & (values["term"] == term)].set_index("what")["value"]
    row = made.row(term, score)
    found = [row[c] for c in ("estimate", "std_error", "conf_low", "conf_high")]
    np.testing.assert_allclose(found, expected[["estimate", "std_error", "low", "high"]], rtol=1e-9)
    flagged = made.frames["alternatives"].query("term == 'flagged'")["estimate"]
    assert flagged.to_numpy() == pytest.approx(forms["rule"].mean())


def test_the_rule_itself_as_a_score_and_as_a_verdict_differs_by_nothing(forms):
    same = forms.assign(number=forms["rule"].astype(int), again=forms["rule"])
    made = contenders(same, scores=["number"], verdicts=["again"], **ROLES)
    assert made.table["estimate"].abs().max() < 1e-12
    assert set(made.table.loc[made.table["group"] == "again", "term"]) == {
        "sensitivity_difference", "specificity_difference", "flagged_difference",
    }  # fmt: skip


def test_only_forms_with_every_score_are_compared(forms):
    partly = forms.assign(coarse=forms["coarse"].astype(float).where(forms.index % 3 > 0))
    made = contenders(partly, scores=["coarse", "fine"], **ROLES)
    assert set(made.frames["counts"]["n"]) == {int((forms.index % 3 > 0).sum())}


def test_a_share_between_two_scores_takes_part_of_the_equal_ones():
    part = matched_share.flagged(np.array([3, 2, 2, 2, 1, 0]), 0.5)
    np.testing.assert_allclose(part, [1, 2 / 3, 2 / 3, 2 / 3, 0, 0])
    assert matched_share.flagged(np.array([3, 2, 1]), 0.0).sum() == 0
    assert matched_share.flagged(np.array([3, 2, 1]), 1.0).sum() == 3


def test_penalised_weights_equal_r(forms, values):
    x = np.column_stack([np.ones(len(forms)), forms[ITEMS].to_numpy(float)])
    found = fitted.penalised(x, forms["event"].to_numpy())
    np.testing.assert_allclose(found, values[values["group"] == "ridge"]["value"], atol=1e-5)


def test_fitted_scores_know_nothing_of_their_own_station(forms):
    asked = {"name": "demo", "items": ITEMS, "reference": "event", "cluster": "station"}
    before = fitted.fitted_scores(forms, **asked)
    one = forms["station"] == 4
    changed = forms.assign(event=forms["event"] ^ one)
    after = fitted.fitted_scores(changed, **asked)
    pd.testing.assert_frame_equal(before[one], after[one])
    assert (before["ridge_score"] != after["ridge_score"]).sum() > len(forms) / 2
    pd.testing.assert_series_equal(before["irt_score"], after["irt_score"])


def test_bad_input_is_said_at_once_and_one_outcome_cannot_be_answered(forms):
    bad = forms.assign(word="a", void=np.nan, number=1)
    with pytest.raises(CheckFailed) as caught:
        contenders(bad, scores=["word", "void"], verdicts=["number"], **ROLES)
    assert sorted(p.code for p in caught.value.problems) == ["frame_not_flag", "frame_not_number", "score_missing"]
    assert all(caught.value.text(language) for language in languages())
    none = contenders(forms.assign(event=False), scores=["fine"], **ROLES)
    assert none.status == "not_estimable"
    assert "no_cluster" in [n.code for n in contenders(forms, scores=["fine"], **(ROLES | {"cluster": None})).notes]
