"""AUC with DeLong's variance and over redrawn clusters beside peers, in one run: `python bench/bench_auc.py [most n]`.

Peers: scikit-learn `roc_auc_score` (AUC only, no variance), the mid-rank method of Sun and Xu (2014) on
`scipy.stats.rankdata`, one `numpy.sort`, R pROC (`roc.test`, paired DeLong; left out where R or pROC is absent), the
O(mn) table of pairs at a size where it still fits, and for the bootstrap a loop that redraws the rows of whole clusters
and calls scikit-learn (a few replicates, scaled to all). Times are the best of nine runs in processor milliseconds (the
machine may be shared); ratios above 1 mean that dvstudy is faster. Every pair is first checked to agree.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from dvstudy.numbers import auc_resample, clustered_auc, delong, resample

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
        "one np.sort of whole numbers": milliseconds(lambda: np.sort(whole)),
    }


RATIOS = (
    ("continuous: AUC + DeLong", "continuous: roc_auc_score"),
    ("continuous: pair", "continuous: mid-rank pair"),
    ("whole: AUC + DeLong", "whole: roc_auc_score"),
    ("whole: AUC + DeLong", "one np.sort"),
    ("whole: pair", "one np.sort"),
    ("whole: pair", "one np.sort of whole numbers"),
    ("whole: pair", "whole: mid-rank pair"),
)


PAIRED = """
suppressMessages(library(pROC))
curve <- function(score) roc(event, score, levels = 0:1, direction = "<", quiet = TRUE)
n <- %d; f <- function(name, what) readBin(file.path("%s", name), what, n)
event <- f("event", "integer"); one <- f("one", "double"); two <- f("two", "double")
best <- Inf
for (i in 1:3) best <- min(best, sum(system.time(
  t <- roc.test(curve(one), curve(two), method = "delong", paired = TRUE))[c(1, 2)]))
cat(1000 * best, sprintf("%%.12g", t$statistic))
"""


def proc_pair(n):
    """Milliseconds that pROC needs for the paired test, which must give the same z; None where there is no pROC."""
    if shutil.which("Rscript") is None:
        return None
    event, first, second, *_ = cases(n)
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("event", event.astype("int32")), ("one", first), ("two", second)):
            values.tofile(Path(folder) / name)
        said = subprocess.run(["Rscript", "-e", PAIRED % (n, folder)], capture_output=True, text=True, check=False)
    if said.returncode:
        return None
    taken, z = map(float, said.stdout.split())
    both = delong.pair(first, second, event)
    error = np.sqrt(both.covariance[0, 0] + both.covariance[1, 1] - 2 * both.covariance[0, 1])
    np.testing.assert_allclose((both.estimates[0] - both.estimates[1]) / error, z, rtol=1e-8)
    return taken


def loop(score, event, cluster, times):
    """AUC of redrawn clusters, rows copied anew for every replicate."""
    held = {k: np.flatnonzero(cluster == k) for k in range(times.shape[1])}
    found = []
    for drawn in times:
        again = np.concatenate([np.tile(held[k], int(c)) for k, c in enumerate(drawn) if c])
        found.append(roc_auc_score(event[again], score[again]))
    return np.array(found)


def bootstrap(n, clusters=100, replicates=resample.REPLICATES, looped=10):
    """Drawing the counts, our replicates from them, and the loop, scaled to all replicates: milliseconds."""
    event, fine, _, whole, *_ = cases(n)
    cluster = np.random.default_rng(3).integers(0, clusters, n)
    times = resample.drawn(clusters, replicates=replicates)
    multinomial = np.random.default_rng(0).multinomial
    found = {
        "drawing the counts": milliseconds(lambda: resample.drawn(clusters, replicates=replicates)),
        "numpy multinomial": milliseconds(lambda: multinomial(clusters, np.full(clusters, 1 / clusters), replicates)),
    }
    for name, score in (("continuous", fine), ("whole", whole)):
        np.testing.assert_allclose(auc_resample.replicates(score, event, cluster, times[:looped]),
                                   loop(score, event, cluster, times[:looped]))  # fmt: skip
        found[name] = milliseconds(lambda score=score: auc_resample.replicates(score, event, cluster, times))
        few = milliseconds(lambda score=score: loop(score, event, cluster, times[:looped]), 2)
        found[f"loop, {name}"] = few * replicates / looped
    return found


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
    paired = proc_pair(sizes[-1])
    if paired is None:
        print("R pROC is not here")
    else:
        ratio = paired / found[-1]["continuous: pair"]
        print(f"{f'continuous: pair / pROC {paired:,.0f} ms, n = {sizes[-1]:,}':52}{ratio:9.1f}")
    print(
        f"\n{f'{resample.REPLICATES:,} replicates over 100 clusters, ms':40}"
        + "".join(f"{n:>12,}" for n in (2_000, 20_000, 200_000))
    )
    drawn = [bootstrap(n) for n in (2_000, 20_000, 200_000)]
    for name in drawn[0]:
        print(f"{name:40}" + "".join(f"{one[name]:12.2f}" for one in drawn))
    for name in ("continuous", "whole"):
        print(
            f"{f'{name}: times faster than the loop':40}"
            + "".join(f"{one[f'loop, {name}'] / one[name]:12.0f}" for one in drawn)
        )
        with_draws = [(one[name] + one["drawing the counts"]) / one["drawing the counts"] for one in drawn]
        print(f"{f'{name}: draws and AUC over draws':40}" + "".join(f"{ratio:12.1f}" for ratio in with_draws))


if __name__ == "__main__":
    main()
