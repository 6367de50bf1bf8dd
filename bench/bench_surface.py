"""All 98 OR rules in 1,000 resamples of whole stations, beside loops: `python bench/bench_surface.py`.

The peer flags the rows anew for every rule and every resample (numpy, whole arrays); it is timed on a few resamples
and scaled. Ours sums one table of counts a station and multiplies. Every number is first checked to agree. Also
timed: the jackknife limits of all rules, as the study computes them, and choosing a rule in all 1,000 resamples with
both corrections and the stability of the choice.
"""

import time
from collections.abc import Callable

import numpy as np

from dvstudy.numbers import rule_choice, surface, two_by_two

SIZES = (2_000, 20_000, 200_000)
STATIONS, RESAMPLES, LARGEST = 60, 1000, (7, 14)
YOUDEN = rule_choice.Criterion("youden")


def milliseconds(work: Callable[[], object], runs: int = 9) -> float:
    work()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return min(taken)


def forms(n):
    rng = np.random.default_rng(n)
    severity = rng.normal(size=n)
    first = rng.binomial(7, 1 / (1 + np.exp(2.9 - severity)))
    second = rng.binomial(14, 1 / (1 + np.exp(2.1 - severity)))
    return first, second, rng.random(n) < 1 / (1 + np.exp(3.2 - severity)), rng.integers(0, STATIONS, n)


def by_tables(first, second, event, station, weight):
    """(resamples, 98) Youden's index."""
    table = surface.histogram((first, second), event, station, largest=LARGEST, clusters=STATIONS)
    cells = surface.rule_cells(table).reshape(STATIONS, -1)
    return rule_choice.figure((weight @ cells).reshape(len(weight), -1, 4), YOUDEN)


def by_loops(first, second, event, station, weight):
    """The same, rule by rule and resample by resample."""
    rows_of = [np.flatnonzero(station == k) for k in range(STATIONS)]
    out = np.empty((len(weight), 98))
    for one, times in enumerate(weight.astype(int)):
        rows = np.concatenate([np.tile(r, t) for r, t in zip(rows_of, times, strict=True)])
        a, b, hit = first[rows], second[rows], event[rows]
        for rule in range(98):
            flagged = (a >= rule // 14 + 1) | (b >= rule % 14 + 1)
            out[one, rule] = flagged[hit].mean() - flagged[~hit].mean()
    return out


def limits(first, second, event, station):
    table = surface.histogram((first, second), event, station, largest=LARGEST, clusters=STATIONS)
    return two_by_two.clustered(surface.rule_cells(table).reshape(STATIONS, -1, 4))


def choosing(first, second, event, station):
    table = surface.histogram((first, second), event, station, largest=LARGEST, clusters=STATIONS)
    cells = surface.rule_cells(table).reshape(STATIONS, -1, 4)
    return rule_choice.bootstrapped(cells, YOUDEN, replicates=RESAMPLES)


def main() -> None:
    rng = np.random.default_rng(1)
    weight = rng.multinomial(STATIONS, np.full(STATIONS, 1 / STATIONS), RESAMPLES).astype(float)
    np.testing.assert_allclose(by_tables(*forms(2_000), weight[:3]), by_loops(*forms(2_000), weight[:3]))
    heads = ("tables, ms", "loops, ms (scaled)", "ratio", "limits of all, ms", "choosing, ms")
    print(f"{'n':>10}" + "".join(f"{head:>20}" for head in heads))
    for n in SIZES:
        data, few = forms(n), max(1, 20_000 // n)
        ours = milliseconds(lambda data=data: by_tables(*data, weight))
        loops = milliseconds(lambda data=data, few=few: by_loops(*data, weight[:few]), 1) * RESAMPLES / few
        more = [milliseconds(lambda d=data, work=work: work(*d)) for work in (limits, choosing)]
        print(f"{n:10,}{ours:20.1f}{loops:20,.0f}{loops / ours:20,.0f}{more[0]:20.1f}{more[1]:20.1f}")


if __name__ == "__main__":
    main()
