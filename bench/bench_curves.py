"""Decision curves of two models at 99 thresholds, beside dcurves: `python bench/bench_curves.py [PYTHON]`.

PYTHON is an interpreter with dcurves (it needs an older pandas than this package, so it has an environment of its own);
without one, or where dcurves is absent, only ours is timed. Both read the same rows from one file, in one run; the
values are first checked to agree. dcurves gives values only: ours are timed as values, and with the limits of all
curves from leaving out each of 168 stations, their bands and the difference of the two models.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dvstudy.numbers import decision

SIZES = (10_000, 100_000, 1_000_000)
STATIONS, STEPS = 168, np.arange(1, 100) / 100
PEER = """
import sys, time, numpy as np, pandas as pd
from dcurves import dca
data, best = dict(np.load(sys.argv[1])), float("inf")
frame = pd.DataFrame({"event": data["event"].astype(int), "one": data["risks"][0], "two": data["risks"][1]})
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    found = dca(data=frame, outcome="event", modelnames=["one", "two"], thresholds=np.arange(1, 100) / 100)
    best = min(best, time.perf_counter() - start)
values = [found[found["model"] == m]["net_benefit"].to_numpy() for m in ("one", "two")]
np.savez(sys.argv[1], values=values, milliseconds=1000 * best)
"""


def milliseconds(work: Callable[[], object], runs: int = 9) -> float:
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return min(taken)


def forms(n):
    rng = np.random.default_rng(n)
    line = rng.normal(-2, 1, n)
    risks = np.stack([1 / (1 + np.exp(-line)), 1 / (1 + np.exp(-line - rng.normal(size=n)))])
    return risks, rng.random(n) < risks[0], rng.integers(0, STATIONS, n)


def values(risks, event, station):
    table = decision.tally(risks, event, station * 0, STEPS, clusters=1, apart=False)
    return (table.true - table.weight * table.false)[:, 0] / table.rows[0]


def limits(risks, event, station):
    table = decision.tally(risks, event, station, STEPS, clusters=STATIONS, apart=False)
    return [decision.curves(table, tool) for tool in (0, 1)], decision.flag_all(table), decision.difference(table, 1)


def peer(python, risks, event):
    """Milliseconds of dcurves on the same rows; None when it is not there."""
    with tempfile.TemporaryDirectory() as folder:
        file, runs = Path(folder) / "rows.npz", "3" if len(event) > 200_000 else "7"
        np.savez(file, risks=risks, event=event)
        done = subprocess.run([python, "-c", PEER, file, runs], check=False, capture_output=True)
        if done.returncode:
            return None
        found = np.load(file)
        np.testing.assert_allclose(found["values"], values(risks, event, np.zeros(len(event), int)), atol=1e-9)
        return float(found["milliseconds"])


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    print(f"{'n':>10}{'values, ms':>13}{'dcurves, ms':>14}{'ratio':>8}{'with limits, ms':>18}{'ratio':>8}")
    for n in SIZES:
        data = forms(n)
        other = peer(python, *data[:2])
        ours, wide = milliseconds(lambda d=data: values(*d)), milliseconds(lambda d=data: limits(*d), 5)
        told = ["absent", "", ""] if other is None else [f"{other:.0f}", f"{other / ours:.0f}", f"{other / wide:.1f}"]
        print(f"{n:10,}{ours:13.2f}{told[0]:>14}{told[1]:>8}{wide:18.1f}{told[2]:>8}")


if __name__ == "__main__":
    main()
