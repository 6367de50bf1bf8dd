"""Published validation figures and item frequencies: what ships adds up; whatever cannot be is refused at once."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvstudy import evidence
from dvstudy import language as lang
from dvstudy.errors import CheckFailed
from dvstudy.evidence.columns import PREVALENCE, STATISTICS, VALIDATION

ROW = dict.fromkeys(VALIDATION, "") | {
    "row_id": "V1", "study_id": "S1", "study": "A and B 2020", "year": "2020", "country": "RO", "instrument": "odara",
    "family": "odara", "form": "ODARA", "design": "followed", "sample": "validation", "setting": "police",
    "rater": "officer", "administration": "as_designed", "statistic": "auc", "value": "0.7", "printed": ".70",
    "interval": "confidence_95", "low": "0.6", "high": "0.8", "n": "200", "n_events": "60", "status": "verified",
    "source": "https://example.org",
}  # fmt: skip
ANSWER = dict.fromkeys(PREVALENCE, "") | {
    "row_id": "P1", "study_id": "S1", "study": "A 2020", "country": "RO", "setting": "police", "instrument": "odara",
    "family": "odara", "form": "ODARA", "population": "all", "item": "q01", "topic_en": "x", "topic_ro": "x",
    "category": "yes", "n": "90", "count": "8", "percent": "8.9", "status": "verified", "source": "https://example.org",
}  # fmt: skip


def text(*rows: dict[str, str]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_what_ships_has_a_source_and_a_number_or_words() -> None:
    table = evidence.validation()
    assert len(table) > 120 and table["row_id"].is_unique
    assert table["source"].str.startswith("http").all()
    assert list(table.columns) == list(VALIDATION)
    words = table["value"].isna() & (table["interval"] == "")
    assert (table.loc[words & (table["statistic"] != "finding"), "printed"].str.len() > 3).all()


def test_published_counts_add_up() -> None:
    bands = evidence.prevalence("epv_r")
    assert bands["count"].sum() == bands["n"].iloc[0] == 450
    sara = evidence.prevalence("sara_v2")
    sums = sara.groupby("item")["count"].sum()
    assert len(sums) == 20 and (sums == 90).all()
    norms = evidence.validation("sara_v2", "count").set_index("form").loc["SARA v2"]
    assert norms.loc[norms["study_id"] == "S18", "value"].sum() == 2309


def test_items_of_a_shipped_definition_are_named_as_it_names_them() -> None:
    from dvstudy import instruments

    known = {item.id for item in instruments.load("sara_v2").items}
    assert set(evidence.prevalence("sara_v2")["item"]) <= known


def test_a_family_holds_all_its_forms_and_a_code_one() -> None:
    assert set(evidence.validation("da")["instrument"]) == {"danger_assessment", "da5", "da_le"}
    assert set(evidence.validation("da5")["instrument"]) == {"da5"}
    assert set(evidence.validation(statistic="odds_ratio")["statistic"]) == {"odds_ratio"}


def test_an_unknown_code_names_the_nearest() -> None:
    for call, near in ((("odarra", None), "odara"), ((None, "sensitivty"), "sensitivity")):
        with pytest.raises(CheckFailed) as caught:
            evidence.validation(*call)
        assert caught.value.problems[0].nearest == near


def test_a_caller_cannot_change_what_ships() -> None:
    table = evidence.validation()
    table.loc[0, "value"] = 0.1
    assert evidence.validation().loc[0, "value"] == 0.9


def test_a_sound_row_is_read() -> None:
    read = evidence.read_validation(text(ROW))
    assert read.loc[0, "value"] == 0.7 and np.isnan(read.loc[0, "tp"])
    assert evidence.read_prevalence(text(ANSWER)).loc[0, "count"] == 8


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"status": "verifed"}, "evidence_code", "status"),
        ({"design": "cohort"}, "evidence_code", "design"),
        ({"value": "70%"}, "evidence_number", "value"),
        ({"value": "nan"}, "evidence_number", "value"),
        ({"value": "1.7", "interval": "", "low": "", "high": ""}, "evidence_range", "value"),
        ({"statistic": "odds_ratio", "value": "-1", "low": "-2"}, "evidence_range", "value"),
        ({"value": "0.81"}, "evidence_interval", "value"),
        ({"low": "0.75"}, "evidence_interval", "value"),
        ({"low": "0.8", "high": "0.6"}, "evidence_interval", "value"),
        ({"high": ""}, "evidence_half_interval", "interval"),
        ({"n": "12.5"}, "evidence_whole", "n"),
        ({"n": "50"}, "evidence_too_many", "n_events"),
        ({"tp": "50", "fn": "20", "cells": "published"}, "evidence_too_many", "tp, fn"),
        ({"tp": "50", "fp": "90", "fn": "10", "tn": "51", "cells": "published"}, "evidence_too_many", "tp, fp, fn, tn"),
        ({"tp": "50"}, "evidence_cells_origin", "cells"),
        ({"cells": "published"}, "evidence_cells_origin", "cells"),
        ({"base_rate": "18.7"}, "evidence_range", "base_rate"),
        ({"year": "20"}, "evidence_range", "year"),
        ({"source": " "}, "figure_incomplete", ""),
    ],
)
def test_what_cannot_be_is_refused_with_row_and_column(change: dict[str, str], code: str, column: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        evidence.read_validation(text(ROW, ROW | {"row_id": "V2"} | change), "mine.csv")
    problem = caught.value.problems[0]
    assert problem.code == code
    assert "mine.csv:3 (V2)" in problem.place and problem.place.endswith(column)
    for language in lang.languages():
        assert "{" not in problem.text(language) and len(problem.text(language)) > len(problem.place) + 20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"count": "91", "percent": ""}, "evidence_too_many"),
        ({"percent": "9.9"}, "evidence_share_count"),
        ({"percent": "101"}, "evidence_range"),
        ({"count": "", "percent": ""}, "evidence_not_printed"),
        ({"status": "not_printed"}, "evidence_not_printed"),
        ({"count": "85", "percent": "94.4"}, "evidence_too_many"),
    ],
)
def test_impossible_frequencies_are_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        evidence.read_prevalence(text(ANSWER, ANSWER | {"row_id": "P2", "category": "no"} | change))
    assert code in [p.code for p in caught.value.problems]


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text(ROW | {"status": "x", "n": "1"}, ROW | {"design": "y"}), "utf-8")
    with pytest.raises(CheckFailed) as caught:
        evidence.read_validation(path)
    assert [p.code for p in caught.value.problems] == [
        "evidence_code", "evidence_code", "duplicate_row", "evidence_too_many",
    ]  # fmt: skip
    assert all("mine.csv" in p.place for p in caught.value.problems)


def test_columns_are_exactly_those_documented() -> None:
    extra = ROW | {"sorce": "x"}
    del extra["source"]
    with pytest.raises(CheckFailed) as caught:
        evidence.read_validation(text(extra))
    assert {(p.code, p.found) for p in caught.value.problems} == {
        ("evidence_column", "sorce"),
        ("column_missing", "source"),
    }
    assert caught.value.problems[0].nearest == "source"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'a,"b\n', b"row_id\x00\n", b"\n\n"])
def test_a_file_that_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CheckFailed):
        evidence.read_validation(path)
    with pytest.raises(CheckFailed):
        evidence.read_validation(tmp_path / "absent.csv")


_CELL = st.one_of(st.text(max_size=8), st.sampled_from(["0.5", "-1", "1e9", "NaN", "=1+1", "12", *STATISTICS]))


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(list(VALIDATION)), _CELL, max_size=6), junk=st.text(max_size=30))
def test_no_input_ends_in_a_traceback(changes: dict[str, str], junk: str) -> None:
    for content in (text(ROW | changes), junk, text(ROW) + junk):
        try:
            read = evidence.read_validation(content)
        except CheckFailed as failed:
            assert failed.problems and failed.text("ro")
        else:
            assert read["value"].dropna().map(np.isfinite).all()
