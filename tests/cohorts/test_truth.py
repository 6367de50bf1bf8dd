"""True values: against the figures of the design's prototype, and against large samples analysed as a team would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import cohorts, scoring
from dvstudy.cohort import Cohort
from dvstudy.cohorts import estimands, tally
from dvstudy.cohorts.observe import Observation
from dvstudy.studies.thresholds import decisions, people, protection, rule, scores, view
from dvstudy.tables import AREAS, FOLLOWED, PARTNERS, PREVALENCES, RELATIONS, VICTIMS

_ACCURACY = ("sensitivity", "specificity", "ppv", "npv", "flagged", "youden")
_AGREEMENT = ("percent_agreement", "kappa", "ac1", "pabak", "positive_agreement", "negative_agreement",
              "prevalence_index", "bias_index")  # fmt: skip


@pytest.fixture(scope="module")
def truth(tutorial: Cohort) -> pd.Series:
    return tutorial.truth["estimands"].set_index(["estimand", "term", "group"])["value"]


@pytest.fixture(scope="module")
def study() -> Cohort:
    """A cohort of 40,000 interventions, to be analysed as a team would."""
    return cohorts.simulate("tutorial", seed=99, cases=40_000)


def test_every_promised_value_is_there(tutorial: Cohort) -> None:
    table = tutorial.truth["estimands"]
    assert list(table.columns) == ["estimand", "term", "group", "value", "mcse"]
    assert not table.duplicated(["estimand", "term", "group"]).any()
    assert table["value"].notna().all() and (table["mcse"] >= 0).all()
    have = set(zip(table["estimand"], table["term"], table["group"], strict=True))
    items = [f"q{k:02d}" for k in range(1, 22)]
    wanted = {
        *((n, t, "all") for n in ("order146_severe", "order146_high_risk", "surface_severe") for t in _ACCURACY),
        *(("order146_high_risk_by_couple", t, g) for t in _ACCURACY for g in ("couple", "other_relation")),
        *((n, t, g) for n in ("danger_levels_severe", "danger_levels_severe_no_order") for t in _ACCURACY
          for g in ("increased", "severe", "extreme")),
        *((n, "auc", "all") for n in ("auc_order146_severe", "auc_danger_severe", "auc_order146_severe_no_order",
                                      "auc_danger_severe_no_order")),
        *(("order146_severe_no_order", t, "all") for t in _ACCURACY),
        *((n, t, "all") for n in ("decision", "decision_sheet") for t in _AGREEMENT),
        *(("items", t, i) for t in _AGREEMENT for i in items),
        *(("counts", t, g) for t in ("icc_agreement", "icc_consistency", "mean_difference")
          for g in ("section_a", "section_b", "total")),
        *((n, t, "all") for n in ("missed_high_risk", "repeat_violence", "severe_violence", "person_hours",
                                  "interviews", "duplicate_assessment")
          for t in ("mean_usual", "mean_unified", "difference")),
        *((f"fairness_{c}", t, g) for c, groups in (("relation", RELATIONS), ("victim", VICTIMS), ("area", AREAS))
          for t in ("sensitivity", "specificity", "ppv", "flagged", "prevalence") for g in groups),
        *(("overrides", t, "all") for t in ("departed", "departed_up", "departed_down")),
        *(("overrides", f"{t}_difference", "decided_less_rule") for t in ("sensitivity", "specificity")),
        *(("transport_nation", t, g) for t in ("sensitivity", "ppv", "prevalence") for g in ("here", "there")),
        *(("auc_by_day_order146_severe", "auc", str(day)) for day in FOLLOWED),
        ("partial_auc_order146_severe", "partial_auc", "all"),
        *(("decision_severe", "net_benefit", g) for g in ("legal_rule", "flag_all")),
        *(("recorded_repeat", t, g) for t in ("sensitivity", "prevalence") for g in ("two_phase", "as_recorded")),
        *(("recording_tipping", "recording", g) for g in ("flagged", "not_flagged")),
        *(("recording_tipping", t, "all") for t in ("recording_ratio", "risk_ratio", "recorded_risk_ratio")),
        ("precision_order146_severe", "average_precision", "all"),
        ("compare_auc_danger_order146", "auc_difference_common", "all"),
        *(("order146_severe_at_prevalence", t, f"{p:g}") for t in ("ppv", "npv", "found") for p in PREVALENCES),
    }  # fmt: skip
    assert wanted <= have, wanted - have


@pytest.mark.parametrize(
    ("key", "prototype", "tolerance"),
    [
        (("auc_order146_severe", "auc", "all"), 0.716, 0.03),
        (("auc_order146_severe_no_order", "auc", "all"), 0.721, 0.03),
        (("auc_danger_severe", "auc", "all"), 0.690, 0.03),
        (("auc_danger_severe_no_order", "auc", "all"), 0.702, 0.03),
        (("order146_high_risk", "sensitivity", "all"), 0.765, 0.03),
        (("order146_high_risk", "specificity", "all"), 0.866, 0.03),
        (("order146_high_risk", "prevalence", "all"), 0.105, 0.01),
        (("order146_severe_no_order", "sensitivity", "all"), 0.478, 0.03),
        (("order146_severe_no_order", "specificity", "all"), 0.818, 0.03),
        (("order146_high_risk_by_couple", "flagged", "couple"), 0.25, 0.02),
        (("order146_high_risk_by_couple", "flagged", "other_relation"), 0.13, 0.02),
        (("decision", "kappa", "all"), 0.548, 0.05),
        (("decision", "ac1", "all"), 0.781, 0.05),
        (("missed_high_risk", "mean_usual", "each_case"), 0.235, 0.03),
        (("missed_high_risk", "difference", "each_case"), -0.053, 0.02),
        (("duplicate_assessment", "difference", "each_case"), -0.161, 0.02),
        (("interviews", "difference", "each_case"), -0.16, 0.02),
        (("person_hours", "difference", "each_case"), -0.18, 0.10),
        (("severe_violence", "difference", "each_case"), -0.0007, 0.0003),
    ],
)
def test_values_are_near_the_prototype(
    truth: Any, key: tuple[str, str, str], prototype: float, tolerance: float
) -> None:
    assert truth[key] == pytest.approx(prototype, abs=tolerance)


def test_item_agreement_has_the_shape_of_the_prototype(truth: Any) -> None:
    kappa, ac1 = truth["items"]["kappa"], truth["items"]["ac1"]
    assert 0.20 < kappa.min() < 0.35 and 0.55 < kappa.max() < 0.75
    assert kappa.median() == pytest.approx(0.46, abs=0.06)
    assert ac1.median() == pytest.approx(0.85, abs=0.08)
    assert kappa["q01"] < 0.35
    assert ac1["q01"] > 0.9


def test_protection_makes_the_form_look_worse(truth: Any) -> None:
    for name in ("order146_severe", "danger_levels_severe"):
        assert (truth[name]["sensitivity"] < truth[f"{name}_no_order"]["sensitivity"]).all()
    assert truth["auc_order146_severe"]["auc"]["all"] < truth["auc_order146_severe_no_order"]["auc"]["all"]


def test_the_legal_rule_stands_in_the_table_of_rules(tutorial: Cohort, truth: Any) -> None:
    rules = tutorial.truth["rules"].set_index(["k", "m"])
    assert len(rules) == 7 * 14
    for term in _ACCURACY:
        assert rules.loc[(2, 6), term] == pytest.approx(truth["surface_severe", term, "all"], abs=2e-6)
    falls = rules["sensitivity"].groupby("k").diff().dropna()
    assert (falls <= 1e-9).all()


def test_the_auc_of_tables_equals_the_auc_of_pairs() -> None:
    rng = np.random.default_rng(1)
    score, event = rng.integers(0, 6, 300), rng.random(300) < 0.3
    table = np.array([np.bincount(score[event == e], minlength=6) for e in (False, True)], float)
    a, b = score[event][:, None], score[~event][None]
    assert tally.auc(table)[0] == pytest.approx(((a > b) + 0.5 * (a == b)).mean(), abs=1e-12)


def test_the_jackknife_error_of_a_mean_is_the_textbook_one() -> None:
    rng = np.random.default_rng(2)
    values, code = rng.normal(size=4000), np.repeat(np.arange(50), 80)
    groups = tally.Groups(code, 50)
    pieces = groups.sums([values, np.ones(4000)])
    _, error = tally.estimate(pieces, lambda s: s[..., :1] / s[..., 1:])
    means = values.reshape(50, 80).mean(axis=1)
    assert error[0] == pytest.approx(means.std(ddof=1) / np.sqrt(50), rel=1e-9)


def _police(cohort: Cohort) -> pd.DataFrame:
    rated = cohort.rated("order146", "police_officer")
    scored = scoring.score(cohort.answers["order146"].loc[rated.index], cohort.instrument("order146"))
    own = rated[["case_id", "station_id", "relation"]].join(scored).join(cohort.outcomes, on="case_id")
    return own.assign(positive=own["decision"] == "imminent")


def _within(sample: pd.Series, target: float, station: pd.Series, label: str) -> None:
    """Mean of a yes/no column, stations as the unit, within four standard errors of the true value."""
    by = pd.DataFrame({"y": sample.astype(float), "s": station.astype(str)}).groupby("s")["y"].agg(["sum", "size"])
    rest = by["sum"] - sample.mean() * by["size"]
    error = np.sqrt((rest**2).sum()) / by["size"].sum()
    assert abs(sample.mean() - target) < 4 * error, (
        f"{label}: {sample.mean():.4f} against {target:.4f}, error {error:.4f}"
    )


def test_a_large_sample_analysed_from_its_tables_finds_the_true_accuracy(study: Cohort) -> None:
    """Recomputed from observed answers with the package's own scoring: nothing of the truth is read but the target."""
    values = study.truth["estimands"].set_index(["estimand", "term", "group"])["value"]
    forms = _police(study)
    _within(forms["positive"], values["order146_severe", "flagged", "all"], forms["station_id"], "flagged")
    for name, column in (("order146_severe", "severe_180"), ("order146_high_risk", "high_risk_adjudicated")):
        known = forms[forms[column].notna()]
        yes = known[column].astype(bool)
        _within(known["positive"][yes], values[name, "sensitivity", "all"], known["station_id"][yes], f"{name} Se")
        _within(~known["positive"][~yes], values[name, "specificity", "all"], known["station_id"][~yes], f"{name} Sp")
        positive = known["positive"]
        _within(yes[positive], values[name, "ppv", "all"], known["station_id"][positive], f"{name} PPV")
    high = forms[forms["high_risk_adjudicated"].eq(True)]
    couple = high["relation"].isin(PARTNERS)
    for group, where in (("couple", couple), ("other_relation", ~couple)):
        target = values["order146_high_risk_by_couple", "sensitivity", group]
        _within(high["positive"][where], target, high["station_id"][where], group)


def test_a_large_sample_finds_the_true_agreement(study: Cohort) -> None:
    values = study.truth["estimands"].set_index(["estimand", "term", "group"])["value"]
    police = _police(study).set_index("case_id")
    social = study.rated("order146", "social_worker")
    scored = scoring.score(study.answers["order146"].loc[social.index], study.instrument("order146"))
    second = social[["case_id"]].join(scored).set_index("case_id")
    both = police.join(second.add_suffix("_second"), how="inner")
    assert len(both) > 5000
    agree = both["positive"] == (both["decision_second"] == "imminent")
    _within(agree, values["decision", "percent_agreement", "all"], both["station_id"], "agreement")
    apart = (both["total"] - both["total_second"]).astype(float)
    assert apart.mean() == pytest.approx(values["counts", "mean_difference", "total"], abs=4 * apart.std() / 60)
    sheet = study.rated("social_risk_sheet", "social_worker")
    level = scoring.score(study.answers["social_risk_sheet"].loc[sheet.index], study.instrument("social_risk_sheet"))
    high = sheet[["case_id"]].join(level).set_index("case_id")["decision"].eq("high")
    pair = police.join(high.rename("high"), how="inner")
    same = pair["positive"] == pair["high"]
    _within(same, values["decision_sheet", "percent_agreement", "all"], pair["station_id"], "sheet")


def test_randomised_arms_differ_by_the_paired_truth(large: Observation) -> None:
    """Case averages of the arms as observed, over 800 stations, against the effect on the same cases."""
    p, unified = large.population, large.unified
    for read, usual, other in (
        ("duplicate", p.usual.care.duplicate, p.unified.care.duplicate),
        ("imminent", p.usual.imminent, p.unified.imminent),
    ):
        seen = np.where(unified, other, usual)
        gap = seen[unified].mean() - seen[~unified].mean()
        assert gap == pytest.approx(other.mean() - usual.mean(), abs=0.03), read


def test_accuracy_cells_add_up_to_the_cases() -> None:
    flagged, event = np.array([True, False, True]), np.array([0.2, 0.4, 0.9])
    cells = estimands.cells(flagged, event)
    assert np.sum(cells) == pytest.approx(3)
    assert [c.sum() for c in cells] == pytest.approx([1.1, 0.9, 0.4, 0.6])


def test_groups_departures_elsewhere_and_scores_in_a_large_sample_are_what_the_truth_says(study: Cohort) -> None:
    truth = study.truth["estimands"].set_index(["estimand", "term", "group"])
    seen = view.View(study, 1)
    results = [*people.results(seen), *(r for r in rule.results(seen) if r.name.endswith("at_prevalence"))]
    results += [*scores.results(seen), *decisions.results(seen), *protection.results(seen)]
    checked, far = 0, []
    for result in results:
        for row in result.table.to_dict("records"):
            key = (result.name, row["term"], row["group"])
            if key not in truth.index or not row["conf_high"] - row["conf_low"] > 0:
                continue
            error = np.hypot((row["conf_high"] - row["conf_low"]) / 4, truth.loc[key, "mcse"])
            checked += 1
            if abs(row["estimate"] - truth.loc[key, "value"]) > 3.5 * error:
                far.append(key)
    assert checked > 100
    assert not far
