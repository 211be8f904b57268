"""A sequence classifier that reads an article in windows, beside the shipped detector or, once weighed against it, stacked with it."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tqcheck.config import ModelName, NeuralSettings
from tqcheck.model import Evidence, Label, Provenance, Value
from tqcheck.neural import loading
from tqcheck.neural.loading import ModelError

CLASSES = ("machine", "human", "original")
_COVERED: Mapping[str, tuple[str, ...]] = {"translation": ("machine", "human")}
"""Classes of a model that stand for several of ours."""
_NAMES: Mapping[str, str] = {
    "machine": "machine", "mt": "machine", "machine-translation": "machine", "machine-translated": "machine",
    "human": "human", "ht": "human", "human-translation": "human", "human-translated": "human",
    "original": "original", "native": "original", "source": "original", "not-translated": "original",
    "translation": "translation", "translated": "translation", "translationese": "translation", "other": "other",
}  # fmt: skip
_READ: Mapping[str, str] = {
    "machine": "raw machine translation", "human": "a human translation", "original": "an original", "translation": "a translation",
    "other": "anything but that",
}  # fmt: skip


class Window(Value, frozen=True):
    """What the model makes of one window: offsets in the text that was read, probabilities of its own classes."""

    start: int
    end: int
    probabilities: dict[str, float]


class Reading(Value, frozen=True):
    """What the model makes of one text. logits: means over the windows, weighted by their length, in the order of `classes`."""

    classes: tuple[str, ...]
    logits: tuple[float, ...]
    probabilities: dict[str, float]
    windows: tuple[Window, ...]


class Stack(Value, frozen=True):
    """How the shipped detector and this one are weighed: log p ∝ linear · log p₁ + neural · log p₂ + intercept.

    Fitted on documents left out of both (`fit_stack`). thresholds: the probability from which a label is given. beside:
    signature of the linear detector it was fitted with; with another one it means nothing.
    """

    linear: float
    neural: float
    intercepts: tuple[float, float, float]
    thresholds: dict[str, float]
    beside: str = ""

    def probabilities(self, first: Sequence[Mapping[str, float]], second: Sequence[Reading]) -> list[dict[str, float]]:
        """machine, human, original: for each text, from what both detectors make of it."""
        found = []
        for p, reading in zip(first, second, strict=True):
            q = spread(reading)
            z = [
                self.linear * math.log(max(p[c], 1e-9)) + self.neural * q[c] + k
                for c, k in zip(CLASSES, self.intercepts, strict=True)
            ]
            found.append(dict(zip(CLASSES, softmax(z), strict=True)))
        return found

    def label(self, p: Mapping[str, float]) -> Label:
        t = self.thresholds
        if p["machine"] >= t["machine"]:
            return "machine"
        if p["original"] >= t["original"]:
            return "original"
        if p["human"] >= t["human"]:
            return "human-translation"
        return "translation" if p["machine"] + p["human"] >= t["translation"] else "inconclusive"


def softmax(logits: Sequence[float]) -> list[float]:
    most = max(logits)
    raised = [math.exp(x - most) for x in logits]
    return [x / sum(raised) for x in raised]


def spread(reading: Reading) -> dict[str, float]:
    """Log-probabilities over our three classes, centred on those that the model knows; 0 for one of which it says nothing."""
    logs: dict[str, float] = {}
    for name in reading.classes:
        value = math.log(max(reading.probabilities[name], 1e-9))
        members = _COVERED.get(name, (name,))
        for member in members:
            if member in CLASSES:
                logs.setdefault(member, value - math.log(len(members)))
    if "other" in reading.classes:
        rest = [c for c in CLASSES if c not in logs]
        for c in rest:
            logs[c] = math.log(max(reading.probabilities["other"], 1e-9)) - math.log(len(rest))
    mean = sum(logs.values()) / len(logs) if logs else 0.0
    return {c: logs[c] - mean if c in logs else 0.0 for c in CLASSES}


class Detector:
    """A loaded classifier. `classes`: what its logits stand for, in their order."""

    def __init__(self, name: ModelName, settings: NeuralSettings) -> None:
        self.model = loading.load(name, settings, "AutoModelForSequenceClassification")
        own = self.model.card.own
        limit = own.get("window")
        if isinstance(limit, int) and 0 < limit < self.model.limit:
            self.model.limit = limit
        self.classes = classes(self.model.card.wanted.labels, self.model.model.config, own, self.model.card.name)
        self.lang: str | None = own.get("lang")
        self.temperature = float(own.get("temperature", 1.0))
        try:
            self.stack = msgspec.convert(own["stack"], Stack) if own.get("stack") else None
        except msgspec.ValidationError as error:
            raise ModelError(f"model {self.model.card.name}: tqcheck.json: {error}") from None

    def reads(self, lang: str | None) -> bool:
        """Whether it has learnt this language (BCP 47); one that does not say which it has learnt is taken to read all."""
        return self.lang is None or (lang or "").split("-")[0].lower() == self.lang

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts, in windows where they are longer than the model reads at once; all windows of all texts in common batches."""
        spans = [self.model.windows(text) for text in texts]
        pieces = [text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own]
        items = self.model.encode(pieces)
        rows = self.model.run(items, lambda **batch: self.model.model(**batch).logits)
        found, at = [], 0
        for own in spans:
            mine, sizes = rows[at : at + len(own)], [len(i["input_ids"]) for i in items[at : at + len(own)]]
            at += len(own)
            logits = loading.weighted(mine, sizes).tolist()
            found.append(
                Reading(
                    self.classes, tuple(logits), self._probabilities(logits),
                    tuple(Window(a, b, self._probabilities(row.tolist())) for (a, b), row in zip(own, mine, strict=True)),
                )
            )  # fmt: skip
        return found

    def _probabilities(self, logits: Sequence[float]) -> dict[str, float]:
        return dict(zip(self.classes, softmax([x / self.temperature for x in logits]), strict=True))


def classes(given: Sequence[str], config: Any, own: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """What the logits of a classifier stand for. Raises ModelError where neither its names nor the settings tell."""
    number = int(config.num_labels)
    if number < 2:
        raise ModelError(f"model {name}: has {number} class; a detector needs two or more (a regressor goes under `metric`)")
    named = list(given or own.get("labels") or ())
    if named and len(named) != number:
        raise ModelError(f"model {name}: {number} classes, but `labels` names {len(named)}")
    if not named:
        shown = [str(config.id2label[n]) for n in range(number)]
        named = [_NAMES.get(label.casefold().replace("_", "-").replace(" ", "-"), "") for label in shown]
        if not all(named):
            raise ModelError(
                f"model {name}: its classes are called {', '.join(shown)}: say what they are, in this order, such as "
                'detector = {model = "…", labels = ["human", "machine"]}'
            )
    if len(set(named)) != len(named):
        raise ModelError(f"model {name}: two of its classes are {max(named, key=named.count)!r}")
    return tuple(named)


def joined(read: Provenance, reading: Reading, name: str, stack: Stack | None, places: Sequence[tuple[int, int]]) -> Provenance:
    """A provenance with this reading of the model `name` as evidence, and weighed in where there are weights for that.

    places: where the windows stand in the document; the most telling of several is the evidence's span. A credited provenance keeps its label and probabilities.
    """
    best = max(reading.classes, key=reading.probabilities.__getitem__)
    told = f"{name} reads it as {_READ[best]} ({reading.probabilities[best]:.0%}"
    told += f", {len(reading.windows)} windows)" if len(reading.windows) > 1 else ")"
    supports = best if best in CLASSES else None
    start, end = None, None
    if len(reading.windows) > 1:
        start, end = places[max(range(len(places)), key=lambda n: reading.windows[n].probabilities[best])]
    weight = None
    if stack is not None:
        mine = softmax([stack.neural * x for x in spread(reading).values()])
        share = mine[CLASSES.index(supports)] if supports else 0.5
        weight = math.log(max(share, 1e-6) / max(1 - share, 1e-6)) + math.log(2)
    evidence = (Evidence("neural-detector", told, weight, start, end, supports=supports), *read.evidence)
    if stack is None or read.credited:
        return msgspec.structs.replace(read, evidence=evidence)
    probabilities = stack.probabilities([read.probabilities], [reading])[0]
    label = stack.label(probabilities)
    why = f"{read.why}; weighed with {name}" if read.why else f"weighed with {name}"
    return msgspec.structs.replace(read, label=label, probabilities=probabilities, evidence=evidence, why=why)


def fit_stack(first: Any, readings: Sequence[Reading], truth: Sequence[str], accused: float = 0.02, *, alone: bool = False) -> Stack:
    """Weigh two detectors on documents left out of the training of both, each class weighing the same.

    first: log-probabilities of the shipped detector, an array of documents × (machine, human, original). truth: one of
    these for each. accused: the share of texts that are no machine translation which may be called one. alone: only the
    first is rescaled, for comparison. Multinomial logistic regression, by Newton's method.
    """
    import numpy as np

    linear = np.asarray(first, float)
    neural = np.array([[spread(r)[c] for c in CLASSES] for r in readings])
    y = np.array([CLASSES.index(t) for t in truth])
    w = np.array([1 / max(1, (y == k).sum()) for k in range(3)])[y]
    present = [k for k in range(3) if (y == k).any()]
    onehot = np.eye(3)[y]
    x = np.stack([linear, neural * (not alone), *(np.broadcast_to(np.eye(3)[k], linear.shape) for k in range(3))])  # parameter × document × class
    theta = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    ridge = 1e-3
    for _ in range(50):
        z = np.tensordot(theta, x, 1)
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        gradient = np.einsum("n,pnk,nk->p", w, x, p - onehot) + ridge * (theta - np.array([1.0, 0, 0, 0, 0]))
        centred = x - np.einsum("pnk,nk->pn", x, p)[:, :, None]
        hessian = np.einsum("n,nk,pnk,qnk->pq", w, p, centred, centred) + ridge * np.eye(5)
        step = np.linalg.solve(hessian, gradient)
        theta -= step
        if np.abs(step).max() < 1e-8:
            break
    stack = Stack(float(theta[0]), float(theta[1]), (float(theta[2]), float(theta[3]), float(theta[4])), {})
    p = np.array([[q[c] for c in CLASSES] for q in stack.probabilities(
        [dict(zip(CLASSES, np.exp(row).tolist(), strict=True)) for row in linear], readings)])  # fmt: skip
    others = p[y != 0, 0]
    machine = max(0.5, float(np.quantile(others, 1 - accused))) if len(others) else 0.99
    thresholds = {"machine": machine, "human": _from(p[:, 1], y == 1), "original": _from(p[:, 2], y == 2), "translation": _from(p[:, 0] + p[:, 1], y != 2)}
    for k, name in enumerate(CLASSES):
        if k not in present:
            thresholds[name] = 1.01
    return msgspec.structs.replace(stack, thresholds=thresholds)


def _from(p: Any, right: Any, precision: float = 0.8) -> float:
    """The lowest probability from which at least `precision` of the documents are rightly called so."""
    import numpy as np

    order = np.argsort(-p)
    hits = np.cumsum(right[order])
    good = np.flatnonzero(hits / np.arange(1, len(p) + 1) >= precision)
    return float(p[order[good[-1]]]) if len(good) and hits[good[-1]] >= 5 else 1.01
