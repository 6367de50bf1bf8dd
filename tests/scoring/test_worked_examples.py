"""Every worked example of every definition file, and the boundary cases that each file must hold."""

from __future__ import annotations

import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.instruments.examples import MISSING
from dvstudy.instruments.parts import Example
from dvstudy.scoring.case import filled

EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.name}")
    for name in instruments.scorable()
    for example in instruments.load(name).examples
]


def scored(name: str, answers: dict[str, str]) -> pd.Series:
    instrument = instruments.load(name)
    table = scoring.as_answers(pd.DataFrame([answers]), instrument)
    return scoring.score(table, instrument).iloc[0]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_a_worked_example_comes_out_as_its_file_says(name: str, example: Example) -> None:
    row = scored(name, filled(example, instruments.load(name)))
    found = {column: MISSING if pd.isna(row[column]) else row[column] for column in example.expect}
    assert found == example.expect


@pytest.mark.parametrize("name", instruments.scorable())
def test_each_file_shows_a_complete_and_a_blank_form_and_every_level(name: str) -> None:
    instrument = instruments.load(name)
    rows = pd.DataFrame([scored(name, filled(e, instrument)) for e in instrument.examples])
    questions = [i for i in instrument.scored_items if instrument.item[i].role == "item"]
    assert (rows["n_missing"] == 0).any()
    assert (rows["n_blank"] == len(questions)).any()
    assert set(rows["level"].dropna()) == set(instrument.level_codes)


@pytest.mark.parametrize(
    ("name", "yes", "expected"),
    [
        ("order146", [1, 8, 9, 10, 11, 12], {"decision": "not_imminent", "total": 6, "branch": "none"}),
        ("order146", [3, 7], {"decision": "imminent", "total": 2, "branch": "a"}),
        ("order146", [8, 9, 10, 11, 12, 21], {"decision": "imminent", "branch": "b"}),
        ("order146", [8, 9, 10, 11, 12], {"decision": "not_imminent", "certainty": "cannot_be"}),
        ("danger_assessment", [2, 3, 4, 5, 8], {"total": 18, "level": "extreme"}),
        ("danger_assessment", [2, 3, 4, 5, 1], {"total": 17, "level": "severe"}),
        ("danger_assessment", [2, 8, 10], {"total": 8, "level": "increased"}),
        ("danger_assessment", [2, 8], {"total": 7, "level": "variable"}),
        ("social_risk_sheet", [1, 2, 3, 12], {"level": "medium", "decision": "not_high"}),
        ("social_risk_sheet", [1, 2, 3, 12, 22], {"level": "high", "branch": "count"}),
        ("social_risk_sheet", [17], {"level": "high", "branch": "critical"}),
    ],
)
def test_boundaries_typed_by_hand(name: str, yes: list[int], expected: dict[str, object]) -> None:
    form = dict.fromkeys(instruments.load(name).item_ids, "no") | {f"q{n:02d}": "yes" for n in yes}
    row = scored(name, form)
    assert {k: row[k] for k in expected} == expected
