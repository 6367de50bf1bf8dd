"""AUC with DeLong's variance beside peers, in one run: `python bench/bench_auc.py [largest n]`.

Peers: scikit-learn `roc_auc_score` (AUC only, no variance), the mid-rank method of Sun and Xu (2014) on
`scipy.stats.rankdata`, one `numpy.sort`, and the O(mn) table of pairs at a size where it still fits. Times are
the best of nine runs in processor milliseconds (the machine may be shared); ratios above 1 mean that dvstudy is
faster. Every pair is first checked to agree.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from dvstudy.numbers import clustered_auc, delong

SIZES = (10_000, 100_000, 1_000_000)
RUNS = 9


def milliseconds(work: Callable[[], object], runs: int = RUNS) -> float:
    work()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return min(taken)


def midrank_pair(first, second, event):
    """AUCs and covariance of two scores by mid-ranks: three rankings a score."""
    sides = []
    for score in (first, second):
        x, y = score[event], score[~event]
        whole = rankdata(np.concatenate([x, y]))
        v10 = (whole[: len(x)] - rankdata(x)) / len(y)
        v01 = 1 - (whole[len(x) :] - rankdata(y)) / len(x)
        sides.append((v10, v01))
    v10, v01 = (np.vstack([side[i] for side in sides]) for i in (0, 1))
    return v10.mean(axis=1), np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]


def pairs_table(score, event):
    """AUC and its variance from every pair."""
    x, y = score[event], score[~event]
    won = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    return won.mean(), won.mean(axis=1).var(ddof=1) / len(x) + won.mean(axis=0).var(ddof=1) / len(y)


def cases(n):
    rng = np.random.default_rng(n)
    event = rng.random(n) < 0.1
    severity = rng.normal(size=n) + 0.9 * event
    whole = rng.binomial(21, 1 / (1 + np.exp(1.6 - 0.6 * severity)))
    section = rng.binomial(7, 1 / (1 + np.exp(2.0 - 0.6 * severity)))
    return event, severity, severity + rng.normal(size=n), whole, section, rng.integers(0, 100, n)


def agree(n=3000):
    event, fine, other, whole, section, _ = cases(n)
    for first, second in ((fine, other), (whole, section)):
        ours, theirs = delong.pair(first, second, event), midrank_pair(first, second, event)
        np.testing.assert_allclose(ours.estimates, theirs[0])
        np.testing.assert_allclose(ours.covariance, theirs[1])
        found = delong.auc(first, event)
        np.testing.assert_allclose([found.estimate, found.std_error**2], pairs_table(first, event))
        np.testing.assert_allclose(found.estimate, roc_auc_score(event, first))


def measure(n):
    event, fine, other, whole, section, cluster = cases(n)
    return {
        "continuous: AUC + DeLong": milliseconds(lambda: delong.auc(fine, event)),
        "continuous: roc_auc_score": milliseconds(lambda: roc_auc_score(event, fine)),
        "continuous: pair": milliseconds(lambda: delong.pair(fine, other, event)),
        "continuous: mid-rank pair": milliseconds(lambda: midrank_pair(fine, other, event), 5),
        "whole: AUC + DeLong": milliseconds(lambda: delong.auc(whole, event)),
        "whole: roc_auc_score": milliseconds(lambda: roc_auc_score(event, whole)),
        "whole: pair": milliseconds(lambda: delong.pair(whole, section, event)),
        "whole: mid-rank pair": milliseconds(lambda: midrank_pair(whole, section, event), 5),
        "continuous: 100 clusters": milliseconds(lambda: clustered_auc.auc(fine, event, cluster, 100)),
        "one np.sort": milliseconds(lambda: np.sort(fine)),
    }


RATIOS = (
    ("continuous: AUC + DeLong", "continuous: roc_auc_score"),
    ("continuous: pair", "continuous: mid-rank pair"),
    ("whole: AUC + DeLong", "whole: roc_auc_score"),
    ("whole: AUC + DeLong", "one np.sort"),
    ("whole: pair", "whole: mid-rank pair"),
)


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    sizes = [n for n in SIZES if n <= largest]
    agree()
    found = [measure(n) for n in sizes]
    print(f"{'milliseconds':28}" + "".join(f"{n:>12,}" for n in sizes) + f"{'x10 growth':>12}")
    for name in found[0]:
        times = [one[name] for one in found]
        growth = f"{times[-1] / times[-2]:12.1f}" if len(times) > 1 else ""
        print(f"{name:28}" + "".join(f"{t:12.3f}" for t in times) + growth)
    print("\ntimes faster than the peer")
    for ours, peer in RATIOS:
        print(f"{ours + ' / ' + peer.split(': ')[-1]:52}" + "".join(f"{one[peer] / one[ours]:9.1f}" for one in found))
    event, fine, *_ = cases(10_000)
    naive, fast = milliseconds(lambda: pairs_table(fine, event), 3), milliseconds(lambda: delong.auc(fine, event))
    print(f"{'every pair, n = 10,000':52}{naive / fast:9.1f}")


if __name__ == "__main__":
    main()
