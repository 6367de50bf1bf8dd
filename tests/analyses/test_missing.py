"""Missing answers by item and reason."""

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.missing import missing_answers
from dvstudy.instruments import REASONS, load

FORM = load("order146")


def answers(seed: int = 1, stations: int = 24, size: int = 20) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    n = stations * size
    drawn = {
        item: pd.Series(rng.choice(["no", "yes", "refused", "blank"], n, p=[0.7, 0.2, 0.06, 0.04])).astype(
            FORM.dtype(item)
        )
        for item in FORM.item_ids
    }
    return pd.DataFrame(drawn), pd.Series(np.repeat(np.arange(stations), size))


def test_each_reason_is_counted_by_itself_and_all_together() -> None:
    frame, station = answers()
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=station, synthetic=True, instrument="order146")
    q14 = frame["q14"]
    assert made.row("refused", "q14")["count"] == (q14 == "refused").sum()
    assert made.row("missing", "q14")["count"] == q14.isin(["refused", "blank"]).sum()
    assert set(made.table["term"]) == {"missing", "refused", "blank"}


def test_an_empty_cell_is_missing_never_an_answer() -> None:
    frame, station = answers()
    frame.loc[:9, "q01"] = None
    expected = frame["q01"].isin(["refused", "blank"]).sum() + 10
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=station, synthetic=True)
    assert made.row("missing", "q01")["count"] == expected


def test_limits_hold_the_share_and_are_wider_when_a_station_leaves_much_blank() -> None:
    frame, station = answers()
    even = missing_answers(frame, name="m", reasons=REASONS, cluster=station, synthetic=True).row("missing", "q05")
    frame.loc[station == 0, "q05"] = "blank"
    tilted = missing_answers(frame, name="m", reasons=REASONS, cluster=station, synthetic=True).row("missing", "q05")
    assert even["conf_low"] < even["estimate"] < even["conf_high"]
    assert tilted["conf_high"] - tilted["conf_low"] > 1.5 * (even["conf_high"] - even["conf_low"])


def test_without_clusters_the_limits_are_wilson() -> None:
    frame, _ = answers()
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=None, synthetic=True)
    assert set(made.table["method"]) == {"wilson"}
    assert [note.code for note in made.notes] == ["no_cluster"]


@pytest.mark.parametrize("rows", [0])
def test_no_forms_is_not_estimable(rows: int) -> None:
    frame, station = answers()
    made = missing_answers(frame.iloc[:rows], name="m", reasons=REASONS, cluster=station.iloc[:rows], synthetic=True)
    assert made.status == "not_estimable"


def test_forms_of_unknown_cluster_are_left_out_and_counted() -> None:
    frame, station = answers()
    known = station.where(station != 3)
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=known, synthetic=True)
    without = missing_answers(
        frame[station != 3], name="m", reasons=REASONS, cluster=station[station != 3], synthetic=True
    )
    pd.testing.assert_frame_equal(made.table, without.table)
    (note,) = [n for n in made.notes if n.code == "dropped_cluster"]
    assert "20 of 480 rows" in note.text("en")
    nobody = missing_answers(frame, name="m", reasons=REASONS, cluster=station.where(station > 99), synthetic=True)
    assert nobody.status == "not_estimable"
    assert [n.code for n in nobody.notes] == ["dropped_cluster", "no_rows"]


def test_one_cluster_treats_forms_as_independent() -> None:
    frame, station = answers()
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=station * 0, synthetic=True)
    assert set(made.table["method"]) == {"wilson"} and made.table["conf_low"].notna().all()
    assert [note.code for note in made.notes] == ["one_cluster"]


def test_a_question_that_nobody_left_blank_names_the_method_of_its_limits() -> None:
    frame, station = answers()
    frame["q02"] = pd.Series("no", index=frame.index).astype(frame["q02"].dtype)
    made = missing_answers(frame, name="m", reasons=REASONS, cluster=station, synthetic=True)
    assert made.row("missing", "q02")["method"] == "wilson_design_effect"
    assert made.row("missing", "q03")["method"] == "cluster_jackknife"
    assert "no_spread" in [note.code for note in made.notes]
