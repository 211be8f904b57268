"""`tq`: a passage score that agrees with people better than chrF, from what chrF does not see.

Word and content recall, word order (chunks, as METEOR counts them: Lavie and Agarwal 2007), numbers, names, negation,
case, punctuation, repetitions, near misses, the amount that does not match, and in English how usual the sequence of words
is. The weights are learnt from human judgements of WMT 2021 and 2022 and from damaged sentences by `training/scoring.py`.
"""
from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import Indel, JaroWinkler, LCSseq, Levenshtein

from tqcheck.lang.negation import negations
from tqcheck.scoring import fluency

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0eff]")
_CLOSE = 0.88
"""Jaro-Winkler similarity from which two words may be forms or misspellings of one."""

NAMES = (
    "chrf", "chrf_words", "bleu", "order", "precision", "recall", "content_precision", "content_recall", "grammar_precision",
    "grammar_recall", "soft_precision", "soft_recall", "chunks", "longer", "shorter", "numbers_missing", "numbers_added", "names_missing",
    "names_added", "negation", "case", "opening_case", "end", "punctuation_missing", "punctuation_added", "spaced", "repeated", "near", "foreign",
    "unmatched_here", "unmatched_there", "amount", "amount_words",
    "inserted", "deleted", "replaced", "edited", "inserted_log", "deleted_log", "replaced_log", "edited_log", "edited_root",
    "letters", "letters_edited", "plain", "plain_edited", "plain_precision", "plain_recall", "first", "last", "sentences",
    "usual", "usual_far", "odd", "oddest", "unknown",
)  # fmt: skip


FLUENCY = 5
"""The last features are known only where the usual sequences of words of the language are."""


def tokens(text: str) -> list[str]:
    """Words, figures and punctuation marks; characters where words are not spaced."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if len(token) > 1 and _UNSPACED.match(token):
            found.extend(token)
        else:
            found.append(token)
    return found


class Side:
    """One side of a pair, divided once."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.folded = [t.casefold() for t in self.tokens]
        self.words = [w for w in self.folded if w[0].isalnum()]
        self.counts = Counter(self.folded)
        self.marks = Counter(t for t in self.folded if not t[0].isalnum())
        self.numbers = Counter(t for t in self.tokens if t[0].isdigit())
        self.names = {t.casefold() for n, t in enumerate(self.tokens) if n and t[0].isupper() and self.tokens[n - 1] not in ".!?:\"“„«"}
        self.negations = len(negations(text, base))


def features(hypothesis: str, reference: str, figures: dict[str, float], base: str) -> list[float]:
    """What `tq` looks at, in the order of NAMES. figures: sacreBLEU's for this pair."""
    h, r = Side(hypothesis, base), Side(reference, base)
    common = h.counts & r.counts
    matched = {w: n for w, n in common.items() if w[0].isalnum()}
    n_h, n_r = max(1, len(h.words)), max(1, len(r.words))
    spare_h, spare_r = _spare(h, matched), _spare(r, matched)
    precision, recall = 1 - len(spare_h) / n_h, 1 - len(spare_r) / n_r
    soft_h, soft_r, near = _soft(spare_h, spare_r)
    ratio = math.log((len(h.words) + 1) / (len(r.words) + 1))
    known = set(r.folded)
    exact = set(r.tokens)
    length = math.log1p(len(r.words))
    return [
        figures["chrF2"] / 100, figures["chrF2++"] / 100, figures["BLEU"] / 100, _order(h, r), precision, recall,
        _share(h.words, spare_h, True), _share(r.words, spare_r, True), _share(h.words, spare_h, False), _share(r.words, spare_r, False),
        precision + soft_h / n_h, recall + soft_r / n_r, _chunks(h, r, matched),
        max(0.0, ratio), max(0.0, -ratio),
        _lost(r.numbers, h.numbers), _lost(h.numbers, r.numbers),
        len(r.names - set(h.folded)) / (len(r.names) + 1), len(h.names - known) / (len(h.names) + 1),
        float(min(2, abs(h.negations - r.negations))),
        sum(t.casefold() in known and t not in exact for t in h.tokens[1:]) / n_h,
        float(bool(h.text[:1].isupper()) != bool(r.text[:1].isupper())),
        float((h.tokens[-1:] or [""])[0] != (r.tokens[-1:] or [""])[0] and not ((h.tokens[-1:] or ["a"])[0][0].isalnum() and (r.tokens[-1:] or ["a"])[0][0].isalnum())),
        _lost(r.marks, h.marks), _lost(h.marks, r.marks),
        min(3.0, float(max(0, _spaces(h.text) - _spaces(r.text)))),
        min(3.0, sum(a == b for a, b in zip(h.words, h.words[1:], strict=False)) - sum(a == b for a, b in zip(r.words, r.words[1:], strict=False))),
        near / n_h,
        float(_scripts(h.text) > _scripts(r.text)),
        math.log1p(len(spare_h)), math.log1p(len(spare_r)), (1 - figures["chrF2"] / 100) * length, (1 - figures["chrF2++"] / 100) * length,
        *_edits(h, r), *_letters(h, r), float(h.folded[:1] == r.folded[:1]), float(h.folded[-2:] == r.folded[-2:]),
        float(min(6, abs(len(_SENTENCE_END.findall(hypothesis)) - len(_SENTENCE_END.findall(reference))))),
        *(fluency.features(h.tokens, r.tokens, base) if fluent(base) else (0.0,) * FLUENCY),
    ]  # fmt: skip


_SPACED = re.compile(r" [.,;:!?)]|\( | ['’]s\b| n['’]t\b")


def _spaces(text: str) -> int:
    return len(_SPACED.findall(text))


_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff]+|[\u0400-\u052f]+|[\u0590-\u06ff]+|[\u0900-\u0dff]+|[\u3040-\u9fff\uac00-\ud7af]+")


def _scripts(text: str) -> int:
    return min(1, len(_OTHER_SCRIPT.findall(text))) if re.search("[A-Za-z]", text) else 0


def _spare(side: Side, matched: dict[str, int]) -> list[str]:
    """Words that the other side has not, each as often as it is too many."""
    left = dict(matched)
    spare = []
    for word in side.words:
        if left.get(word, 0):
            left[word] -= 1
        else:
            spare.append(word)
    return spare


def _share(words: list[str], spare: list[str], content: bool) -> float:
    """Share of the content words (or of the others: up to three letters) that are matched."""
    total = sum((len(w) > 3) == content for w in words)
    return 1 - sum((len(w) > 3) == content for w in spare) / total if total else 1.0


_TRIED = 24


def _soft(spare_h: list[str], spare_r: list[str]) -> tuple[float, float, int]:
    """How much of the unmatched words has a similar word on the other side; how many are near misses."""
    if not spare_h or not spare_r:
        return 0.0, 0.0, 0
    left, right = spare_h[:_TRIED], spare_r[:_TRIED]
    best_h, best_r, near = [0.0] * len(left), [0.0] * len(right), 0
    for a, one in enumerate(left):
        if len(one) < 4:
            continue
        for b, other in enumerate(right):
            if len(other) < 4:
                continue
            likeness = JaroWinkler.similarity(one, other, score_cutoff=0.8)
            if likeness > best_h[a]:
                best_h[a] = likeness
            if likeness > best_r[b]:
                best_r[b] = likeness
        near += best_h[a] > _CLOSE
    return sum(best_h), sum(best_r), near


def _order(h: Side, r: Side) -> float:
    """Longest common subsequence of words, as a similarity of both sides."""
    numbers: dict[str, int] = {}
    one, other = ([numbers.setdefault(w, len(numbers)) for w in side.words] for side in (h, r))
    return float(Indel.normalized_similarity(one, other))


def _edits(h: Side, r: Side) -> tuple[float, ...]:
    """Words and marks put in, left out and replaced on the shortest way from one side to the other: per token of the reference,
    and as logarithms, since people mind the first errors most."""
    counts = Counter(step.tag for step in Levenshtein.editops(h.folded, r.folded))
    steps = [counts["delete"], counts["insert"], counts["replace"], counts.total()]
    size = max(1, len(r.folded))
    return (*(min(3.0, n / size) for n in steps), *(math.log1p(n) for n in steps), math.sqrt(counts.total()))


def _letters(h: Side, r: Side) -> tuple[float, ...]:
    """Likeness of the two sequences of characters, as they stand and of small letters and figures alone: common subsequence and edits."""
    if max(len(h.text), len(r.text)) > _LONGEST:
        order = _order(h, r)
        return (order,) * 6
    one, other = _PLAIN.sub("", h.text.casefold()), _PLAIN.sub("", r.text.casefold())
    common = LCSseq.similarity(one, other)
    return (
        Indel.normalized_similarity(h.text, r.text), Levenshtein.normalized_similarity(h.text, r.text),
        Indel.normalized_similarity(one, other), Levenshtein.normalized_similarity(one, other),
        common / max(1, len(one)), common / max(1, len(other)),
    )  # fmt: skip


_PLAIN = re.compile(r"\W+")
_SENTENCE_END = re.compile(r"[.!?。！？]")
_LONGEST = 20_000
"""Characters up to which sequences of them are compared; the cost grows with the square. Beyond, words stand in for them."""


def _chunks(h: Side, r: Side, matched: dict[str, int]) -> float:
    """Runs of matched words per matched word: 0 where all stand in one run."""
    where: dict[str, list[int]] = {}
    for n, word in enumerate(r.words):
        where.setdefault(word, []).append(n)
    runs = count = 0
    last = -2
    for word in h.words:
        places = where.get(word)
        if not places:
            last = -2
            continue
        count += 1
        if last + 1 in places:
            last += 1
            continue
        runs += 1
        last = places[0]
    return (runs - 1) / count if count else 1.0


def _lost(one: Counter[str], other: Counter[str]) -> float:
    """Share of one side's items that the other side has not."""
    return (one - other).total() / (one.total() + 1)


def fluent(base: str) -> bool:
    """Whether the usual sequences of words of a language are known."""
    return base == "en"


@functools.cache
def _weights() -> dict[str, Any]:
    import numpy as np

    with (files("tqcheck.scoring") / "data" / "tq.npz").open("rb") as file, np.load(file, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}


def loss(values: Sequence[float], base: str) -> float:
    """How far a pair with these features is from saying the same, in the unit that the weights were learnt in; 0 at best."""
    w = _weights()
    chosen = w["fluent"] if fluent(base) else w["plain"]
    return max(0.0, float(((w["same"] - values).clip(-w["reach"], w["reach"]) * chosen).sum()))


def passage(hypothesis: str, reference: str, figures: dict[str, float], base: str) -> float:
    """Score of one passage against its reference, 0–100; 100 where both are the same.

    figures: sacreBLEU's for this pair. base: primary subtag of the language.
    """
    if hypothesis == reference:
        return 100.0
    lost = loss(features(hypothesis, reference, figures, base), base) / float(_weights()["scale"])
    return 100.0 * math.exp(-lost * lost)


def signature() -> str:
    """How the figure is made."""
    return f"model:tq|weights:{_weights()['version']}|scale:0-100"
