"""Which sentences of a source stand against which of the text: a monotone alignment by length (Gale and Church 1993)."""
from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from tqcheck.checks.case import Case
from tqcheck.model import Span

_END = re.compile(r"[.!?…।۔؟]+[\"'”’»“)\]]{0,3}(?=\s)|\n+")
_BAND = 20
_STEPS = ((1, 1, 0.0), (1, 2, 0.6), (2, 1, 0.6), (2, 2, 1.0), (1, 0, 2.2), (0, 1, 2.2))


def pairs(case: Case) -> Iterator[tuple[tuple[Span, ...], str, str]]:
    """Sentences of the text, the source text they stand for, and what stands before it in the source, where the text is but
    one or two sentences of it. Texts of equally many paragraphs are paired paragraph by paragraph."""
    assert case.source is not None
    blocks = [[span for _, span in group] for _, group in groupby(case.sentences(), key=lambda pair: pair[0].start)]
    paragraphs = [p for p in case.source.split("\n") if p.strip()]
    if len(blocks) == len(paragraphs) > 1:
        for target, paragraph in zip(blocks, paragraphs, strict=True):
            yield from pair(case.text, target, paragraph)
    else:
        yield from pair(case.text, [span for block in blocks for span in block], case.source)


def pair(text: str, target: Sequence[Span], paragraph: str) -> Iterator[tuple[tuple[Span, ...], str, str]]:
    """Sentences of one paragraph of a text, or of all of it, against the sentences of its source."""
    source = [s for s in _sentences(paragraph) if s.strip()]
    if not target or not source:
        return
    if len(target) <= 2 and len(source) <= 4 and not len(target) == len(source) == 2:
        words = sum(t.end - t.start for t in target)
        at = len(source) - 1
        while at > 0 and sum(map(len, source[at:])) < words * 0.6:
            at -= 1
        yield tuple(target), "".join(source[at:]), "".join(source[:at])
        return
    for i, j, k, n in _align([len(text[t.start : t.end]) for t in target], [len(s) for s in source]):
        if j > i and n > k:
            yield tuple(target[i:j]), " ".join(source[k:n]), ""


def _sentences(text: str) -> list[str]:
    cuts = [0, *(m.end() for m in _END.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def _align(one: list[int], other: list[int]) -> list[tuple[int, int, int, int]]:
    ratio = (sum(other) + 1) / (sum(one) + 1)
    slope = len(other) / len(one)
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, 0): (0.0, None)}
    for i in range(len(one) + 1):
        middle = int(i * slope)
        for k in range(max(0, middle - _BAND - 2), min(len(other), middle + _BAND) + 1):
            here = best.get((i, k))
            if here is None:
                continue
            for di, dk, toll in _STEPS:
                if i + di > len(one) or k + dk > len(other):
                    continue
                cost = toll
                if di and dk:
                    a, b = sum(one[i : i + di]) * ratio, sum(other[k : k + dk])
                    cost += abs(math.log((a + 8) / (b + 8))) * 2
                total = here[0] + cost
                key = (i + di, k + dk)
                if key not in best or total < best[key][0]:
                    best[key] = (total, (i, k))
    at = (len(one), len(other))
    path = []
    while at in best and (before := best[at][1]) is not None:
        path.append((before[0], at[0], before[1], at[1]))
        at = before
    return path[::-1] if at == (0, 0) else []
