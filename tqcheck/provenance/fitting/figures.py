"""Figures over documents that were left out: areas under the curve, labels, calibration, in numbers and in words."""
from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

import numpy as np

from tqcheck.provenance import calibration
from tqcheck.provenance.calibration import CLASSES, Thresholds
from tqcheck.provenance.fitting.judges import Table
from tqcheck.provenance.fitting.leave_out import Left

Array = Any


def auc(high: Array, low: Array) -> float:
    """Area under the ROC curve of scores that should be high against scores that should be low, ties counted half."""
    if not len(high) or not len(low):
        return float("nan")
    order = np.sort(low)
    below = np.searchsorted(order, high, "left") + np.searchsorted(order, high, "right")
    return float(below.mean() / 2 / len(low))


def auc_interval(high: Array, low: Array, draws: int = 200) -> list[float]:
    """95 % bootstrap interval of `auc`, both sides drawn anew."""
    random = np.random.default_rng(0)
    drawn = [auc(random.choice(high, len(high)), random.choice(low, len(low))) for _ in range(draws)]
    return [round(float(q), 3) for q in np.quantile(drawn, (0.025, 0.975))]


def calibration_error(p: Array, y: Array) -> float:
    """Expected calibration error of P(machine) in ten bins, each class weighing the same."""
    return sum(weight * abs(mean - share) for mean, share, weight in reliability(p, y))


def reliability(p: Array, y: Array) -> list[list[float]]:
    """Ten bins of P(machine): mean of it, share that is machine, share of all weight; each class weighs the same."""
    share = np.array([1 / max(1, (y == k).sum()) for k in range(len(CLASSES))])[y]
    bins = np.minimum((p * 10).astype(int), 9)
    found = []
    for b in sorted(set(bins.tolist())):
        weight = share[bins == b]
        row = (weight @ p[bins == b] / weight.sum(), weight[y[bins == b] == 0].sum() / weight.sum(), weight.sum() / share.sum())
        found.append([round(float(v), 4) for v in row])
    return found


def figures_of(table: Table, left: Left, thresholds: Thresholds, sources: Sequence[str]) -> dict[str, Any]:
    """Figures over documents left out, for each group and size: counts, AUCs, true positives, labels, calibration."""
    rows = [table.rows[i] for i in left.index]
    y = np.array([CLASSES.index(row.label) for row in rows])
    words = table.words[left.index]
    measured = np.array([row.measured for row in rows])
    news = measured & np.array([row.domain in ("news", "") for row in rows]) & (words >= 150)
    labels = np.array([calibration.label(lp, thresholds, int(n)) for lp, n in zip(left.lp, words, strict=True)])
    kinds = {name.split()[0] for name in left.held.tolist()}
    parts: dict[str, Array] = {}
    for kind in sorted(kinds):
        own = measured & np.char.startswith(left.held, kind)
        parts |= {f"{kind}, all": own, f"{kind}, news of 150 words": own & news, f"{kind}, 400 words": own & (words >= 400),
                  f"{kind}, under 100 words": own & (words < 100)}  # fmt: skip
    parts |= {f"{name}, all": measured & (left.held == name) for name in sorted(set(left.held.tolist()))}
    src = np.array([row.src or "" for row in rows])
    figures: dict[str, Any] = {}
    for name, part in parts.items():
        m, h, o = (part & (y == k) for k in range(3))
        if not m.any():
            continue
        p = np.exp(left.lp[:, 0])
        entry: dict[str, Any] = {"documents": [int(m.sum()), int(h.sum()), int(o.sum())]}
        if o.any():
            entry["auc machine/original"] = round(auc(p[m], p[o]), 3)
            entry["auc machine/original, 95 %"] = auc_interval(p[m], p[o])
            entry["found at 1 %, 5 % of originals"] = [round(float((p[m] > np.quantile(p[o], 1 - r)).mean()), 3) for r in (0.01, 0.05)]
        if h.any():
            entry["auc machine/human"] = round(auc(p[m], p[h]), 3)
            entry["auc machine/human, 95 %"] = auc_interval(p[m], p[h])
            entry["found at 5 % of human"] = round(float((p[m] > np.quantile(p[h], 0.95)).mean()), 3)
        if h.any() and o.any():
            entry["calibration error"] = round(calibration_error(p[part], y[part]), 3)
            if name.endswith(", all") and not name[-6].isdigit():
                entry["reliability"] = reliability(p[part], y[part])
        entry["labels"] = {
            CLASSES[k]: {str(k2): round(c / int(own.sum()), 3) for k2, c in collections.Counter(labels[own].tolist()).most_common()}
            for k, own in enumerate((m, h, o)) if own.any()
        }  # fmt: skip
        wrongly = {CLASSES[k]: int((labels[own] == "machine").sum()) for k, own in ((1, h), (2, o))}
        entry["called machine, up to"] = {
            k: round(calibration.upper_bound(wrongly[k], int(own.sum())), 3) for k, own in (("human", h), ("original", o)) if own.any()
        }
        if len(sources) > 1:
            known = m & np.isin(src, list(sources))
            if known.any() and not name.startswith("source"):
                entry["source confusion"] = _confusion(src[known], np.array(sources)[left.source[known].argmax(1)])
                entry["source right, unforced"] = round(float((np.array(sources)[left.source[known].argmax(1)] == src[known]).mean()), 3)
        figures[name] = entry
    return figures


def _confusion(true: Array, found: Array) -> dict[str, dict[str, int]]:
    """True source language → language found → count."""
    return {str(t): {str(f): int(c) for f, c in collections.Counter(found[true == t].tolist()).most_common()} for t in sorted(set(true.tolist()))}


def in_words(figures: dict[str, Any]) -> str:
    """Figures as lines to read."""
    lines = []
    for name, entry in figures.items():
        machine, human, original = entry["documents"]
        lines.append(f"{name}: {machine} machine, {human} human, {original} original")
        lines += [f"    {key}: {value}" for key, value in entry.items() if key != "documents"]
    return "\n".join(lines)
