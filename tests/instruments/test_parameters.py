"""Thresholds that local practice sets, rules that are not known, and counts with answers of their own."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.errors import CheckFailed, Refused
from dvstudy.instruments.load import define
from dvstudy.instruments.parameters import resolved


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads(files("dvstudy.instruments.definitions").joinpath(f"{name}.toml").read_text("utf-8"))


CALLS = {
    "id": "calls", "label": {"en": "Calls", "ro": "Apeluri"}, "least": 1, "most": 14, "used": False,
    "status": "unverified", "source": "derived",
}  # fmt: skip


def with_parameter(**changes: Any) -> dict[str, Any]:
    form = raw("order146")
    form["parameters"] = [CALLS | changes]
    condition = {"branch": "c", "score": "section_b", "at_least": 3, "parameter": "calls"}
    form["levels"][0]["when"] = [form["levels"][0]["when"][0], condition]
    form["examples"] = form["examples"][:1] and [
        {"name": "all_no", "others": {"yes_no": "no"}, "expect": {"decision": "not_imminent"}}
    ]
    return form


def test_an_unused_parameter_leaves_its_condition_out_until_it_is_set() -> None:
    form = define(with_parameter(), "form.toml")
    assert [c.branch for c in resolved(form).levels[0].when] == ["a"]
    chosen = resolved(form, {"calls": 4})
    assert [(c.branch, c.at_least) for c in chosen.levels[0].when] == [("a", 2), ("c", 4)]
    assert chosen.settings == {"calls": 4}
    used = resolved(define(with_parameter(used=True), "form.toml"))
    assert [(c.branch, c.at_least) for c in used.levels[0].when] == [("a", 2), ("c", 3)]


def test_a_set_threshold_decides(tmp_path: Path) -> None:
    form = resolved(define(with_parameter(), "form.toml"), {"calls": 4})
    answers = pd.DataFrame([{i: "yes" if i in yes else "no" for i in form.item_ids} for yes in B_ROWS])
    assert list(scoring.score(scoring.as_answers(answers, form), form)["decision"]) == ["not_imminent", "imminent"]


B_ROWS = (("q08", "q09", "q10"), ("q08", "q09", "q10", "q11"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"cals": 3}, "unknown_reference"),
        ({"calls": 0}, "parameter_out_of_range"),
        ({"calls": 15}, "parameter_out_of_range"),
    ],
)
def test_wrong_settings_are_refused(values: dict[str, int], code: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        resolved(define(with_parameter(), "form.toml"), values)
    assert [p.code for p in caught.value.problems] == [code]


def test_a_definition_names_its_parameters_and_keeps_them_in_range() -> None:
    form = with_parameter(most=2)
    form["levels"][0]["when"].append({"branch": "d", "score": "total", "at_least": 30, "parameter": "cals"})
    with pytest.raises(CheckFailed) as caught:
        define(form, "form.toml")
    codes = {p.code for p in caught.value.problems}
    assert {"parameter_out_of_range", "unknown_reference"} <= codes


def test_shipped_instruments_take_no_unknown_parameter() -> None:
    with pytest.raises(CheckFailed):
        instruments.load("order146", parameters={"calls": 3})


def unknown_rule() -> dict[str, Any]:
    form = raw("order146")
    form["rule"]["known"] = False
    for field in ("scores", "levels", "decision", "examples"):
        form.pop(field)
    return form


def test_an_instrument_whose_rule_is_not_known_is_read_but_not_scored() -> None:
    form = define(unknown_rule(), "form.toml")
    answers = scoring.as_answers(pd.DataFrame([dict.fromkeys(form.item_ids, "yes")]), form)
    with pytest.raises(Refused) as refusal:
        scoring.score(answers, form)
    assert "order146" in refusal.value.text("ro")


def test_a_known_rule_still_needs_its_scores_and_levels() -> None:
    form = unknown_rule()
    form["rule"]["known"] = True
    with pytest.raises(CheckFailed) as caught:
        define(form, "form.toml")
    assert {(p.code, p.place.split()[-1]) for p in caught.value.problems} >= {
        ("too_few", "scores"),
        ("too_few", "levels"),
    }


def counting(**score: Any) -> dict[str, Any]:
    form = raw("order146")
    part = next(s for s in form["scores"] if s["id"] == "total")
    part |= score
    return form


def test_prorating_stays_between_the_bounds_and_stops_at_its_limit() -> None:
    form = define(counting(prorate_up_to=5), "form.toml")
    rng = np.random.default_rng(8)
    rows = rng.choice(["no", "yes", "blank"], p=[0.5, 0.35, 0.15], size=(2_000, len(form.item_ids)))
    scored = scoring.score(scoring.as_answers(pd.DataFrame(rows, columns=list(form.item_ids)), form), form)
    missing = (rows == "blank").sum(axis=1)
    prorated = scored["total_prorated"]
    assert (prorated.notna() == (missing <= 5)).all()
    shown = scored[prorated.notna()]
    assert shown["total_prorated"].between(shown["total_low"], shown["total_high"]).all()
    by_hand = (rows == "yes").sum(axis=1) / (21 - missing) * 21
    assert np.allclose(prorated[missing <= 5], by_hand[missing <= 5])
    assert "total_prorated" not in scoring.score(
        scoring.as_answers(pd.DataFrame(rows, columns=list(form.item_ids)), PLAIN), PLAIN
    )


PLAIN = instruments.load("order146")


def test_single_items_may_count_other_answers() -> None:
    form = define(counting(counted={"q01": ["no"]}), "form.toml")
    answers = pd.DataFrame([dict.fromkeys(form.item_ids, "no"), dict.fromkeys(form.item_ids, "yes")])
    scored = scoring.score(scoring.as_answers(answers, form), form)
    assert list(scored["total"]) == [1, 20]
    assert list(scored["section_a"]) == [0, 7]


def test_only_counts_may_be_prorated_or_count_other_answers() -> None:
    form = raw("danger_assessment")
    part = next(s for s in form["scores"] if s["id"] == "total")
    part |= {"prorate_up_to": 2}
    with pytest.raises(CheckFailed) as caught:
        define(form, "form.toml")
    assert "counts_only" in {p.code for p in caught.value.problems}
    with pytest.raises(CheckFailed) as caught:
        define(counting(counted={"q99": ["yes"]}), "form.toml")
    assert "unknown_reference" in {p.code for p in caught.value.problems}
