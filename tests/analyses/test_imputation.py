"""Imputed accuracy of a rule: known truth, edges, words."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from dvstudy.analyses.imputation import Model, imputed_accuracy
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages
from dvstudy.numbers.imputation import Chain

ROLES = {"name": "demo", "reference": "event", "cluster": "station", "synthetic": True, "seed": 5}
SHORT = Chain(imputations=8, before=4, between=2)


def two_or_more(answers):
    return answers.sum(axis=1).to_numpy() >= 2


def world(seed=1, n=3000, lost=0.35):
    """Six questions; the answers to the last three are lost more often after an event."""
    rng = np.random.default_rng(seed)
    trait, station = rng.normal(size=n), rng.integers(0, 25, n)
    event = rng.random(n) < expit(-1.2 + trait)
    yes = pd.DataFrame(rng.random((n, 6)) < expit(-1 + 1.2 * trait)[:, None], columns=list("abcdef")).astype("boolean")
    gone = rng.random((n, 3)) < (lost * np.where(event, 1.5, 0.8))[:, None]
    given = yes.copy()
    given[["d", "e", "f"]] = given[["d", "e", "f"]].mask(gone)
    frame = pd.DataFrame({"event": event, "station": station.astype(str), "sex": rng.choice(["w", "m"], n)})
    return frame, given, two_or_more(yes.astype(bool))


def test_imputation_finds_the_accuracy_of_the_full_form_where_blank_as_no_does_not():
    frame, given, full = world()
    found = imputed_accuracy(frame, model=Model(given, two_or_more, ["sex"], SHORT), **ROLES)
    event = frame["event"].to_numpy()
    for term, value in (("sensitivity", full[event].mean()), ("specificity", (~full)[~event].mean())):
        row = found.row(term, "imputed")
        assert abs(row["estimate"] - value) < 0.5 * (row["conf_high"] - row["conf_low"])
    legal = two_or_more(given.fillna(False).astype(bool))[event].mean()
    assert legal < found.row("sensitivity", "imputed")["conf_low"]


def test_without_gaps_it_is_the_plain_accuracy():
    frame, given, _ = world(lost=0.0)
    found = imputed_accuracy(frame, model=Model(given, two_or_more, (), SHORT), **ROLES)
    for term in ("sensitivity", "specificity", "ppv", "npv", "flagged"):
        one, two = found.row(term, "complete_forms"), found.row(term, "imputed")
        for part, near in (("estimate", 1e-6), ("conf_low", 2e-3), ("conf_high", 2e-3)):
            assert two[part] == pytest.approx(one[part], rel=near)  # a few degrees of freedom less: Barnard and Rubin
    assert found.frames["information"]["lost"].tolist() == [0] * 5


def test_more_is_lost_with_more_gaps_and_the_limits_grow():
    few, many = (
        imputed_accuracy(frame, model=Model(given, two_or_more, (), SHORT), **ROLES)
        for frame, given, _ in (world(lost=0.05), world(lost=0.6))
    )
    width = [
        r.row("sensitivity", "imputed")["conf_high"] - r.row("sensitivity", "imputed")["conf_low"] for r in (few, many)
    ]
    assert width[0] < width[1]
    assert (few.frames["information"]["lost"] < many.frames["information"]["lost"]).all()


def test_the_same_seed_gives_the_same_figures_and_every_code_has_words():
    frame, given, _ = world(n=400)
    one, two = (imputed_accuracy(frame, model=Model(given, two_or_more, ["sex"], SHORT), **ROLES) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, two.table)
    for language in languages():
        assert all(has(f"group.{g}", language) for g in one.table["group"])
        assert has(f"method.{one.meta['method']}", language)
        assert one.text(language)


def test_answers_of_other_forms_or_of_another_kind_are_refused():
    frame, given, _ = world(n=200)
    with pytest.raises(CheckFailed) as caught:
        imputed_accuracy(frame, model=Model(given.iloc[:50].assign(a="yes"), two_or_more), **ROLES)
    assert [p.code for p in caught.value.problems] == ["frame_not_flag", "answers_index"]


def test_a_question_without_any_answer_is_named_and_one_outcome_is_not_estimable():
    frame, given, _ = world(n=300)
    none = given.assign(f=pd.Series(pd.NA, index=given.index, dtype="boolean"))
    found = imputed_accuracy(frame, model=Model(none, two_or_more, (), SHORT), **ROLES)
    assert "never_answered" in [n.code for n in found.notes]
    assert (
        imputed_accuracy(frame.assign(event=True), model=Model(given, two_or_more), **ROLES).status == "not_estimable"
    )


def test_rows_that_share_a_label_are_still_rows_of_their_own():
    frame, given, _ = world(n=300)
    alike, answers = (x.set_axis([7] * len(x), axis=0) for x in (frame, given))
    one = imputed_accuracy(frame, model=Model(given, two_or_more, ["sex"], SHORT), **ROLES)
    two = imputed_accuracy(alike, model=Model(answers, two_or_more, ["sex"], SHORT), **ROLES)
    pd.testing.assert_frame_equal(one.table, two.table)
