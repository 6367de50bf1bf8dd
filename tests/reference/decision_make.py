"""Values of dcurves for the decision curves: run in an environment of its own with dcurves 1.1 (it needs pandas 2).

    python decision_make.py

Writes `decision_cases.csv` (also the cases of calibration_make.R) and `decision_values.csv`. Risks are rounded to two
places, so that many lie exactly on a threshold.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from dcurves import dca

HERE = Path(__file__).parent
rng = np.random.default_rng(146)
n, stations = 900, 12
station = rng.integers(0, stations, n)
lean = rng.normal(0, 0.4, stations)[station]
true = rng.normal(-2.2, 1.0, n)
event = (rng.random(n) < 1 / (1 + np.exp(-true - 0.3 * lean))).astype(int)
risk = np.clip(np.round(1 / (1 + np.exp(-0.8 * true - 0.2 - lean)), 2), 0.01, 0.99)
other = np.clip(np.round(1 / (1 + np.exp(-true - rng.normal(0, 1, n))), 2), 0.01, 0.99)
cases = pd.DataFrame(
    {"event": event, "risk": risk, "other": other, "rule": (risk > 0.2).astype(int), "station": station}
)
cases.to_csv(HERE / "decision_cases.csv", index=False)
found = dca(data=cases, outcome="event", modelnames=["risk", "other", "rule"], thresholds=np.arange(1, 100) / 100)
kept = found[["model", "threshold", "net_benefit", "net_intervention_avoided"]]
kept.round(12).to_csv(HERE / "decision_values.csv", index=False)
