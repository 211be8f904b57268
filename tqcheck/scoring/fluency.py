"""How usual a sequence of English words is: associations of neighbouring word classes (frequent words, endings, shapes).

Learnt by `training/scoring.py` from English originals and human translations; a class model after Brown et al. 1992.
"""
from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from tqcheck.names.mentions import ordinary_words

STEPS_PER_NAT = 16
SHAPES = ("number", "capital", "short", "other", "begin", "end")


class Classes:
    """Words → classes. words: the frequent ones, each a class of its own; endings: of the others."""

    def __init__(self, words: Sequence[str], endings: Sequence[str]) -> None:
        self.words = {w: n for n, w in enumerate(words)}
        self.endings = {e: len(words) + n for n, e in enumerate(endings)}
        first = len(words) + len(endings)
        self.number, self.capital, self.short, self.other, self.begin, self.end = range(first, first + len(SHAPES))
        self.size = first + len(SHAPES)

    def of(self, tokens: Sequence[str]) -> list[int]:
        """Classes of a sentence's tokens, between begin and end."""
        found = [self.begin]
        for n, token in enumerate(tokens):
            folded = token.casefold().replace("’", "'")
            number = self.words.get(folded)
            if number is not None:
                found.append(number)
            elif token[0].isdigit():
                found.append(self.number)
            elif n and token[0].isupper():
                found.append(self.capital)
            else:
                found.append(self.endings.get(folded[-3:]) or self.endings.get(folded[-2:]) or (self.short if len(folded) < 4 else self.other))
        return [*found, self.end]


@functools.cache
def _model() -> tuple[Classes, Any, Any]:
    import numpy as np

    with (files("tqcheck.scoring") / "data" / "fluency_en.npz").open("rb") as file, np.load(file, allow_pickle=False) as data:
        classes = Classes(data["words"].tolist(), data["endings"].tolist())
        return classes, data["next"], data["after"]


_ENDINGS = ("s", "d", "ed", "es", "er", "ly", "ing")


def unknown(hypothesis: Sequence[str], reference: Sequence[str]) -> int:
    """Small-letter words that neither the reference nor the language knows: misspellings, mostly."""
    there, known = {t.casefold() for t in reference}, ordinary_words("en")
    return sum(
        len(t) > 3 and t.isalpha() and t.islower() and t not in there and t not in known
        and not any(t.endswith(e) and t[: -len(e)] in known for e in _ENDINGS)
        for t in hypothesis
    )  # fmt: skip


def features(hypothesis: Sequence[str], reference: Sequence[str], base: str) -> tuple[float, ...]:
    """How much less usual the hypothesis runs than the reference; all 0 where they are the same.

    Mean association of neighbours, the same of every other word, the sum and the worst of what is unusual and not in the
    reference too, words nobody knows.
    """
    classes, near, far = _model()
    h, r = classes.of(hypothesis), classes.of(reference)
    pairs, ref_pairs = near[h[:-1], h[1:]] / STEPS_PER_NAT, near[r[:-1], r[1:]] / STEPS_PER_NAT
    known = set(itertools.pairwise(r))
    odd = [min(0.0, float(v)) for v, pair in zip(pairs, itertools.pairwise(h), strict=True) if pair not in known]
    return (
        float(pairs.mean() - ref_pairs.mean()),
        float((far[h[:-2], h[2:]].mean() if len(h) > 2 else 0.0) - (far[r[:-2], r[2:]].mean() if len(r) > 2 else 0.0)) / STEPS_PER_NAT,
        sum(odd) / len(pairs),
        min(odd, default=0.0),
        unknown(hypothesis, reference) / len(h),
    )
