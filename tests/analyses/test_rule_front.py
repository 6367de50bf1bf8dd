"""Families of rules beside each other: against a loop over all pairs of rules."""

import numpy as np
import pandas as pd

from dvstudy.analyses._rules import CountRules
from dvstudy.analyses.rule_front import rule_front
from dvstudy.language import has, languages


def test_unbeaten_and_better_rules_equal_the_loop_over_pairs():
    rng = np.random.default_rng(5)
    z = rng.normal(size=200)
    frame = pd.DataFrame({"a": rng.binomial(3, 1 / (1 + np.exp(1 - z))), "b": rng.binomial(4, 1 / (1 + np.exp(1 - z)))})
    frame = frame.assign(
        t=frame["a"] + frame["b"], event=rng.random(200) < 1 / (1 + np.exp(2 - z)), s=np.arange(200) % 20
    )
    families = {
        "or_rules": CountRules("a", 3, "b", 4, (2, 2)),
        "and_rules": CountRules("a", 3, "b", 4, None, "all"),
        "or_total_rules": CountRules("a", 3, "t", 7, None),
    }
    made = rule_front(frame, name="demo", families=families, reference="event", synthetic=True, cluster="s")
    points = []
    for code, column, most in (("or_rules", "b", 4), ("and_rules", "b", 4), ("or_total_rules", "t", 7)):
        for k in range(1, 4):
            for m in range(1, most + 1):
                one, two = frame["a"] >= k, frame[column] >= m
                flag = one & two if code == "and_rules" else one | two
                points.append((code, (flag & frame["event"]).sum(), (flag & ~frame["event"]).sum()))
    legal = points[1 * 4 + 1]

    def beats(x, y):
        return x[1] >= y[1] and x[2] <= y[2] and (x[1] > y[1] or x[2] < y[2])

    unbeaten = [not any(beats(x, y) for x in points) for y in points]
    assert made.frames["front"]["pareto"].tolist() == unbeaten
    assert made.row("better_rules")["estimate"] == sum(beats(x, legal) for x in points)
    assert made.row("rules", "or_total_rules")["estimate"] == 21
    assert made.frames["front"]["legal"].sum() == 1
    assert all(made.text(language) and has("alt.rule_front", language) for language in languages())
    none = rule_front(frame.assign(event=False), name="d", families=families, reference="event", synthetic=True)
    assert none.status == "not_estimable"
