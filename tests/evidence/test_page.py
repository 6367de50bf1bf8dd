"""The page on published figures says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dvstudy import evidence
from dvstudy.evidence import columns

PAGE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text("utf-8")
CALLS = re.findall(r"^\| `(\w+\(.+?\))` \|", PAGE, flags=re.MULTILINE)


def test_the_examples_run_and_give_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(compile(block, "docs/evidence.md", "exec"), names)
    assert names["found"].verdict == "none"
    said = re.search(r"# (No table of .+)$", PAGE, flags=re.MULTILINE)
    printed = capsys.readouterr().out
    assert said and all(part.strip() in printed for part in said[1].split("..."))


@pytest.mark.parametrize("call", CALLS)
def test_every_call_in_the_table_answers(call: str) -> None:
    found = eval(call, vars(evidence).copy())
    assert len(found if hasattr(found, "columns") else found.table)
    assert len(CALLS) == 4


def test_what_the_page_says_about_shipped_figures_is_what_the_checks_say() -> None:
    table = evidence.audit().groupby("instrument")["said"].agg(" ".join)
    assert "between 210 and 219" in table["vpr5_h"] and "base rate between 9.6% and 10.5%" in table["vpr5_h"]
    assert "One table of 400 people" in table["wast"] and round(368 / 400, 2) == 0.92
    assert "2 different tables of 1,354 people" in table["crat_v"] and "(48/58)" in table["da5"]
    assert "4 are off" in table["sara_v2"] and "0 by more" in table["sara_v2"]


@pytest.mark.parametrize("codes", ["DESIGNS", "RATERS", "ADMINISTRATIONS", "SAMPLES", "INTERVALS", "CELLS", "STATUSES"])
def test_the_page_names_every_code(codes: str) -> None:
    assert [code for code in getattr(columns, codes) if f"`{code}`" not in PAGE] == []
