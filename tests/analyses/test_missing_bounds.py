"""Bounds from open forms against every filling of them."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.missing_bounds import missing_bounds
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

SHARES = ("sensitivity", "specificity", "ppv", "npv", "flagged")
ROLES = {
    "name": "demo", "test": "test", "certainty": "certainty", "reference": "event", "cluster": "station",
    "synthetic": True,
}  # fmt: skip


def forms(n=60, seed=1, share_open=0.15):
    rng = np.random.default_rng(seed)
    event = rng.random(n) < 0.4
    test = rng.random(n) < np.where(event, 0.7, 0.3)
    certainty = np.where(rng.random(n) < share_open, "could_be", np.where(test, "certain", "cannot_be"))
    return pd.DataFrame(
        {"test": test, "event": event, "certainty": certainty, "station": rng.integers(0, 8, n).astype(str)}
    )


def measured(test, event):
    with np.errstate(invalid="ignore", divide="ignore"):
        hit, right = (test & event).sum(), (~test & ~event).sum()
        return {
            "sensitivity": hit / event.sum(), "specificity": right / (~event).sum(), "ppv": hit / test.sum(),
            "npv": right / (~test).sum(), "flagged": test.mean(),
        }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ends_are_those_of_all_fillings(seed):
    frame = forms(seed=seed)
    left_open = np.flatnonzero(frame["certainty"] == "could_be")
    assert 3 < len(left_open) < 14
    every = []
    for filling in product([False, True], repeat=len(left_open)):
        test = frame["test"].to_numpy().copy()
        test[left_open] = filling
        every.append(measured(test, frame["event"].to_numpy()))
    every, found = pd.DataFrame(every), missing_bounds(frame, **ROLES)
    for term in SHARES:
        assert found.row(term, "least")["estimate"] == pytest.approx(every[term].min())
        assert found.row(term, "most")["estimate"] == pytest.approx(every[term].max())
        assert found.row(term, "least")["conf_low"] <= found.row(term, "as_scored")["estimate"]
        assert found.row(term, "as_scored")["estimate"] <= found.row(term, "most")["conf_high"]
    shut = frame[frame["certainty"] != "could_be"]
    for term, value in measured(shut["test"], shut["event"]).items():
        assert found.row(term, "settled")["estimate"] == pytest.approx(value)


def test_without_open_forms_all_ways_are_the_same():
    found = missing_bounds(forms(share_open=0.0), **ROLES)
    for term in SHARES:
        rows = found.table[found.table["term"] == term]
        assert rows["estimate"].nunique() == rows["conf_low"].nunique() == rows["conf_high"].nunique() == 1


def test_every_code_has_words():
    found = missing_bounds(forms(), **ROLES)
    for language in languages():
        assert all(has(f"group.{g}", language) for g in found.table["group"])
        assert found.text(language)


def test_a_certainty_that_is_none_or_speaks_against_the_score_is_refused():
    wrong = forms().assign(certainty="certain").replace({"test": {True: False}})
    with pytest.raises(CheckFailed) as caught:
        missing_bounds(wrong, **ROLES)
    assert [p.code for p in caught.value.problems] == ["certainty_against"]
    odd = forms()
    odd.loc[3, "certainty"] = "sure"
    with pytest.raises(CheckFailed) as caught:
        missing_bounds(odd, **ROLES)
    assert caught.value.problems[0].found == "sure"


def test_only_open_forms_leave_nothing_settled_but_bounds():
    found = missing_bounds(forms().assign(certainty="could_be"), **ROLES)
    assert found.row("sensitivity", "least")["estimate"] == 0
    assert found.row("sensitivity", "most")["estimate"] == 1
    assert np.isnan(found.row("sensitivity", "settled")["estimate"])


@pytest.mark.parametrize("few", [True, False])
def test_few_open_forms_with_the_event_cannot_be_found_by_subtraction(few):
    frame = forms(n=2000, seed=4)
    frame["test"] &= frame["certainty"] != "could_be"
    if few:
        settle = (frame["certainty"] == "could_be") & frame["event"]
        frame.loc[settle[settle].index[4:], "certainty"] = "cannot_be"
    found = missing_bounds(frame, **ROLES)
    shown = protect(found).table.groupby("group")["estimate"].count()
    assert shown["as_scored"] == len(SHARES)
    assert (shown[["settled", "least", "most"]] == (0 if few else len(SHARES))).all()
