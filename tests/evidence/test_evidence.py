from __future__ import annotations

from pathlib import Path

import pytest

from dvstudy import evidence
from dvstudy.errors import CheckFailed

_HEAD = "figure_id,value,unit,population,period,source,status,note\n"


def test_every_figure_has_value_unit_population_period_source_and_status() -> None:
    table = evidence.figures()
    assert list(table.columns) == list(evidence.COLUMNS)
    assert len(table) > 115
    needed = table[["value", "unit", "population", "period", "source"]]
    assert (needed.apply(lambda column: column.str.strip().str.len()) > 0).all(axis=None)
    assert table["status"].isin(evidence.STATUSES).all()
    assert table.index.is_unique


def test_seed_figures_that_must_add_up_do() -> None:
    v = evidence.value
    assert v("SEED-VIC-WOM") + v("SEED-VIC-MEN") + v("SEED-VIC-MIN") == v("SEED-VIC-TOT") == 55429
    assert v("SEED-HL-ANSW") + v("SEED-HL-SHORT") + v("SEED-HL-MISSED") == v("SEED-HL-TOTAL")
    parts = ("SPOUSE", "PARTNER", "PARENT", "CHILD", "OTHER")
    assert sum(v(f"RO-REL-{p}") for p in parts) == v("RO-REL-TOTAL")
    assert v("RO-INT-2025-URBAN") + v("RO-INT-2025-RURAL") == v("RO-INT-2025-SUM")
    assert v("RO-INT-2025") - v("RO-INT-2025-SUM") == 40
    assert evidence.ratio("SEED-112-CJ23-10MIN", "SEED-112-CJ23") == pytest.approx(0.715, abs=0.001)


def test_a_caller_cannot_change_the_figures() -> None:
    table = evidence.figures()
    table.loc["SEED-VIC-TOT", "value"] = "1"
    assert evidence.value("SEED-VIC-TOT") == 55429


@pytest.mark.parametrize("column", ["value", "unit", "population", "period", "source"])
def test_a_figure_with_a_gap_is_refused(column: str) -> None:
    row = {"figure_id": "X", "value": "1", "unit": "u", "population": "p", "period": "2020", "source": "s",
           "status": "verified", "note": ""}  # fmt: skip
    row[column] = " "
    with pytest.raises(CheckFailed) as caught:
        evidence.read(_HEAD + ",".join(row.values()) + "\n", "x.csv")
    (problem,) = caught.value.problems
    assert problem.code == "figure_incomplete" and problem.found == column
    assert column in problem.text("ro")


def test_all_faults_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(_HEAD + "A,1,u,p,2020,,verifed,\nA,2,u,p,2020,s,derived,\n", "utf-8")
    with pytest.raises(CheckFailed) as caught:
        evidence.read(path)
    codes = [p.code for p in caught.value.problems]
    assert codes == ["figure_incomplete", "bad_code", "duplicate_id"]
    assert caught.value.problems[1].nearest == "verified"


def test_a_file_without_a_source_column_is_refused() -> None:
    with pytest.raises(CheckFailed) as caught:
        evidence.read("figure_id,value\nA,1\n", "x.csv")
    assert {"source", "status"} <= {p.found for p in caught.value.problems}


def test_an_unknown_figure_names_the_nearest() -> None:
    with pytest.raises(CheckFailed) as caught:
        evidence.value("SEED-VIC-WOMN")
    assert caught.value.problems[0].nearest == "SEED-VIC-WOM"


def test_a_clock_time_is_not_a_number() -> None:
    assert evidence.figures().loc["SEED-PEAK-FROM", "value"] == "18:00"
    with pytest.raises(CheckFailed) as caught:
        evidence.value("SEED-PEAK-FROM")
    assert caught.value.problems[0].code == "figure_not_number"
