"""One million police forms scored, beside pandas idioms and bare numpy: `python bench/bench_scoring.py`.

*whole table*: pandas giving every number of ours, three scores with both bounds, decision, certainty and the missing
answers by reason, each as a comparison of columns summed along the rows. *decision*: pandas giving the decision alone.
*int8*: the decision by pandas on columns of whole-number codes, beside `scoring.decide` on the same numbers. *copy*:
the codes copied in memory. Numbers are first checked to agree. Ratios are how many times as long the peer takes; the
last one how many times as long as a copy the decision takes.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from dvstudy import instruments, scoring

SIZES = (10_000, 100_000, 1_000_000)
FORM = instruments.load("order146")
FIRST, SECOND = (list(FORM.score[s].item_ids) for s in ("section_a", "section_b"))


def milliseconds(work: Callable[[], object], runs: int) -> float:
    work()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return min(taken)


def forms(n: int) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    rng = np.random.default_rng(n)
    shares = [0.78, 0.16, *[0.06 / (len(FORM.dtype("q01").categories) - 2)] * (len(FORM.dtype("q01").categories) - 2)]
    codes = {i: rng.choice(len(shares), size=n, p=shares).astype(np.int8) for i in FORM.item_ids}
    return pd.DataFrame({i: pd.Categorical.from_codes(c, dtype=FORM.dtype(i)) for i, c in codes.items()}), codes


def whole_table(answers: pd.DataFrame) -> pd.DataFrame:
    reasons = list(FORM.answer_set("q01").missing)
    made = {}
    for name, score in FORM.score.items():
        part = answers[list(score.item_ids)]
        made[name] = (part == "yes").sum(axis=1)
        made[f"{name}_high"] = made[name] + part.isin(reasons).sum(axis=1)
    made |= {f"n_{reason}": (answers == reason).sum(axis=1) for reason in reasons}
    made["imminent"] = (made["section_a"] >= 2) | (made["section_b"] >= 6)
    made["could_be"] = ~made["imminent"] & ((made["section_a_high"] >= 2) | (made["section_b_high"] >= 6))
    return pd.DataFrame(made)


def decision(answers: pd.DataFrame) -> pd.Series:
    a, b = ((answers[items] == "yes").sum(axis=1) for items in (FIRST, SECOND))
    return (a >= 2) | (b >= 6)


def by_int8(table: pd.DataFrame) -> pd.Series:
    a, b = ((table[items] == 1).sum(axis=1) for items in (FIRST, SECOND))
    return (a >= 2) | (b >= 6)


def rows(codes: dict[str, np.ndarray]) -> np.ndarray:
    """1 for yes, one row a question."""
    return np.stack([(codes[i] == 1).view(np.int8) for i in FORM.needed_items])


def agree(answers: pd.DataFrame, codes: dict[str, np.ndarray]) -> None:
    ours, theirs = scoring.score(answers, FORM), whole_table(answers)
    shared = [c for c in theirs if c in ours]
    pd.testing.assert_frame_equal(ours[shared], theirs[shared], check_dtype=False)
    imminent = ours["decision"] == "imminent"
    assert (imminent == theirs["imminent"]).all() and (imminent == decision(answers)).all()
    assert (imminent.to_numpy() == by_int8(pd.DataFrame(codes)).to_numpy()).all()
    assert (imminent == scoring.decide(rows(codes), FORM)).all() and (
        (ours["certainty"] == "could_be") == theirs["could_be"]
    ).all()


def main() -> None:
    heads = ("score", "whole table", "ratio", "decision", "ratio", "decide", "int8", "ratio", "copy", "ratio")
    print(f"{'forms, ms':>10}" + "".join(f"{head:>13}" for head in heads))
    for n in SIZES:
        answers, codes = forms(n)
        agree(answers, codes)
        runs = 3 if n > 100_000 else 7
        ours = milliseconds(lambda answers=answers: scoring.score(answers, FORM), runs)
        whole = milliseconds(lambda answers=answers: whole_table(answers), runs)
        alone = milliseconds(lambda answers=answers: decision(answers), runs)
        yes, table = rows(codes), pd.DataFrame(codes)
        fast = milliseconds(lambda yes=yes: scoring.decide(yes, FORM), 9)
        int8 = milliseconds(lambda table=table: by_int8(table), runs)
        copy = milliseconds(yes.copy, 9)
        row = (ours, whole, whole / ours, alone, alone / ours, fast, int8, int8 / fast, copy, fast / copy)
        print(f"{n:>10,}" + "".join(f"{value:>13.1f}" for value in row))


if __name__ == "__main__":
    main()
