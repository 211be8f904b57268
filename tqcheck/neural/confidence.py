"""How often editors object to a passage that a metric rates so: a logistic curve for each model, fitted on passages that people have judged.

Platt (1999), with the smoothed targets proposed there; the curve never rises with the figure.
"""
from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.errors import InputError
from tqcheck.model import Value
from tqcheck.neural import loading, metric
from tqcheck.neural.loading import ModelError
from tqcheck.neural.metric import Metric, Passage

FEWEST = 50
"""Passages of either kind that a curve takes."""
FOLDS = 5


class Curve(Value, frozen=True):
    """P(objected) = 1 / (1 + exp(-(intercept + slope · figure))), figures 0–100.

    objected: share of the passages it was fitted on. auc, error: how well figures tell the two kinds apart, and the
    expected calibration error, on passages of articles left out.
    """

    intercept: float
    slope: float
    passages: int
    objected: float
    auc: float
    error: float

    def at(self, figure: float) -> float:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.intercept + self.slope * figure))))


def beside(passage: Passage) -> str:
    """What a passage comes with, by which its curve is found: metrics give other figures with a source than with a reference."""
    return "+".join(name for name in ("source", "reference") if getattr(passage, name) is not None)


def curves(model: Metric) -> dict[str, Curve]:
    """The curves in a metric's folder, by what passages come with; {} where it was never measured. Raises ModelError."""
    try:
        return msgspec.convert(model.model.card.own.get("confidence") or {}, dict[str, Curve])
    except msgspec.ValidationError as error:
        raise ModelError(f"model {model.model.card.name}: tqcheck.json: {error}") from None


def train(records: Sequence[dict[str, Any]], name: ModelName, settings: NeuralSettings, good: float | None = None, say: Callable[[str], None] = lambda _: None) -> dict[str, Curve]:
    """Fit a metric's curves on judged passages and write them to its folder.

    records: text, source, reference where known, doc_id where known, and objected (true or false), or a score where `good`
    says from which score on nobody objects. Raises InputError, ModelError.
    """
    judged = [_judged(record, number, good) for number, record in enumerate(records, 1)]
    model = metric.load(name, settings)
    found: dict[str, Curve] = {}
    for kind in ("source", "reference", "source+reference"):
        wanted = kind.split("+")
        chosen = [
            (Passage(p.candidate, p.source if "source" in wanted else None, p.reference if "reference" in wanted else None), bad, article)
            for p, bad, article in judged if all(getattr(p, side) is not None for side in wanted)
        ]  # fmt: skip
        chosen = [row for row in chosen if model.needs(row[0]) is None]
        objected = sum(bad for _, bad, _ in chosen)
        if min(objected, len(chosen) - objected) < FEWEST:
            if chosen:
                say(f"{kind}: {objected} of {len(chosen)} passages were objected to; {FEWEST} of either kind are wanted")
            continue
        say(f"{model.model.card.name} rates {len(chosen)} passages with {kind}")
        found[kind] = fit(metric.rate(model, [p for p, _, _ in chosen]), [bad for _, bad, _ in chosen], [article for *_, article in chosen])
    if not found:
        raise InputError(f"too little to fit on: at least {FEWEST} passages that were objected to and {FEWEST} that were not are needed, with the source or the reference that the metric reads")
    loading.write_card(model.model.card.folder, {"confidence": msgspec.to_builtins(found)})
    return found


def _judged(record: dict[str, Any], number: int, good: float | None) -> tuple[Passage, bool, str]:
    text, source, reference = (record.get(key) or None for key in ("text", "source", "reference"))
    if not isinstance(text, str) or not isinstance(source, str | None) or not isinstance(reference, str | None):
        raise InputError(f'record {number}: needs a "text"; "text", "source" and "reference" are strings')
    objected, score = record.get("objected"), record.get("score")
    if isinstance(objected, bool):
        bad = objected
    elif good is not None and isinstance(score, int | float) and not isinstance(score, bool):
        bad = score < good
    else:
        raise InputError(f'record {number}: needs "objected", true or false, or a "score" and --good, from which score on nobody objects')
    return Passage(text, source, reference), bad, str(record.get("doc_id", number))


def fit(figures: Sequence[float], objected: Sequence[bool], articles: Sequence[str]) -> Curve:
    """The curve of some figures, measured on shares of the articles left out."""
    import numpy as np

    x, y = np.asarray(figures, float), np.asarray(objected, bool)
    part = np.array([zlib.crc32(a.encode("utf-8", "replace")) % FOLDS for a in articles])
    p = np.full(len(x), y.mean())
    for fold in range(FOLDS):
        rest = part != fold
        if (~rest).any() and 0 < y[rest].sum() < rest.sum():
            intercept, slope = _logistic(x[rest], y[rest])
            p[~rest] = 1 / (1 + np.exp(-(intercept + slope * x[~rest])))
    intercept, slope = _logistic(x, y)
    bins = np.minimum((p * 10).astype(int), 9)
    error = sum(abs(float(p[bins == b].mean() - y[bins == b].mean())) * float((bins == b).mean()) for b in set(bins.tolist()))
    order = np.sort(x[~y])
    below = np.searchsorted(order, x[y], "left") + np.searchsorted(order, x[y], "right")
    return Curve(intercept, slope, len(x), float(y.mean()), 1 - float(below.mean()) / 2 / len(order), error)


def _logistic(x: Any, y: Any) -> tuple[float, float]:
    """Intercept and slope, by Newton's method on standardised figures; a slope that rises is none."""
    import numpy as np

    middle, spread = x.mean(), x.std() or 1.0
    design = np.stack([np.ones(len(x)), (x - middle) / spread])
    yes = int(y.sum())
    target = np.where(y, (yes + 1) / (yes + 2), 1 / (len(y) - yes + 2))
    theta = np.array([math.log((yes + 1) / (len(y) - yes + 1)), 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(theta @ design)))
        hessian = (design * (p * (1 - p))) @ design.T + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design @ (p - target))
        theta -= step
        if np.abs(step).max() < 1e-9:
            break
    if theta[1] >= 0:
        return math.log((yes + 1) / (len(y) - yes + 1)), 0.0
    return float(theta[0] - theta[1] * middle / spread), float(theta[1] / spread)


def in_words(found: dict[str, Curve]) -> str:
    """What each curve says, a line each."""
    lines = []
    for kind, curve in found.items():
        shown = ", ".join(f"{figure}: {curve.at(figure):.0%}" for figure in (20, 40, 60, 80))
        lines.append(
            f"with {kind.replace('+', ' and ')}: {curve.passages} passages, {curve.objected:.0%} objected to; AUC {curve.auc:.3f}, calibration error {curve.error:.3f} on articles left out; "
            f"share objected to at a figure of {shown}"
        )  # fmt: skip
    return "\n".join(lines)
