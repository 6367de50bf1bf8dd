"""The library loaded, and a million forms of every instrument scored: `python bench/bench_instruments.py [forms]`.

*load*: every definition read and checked in a fresh process, after imports; processor and elapsed time. *numpy*: the
rule of that instrument written out by hand on whole-number codes (`rules_by_hand`), in blocks that stay in cache, with
every column that ours gives (scores and bounds, levels, decision, certainty, branch, missing answers by reason).
*pandas*: scores, bounds, levels and missing answers as comparisons summed along rows. Columns are first checked to
agree (branches are numbered, not named). Processor time; `x numpy` should stay below 2, `x pandas` above 8: the exit
status is 1 when a limit is missed or an instrument has no rule by hand.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from rules_by_hand import HAND, Codes

from dvstudy import instruments, scoring

FORMS, BLOCK, LIMIT = 1_000_000, 1 << 16, 150
LOAD = """import time; from dvstudy import instruments as i; t = time.process_time(), time.perf_counter()
[i.load(n) for n in i.available()]
print(1000 * (time.process_time() - t[0]), 1000 * (time.perf_counter() - t[1]))"""


def milliseconds(*works: Callable[[], object], runs: int) -> list[float]:
    """The best of `runs` for each; they take turns, so that a busy machine slows all of them."""
    taken = [[] for _ in works]
    for _ in range(runs):
        for work, own in zip(works, taken, strict=True):
            start = time.process_time()
            work()
            own.append(1000 * (time.process_time() - start))
    return [min(own) for own in taken]


def forms(name: str, n: int) -> tuple[pd.DataFrame, Codes]:
    form, rng = instruments.load(name), np.random.default_rng(n)
    codes = {}
    for item in form.item_ids:
        answers, missing = (len(part) for part in (form.answer_set(item).codes, form.answer_set(item).missing))
        shares = [0.74, *[0.2 / (answers - 1)] * (answers - 1), *[0.06 / missing] * missing]
        codes[item] = rng.choice(len(shares), size=n, p=shares).astype(np.int8)
    for first, second in form.excludes:
        codes[second][(codes[first] == 1) & (codes[second] == 1)] = 0
    return pd.DataFrame({i: pd.Categorical.from_codes(c, dtype=form.dtype(i)) for i, c in codes.items()}), codes


def by_numpy(name: str, codes: Codes) -> Codes:
    n, made = len(next(iter(codes.values()))), {}
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        for column, block in HAND[name](name, {i: c[rows] for i, c in codes.items()}).items():
            small = block.dtype.kind == "f" or column.startswith(("level", "decision", "certainty", "branch"))
            made.setdefault(column, np.empty(n, block.dtype if small else np.int32))[rows] = block
    return made


# --- the pandas idiom -------------------------------------------------------------------------------------------------


def by_pandas(name: str, answers: pd.DataFrame) -> pd.DataFrame:
    form = instruments.load(name)
    made = {}
    for score in form.scores:
        part = answers[list(score.item_ids)]
        worth = {i: dict(zip(form.answer_set(i).codes, form.worth(score.id, i), strict=True)) for i in part}
        missing = {i: part[i].isin(form.answer_set(i).missing) for i in part}
        if score.kind == "count":
            counts = {i: score.counted.get(i, score.answers) for i in part}
            made[score.id] = part.isin(counts if score.counted else list(score.answers)).sum(axis=1)
        else:
            made[score.id] = sum((part[i] == a) * w for i in part for a, w in worth[i].items() if w)
        for end, fill in (("low", min), ("high", max)):
            made[f"{score.id}_{end}"] = made[score.id] + sum(missing[i] * fill(worth[i].values()) for i in part)
        if score.prorate_up_to is not None:
            answered = (~pd.DataFrame(missing)).sum(axis=1)
            made[f"{score.id}_prorated"] = made[score.id] * len(part.columns) / answered
    questions = answers[[i for i in form.scored_items if form.item[i].role == "item"]]
    made |= {f"n_{reason}": (questions == reason).sum(axis=1) for reason in instruments.REASONS}
    for end in ("", "_low", "_high") if not form.judgement else ():
        reached = [[made[f"{c.score}{end}"] >= c.at_least for c in level.when] for level in form.levels]
        made[f"level{end}"] = np.select(
            [pd.concat(r, axis=1).any(axis=1) for r in reached[:-1]], range(len(reached) - 1), -1
        )
    return pd.DataFrame(made)


def agree(name: str) -> None:
    answers, codes = forms(name, 20_000)
    ours, theirs, third = (
        scoring.score(answers, instruments.load(name)),
        by_numpy(name, codes),
        by_pandas(name, answers),
    )
    for column in ours.columns.difference(["branch", "n_contradictions", *set(ours) - set(theirs)]):
        mine = ours[column].cat.codes if isinstance(ours[column].dtype, pd.CategoricalDtype) else ours[column]
        np.testing.assert_allclose(mine.to_numpy(), theirs[column], rtol=1e-12, err_msg=f"{name} {column}")
    assert {s.id for s in instruments.load(name).scores} <= set(theirs) & set(third)
    for column in set(third) - {
        c for c in third if c.startswith("level") or c.endswith(("_prorated", "_low", "_high"))
    }:
        np.testing.assert_array_equal(ours[column].to_numpy(), third[column], err_msg=f"{name} {column}")


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else FORMS
    taken = np.array([subprocess.check_output([sys.executable, "-c", LOAD]).split() for _ in range(9)], float)
    print(f"load {len(instruments.available())} definitions, fresh process, imports not counted (limit {LIMIT} ms):")
    for kind, one in zip(("processor", "elapsed"), taken.T, strict=True):
        print(f"{kind:>12} best {one.min():.0f} ms, median {np.median(one):.0f} ms")
    missed = [] if taken[:, 0].min() < LIMIT else ["load"]
    print(
        f"\n{n:>12,} forms, ms" + "".join(f"{head:>10}" for head in ("ours", "numpy", "x numpy", "pandas", "x pandas"))
    )
    for name in (one for one in instruments.scorable() if one in HAND):
        agree(name)
        form = instruments.load(name)
        answers, codes = forms(name, n)
        mine, by_hand = partial(scoring.score, answers, form), partial(by_numpy, name, codes)
        ours, bare = milliseconds(mine, by_hand, runs=7)
        (idiom,) = milliseconds(partial(by_pandas, name, answers), runs=2)
        print(f"{name:>22}{ours:10.1f}{bare:10.1f}{ours / bare:10.2f}{idiom:10.0f}{idiom / ours:10.1f}", flush=True)
        missed += [name] if ours > 2 * bare or idiom < 8 * ours else []
    left = [one for one in instruments.scorable() if one not in HAND]
    print(f"\nno rule written out by hand: {', '.join(left) or 'none'}; limits missed: {', '.join(missed) or 'none'}")
    sys.exit(bool(left or missed))


if __name__ == "__main__":
    main()
