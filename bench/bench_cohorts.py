"""Cost of synthetic cohorts: `python bench/bench_cohorts.py [flat] [chain] [years] [decade]`; by default the first two.

*flat*: a million cases of the flat recipe of 40 columns, processor time, beside *numpy* (40 float64 uniform numbers a
case), *numpy, same kinds* (a normal, Poisson or uniform number for each column, in double precision, without any
relation between columns), *SDV* 2 (GaussianCopula fitted to 10,000 of our rows; sampling alone counts) and *simstudy*
(the same formulas in R; an ordered column counts as a category of fixed shares). Of the last two the smaller of
processor and elapsed time counts. For SDV set DVSTUDY_SDV to a Python that has it; simstudy is used when Rscript finds
it (R_LIBS). A peer that is not there is skipped and named. *chain*: the whole causal chain of `romania_2025`, each size
in a process of its own. *years*: memory over ten years of a small recipe; *decade*: over ten national years (minutes).
Exit status 1 when a limit is missed: numpy x 3, SDV / 50, simstudy / 10, a national year in 60 s of processor time,
memory growing by a tenth from the third year on. Memory is read from /proc: all but *flat* runs on Linux only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dvstudy import cohorts
from dvstudy.cohorts.reference import reference

CASES, FITTED, YEARS = 1_000_000, 10_000, 10
SIZES = (10_000, 100_000, 1_000_000)
NATIONAL = "romania_2025"
SMALL = 'name = "small"\ntitle = "Small"\nextends = "tutorial"\n[set]\nsize.reference = 10000\n'
LIMITS = {"numpy": 3.0, "SDV": 1 / 50, "simstudy": 1 / 10, "national year, s": 60.0, "growth of memory": 1.1}
SDV = """import sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer
frame = pd.read_csv(sys.argv[1])
made = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes({"flat": frame}))
made.fit({"flat": frame})
start = time.process_time(), time.perf_counter()
made.sample(int(sys.argv[2]))
print(min(time.process_time() - start[0], time.perf_counter() - start[1]))"""


def best(*works: Callable[[], object], runs: int = 5) -> list[float]:
    """Processor seconds, the best of `runs` for each; they take turns, so that a busy machine slows all of them."""
    taken = [[] for _ in works]
    for _ in range(runs):
        for work, own in zip(works, taken, strict=True):
            start = time.process_time()
            work()
            own.append(time.process_time() - start)
    return [min(own) for own in taken]


# --- flat tables ------------------------------------------------------------------------------------------------------


def uniforms() -> object:
    rng = np.random.default_rng(1)
    return [rng.random(CASES) for _ in range(40)]


def same_kinds(kinds: list[str]) -> object:
    rng = np.random.default_rng(1)
    draws = {"normal": rng.standard_normal, "poisson": lambda n: rng.poisson(0.5, n)}
    return [draws.get(kind, rng.random)(CASES) for kind in kinds]


def sdv(folder: Path) -> float | None:
    python = os.environ.get("DVSTUDY_SDV")
    if not python or subprocess.run([python, "-c", "import sdv"], capture_output=True, check=False).returncode:
        return None
    rows = folder / "rows.csv"
    cohorts.flat("police_form", seed=1, cases=FITTED).to_csv(rows, index=False)
    return float(subprocess.check_output([python, "-c", SDV, str(rows), str(CASES)], text=True).split()[-1])


def definitions() -> str:
    """The flat recipe in the words of simstudy."""
    columns, lines = cohorts.load_flat_recipe("police_form").columns, ["d <- NULL"]
    for name, column in columns.items():
        terms = []
        for key, weight in getattr(column, "on", {}).items():
            source, _, level = key.partition(".")
            term = f"({source} == {columns[source].names.index(level) + 1})" if level else source
            terms.append(f"{weight} * {term}")
        start = next((getattr(column, k) for k in ("mean", "intercept", "log_mean") if hasattr(column, k)), 0)
        formula, extra = " + ".join([str(start), *terms]), {"poisson": 'link = "log"', "binary": 'link = "logit"'}
        kind = column.kind if column.kind in ("normal", "uniform", "poisson", "binary") else "categorical"
        if kind == "normal":
            extra["normal"] = f"variance = {column.sd**2}"
        if kind == "uniform":
            formula = f"{column.low};{column.high}"
        if kind == "categorical":
            below = [1 / (1 + np.exp(-cut)) for cut in getattr(column, "cuts", ())]
            shares = getattr(column, "shares", None) or np.diff([0, *below, 1]).tolist()
            formula = ";".join(map(str, shares))
        options = f", {extra[kind]}" if kind in extra else ""
        lines.append(f'd <- defData(d, varname = "{name}", dist = "{kind}", formula = "{formula}"{options})')
    return "\n".join(lines)


def simstudy(folder: Path) -> float | None:
    if not shutil.which("Rscript"):
        return None
    script = folder / "peer.R"
    timed = f"t <- system.time(genData({CASES}, d))\ncat(min(t[['user.self']] + t[['sys.self']], t[['elapsed']]))"
    script.write_text(f"suppressMessages(library(simstudy))\n{definitions()}\nset.seed(1)\n{timed}\n", "utf-8")
    run = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=False)
    if run.returncode and "there is no package" not in run.stderr:
        print(run.stderr)
    return None if run.returncode else float(run.stdout.split()[-1])


def flat(missed: list[str]) -> None:
    kinds = [column.kind for column in cohorts.load_flat_recipe("police_form").columns.values()]
    ours, bare, kind = best(
        lambda: cohorts.flat("police_form", seed=1, cases=CASES), uniforms, lambda: same_kinds(kinds)
    )
    print(f"\nflat recipe, {len(kinds)} columns, {CASES:,} cases: {ours:.2f} s of processor time")
    with tempfile.TemporaryDirectory() as folder:
        peers = {"numpy": bare, "numpy, same kinds": kind, "SDV": sdv(Path(folder)), "simstudy": simstudy(Path(folder))}
    for name, taken in peers.items():
        if taken is None:
            print(f"{name:>20}  not here, skipped")
            continue
        print(f"{name:>20}{taken:9.2f} s   ours / peer {ours / taken:8.4f}   peer / ours {taken / ours:8.2f}")
        missed += [name] if ours / taken > LIMITS.get(name, np.inf) else []


# --- the causal chain -------------------------------------------------------------------------------------------------


def memory(kind: str) -> float:
    """Memory of this process in megabytes: VmRSS now, VmHWM at most so far."""
    found = Path("/proc/self/status").read_text("utf-8").partition(f"{kind}:")[2]
    return int(found.split()[0]) / 1024


def one_size(cases: int) -> None:
    """In a process of its own: seconds (processor, elapsed) of reference, simulation and saving; memory."""
    marks = [(time.process_time(), time.perf_counter())]
    recipe = cohorts.load_recipe(NATIONAL)
    reference(recipe)
    marks.append((time.process_time(), time.perf_counter()))
    solved = memory("VmHWM")
    Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the peak is counted anew
    before = memory("VmRSS")
    made = cohorts.simulate(recipe, seed=1, cases=cases or None)
    marks.append((time.process_time(), time.perf_counter()))
    with tempfile.TemporaryDirectory() as folder:
        made.save(Path(folder) / "cohort")
        marks.append((time.process_time(), time.perf_counter()))
        size = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file()) / 1e6
    steps = np.diff(np.array(marks), axis=0)
    print(len(made.cases), *steps.ravel().tolist(), solved, before, memory("VmHWM"), size)


def measured(cases: int) -> dict[str, float]:
    found = subprocess.check_output([sys.executable, __file__, "size", str(cases)], text=True).split()
    names = ("cases", "solve", "solve_e", "make", "make_e", "save", "save_e", "solved", "before", "peak", "disk")
    return dict(zip(names, map(float, found), strict=True))


def chain(missed: list[str]) -> None:
    head = ("make s", "us a case", "save s", "x time", "peak MB", "kB a case", "x memory", "disk MB")
    print(f"\n{NATIONAL}, processor time; the reference population is solved once a recipe and not counted")
    print(f"{'cases':>10}" + "".join(f"{one:>10}" for one in head))
    before: dict[str, float] = {}
    for cases in SIZES:
        now = measured(cases)
        now["each"], now["held"] = 1e6 * now["make"] / now["cases"], now["peak"] - now["before"]
        times = f"{total(now) / total(before):.2f}" if before else ""
        more = f"{now['held'] / before['held']:.2f}" if before else ""
        row = f"{cases:>10,}{now['make']:10.1f}{now['each']:10.0f}{now['save']:10.1f}{times:>10}{now['peak']:10.0f}"
        print(f"{row}{1024 * now['held'] / cases:10.1f}{more:>10}{now['disk']:10.0f}", flush=True)
        before = now
    year = measured(0)
    processor, elapsed = (sum(year[k + end] for k in ("solve", "make", "save")) for end in ("", "_e"))
    parts = ", ".join(f"{k} {year[k]:.1f}" for k in ("solve", "make", "save"))
    print(f"\na national year, {year['cases']:,.0f} interventions, from nothing: {processor:.1f} s of processor time")
    most = max(year["peak"], year["solved"])
    print(f"({parts}; elapsed {elapsed:.1f} s), peak {most:.0f} MB, {year['disk']:.0f} MB on disk")
    missed += ["national year, s"] if processor > LIMITS["national year, s"] else []


def total(size: dict[str, float]) -> float:
    return size["make"] + size["save"]


# --- years ------------------------------------------------------------------------------------------------------------


def series(recipe: str) -> None:
    """In a process of its own: the peak of memory after each year."""
    with tempfile.TemporaryDirectory() as folder:
        if recipe == "small":
            (Path(folder) / "small.toml").write_text(SMALL, "utf-8")
        source = Path(folder) / "small.toml" if recipe == "small" else recipe
        cohorts.write_years(
            source, Path(folder) / "out", years=YEARS, seed=1, progress=lambda *_: print(memory("VmHWM"))
        )


def years(missed: list[str], recipe: str = "small") -> None:
    start = time.perf_counter()
    found = subprocess.check_output([sys.executable, __file__, "series", recipe], text=True).split()
    peaks = [float(one) for one in found]
    print(f"\n{YEARS} years of {recipe}: {time.perf_counter() - start:.0f} s elapsed; peak MB after each year:")
    print(" ".join(f"{one:.0f}" for one in peaks))
    missed += [f"growth of memory, {recipe}"] if peaks[-1] > LIMITS["growth of memory"] * peaks[2] else []


def main() -> None:
    asked = sys.argv[1:] or ["flat", "chain"]
    if asked[0] in ("size", "series"):
        (one_size if asked[0] == "size" else series)(int(asked[1]) if asked[0] == "size" else asked[1])
        return
    missed: list[str] = []
    parts = {"flat": flat, "chain": chain, "years": years, "decade": lambda found: years(found, NATIONAL)}
    for name in asked:
        parts[name](missed)
    print(f"\nlimits missed: {', '.join(missed) or 'none'}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
