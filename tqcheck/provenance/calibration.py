"""From judges' margins to probabilities that can be believed, and from those to labels that keep a promise.

A text gets three margins, one per pair of classes, each from its n-grams and from its habits of style. Two questions are
asked of them, one after the other: is it translated, and if so, by a machine. (Asked at once, as one choice of three,
doubt about the first blurs the second: .77 against .74 machine/human on left-out years.) Eleven numbers per language,
fitted on margins of groups left out of training, make the answers probabilities: so few, because what must carry over
to other years is the scale of doubt, not the fit.
"""
from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

CLASSES = ("machine", "human", "original")
JUDGES = (("machine", "human"), ("machine", "original"), ("human", "original"))
Array = Any

RATES = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15)
"""Highest shares of human translations called machine for which a threshold is kept."""
SHORT = 100
"""Under as many words a label needs `SHORT_MARGIN` more evidence (nats), falling to none at twice as many."""
SHORT_MARGIN = 1.0


class Scale(msgspec.Struct, frozen=True):
    """How margins become log odds: each a weighted sum and an offset, growing with the log of the words.

    machine: weights of the judges machine/human by n-grams and by style, and of the difference between the two judges
    against original; offset; growth. translated: weights of machine/original and human/original by n-grams, the same
    two by style; offset; growth.
    """

    machine: tuple[float, float, float, float, float] = (0.8, 0.2, 0.0, 0.0, 0.2)
    translated: tuple[float, float, float, float, float, float] = (0.5, 0.5, 0.2, 0.2, 0.0, 0.2)

    def vector(self) -> Array:
        return np.array([*self.machine, *self.translated])


_PULLS = np.array([1, 1, 2, 0.1, 1, 1, 1, 1, 1, 0.1, 1])
"""How strongly each number of a scale is held to its default: offsets least."""


def scale_of(v: Array) -> Scale:
    x = [float(value) for value in v]
    return Scale((x[0], x[1], x[2], x[3], x[4]), (x[5], x[6], x[7], x[8], x[9], x[10]))


def less_sure(scale: Scale, share: float) -> Scale:
    """The scale with the log odds of machine against human reduced to a share; their growth with length stays."""
    *weights, growth = scale.machine
    return Scale((*(share * w for w in weights), growth), scale.translated)  # type: ignore[arg-type]


class Thresholds(msgspec.Struct, frozen=True):
    """Log odds from which a label is given. machine: per rate of RATES, machine against human; over_original: machine
    against original; translated: translated against original; human: human against machine; original: original
    against translated."""

    machine: tuple[float, ...]
    over_original: float
    translated: float
    human: float
    original: float


SLIP = 1.2
"""Nats by which a misspelt word speaks for a hand rather than a machine, for the first MOST_SLIPS of a text.

Left-out 2021, 2022 and van der Werff et al., articles of 100 words and more (benchmarks/provenance.py added): machine/human .777 → .788,
.733 → .735, .527 → .535; log loss .649 → .637, .796 → .796, .954 → .952. 2.0 is as good on 2021 and worse on 2022."""
MOST_SLIPS = 2


def log_probabilities(scale: Scale | Array, ngrams: Array, style: Array, words: Array, slips: Array) -> Array:
    """documents × classes at equal priors. ngrams, style: margins, documents × judges; words, slips: numbers of words and of misspelt ones."""
    v = scale.vector() if isinstance(scale, Scale) else scale
    length = np.log(words + 20) - 5.3
    machine = v[0] * ngrams[:, 0] + v[1] * style[:, 0] + v[2] * (ngrams[:, 1] - ngrams[:, 2]) + v[3]
    machine = machine * np.clip(1 + v[4] * length, 0.2, 3.0) - SLIP * np.minimum(slips, MOST_SLIPS)
    translated = v[5] * ngrams[:, 1] + v[6] * ngrams[:, 2] + v[7] * style[:, 1] + v[8] * style[:, 2] + v[9]
    return joined(machine, translated * np.clip(1 + v[10] * length, 0.2, 3.0))


def joined(machine: Array, translated: Array) -> Array:
    """Log probabilities of the classes from the log odds of machine against human and of translated against original."""
    yes = -np.logaddexp(0, -translated)
    return np.stack([yes - np.logaddexp(0, -machine), yes - np.logaddexp(0, machine), -np.logaddexp(0, translated)], 1)


COPIED_SHARE = 0.3
"""Weight of expressions copied from another language beside what the judges say, who know some of them too.

On the half of the articles of 2021 and 2022, each year left out, on which no expression was weighed (benchmarks/provenance.py added):
log loss .651 → .623 and .825 → .816; machine/original .956 → .963, .921 → .922; machine/human .768 → .779, .741 → .742."""


def with_copied(lp: Array, nats: float) -> Array:
    """Log probabilities after expressions copied from one other language, by `nats` likelier in a translation, were found."""
    machine, _, translated = contrasts(lp)
    return joined(machine, translated + COPIED_SHARE * nats)


def normalised(z: Array) -> Array:
    """Log probabilities from log odds, row by row."""
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def fit_scale(margins: Array, style: Array, words: Array, slips: Array, y: Array, weight: Array, pull: float) -> Scale:
    """The scale under which left-out documents are likeliest, pulled towards the default by `pull`."""
    from scipy.optimize import minimize

    start = Scale().vector()
    pulls = pull * _PULLS

    def loss(v: Array) -> float:
        lp = log_probabilities(v, margins, style, words, slips)
        return float(-(weight * lp[np.arange(len(y)), y]).sum() / weight.sum() + (pulls * (v - start) ** 2).sum())

    return scale_of(minimize(loss, start, method="L-BFGS-B").x)


def contrasts(lp: Array) -> tuple[Array, Array, Array]:
    """Machine against human, machine against original, translated against original, as log odds."""
    return lp[:, 0] - lp[:, 1], lp[:, 0] - lp[:, 2], np.logaddexp(lp[:, 0], lp[:, 1]) - lp[:, 2]


def upper_bound(k: int, n: int) -> float:
    """Upper end of the 95 % interval of k in n (Wilson 1927)."""
    return interval(k, n)[1]


def interval(k: int, n: int) -> tuple[float, float]:
    """95 % interval of k in n (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z = 1.96
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def machine_threshold(thresholds: Thresholds, rate: float | None) -> float:
    """The log odds of machine against human from which at most `rate` of human translations are called machine."""
    if rate is None:
        return thresholds.machine[RATES.index(0.04)]
    return float(np.interp(math.log(max(rate, 1e-6)), [math.log(r) for r in RATES], thresholds.machine))


def label(lp: Array, thresholds: Thresholds, words: int, rate: float | None = None) -> str:
    """The label of one text. lp: its log probabilities at equal priors."""
    short = SHORT_MARGIN * min(1.0, max(0.0, 2 - words / SHORT))
    (over_human,), (over_original,), (translated,) = contrasts(lp[None])
    if over_human >= machine_threshold(thresholds, rate) + short and over_original >= thresholds.over_original + short:
        return "machine"
    if translated >= thresholds.translated + short:
        return "human-translation" if -over_human >= thresholds.human + short else "translation"
    return "original" if -translated >= thresholds.original + short else "inconclusive"


FLOORS = Thresholds(machine=(0.7,), over_original=1.0, translated=0.8, human=1.0, original=0.8)
"""No label against the odds, however well a threshold did on left-out groups (Japanese speech of 2024 is unlike any of them)."""


def lowest(scores: Array, groups: Array, rate: float, group_rate: float, smallest: int = 60) -> float:
    """The lowest threshold that at most `rate` of `scores` reach (upper end of the interval), and in no group of at
    least `smallest` more than `group_rate` of them."""
    if not len(scores):
        return 99.0
    order = np.sort(scores)[::-1]
    n = len(order)
    k = 0
    while k + 1 <= n and upper_bound(k + 1, n) <= rate:
        k += 1
    threshold = float(order[k]) + 1e-6 if k < n else float(order[-1])
    for group in set(groups.tolist()):
        own = np.sort(scores[groups == group])[::-1]
        if len(own) >= smallest:
            threshold = max(threshold, float(own[min(len(own) - 1, int(group_rate * len(own)))]) + 1e-6)
    return threshold
