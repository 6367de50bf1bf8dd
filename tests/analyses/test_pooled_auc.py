"""Published areas under the curve: what is pooled, what is refused, and what is only shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from dvstudy import draw, evidence
from dvstudy import language as lang
from dvstudy.analyses.pooled_auc import pooled_auc
from dvstudy.draw.published import beside, label
from dvstudy.errors import CheckFailed, Refused, UsageError
from dvstudy.numbers import pooling
from dvstudy.render.figures import figure

BASE = evidence.validation("odara", "auc").iloc[[2]].to_dict("records")[0] | {
    "status": "verified", "sample": "validation", "n": 400.0, "n_events": 120.0, "administration": "as_designed",
}  # fmt: skip


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    made = [BASE | {"row_id": f"X{i}", "study_id": f"T{i}", "study": f"Study {i}"} | c for i, c in enumerate(changes)]
    return pd.DataFrame(made)


def three() -> pd.DataFrame:
    printed = {"interval": "confidence_95", "low": 0.60, "high": 0.74}
    return rows({"value": 0.67, **printed}, {"value": 0.72}, {"value": 0.64, "n": 900.0, "n_events": 200.0})


def test_the_pooled_value_is_that_of_its_rows() -> None:
    result = pooled_auc(three(), name="x")
    error = [pooling.logit_error(0.60, 0.74)]
    for area, events, n in ((0.72, 120, 400), (0.64, 200, 900)):
        error.append(pooling.hanley_mcneil(area, events, n - events) / (area * (1 - area)))
    wanted = pooling.pool(logit([0.67, 0.72, 0.64]), np.array(error, float))
    row = result.row("auc_pooled")
    assert [row["estimate"], row["conf_low"], row["conf_high"]] == pytest.approx(
        expit([wanted.effect, wanted.low, wanted.high])
    )
    assert result.row("auc_predicted")["conf_low"] == pytest.approx(expit(wanted.predict_low))
    assert result.row("tau2")["estimate"] == pytest.approx(wanted.tau2)
    assert result.row("i2")["estimate"] == pytest.approx(wanted.i2)
    assert row["n"] == 1700
    assert result.status == "caution" and {n.code for n in result.notes} == {"pool_hanley_mcneil", "pool_few"}


def test_an_interval_as_printed_is_kept_and_computed_ones_are_marked() -> None:
    studies = pooled_auc(three(), name="x").frames["studies"].set_index("label")
    assert studies["error_source"].to_dict() == {
        "Study 0": "published_interval", "Study 1": "hanley_mcneil", "Study 2": "hanley_mcneil",
    }  # fmt: skip
    assert studies.loc["Study 0", ["conf_low", "conf_high"]].tolist() == [0.60, 0.74]
    daggers = [beside(row, "en").count("†") for row in studies.reset_index().to_dict("records")]
    assert sorted(daggers) == [0, 1, 1]


def test_case_control_and_followed_studies_are_never_pooled_together() -> None:
    mixed = pd.concat([three(), rows({"value": 0.9, "design": "case_control", "study_id": "C"})])
    with pytest.raises(Refused) as caught:
        pooled_auc(mixed, name="x")
    assert caught.value.code == "mixed_designs"
    assert "case_control" in caught.value.text("ro") and "caz-martor" in caught.value.text("ro")
    chosen = pooled_auc(mixed, name="x", design="followed")
    assert chosen.row("auc_pooled")["estimate"] == pooled_auc(three(), name="x").row("auc_pooled")["estimate"]
    assert chosen.frames["studies"].query("left_out == 'other_design'")["estimate"].tolist() == [0.9]
    assert "pool_left_out_other_design" in [n.code for n in chosen.notes]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"design": "review"}, "review"),
        ({"statistic": "auc_weighted"}, "review"),
        ({"value": np.nan, "interval": "range", "low": 0.6, "high": 0.7}, "range"),
        ({"status": "unverified"}, "unverified"),
        ({"status": "flagged"}, "unverified"),
        ({"sample": "development"}, "development"),
        ({"n_events": np.nan}, "no_error"),
        ({"value": 1.0}, "no_error"),
        ({"interval": "confidence_95", "low": 0.5, "high": 1.0}, "no_error"),
    ],
)
def test_what_cannot_be_pooled_is_shown_with_the_reason(change: dict[str, Any], reason: str) -> None:
    figures = pd.concat([three(), rows({"value": 0.66, "study_id": "Z", "study": "Other"} | change)])
    result = pooled_auc(figures, name="x")
    other = result.frames["studies"].set_index("label").loc["Other"]
    assert other["left_out"] == reason and np.isnan(other["weight"])
    assert result.row("auc_pooled")["estimate"] == pooled_auc(three(), name="x").row("auc_pooled")["estimate"]
    for language in lang.languages():
        assert lang.text(f"evidence.left_out.{reason}", language) in beside(other, language)
        assert all("{" not in n.text(language) for n in result.notes)


def test_unverified_figures_are_pooled_only_when_asked() -> None:
    figures = three().assign(status="unverified")
    assert pooled_auc(figures, name="x").status == "not_estimable"
    assert len(pooled_auc(figures, name="x", unverified=True).table.query("term == 'auc_pooled'")) == 1


def test_areas_of_several_instruments_are_pooled_only_with_a_caution() -> None:
    assert "pool_several_instruments" not in [n.code for n in pooled_auc(three(), name="x").notes]
    mixed = three().assign(instrument=["odara", "sara", "sara"])
    found = pooled_auc(mixed, name="x")
    assert found.status == "caution"
    said = next(n for n in found.notes if n.code == "pool_several_instruments")
    for language in lang.languages():
        assert "2" in said.text(language)


def test_one_study_enters_once() -> None:
    figures = pd.concat([three(), rows({"value": 0.7, "study_id": "T1", "study": "Study 1", "row_id": "X9"})])
    with pytest.raises(CheckFailed) as caught:
        pooled_auc(figures, name="x")
    assert [p.code for p in caught.value.problems] == ["study_twice", "study_twice"]
    assert "X9" in caught.value.text("ro")


def test_wrong_calls() -> None:
    with pytest.raises(UsageError):
        pooled_auc(three(), name="x", design="review")
    with pytest.raises(CheckFailed) as caught:
        pooled_auc(three().drop(columns=["design", "n"]), name="x")
    assert [p.found for p in caught.value.problems] == ["design", "n"]


def test_the_order_of_rows_makes_no_difference() -> None:
    one, other = pooled_auc(three(), name="x"), pooled_auc(three().iloc[::-1], name="x")
    for term in ("auc_pooled", "auc_predicted", "tau2", "i2"):
        assert one.row(term)["estimate"] == pytest.approx(other.row(term)["estimate"])


def test_what_ships_is_shown_and_pools_nothing() -> None:
    """No source read so far prints what two areas of one instrument would need."""
    for family in sorted(set(evidence.validation(statistic="auc")["family"])):
        result = pooled_auc(evidence.validation(family), name=family)
        assert result.status == "not_estimable" and len(result.frames["studies"]) == len(result.table) > 0
        assert "pool_nothing" in [n.code for n in result.notes]


def test_the_picture_and_its_words_hold_every_row() -> None:
    figures = pd.concat([three(), rows({"value": np.nan, "interval": "range", "low": 0.5, "high": 0.6, "study": "R"})])
    result = pooled_auc(figures, name="x")
    for language in lang.languages():
        shown = figure("pooled_auc", result.table, result.frames, result.meta, language, "ODARA")
        for study in result.frames["studies"].to_dict("records"):
            assert label(study, language, False).split("\n")[1] in shown.alt
        assert lang.number(float(result.row("auc_pooled")["estimate"]), language) in shown.alt
        drawn = draw.svg(shown.draw, shown.size, name="p", title="t", description="d")
        assert lang.text("report.mark.published", language) in drawn
        assert drawn.count("†") == 3  # two rows and the axis
        assert "{" not in shown.alt


def test_each_row_is_drawn_where_it_belongs() -> None:
    from matplotlib.figure import Figure

    result = pooled_auc(three(), name="x")
    ax = Figure().subplots()
    result.plot(ax, "ro")
    squares = [line for line in ax.lines if line.get_marker() == "s"]
    assert [float(s.get_xdata()[0]) for s in squares] == result.frames["studies"]["estimate"].tolist()
    sizes = [s.get_markersize() for s in squares]
    assert np.argsort(sizes).tolist() == np.argsort(result.frames["studies"]["weight"]).tolist()
    assert len(ax.patches) == 1
