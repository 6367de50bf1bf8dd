"""Values of pmvalsampsize: run in an environment of its own with pmvalsampsize 0.2 (it needs pandas 2).

    python sizes_make.py

Writes `sizes_values.csv`: cases for intervals of O:E, calibration slope and AUC of total width 0.4, 0.4 and 0.1. The
slope comes from four million simulated risks, so its number of cases is good to about one in two hundred; the AUC is by
Newcombe's formula, not by that of Pavlou and others.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from pmvalsampsize import pmvalsampsize
from scipy.stats import norm

plan = getattr(pmvalsampsize, "pmvalsampsize", pmvalsampsize)
rows = []
for prevalence, auc in ((0.02, 0.7), (0.06, 0.65), (0.1, 0.75), (0.3, 0.8), (0.5, 0.9)):
    centre = np.log(prevalence / (1 - prevalence)) - norm.ppf(auc) ** 2
    found = plan(
        "b", prevalence=prevalence, cstatistic=auc, lpcstat=centre, oeciwidth=0.4, csciwidth=0.4, cstatciwidth=0.1,
        simobs=4_000_000, tolerance=5e-3, noprint=True,
    )["results_table"]  # fmt: skip
    sizes = {"o_e": found[0][1], "calibration_slope": found[1][1], "auc": int(found[2][1])}
    rows += [{"prevalence": prevalence, "auc": auc, "measure": m, "cases": n} for m, n in sizes.items()]
pd.DataFrame(rows).to_csv(Path(__file__).parent / "sizes_values.csv", index=False)
