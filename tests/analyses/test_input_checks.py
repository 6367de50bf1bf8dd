"""Input checks that analyses share: columns, events, incomplete rows."""

import pandas as pd
import pytest

from dvstudy.analyses import Event, _frames
from dvstudy.analyses._frames import Asked
from dvstudy.errors import CheckFailed
from dvstudy.language import languages

FRAME = pd.DataFrame(
    {
        "decision": pd.Categorical(["imminent", "not_imminent", None, "imminent"]),
        "severe": pd.array([True, None, False, False], dtype="boolean"),
        "station": ["a", "b", "a", None],
        "points": [1, 2, 3, 4],
    }
)


def value(note, name):
    """The number behind a placeholder of a note."""
    return vars(note)["values"][name].value


def test_an_event_keeps_empty_cells_empty():
    found = _frames.pick(FRAME, "demo", {"test": Event("decision", "imminent")})["test"]
    assert found.tolist() == [True, False, pd.NA, True]


def test_every_fault_is_listed_with_the_nearest_name():
    roles = {"test": "desicion", "reference": "sevre", "cluster": Event("decision", "iminent")}
    with pytest.raises(CheckFailed) as caught:
        _frames.pick(FRAME, "demo", roles)
    assert [p.nearest for p in caught.value.problems] == ["decision", "severe", "imminent"]
    for language in languages():
        assert caught.value.text(language).count("\n") == 3


def test_text_and_numbers_do_not_say_what_the_event_is():
    picked = _frames.pick(FRAME, "demo", {"test": "decision", "reference": "points", "other": "severe"})
    with pytest.raises(CheckFailed) as caught:
        _frames.flags(picked, "demo", "test", "reference", "other")
    assert [p.place for p in caught.value.problems] == ["test", "reference"]
    with pytest.raises(CheckFailed):
        _frames.numbers(picked, "demo", "other")


def test_incomplete_rows_are_counted_once_each_under_the_first_reason():
    picked = _frames.pick(FRAME, "demo", {"test": "decision", "reference": "severe", "cluster": "station"})
    kept = _frames.complete(picked)
    assert kept.frame.index.tolist() == [0]
    assert kept.notes[-1].code == "partial_verification"
    assert {n.code: value(n, "n") for n in kept.notes[:-1]} == {
        "dropped_test": 1,
        "dropped_reference": 1,
        "dropped_cluster": 1,
    }
    assert all(value(n, "total") == 4 for n in kept.notes[:-1])


def test_nothing_missing_means_no_note():
    kept = _frames.complete(FRAME[["points"]])
    assert kept.notes == []
    assert len(kept.frame) == 4


def test_cluster_codes_do_not_depend_on_the_order_of_rows():
    values = pd.Series(["b", "a", "c", "a"], dtype="category").cat.add_categories("unused")
    code, clusters = _frames.codes(values)
    assert clusters == 3
    assert code.tolist() == [1, 0, 2, 0]
    assert _frames.codes(values[::-1])[0].tolist() == [0, 2, 0, 1]


@pytest.mark.parametrize(
    ("clusters", "behind", "expected"),
    [
        (None, None, ["no_cluster"]),
        (1, None, ["one_cluster"]),
        (19, None, ["few_clusters"]),
        (20, None, []),
        (60, 12, ["few_clusters"]),
    ],
)
def test_the_caution_follows_the_number_of_clusters(clusters, behind, expected):
    assert [n.code for n in _frames.cluster_notes(clusters, behind)] == expected


def test_meta_tells_columns_options_and_fingerprint_apart_from_other_data():
    asked = Asked("accuracy", "accuracy", "wilson", "a source", "estimates")
    options = _frames.options({"test": Event("decision", "imminent"), "cluster": None}, most=7)
    meta = asked.meta(FRAME[["points"]], synthetic=True, options=options)
    assert meta["options"] == {"level": 0.95, "column_test": "decision = imminent", "most": 7}
    assert meta["synthetic"] is True
    assert meta["data"] != asked.meta(FRAME[["points"]] + 1, synthetic=True)["data"]
