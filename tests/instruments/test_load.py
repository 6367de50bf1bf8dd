"""Finding definitions, and replacing one by a team's own file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.errors import CheckFailed

ORDER146 = files("dvstudy.instruments.definitions").joinpath("order146.toml").read_text("utf-8")


def written(folder: Path, text: str, name: str = "my_form.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_an_unknown_name_lists_the_instruments_and_the_nearest() -> None:
    with pytest.raises(CheckFailed) as caught:
        instruments.load("order_146")
    (problem,) = caught.value.problems
    assert problem.code == "unknown_instrument"
    assert problem.allowed == instruments.available()
    assert problem.nearest == "order146"


def test_a_teams_own_form_replaces_the_shipped_one_under_the_same_id(tmp_path: Path) -> None:
    own_topic = ORDER146.replace("Threat to kill or seriously harm", "Topic from the official form").replace(
        'status = "placeholder"', 'status = "verified"'
    )
    own = instruments.load(written(tmp_path, own_topic))
    assert own.id == "order146"
    assert own.item["q06"].label["en"] == "Topic from the official form"
    assert not [i for i in own.items if i.status == "placeholder"]
    assert instruments.load("order146").item["q06"].status == "placeholder"


def test_a_teams_own_thresholds_are_scored_without_code(tmp_path: Path) -> None:
    strict = ORDER146.replace("at_least = 2 }", "at_least = 3 }")
    own = instruments.load(str(written(tmp_path, strict)))
    shipped = instruments.load("order146")
    form = pd.DataFrame([{i: "yes" if i in ("q01", "q02") else "no" for i in own.item_ids}])
    decisions = [scoring.score(scoring.as_answers(form, i), i)["decision"].iloc[0] for i in (own, shipped)]
    assert decisions == ["not_imminent", "imminent"]


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    path.write_bytes(b"\xef\xbb\xbf" + ORDER146.encode())
    assert instruments.load(path).id == "order146"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ORDER146.replace('id = "order146"', 'id = "order146"\nid = "again"', 1).encode(), "toml_repeated"),
        (
            ORDER146.replace('status = "verified"', 'status = "verified"\nstatus = "verified"', 1).encode(),
            "toml_repeated",
        ),
        (ORDER146.replace("[[items]]", "[[items]", 1).encode(), "toml_syntax"),
        (ORDER146.encode("iso-8859-16", errors="replace"), "not_utf8"),
        (b"", "missing_key"),
    ],
    ids=["repeated key", "repeated key of a part", "broken bracket", "wrong encoding", "empty file"],
)
def test_a_file_that_cannot_be_read_says_so_and_names_itself(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "my_form.toml"
    path.write_bytes(content)
    with pytest.raises(CheckFailed) as caught:
        instruments.load(path)
    assert caught.value.problems[0].code == code
    assert "my_form.toml" in str(caught.value)


def test_a_missing_file_is_reported_as_such(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed) as caught:
        instruments.load(tmp_path / "nothing.toml")
    assert [p.code for p in caught.value.problems] == ["file_missing"]
