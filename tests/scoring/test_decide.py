"""The decision alone equals that of the scorer, for every instrument that it takes."""

import numpy as np
import pandas as pd
import pytest

from dvstudy import instruments, scoring
from dvstudy.errors import DvstudyError, UsageError
from dvstudy.language import languages
from dvstudy.scoring import decide


def takes(name):
    one = instruments.load(name)
    try:
        decide(np.zeros((len(one.needed_items), 1), np.int8), one)
    except DvstudyError:
        return False
    return True


TAKEN = [name for name in instruments.available() if takes(name)]


def test_the_police_form_and_others_are_taken():
    assert {"order146", "da5", "lap"} <= set(TAKEN)


@pytest.mark.parametrize("name", TAKEN)
def test_decisions_equal_those_of_the_scorer(name):
    one, rng = instruments.load(name), np.random.default_rng(3)
    yes = (rng.random((len(one.needed_items), 5000)) < rng.choice([0.02, 0.1, 0.4, 0.9], 5000)).astype(np.int8)
    filled = {i: np.where(row, "yes", "no") for i, row in zip(one.needed_items, yes, strict=True)}
    answers = pd.DataFrame(filled).astype({i: one.dtype(i) for i in one.needed_items})
    expected = scoring.score(answers, one)["decision"] == one.decision.positive
    assert 0 < expected.sum() < len(expected)
    np.testing.assert_array_equal(decide(yes, one), expected)
    np.testing.assert_array_equal(decide(yes.astype(bool), one), expected)


def test_blocks_join_without_a_seam():
    one = instruments.load("order146")
    yes = (np.random.default_rng(5).random((21, (1 << 18) + 3)) < 0.15).astype(np.int8)
    cut = np.concatenate([decide(np.ascontiguousarray(yes[:, :1000]), one), decide(yes[:, 1000:].copy(), one)])
    np.testing.assert_array_equal(decide(yes, one), cut)
    assert decide(yes[:, :0], one).shape == (0,)


def test_what_it_cannot_take_is_said():
    one = instruments.load("order146")
    for wrong in (np.zeros((20, 4), np.int8), np.zeros((21, 4)), np.zeros(21, np.int8)):
        with pytest.raises(UsageError) as caught:
            decide(wrong, one)
        assert all("21" in caught.value.text(language) for language in languages())
    with pytest.raises(UsageError):
        decide(np.zeros((3, 3), np.int8), instruments.load("sara_v2"))
