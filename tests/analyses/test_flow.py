"""The flow of cases adds up at every step."""

import numpy as np
import pandas as pd
import pytest

from dvstudy import disclosure
from dvstudy.analyses.flow import CELLS, flow
from dvstudy.errors import CheckFailed
from dvstudy.language import has, languages

STEPS = {"separate": "separate", "form": "form", "outcome": "outcome"}


def cases(n=500, seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((n, 5)) < [0.6, 0.9, 0.8, 0.3, 0.2], columns=[*STEPS, "positive", "event"])
    frame = frame.astype("boolean")
    frame["event"] = frame["event"].mask(~frame["outcome"])
    frame.loc[3, "separate"] = pd.NA
    return frame


def asked(frame, **more):
    roles = {"name": "f", "steps": STEPS, "test": "positive", "reference": "event", "synthetic": True, **more}
    return flow(frame, **roles)


def test_what_is_kept_and_left_out_adds_up_and_ends_in_the_table():
    frame, found = cases(), asked(cases())
    before = len(frame)
    assert found.row("kept", "everyone")["estimate"] == before
    left = frame
    for step in STEPS:
        left = left[left[step].fillna(False)]
        assert found.row("kept", step)["estimate"] == len(left)
        assert found.row("left_out", step)["estimate"] == before - len(left)
        before = len(left)
    assert sum(found.row("ended", cell)["estimate"] for cell in CELLS) == len(left)
    hit = (left["positive"] & left["event"]).sum()
    assert found.row("ended", "positive_event")["estimate"] == hit
    assert found.status == "ok"


def test_cases_that_remain_without_outcome_are_a_caution():
    found = asked(cases(), steps={"form": "form"})
    assert [n.code for n in found.notes] == ["flow_unknown"]
    assert found.status == "caution"


def test_small_counts_are_hidden_in_the_flow_too():
    shown = disclosure.protect(asked(cases(n=60), synthetic=False))
    raw = asked(cases(n=60)).table
    small = raw.loc[(raw["estimate"] > 0) & (raw["estimate"] < 10), "group"]
    assert len(small)
    assert shown.table.loc[shown.table["group"].isin(small), "estimate"].isna().all()


def test_every_code_has_words_and_wrong_columns_are_refused():
    found = asked(cases())
    for language in languages():
        assert all(has(f"term.{t}", language) for t in found.table["term"])
        assert all(has(f"group.{g}", language) for g in found.table["group"])
        assert all(has(f"flow.{g}", language) for g in found.table.loc[found.table["term"] == "kept", "group"])
        assert all(has(f"flow.without_{g}", language) for g in STEPS)
        assert found.text(language)
    with pytest.raises(CheckFailed):
        asked(cases().assign(form="yes"))
    assert asked(cases().iloc[:0]).status == "not_estimable"
