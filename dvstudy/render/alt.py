"""What a picture shows, in words and with its main numbers: for readers who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.draw.coverage import domain_label, instrument_label
from dvstudy.draw.published import beside, label, several_tools
from dvstudy.draw.rows import kind_of, labels, lines
from dvstudy.draw.truth import placed
from dvstudy.render import alt_recovery, alt_risks, alt_scores, alt_thresholds, alt_ways
from dvstudy.result import Kind, label_of, written

Frames = Mapping[str, pd.DataFrame]
Meta = Mapping[str, Any]


def alt(name: str, table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> str:
    """The text alternative of the picture called `name`, from the numbers that it draws."""
    values = _WORDS[name](table, frames, meta, language)
    return lang.text("alt.nothing" if values is None else f"alt.{name}", language, **(values or {}))


def _estimates(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    kind = kind_of(table)
    chosen = lines(table).dropna(subset=["estimate"])
    if not len(chosen):
        return None
    named = labels(chosen, meta, language)
    written_lines = [
        f"{label.replace(chr(10), ' ')} {_interval(row, kind, language)}"
        for label, row in zip(named, chosen.to_dict("records"), strict=True)
    ]
    return {"n": str(len(chosen)), "lines": "; ".join(written_lines)}


def _trial(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    both = pd.concat([f for f in (table, frames.get("alternatives")) if f is not None])
    chosen = both[(both["term"] == "difference") & both["estimate"].notna()]
    if not len(chosen):
        return None
    lines = [
        f"{label_of('method', str(r['method']), meta, language)} {_interval(r, kind_of(chosen), language)}"
        for r in chosen.to_dict("records")
    ]
    return {"n": str(len(chosen)), "lines": "; ".join(lines)}


def _surface(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    rules = frames.get("surface")
    if rules is None or not len(rules) or not rules["legal"].any():
        return None
    legal = rules[rules["legal"].astype(bool)].iloc[0]
    spread = {
        f"{side}_{name}": written(float(getattr(rules[name], side)()), "percent", language)
        for name in ("sensitivity", "flagged")
        for side in ("min", "max")
    }
    own = {name: written(float(legal[name]), "percent", language) for name in ("sensitivity", "flagged")}
    youden = written(float(legal["youden"]), "number", language)
    near = str(int(rules["within_one_se"].fillna(False).astype(bool).sum()))
    rule = {"k": str(legal["k"]), "m": str(legal["m"]), "rules": str(len(rules)), "near": near, "youden": youden}
    return {**rule, **own, **spread}


def _rule_choice(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    rules = frames.get("surface")
    if rules is None or "chosen" not in rules or rules["chosen"].isna().all():
        return None
    first = rules.sort_values("chosen", ascending=False, kind="stable").iloc[0]
    share = written(float(first["chosen"]), "percent", language)
    often = str(int((rules["chosen"] >= 0.05).sum()))
    best = str(int(rules["best"].fillna(False).astype(bool).sum()))
    named = {"k": str(first["k"]), "m": str(first["m"]), "share": share}
    return {"rules": str(len(rules)), **named, "often": often, "best": best}


def _rule_front(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    rules = frames.get("front")
    if rules is None or not rules["legal"].any() or rules["sensitivity"].isna().all():
        return None
    legal = rules[rules["legal"].astype(bool)].iloc[0]
    own = {"sensitivity": legal["sensitivity"], "alarms": 1 - legal["specificity"]}
    shares = {name: written(float(value), "percent", language) for name, value in own.items()}
    return {"rules": str(len(rules)), "unbeaten": str(int(rules["pareto"].astype(bool).sum())), **shares}


def _agreement_items(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    wide = table.pivot_table(index="group", columns="term", values="estimate", aggfunc="first").dropna(how="all")
    if not {"percent_agreement", "kappa", "ac1"} <= set(wide.columns) or wide["kappa"].dropna().empty:
        return None
    spans = {term: _span(wide[term], language) for term in ("percent_agreement", "kappa", "ac1")}
    ends = {"lowest": wide["kappa"].idxmin(), "highest": wide["kappa"].idxmax()}
    return {
        "n": str(len(wide)),
        **spans,
        **{k: label_of("group", str(code), meta, language) for k, code in ends.items()},
    }


def _paradox(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    known = frames["paradox"].dropna(subset=["kappa"]) if "paradox" in frames else pd.DataFrame()
    if not len(known):
        return None
    ordered = known.sort_values("prevalence", kind="stable")
    ends = {"rarest": ordered.iloc[0], "commonest": ordered.iloc[-1]}
    values = {"n": str(len(known))}
    for end, row in ends.items():
        values[end] = label_of("group", str(row["group"]), meta, language)
        values[f"{end}_share"] = written(float(row["prevalence"]), "percent", language)
        values |= {f"{end}_{term}": written(float(row[term]), "number", language) for term in ("kappa", "ac1")}
    return values


def _limits(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    mean = table[table["term"] == "mean_difference"].dropna(subset=["estimate"])
    if not len(mean) or "limits" not in frames:
        return None
    return {"mean": _interval(mean.iloc[-1].to_dict(), "number", language)}


def _checks(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    known = table[table["covered"].notna()] if len(table) else table
    if not len(known):
        return None
    far = int((placed(known).abs() > 2).sum())
    covered = int(known["covered"].astype(bool).sum())
    counts = {"covered": covered, "n": len(known), "results": known["result"].nunique(), "far": far}
    return {k: lang.number(v, language, decimals=0) for k, v in counts.items()}


def _margins(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    if not len(table):
        return None
    met = ((table["achieved"] - table["target"]).abs() <= table["tolerance"]).sum()
    return {"met": lang.number(int(met), language, decimals=0), "n": lang.number(len(table), language, decimals=0)}


def _coverage(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    if not len(table) or not table.to_numpy().any():
        return None
    asked = (table > 0).sum()
    common = asked.sort_values(ascending=False, kind="stable").index[:3]
    named = "; ".join(f"{domain_label(d, language)} ({int(asked[d])})" for d in common)
    lines = [f"{instrument_label(str(i), language)} ({int(n)})" for i, n in (table > 0).sum(axis=1).items()]
    return {"n": str(len(table)), "domains": str(int((asked > 0).sum())), "common": named, "lines": "; ".join(lines)}


def _pooled_auc(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    studies = frames.get("studies")
    if studies is None or not len(studies):
        return None
    tools = several_tools(studies)
    rows = studies.to_dict("records")
    lines = [", ".join([*label(row, language, tools).split("\n"), *beside(row, language).split("\n")]) for row in rows]
    summary = {row["term"]: row for row in table.to_dict("records")}
    pooled = lang.text("alt.pooled_auc_none", language)
    if "auc_pooled" in summary:
        ends = {
            side: written(float(summary["auc_predicted"][f"conf_{side}"]), "number", language)
            for side in ("low", "high")
        }
        predicted = lang.text("report.interval", language, **ends)
        value = _interval(summary["auc_pooled"], "number", language)
        pooled = lang.text("alt.pooled_auc_value", language, pooled=value, predicted=predicted)
    used = int(studies["weight"].notna().sum())
    return {"n": str(len(rows)), "used": str(used), "lines": "; ".join(lines), "pooled": pooled}


def _targets(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    return _margins(frames.get("targets", pd.DataFrame()), {}, meta, language)


def _tetrachoric(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    pairs = frames.get("pairs", pd.DataFrame(columns=["term", "estimate", "group"]))
    own = pairs[(pairs["term"] == "tetrachoric") & pairs["estimate"].notna()]
    if not len(own):
        return None
    hidden = int(((pairs["term"] == "tetrachoric") & pairs["estimate"].isna()).sum())
    ends = dict(zip(("weakest", "strongest"), _ends(own), strict=True))
    values = {end: label_of("group", str(row["group"]), meta, language) for end, row in ends.items()}
    values |= {f"{end}_value": written(float(row["estimate"]), "number", language) for end, row in ends.items()}
    above = pairs.loc[pairs["term"] == "reference", "estimate"].dropna()
    there = {} if above.empty else {"span": _span(above, language)}
    reference = lang.text(f"alt.tetrachoric_{'reference' if there else 'alone'}", language, **there)
    return {"n": str(len(own)), "hidden": str(hidden), **values, "reference": reference}


def _scree(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    every = frames.get("scree", pd.DataFrame(columns=["term", "estimate"]))
    known = every[every["estimate"].notna()]
    if not (known["term"] == "eigenvalue").any():
        return None
    lines = []
    for term in ("eigenvalue", "parallel", "reference_eigenvalue"):
        values = [written(float(v), "number", language) for v in known.loc[known["term"] == term, "estimate"][:5]]
        if values:
            lines.append(f"{label_of('term', term, meta, language)}: {'; '.join(values)}")
    return {"n": str(int((known["term"] == "eigenvalue").sum())), "lines": ". ".join(lines)}


def _endorsed(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    known = table.dropna(subset=["estimate"]) if len(table) else table
    if not len(known):
        return None
    ends = dict(zip(("rarest", "commonest"), _ends(known), strict=True))
    values = {"n": str(len(known))}
    for end, row in ends.items():
        values[end] = label_of("group", str(row["group"]), meta, language)
        values[f"{end}_share"] = _interval(row, "percent", language)
    return values


def _ends(known: pd.DataFrame) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """The rows with the smallest and the largest estimate."""
    ordered = known.sort_values("estimate", kind="stable").to_dict("records")
    return ordered[0], ordered[-1]


def _interval(row: Mapping[Any, Any], kind: Kind, language: str) -> str:
    from dvstudy.draw.style import interval

    limits = [float(row[c]) for c in ("estimate", "conf_low", "conf_high")]
    return interval(limits[0], limits[1], limits[2], kind, language)


def _span(values: pd.Series, language: str) -> str:
    ends = {"low": float(values.min()), "high": float(values.max())}
    return lang.text("report.interval", language, **{k: written(v, "number", language) for k, v in ends.items()})


def _causal(table: pd.DataFrame, frames: Frames, meta: Meta, language: str) -> dict[str, str] | None:
    return {"n": str(len(table)), "arrows": str(len(frames["arrows"]))} if len(table) else None


_WORDS: Mapping[str, Callable[[pd.DataFrame, Frames, Meta, str], dict[str, str] | None]] = {
    "estimates": _estimates,
    "trial": _trial,
    "surface": _surface,
    "rule_choice": _rule_choice,
    "rule_front": _rule_front,
    "agreement_items": _agreement_items,
    "paradox": _paradox,
    "limits": _limits,
    "checks": _checks,
    "margins": _margins,
    "pooled_auc": _pooled_auc,
    "coverage": _coverage,
    "causal": _causal,
    "recovery_bias": alt_recovery.bias,
    "recovery_coverage": alt_recovery.coverage,
    "targets": _targets,
    "tetrachoric": _tetrachoric,
    "scree": _scree,
    "endorsed": _endorsed,
    "decision": alt_risks.decision,
    "calibration": alt_risks.calibration,
    "precision": alt_risks.precision,
    **alt_scores.WORDS,
    **alt_thresholds.WORDS,
    **alt_ways.WORDS,
}
