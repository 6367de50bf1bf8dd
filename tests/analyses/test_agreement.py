"""Agreement as an analysis: what is counted, what is left out, what is said about it, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.agreement import CURVE_SENSITIVITY, CURVE_SPECIFICITY, agreement, agreement_items
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.instruments import REASONS
from dvstudy.language import has, languages
from dvstudy.numbers import agreement as numbers
from dvstudy.result import EXTRA

CODES = pd.CategoricalDtype(["no", "yes", *REASONS])


def codes(result) -> list[str]:
    return [note.code for note in result.notes]


def assert_worded(result) -> None:
    """Every code in the result has words in every language."""
    shown = pd.concat([result.table, result.frames.get("alternatives", result.table[:0])])
    for language in languages():
        assert all(has(f"term.{t}", language) for t in shown["term"])
        assert all(has(f"method.{m}", language) for m in shown["method"])
        assert all(has(f"{kind}.{result.meta[kind]}", language) for kind in ("question", "estimand", "method"))
        assert result.text(language)


def decisions(n: int = 400, clusters: int = 25, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    fact = rng.random(n) < 0.25
    frame = pd.DataFrame({f"rater_{i}": rng.random(n) < np.where(fact, 0.8, 0.08) for i in (1, 2)}).astype("boolean")
    return frame.assign(officer=rng.integers(0, clusters, n).astype(str)).set_axis([f"c{i}" for i in range(n)])


def answers(yes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({c: np.where(yes[c], "yes", "no") for c in yes}, index=yes.index).astype(CODES)


def forms(n: int = 120, items: int = 4, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    index = pd.Index([f"c{i}" for i in range(n)], name="case_id")
    fact = rng.random((n, items)) < np.array([0.5, 0.3, 0.2, 0.1])[:items]
    names = [f"q{i + 1:02d}" for i in range(items)]
    first, second = (
        answers(pd.DataFrame(rng.random((n, items)) < np.where(fact, 0.8, 0.1), index=index, columns=names))
        for _ in range(2)
    )
    return first, second, pd.Series(rng.integers(0, 24, n).astype(str), index=index, name="officer")


def both(frame: pd.DataFrame, **options):
    return agreement(frame, name="decision", first="rater_1", second="rater_2", synthetic=True, **options)


def test_one_decision_in_rows_with_its_counts() -> None:
    frame = decisions()
    result = both(frame, cluster="officer")
    yes, other = frame["rater_1"].astype(bool), frame["rater_2"].astype(bool)
    assert result.table["term"].tolist() == list(numbers.TERMS)
    assert set(result.table.columns) >= {"count", "clusters", "kind", "df", "std_error"} and "std_error" in EXTRA
    row = result.row("percent_agreement")
    assert (row["count"], row["n"], row["clusters"], row["df"]) == ((yes == other).sum(), 400, 25, 24)
    assert result.row("bias_index")["estimate"] == pytest.approx(yes.mean() - other.mean())
    counts = result.frames["counts"].iloc[0]
    assert counts[["both", "first_only", "second_only", "neither", "n"]].tolist() == [
        (yes & other).sum(), (yes & ~other).sum(), (~yes & other).sum(), (~yes & ~other).sum(), 400,
    ]  # fmt: skip
    assert set(result.table["method"]) == {"cluster_jackknife"}
    assert set(result.frames["alternatives"]["method"]) == {"wilson", "large_sample"}
    assert result.frames["alternatives"]["estimate"].tolist() == result.table["estimate"].tolist()
    assert result.status == "ok"
    assert codes(result) == ["kappa_not_alone"]
    assert_worded(result)


def test_codes_with_a_named_positive_say_the_same_as_true_and_false() -> None:
    frame = decisions()
    words = frame.assign(**{c: np.where(frame[c], "imminent", "not_imminent") for c in ("rater_1", "rater_2")})
    named = both(words.astype({"rater_1": "category", "rater_2": "category"}), positive="imminent", cluster="officer")
    pd.testing.assert_frame_equal(named.table, both(frame, cluster="officer").table)


def test_missing_is_left_out_by_rater_and_never_a_no() -> None:
    frame = decisions()
    frame.loc["c0":"c9", "rater_1"] = pd.NA
    frame.loc["c8":"c11", "rater_2"] = pd.NA
    result = both(frame, cluster="officer")
    pd.testing.assert_frame_equal(result.table, both(frame.loc["c12":], cluster="officer").table)
    note = next(n for n in result.notes if n.code == "pairs_incomplete")
    said = {key: quantity.value for key, quantity in dict(note.values).items()}
    assert said == {"first_only": 8, "second_only": 2, "both": 2, "n": 12, "total": 400}
    assert_worded(result)


def test_reasons_for_missing_are_missing_not_no() -> None:
    frame = decisions()
    words = pd.DataFrame({c: answers(frame[[c]])[c] for c in ("rater_1", "rater_2")}).assign(officer=frame["officer"])
    for place, reason in enumerate(REASONS):
        words.iloc[place, 0] = reason
    result = both(words, positive="yes", cluster="officer")
    assert result.frames["missing"].loc[0, "first_only"] == len(REASONS)
    pd.testing.assert_frame_equal(result.table, both(frame.iloc[len(REASONS) :], cluster="officer").table)


def test_rows_of_unknown_cluster_are_left_out_and_counted() -> None:
    frame = decisions()
    frame.loc["c0":"c4", "officer"] = None
    result = both(frame, cluster="officer")
    assert codes(result)[0] == "dropped_cluster"
    pd.testing.assert_frame_equal(result.table, both(frame.loc["c5":], cluster="officer").table)
    assert result.frames["missing"].loc[0, "answered"] == 395


@pytest.mark.parametrize(
    ("clusters", "note"), [(None, "no_cluster"), (1, "one_cluster"), (7, "few_clusters"), (30, None)]
)
def test_the_number_of_clusters_decides_method_and_caution(clusters, note) -> None:
    frame = decisions(clusters=clusters or 1)
    result = both(frame, cluster=None if clusters is None else "officer")
    assert [c for c in codes(result) if "cluster" in c] == ([note] if note else [])
    assert (result.status == "caution") == bool(note)
    by_cluster = clusters is not None and clusters > 1
    assert (result.meta["method"] == "cluster_jackknife") == by_cluster
    assert ("alternatives" in result.frames) == by_cluster
    assert_worded(result)


def test_one_answer_only_gives_no_kappa_and_says_so() -> None:
    frame = decisions().assign(rater_1=False, rater_2=False)
    result = both(frame, cluster="officer")
    assert np.isnan(result.row("kappa")["estimate"])
    assert result.row("percent_agreement")["estimate"] == 1
    assert {"kappa_undefined", "never_apart"} <= set(codes(result))
    assert result.status == "caution"
    assert_worded(result)


@pytest.mark.parametrize("yes", [1, 7, 24, 133])
@pytest.mark.parametrize("cluster", ["officer", None])
def test_raters_who_never_disagree_have_limits_and_their_method_is_named(yes, cluster) -> None:
    frame = decisions()
    said = np.arange(len(frame)) < yes
    table = both(frame.assign(rater_1=said, rater_2=said), cluster=cluster).table.set_index("term")
    shares = ["percent_agreement", "negative_agreement"]
    assert (table.loc[[*shares, "ac1", "pabak"], "estimate"] == 1).all()
    assert table.loc[[*shares, "ac1", "pabak"], "conf_low"].between(0.5, 1, inclusive="left").all()
    assert set(table.loc[["ac1", "pabak"], "method"]) == {"from_observed"}
    assert set(table.loc[shares, "method"]) == {"wilson" if cluster is None else "wilson_design_effect"}


def test_few_yes_answers_are_said() -> None:
    frame = decisions().assign(rater_1=False, rater_2=False)
    frame.iloc[:6, 0] = True
    frame.iloc[2:9, 1] = True
    assert "few_yes_pairs" in codes(both(frame, cluster="officer"))
    frame.iloc[9, 1] = True
    assert "few_yes_pairs" not in codes(both(frame, cluster="officer"))


def test_no_complete_pair_cannot_be_answered() -> None:
    frame = decisions()
    frame["rater_2"] = pd.array([pd.NA] * len(frame), dtype="boolean")
    for empty in (frame, decisions().iloc[:0]):
        result = both(empty, cluster="officer")
        assert (result.status, codes(result)) == ("not_estimable", ["no_pairs"])
        assert_worded(result)


def test_a_wrong_call_raises() -> None:
    frame = decisions()
    with pytest.raises(CheckFailed, match="officre"):
        both(frame, cluster="officre")
    with pytest.raises(CheckFailed, match="true/false"):
        both(frame.astype({"rater_1": "int64"}), cluster="officer")
    words = frame.assign(rater_1=pd.Categorical(["imminent"] * 400), rater_2=pd.Categorical(["imminent"] * 400))
    with pytest.raises(CheckFailed, match="iminent"):
        both(words, positive="iminent", cluster="officer")


def items(first: pd.DataFrame, second: pd.DataFrame, cluster: pd.Series | None, **options):
    return agreement_items(
        first, second, name="items", items=list(first.columns), cluster=cluster, synthetic=True, **options
    )


def test_every_item_equals_its_own_analysis() -> None:
    first, second, officer = forms()
    first.loc["c3", "q02"] = "refused"
    second.loc["c4":"c9", "q03"] = "blank"
    result = items(first, second, officer)
    assert result.table["group"].drop_duplicates().tolist() == ["q01", "q02", "q03", "q04"]
    for item in first:
        alone = agreement(
            pd.DataFrame({"a": first[item], "b": second[item], "o": officer}),
            name="one", first="a", second="b", positive="yes", cluster="o", synthetic=True,
        )  # fmt: skip
        mine = result.table[result.table["group"] == item].drop(columns="group").reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone.table.drop(columns="group"))
    missing = result.frames["missing"].set_index("group")
    assert missing.loc["q02", ["first_only", "answered"]].tolist() == [1, 119]
    assert missing.loc["q03", ["second_only", "answered"]].tolist() == [6, 114]
    assert_worded(result)


def test_as_legal_counts_a_missing_answer_as_not_yes() -> None:
    first, second, officer = forms()
    first.iloc[:20, 1] = "does_not_know"
    first.iloc[110:, :], second.iloc[110:, :] = "blank", "blank"
    filled = (
        first.where(~first.isin(REASONS), "no").astype(CODES),
        second.where(~second.isin(REASONS), "no").astype(CODES),
    )
    result = items(first, second, officer)
    pd.testing.assert_frame_equal(result.frames["as_legal"], items(*filled, officer).table)
    assert result.row("kappa", "q02")["n"] == 90
    assert result.frames["as_legal"].query("group == 'q02' and term == 'kappa'")["n"].item() == 120


def test_the_paradox_frames_hold_points_and_the_theoretical_curve() -> None:
    first, second, officer = forms()
    result = items(first, second, officer)
    points = result.frames["paradox"].set_index("group")
    for item in first:
        share = ((first[item] == "yes").mean() + (second[item] == "yes").mean()) / 2
        assert points.loc[item, "prevalence"] == pytest.approx(share)
        assert points.loc[item, "kappa"] == result.row("kappa", item)["estimate"] <= points.loc[item, "largest_kappa"]
    curve = result.frames["paradox_curve"]
    row = curve[np.isclose(curve["true"], 0.2)].iloc[0]
    s, t = CURVE_SENSITIVITY, CURVE_SPECIFICITY
    yes = 0.2 * s + 0.8 * (1 - t)
    both_yes = 0.2 * s**2 + 0.8 * (1 - t) ** 2
    assert row["prevalence"] == pytest.approx(yes)
    assert row["kappa"] == pytest.approx((both_yes - yes**2) / (yes - yes**2))
    assert curve["kappa"].iloc[50] > curve["kappa"].iloc[1] < 0.2


def test_cautions_count_the_items_they_concern() -> None:
    first, second, officer = forms()
    first["q04"] = second["q04"] = pd.Series("no", index=first.index).astype(CODES)
    second["q03"] = pd.Series("blank", index=first.index).astype(CODES)
    first.loc[:, "q02"], second.loc[:, "q02"] = "no", "no"
    first.iloc[:3, 1] = "yes"
    result = items(first, second, officer)
    said = {n.code: dict(n.values)["items"].value for n in result.notes if n.code.endswith("_items")}
    assert said == {"no_pairs_items": 1, "kappa_undefined_items": 1, "few_yes_pairs_items": 1, "never_apart_items": 1}
    assert np.isnan(result.row("percent_agreement", "q03")["estimate"])
    assert result.row("percent_agreement", "q03")["n"] == 0
    assert result.status == "caution"
    assert_worded(result)


def test_items_of_several_answers_are_read_as_the_named_one_or_not() -> None:
    index = pd.RangeIndex(60)
    kinds = pd.CategoricalDtype(["absent", "partial", "present", "omitted"])
    first = pd.DataFrame({"q01": ["absent", "partial", "present"] * 20}, index=index).astype(kinds)
    second = pd.DataFrame({"q01": ["absent", "absent", "present"] * 20}, index=index).astype(kinds)
    assert items(first, second, None, positive="present").row("percent_agreement", "q01")["estimate"] == 1
    partial = items(first, second, None, positive="partial")
    assert partial.row("percent_agreement", "q01")["count"] == 40


def test_tables_of_different_cases_are_refused() -> None:
    first, second, officer = forms()
    for other, cluster in ((second.iloc[::-1], officer), (second.iloc[1:], officer), (second, officer.iloc[1:])):
        with pytest.raises(UsageError, match="same cases"):
            items(first, other, cluster)
    with pytest.raises(CheckFailed, match="q02"):
        items(first, second.drop(columns="q02"), officer)


def test_nothing_given_is_changed() -> None:
    first, second, officer = forms()
    before = first.copy(), second.copy(), officer.copy()
    items(first, second, officer)
    pd.testing.assert_frame_equal(first, before[0])
    pd.testing.assert_frame_equal(second, before[1])
    pd.testing.assert_series_equal(officer, before[2])
