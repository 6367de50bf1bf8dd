"""Shares of a categorical column, with limits that allow for clusters."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import t

from dvstudy.analyses.shares import shares
from dvstudy.disclosure import protect
from dvstudy.errors import CheckFailed

CERTAINTY = pd.CategoricalDtype(["certain", "could_be", "cannot_be"])


def forms(seed: int = 3, stations: int = 24, size: int = 30) -> pd.DataFrame:
    """Forms whose certainty differs between stations."""
    rng = np.random.default_rng(seed)
    station = np.repeat(np.arange(stations), size)
    tilt = rng.normal(0, 0.8, stations)[station]
    certain = rng.random(len(station)) < expit(-1 + tilt)
    could_be = rng.random(len(station)) < 0.2
    chosen = np.where(certain, "certain", np.where(could_be, "could_be", "cannot_be"))
    return pd.DataFrame({"certainty": pd.Series(chosen, dtype=CERTAINTY), "station": station})


def test_shares_sum_to_one_and_follow_the_order_of_the_categories() -> None:
    made = shares(forms(), name="certainty", column="certainty", cluster="station", synthetic=True)
    assert list(made.table["term"]) == list(CERTAINTY.categories)
    assert made.table["estimate"].sum() == pytest.approx(1)
    assert (made.table["count"] / made.table["n"]).to_numpy() == pytest.approx(made.table["estimate"].to_numpy())


def test_limits_equal_a_jackknife_written_as_a_loop() -> None:
    frame = forms()
    row = shares(frame, name="s", column="certainty", cluster="station", synthetic=True).row("certain")
    yes = frame["certainty"] == "certain"
    without = [yes[frame["station"] != k].mean() for k in frame["station"].unique()]
    units = len(without)
    error = np.sqrt((units - 1) / units * ((np.array(without) - yes.mean()) ** 2).sum())
    half = t.ppf(0.975, units - 1) * error / (yes.mean() * (1 - yes.mean()))
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(
        (expit(logit(yes.mean()) - half), expit(logit(yes.mean()) + half))
    )


def test_clustered_limits_are_wider_than_limits_for_independent_rows() -> None:
    made = shares(forms(), name="s", column="certainty", cluster="station", synthetic=True)
    other = made.frames["alternatives"].set_index("term").loc["certain"]
    row = made.row("certain")
    assert row["conf_high"] - row["conf_low"] > 1.3 * (other["conf_high"] - other["conf_low"])


def test_missing_rows_are_counted_never_put_into_a_category() -> None:
    frame = forms()
    frame.loc[:9, "certainty"] = None
    made = shares(frame, name="s", column="certainty", cluster="station", synthetic=True)
    assert made.table["n"].iloc[0] == len(frame) - 10
    assert any(note.code == "dropped_category" for note in made.notes)


def test_no_rows_is_not_estimable_and_says_so() -> None:
    made = shares(forms().iloc[:0], name="s", column="certainty", cluster="station", synthetic=True)
    assert made.status == "not_estimable"
    assert [note.code for note in made.notes] == ["no_rows"]


def test_without_clusters_the_limits_are_wilson_and_a_note_says_that_rows_count_as_independent() -> None:
    made = shares(forms(), name="s", column="certainty", cluster=None, synthetic=True)
    assert set(made.table["method"]) == {"wilson"}
    assert "no_cluster" in [note.code for note in made.notes]


def test_a_column_that_is_not_there_is_named_with_its_nearest_spelling() -> None:
    with pytest.raises(CheckFailed) as caught:
        shares(forms(), name="s", column="certanty", cluster="station", synthetic=True)
    assert caught.value.problems[0].nearest == "certainty"


def test_one_cluster_treats_rows_as_independent_as_its_note_says() -> None:
    frame = forms().assign(station="only")
    made = shares(frame, name="s", column="certainty", cluster="station", synthetic=True)
    alone = shares(frame, name="s", column="certainty", cluster=None, synthetic=True)
    assert set(made.table["method"]) == {"wilson"}
    pd.testing.assert_frame_equal(made.table, alone.table)
    assert [note.code for note in made.notes] == ["one_cluster"]


def test_a_share_without_spread_names_the_method_of_its_limits_and_is_a_caution() -> None:
    frame = forms()
    frame["certainty"] = frame["certainty"].where(frame["certainty"] != "could_be", "certain")
    made = shares(frame, name="s", column="certainty", cluster="station", synthetic=True)
    methods = made.table.set_index("term")["method"]
    assert methods["could_be"] == "wilson_design_effect"
    assert methods["certain"] == "cluster_jackknife"
    assert 0 < made.row("could_be")["conf_high"] < 1
    assert "no_spread" in [note.code for note in made.notes] and made.status == "caution"
    real = protect(shares(frame, name="s", column="certainty", cluster="station", synthetic=False))
    said = next(note.text() for note in real.notes if note.code == "no_spread")
    assert said == next(note.text() for note in made.notes if note.code == "no_spread"), "an assumption tells of nobody"
