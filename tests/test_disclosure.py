"""What small counts do at the gate, and what an attacker can still work out."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvstudy.disclosure import LEAST, hidden_cells, policy, protect, protect_values, withheld
from dvstudy.result import Note, Quantity, Result, table

TERMS = ("sensitivity", "specificity", "ppv", "npv", "flagged", "prevalence")


def _parts(tp: int, fp: int, fn: int, tn: int) -> dict[str, tuple[int, int]]:
    n = tp + fp + fn + tn
    return {
        "sensitivity": (tp, tp + fn), "specificity": (tn, tn + fp), "ppv": (tp, tp + fp), "npv": (tn, tn + fn),
        "flagged": (tp + fp, n), "prevalence": (tp + fn, n),
    }  # fmt: skip


def accuracy(cells: dict[str, tuple[int, int, int, int]], *, synthetic: bool = True, **meta: object) -> Result:
    rows = []
    for group, four in cells.items():
        for term, (count, n) in _parts(*four).items():
            p = count / n if n else np.nan
            rows.append(
                {"term": term, "group": group, "estimate": p, "conf_low": p * 0.8, "conf_high": p, "n": n,
                 "method": "wilson", "count": count, "clusters": 24, "kind": "percent", "std_error": 0.1}
            )  # fmt: skip
        rows.append({**rows[-1], "term": "kappa", "estimate": 0.41, "count": np.nan, "kind": "number"})
    names = ["true_positive", "false_positive", "false_negative", "true_negative"]
    counts = pd.DataFrame([[g, *c] for g, c in cells.items()], columns=["group", *names])
    return Result("made", table(rows), {"synthetic": synthetic, "question": "x", **meta}, {"counts": counts})


def hidden_groups(result: Result) -> set[str]:
    return set(result.table.loc[result.table["suppressed"], "group"])


def test_threshold_of_real_data_can_only_be_raised() -> None:
    assert policy(synthetic=False, threshold=2).threshold == LEAST
    assert policy(synthetic=False, threshold=25).threshold == 25
    assert policy(synthetic=True, threshold=2).threshold == 2


def test_counts_round_to_five_below_fifty_and_to_ten_from_there_and_stay_put() -> None:
    limits = policy(synthetic=False)
    counts = np.array([0, 2, 3, 7, 8, 47, 48, 49, 50, 54, 55, 1234])
    once = limits.rounded(counts)
    assert once.tolist() == [0, 0, 5, 5, 10, 45, 50, 50, 50, 50, 60, 1230]
    assert limits.rounded(once).tolist() == once.tolist()


@pytest.mark.parametrize(
    "cells",
    [(9, 40, 30, 200), (30, 9, 40, 200), (30, 40, 9, 200), (30, 40, 200, 9)],
    ids=["numerator", "false alarms", "complement", "true negatives"],
)
def test_one_small_cell_hides_every_number_of_its_group(cells: tuple[int, int, int, int]) -> None:
    shown = protect(accuracy({"all": cells})).table
    assert shown["suppressed"].all()
    assert shown[["estimate", "conf_low", "conf_high", "n", "count", "clusters", "std_error"]].isna().all(axis=None)
    assert shown["method"].notna().all()


def test_tens_are_shown_and_nobody_is_a_finding_in_synthetic_data_only() -> None:
    assert not protect(accuracy({"all": (10, 10, 10, 10)})).table["suppressed"].any()
    empty_cell = {"all": (0, 60, 40, 200)}
    assert not protect(accuracy(empty_cell)).table["suppressed"].any()
    assert protect(accuracy(empty_cell, synthetic=False)).table["suppressed"].all()


def test_a_share_without_its_count_gives_the_count_away() -> None:
    row = {"term": "share", "group": "all", "estimate": 0.07, "conf_low": 0.02, "conf_high": 0.15, "n": 100,
           "method": "m", "kind": "percent"}  # fmt: skip
    made = Result("made", table([row]), {"synthetic": True})
    assert protect(made).table["suppressed"].all()
    other = table([{**row, "kind": "number"}])
    assert not protect(replace(made, table=other)).table["suppressed"].any()


def test_rules_counted_are_not_people() -> None:
    row = {"term": "near_best", "group": "all", "estimate": 4.0, "conf_low": np.nan, "conf_high": np.nan, "n": 900,
           "method": "m", "kind": "count"}  # fmt: skip
    assert not protect(Result("made", table([row]), {"synthetic": True})).table["suppressed"].any()
    people = table([{**row, "term": "missed"}])
    assert protect(Result("made", people, {"synthetic": True})).table["suppressed"].all()


@pytest.mark.parametrize("meta", [{"synthetic": False}, {"synthetic": None}, {"synthetic": 1}, {"synthetic": "yes"}])
def test_anything_but_a_true_mark_is_restricted(meta: dict[str, object]) -> None:
    shown = protect(accuracy({"all": (40, 60, 70, 300)}, **meta))  # type: ignore[arg-type]
    assert shown.meta["disclosure"]["mode"] == "restricted"


def test_restricted_wants_thirty_people_behind_a_percentage_and_three_clusters() -> None:
    few = accuracy({"all": (14, 60, 14, 300)}, synthetic=False)
    assert protect(few).table["suppressed"].all()
    assert not protect(replace(few, meta={"synthetic": True})).table["suppressed"].any()
    enough = accuracy({"all": (40, 60, 70, 300)}, synthetic=False)
    assert not protect(enough).table["suppressed"].any()
    two = replace(enough, table=enough.table.assign(clusters=2))
    assert protect(two).table["suppressed"].all()


def test_restricted_numbers_are_rounded_consistently() -> None:
    shown = protect(accuracy({"all": (43, 61, 72, 333)}, synthetic=False))
    row = shown.row("sensitivity")
    assert (row["count"], row["n"], row["estimate"]) == (45, 120, 45 / 120)
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]
    assert "std_error" not in shown.table
    assert shown.frames["counts"].loc[0, "true_negative"] == 330


def test_one_hidden_group_takes_the_next_smallest_with_it() -> None:
    cells = {"all": (63, 270, 66, 900), "a": (3, 30, 6, 100), "b": (20, 60, 20, 200), "c": (40, 180, 40, 600)}
    assert hidden_groups(protect(accuracy(cells))) == {"a", "b"}


def test_two_groups_are_hidden_together_even_without_their_whole() -> None:
    cells = {"couple": (40, 80, 50, 700), "other": (4, 60, 40, 300)}
    assert hidden_groups(protect(accuracy(cells))) == {"couple", "other"}


def test_restricted_hidden_groups_must_not_be_small_together() -> None:
    cells = {"all": (148, 300, 170, 1200), "a": (3, 40, 60, 200), "b": (5, 60, 50, 400), "c": (140, 200, 60, 600)}
    assert hidden_groups(protect(accuracy(cells))) == {"a", "b"}
    assert hidden_groups(protect(accuracy(cells, synthetic=False))) == {"a", "b", "c"}


def test_groups_that_share_the_same_people_need_no_company() -> None:
    cells = {"q01": (4, 30, 60, 300), "q02": (30, 30, 34, 300), "q03": (40, 60, 24, 270)}
    assert hidden_groups(protect(accuracy(cells))) == {"q01"}


def test_an_empty_group_hides_nobody_else() -> None:
    cells = {"all": (60, 90, 60, 800), "woman": (40, 60, 40, 600), "man": (20, 30, 20, 200), "minor": (0, 0, 0, 0)}
    assert hidden_groups(protect(accuracy(cells))) == set()


def test_levels_that_differ_by_few_people_are_not_both_shown() -> None:
    cells = {"increased": (70, 300, 30, 600), "severe": (45, 200, 55, 700), "extreme": (41, 120, 59, 780)}
    made = accuracy(cells)
    strata = pd.DataFrame({"level": ["variable", "increased", "severe", "extreme"], "n": [630, 125, 84, 161],
                           "events": [30, 25, 4, 41], "risk": [30 / 630, 0.2, 4 / 84, 41 / 161]})  # fmt: skip
    shown = protect(replace(made, frames={**made.frames, "strata": strata}))
    assert hidden_groups(shown) == {"extreme"}
    assert shown.frames["strata"].empty


def _bounds(result: Result, groups: list[str]) -> dict[tuple[str, int], tuple[float, float]]:
    """What linear programming tells about every cell of every group from the numbers that are shown."""
    from scipy.optimize import linprog

    where = {(g, c): i for i, (g, c) in enumerate((g, c) for g in groups for c in range(4))}
    top = {"sensitivity": [0], "specificity": [3], "ppv": [0], "npv": [3], "flagged": [0, 1], "prevalence": [0, 2]}
    base = {"sensitivity": [0, 2], "specificity": [1, 3], "ppv": [0, 1], "npv": [2, 3], "flagged": [0, 1, 2, 3],
            "prevalence": [0, 1, 2, 3]}  # fmt: skip
    restricted = result.meta["disclosure"]["mode"] == "restricted"
    lhs, rhs = [], []
    shown = result.table[~result.table["suppressed"] & result.table["term"].isin(TERMS)]
    for row in shown.to_dict("records"):
        members = groups if row["group"] == "all" else [row["group"]]
        for cells, value in ((top[row["term"]], row["count"]), (base[row["term"]], row["n"])):
            slack = (2.5 if value < 50 else 5.0) if restricted else 0.0
            line = np.zeros(len(where))
            line[[where[g, c] for g in members for c in cells]] = 1
            lhs += [line, -line]
            rhs += [value + slack, slack - value]
    out = {}
    for key, place in where.items():
        aim = np.eye(len(where))[place]
        ends = [linprog(sign * aim, A_ub=np.array(lhs), b_ub=rhs, bounds=(0, 5000)) for sign in (1, -1)]
        out[key] = (ends[0].fun, -ends[1].fun) if all(e.success for e in ends) else (0.0, 5000.0)
    return out


groups_of_cells = st.lists(st.tuples(*[st.integers(0, 60)] * 3, st.integers(20, 400)), min_size=2, max_size=4)


@given(groups_of_cells, st.booleans())
@settings(max_examples=15, deadline=None)
def test_no_small_cell_comes_back_by_linear_programming(cells: list[tuple[int, ...]], synthetic: bool) -> None:
    named = {f"g{i}": four for i, four in enumerate(cells) if sum(four)}
    whole = tuple(int(v) for v in np.sum(list(named.values()), axis=0))
    shown = protect(accuracy({"all": whole, **named}, synthetic=synthetic))  # type: ignore[dict-item]
    known = _bounds(shown, list(named)) if not shown.table["suppressed"].all() else {}
    for (group, cell), (low, high) in known.items():
        value = named[group][cell]
        small = 0 < value < LEAST if synthetic else value < LEAST
        if small:
            assert high - low > (0.5 if synthetic else 9.99), (group, cell, value, low, high)


def test_the_attack_works_when_nothing_is_hidden() -> None:
    cells = {"all": (63, 270, 66, 900), "a": (3, 30, 6, 100), "b": (60, 240, 60, 800)}
    open_table = accuracy(cells).table.assign(suppressed=False)
    only_other = open_table.assign(suppressed=open_table["group"] == "a")
    told = Result("made", only_other, {"disclosure": {"mode": "synthetic"}})
    low, high = _bounds(told, ["a", "b"])["a", 0]
    assert low == pytest.approx(3) and high == pytest.approx(3)


def roc_result(*, synthetic: bool) -> Result:
    row = {"term": "auc", "group": "all", "estimate": 0.7, "conf_low": 0.6, "conf_high": 0.8, "n": 1000,
           "method": "m", "count": 100, "kind": "number"}  # fmt: skip
    tp = np.array([0, 4, 12, 30, 34, 60, 93, 100])
    fp = np.array([0, 2, 11, 60, 90, 300, 700, 900])
    roc = pd.DataFrame({"threshold": range(8, 0, -1), "sensitivity": tp / 100, "specificity": 1 - fp / 900})
    return Result("auc", table([row]), {"synthetic": synthetic}, {"roc": roc})


def test_a_curve_loses_points_that_rest_on_few_cases() -> None:
    found = protect(roc_result(synthetic=True)).frames["roc"]
    assert (found["sensitivity"] * 100).round().tolist() == [0, 12, 30, 34, 60, 100]


def test_a_restricted_curve_keeps_steps_of_ten_and_no_ends() -> None:
    found = protect(roc_result(synthetic=False)).frames["roc"]
    assert (found["sensitivity"] * 100).round().tolist() == [12, 30, 60]


def test_a_surface_hides_rules_whose_missed_cases_are_few() -> None:
    surface = pd.DataFrame(
        {"k": [1, 2, 3], "m": [1, 1, 1], "true_positive": [95, 50, 5], "false_positive": [400, 100, 40]}
    )
    surface = surface.assign(
        sensitivity=surface["true_positive"] / 100, specificity=1 - surface["false_positive"] / 900
    )
    surface = surface.assign(legal=[False, True, False])
    made = accuracy({"all": (50, 100, 50, 800)})
    shown = protect(replace(made, frames={"surface": surface})).frames["surface"]
    assert shown["sensitivity"].isna().tolist() == [True, False, True]
    assert shown["legal"].tolist() == [False, True, False]


def test_other_methods_and_unknown_tables_pass_no_more_than_the_table() -> None:
    made = accuracy({"all": (43, 61, 72, 333)}, synthetic=False)
    wild = pd.DataFrame({"case": ["a", "b"], "hours": [3.0, 4.0]})
    frames = {"alternatives": made.table, "as_legal": made.table.assign(n=5), "cases": wild}
    shown = protect(replace(made, frames=frames))
    assert set(shown.frames) == {"alternatives", "as_legal"}
    assert shown.table["suppressed"].all()
    assert shown.frames["alternatives"]["estimate"].isna().all()


def test_a_sentence_with_few_people_behind_it_is_withheld_whole() -> None:
    limits = policy(synthetic=True)
    good, bad = Quantity(0.4, "of_100", 40), Quantity(0.05, "of_100", 5)
    assert protect_values({"a": good, "b": "term.kappa"}, limits) == {"a": good, "b": "term.kappa"}
    assert protect_values({"a": good, "b": bad}, limits) is None


def test_a_number_hidden_in_a_table_cannot_be_said_nor_its_complement() -> None:
    before = accuracy({"all": (60, 90, 60, 800), "a": (3, 30, 5, 100), "b": (57, 60, 55, 700)})
    hidden = hidden_cells(before, protect(before))
    limits = policy(synthetic=True)
    assert withheld(Quantity(57 / 112, "of_100", 57), limits, hidden)
    assert withheld(Quantity(1 - 57 / 112, "of_100", 57), limits, hidden)
    assert not withheld(Quantity(60 / 120, "of_100", 60), limits, hidden)


def test_things_may_be_counted_and_a_share_of_nobody_knows_whom_may_not_be_said() -> None:
    rules = Quantity(7.0, "count")
    for synthetic in (True, False):
        assert not withheld(rules, policy(synthetic=synthetic))
        assert protect_values({"rules": rules}, policy(synthetic=synthetic)) == {"rules": rules}
    assert withheld(Quantity(7.0, "count", 7.0), policy(synthetic=True))
    assert withheld(Quantity(0.3, "percent"), policy(synthetic=False))


def test_cautions_stay_without_the_number() -> None:
    few = Note("few_events", {"events": Quantity(4.0, "count", 4.0)})
    (kept,) = protect(accuracy({"all": (43, 61, 72, 333)}).with_notes(few)).notes
    (value,) = dict(kept.values).values()
    assert isinstance(value, Quantity) and isnan(value.value)


def test_passing_twice_changes_nothing_and_the_original_is_untouched() -> None:
    made = accuracy({"all": (63, 270, 66, 900), "a": (3, 30, 6, 100), "b": (60, 240, 60, 800)})
    before = made.table.copy(deep=True)
    once = protect(made)
    assert protect(once) is once
    pd.testing.assert_frame_equal(made.table, before)
    assert [n.code for n in once.notes] == ["suppressed"]


def test_an_empty_result_passes() -> None:
    empty = Result("made", table([]), {"synthetic": False}, status="not_estimable")
    assert protect(empty).table.empty
