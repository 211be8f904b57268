"""The names of a text against those of a reference in its language: which word of one stands for which of the other."""
from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from tqcheck.names import letters
from tqcheck.names.mentions import Mention, vocabulary
from tqcheck.names.pairs import Pair, Word, name_words
from tqcheck.names.sounds import nearness, skeleton
from tqcheck.names.spelling import fold, variant_word

_WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ`][^\W\d_]+)*")


def _all_words(text: str) -> set[str]:
    """Folded words of a text, hyphenated ones whole and in parts."""
    words = set()
    for match in _WORD.finditer(text):
        low = fold(match.group())
        words.add(low)
        words.add(low.replace(" ", ""))
        if low.endswith(" s"):
            words.add(low[:-2])
        if match.group()[-2:-1] in ("'", "’"):
            words.add(low[:-1].strip())
        words.update(low.split())
    return words


def looks_like_coverage(text: str, reference: str) -> bool:
    """Whether a reference of unknown kind is another article rather than a translation: told from lengths and line breaks."""
    lines, others = (sum(bool(line.strip()) for line in t.splitlines()) for t in (text, reference))
    if lines <= 1 and others <= 1:
        return False
    return lines != others or max(len(text), len(reference)) > 1.35 * min(len(text), len(reference))


def misprint(one: str, other: str) -> float:
    """0–1: whether two different folded surnames are one, written wrong once: near in sound, long enough, of one beginning."""
    if min(len(one), len(other)) < 5 or one[0] != other[0]:
        return 0.0
    near = nearness(one, other)
    return near if near >= 0.78 else 0.0


FEATURES = ("one", "near", "likeness", "bones", "first", "neighbour", "distance", "alone", "short", "only", "strict", "single", "near_short", "length", "prefix")


def other_names(text: str, found: Sequence[Mention], reference: str, others: Sequence[Mention], *, strict: bool, lang: str = "any") -> Iterator[Pair]:
    """Words of names that a reference in the same language writes otherwise.

    strict: the reference is another article, whose names need not be the text's. lang: language both come from, where known.
    """
    mine, theirs = name_words(text, found), name_words(reference, others)
    there, here = _all_words(reference), _all_words(text)
    vocab = vocabulary("en")
    names = {t.folded for t in theirs}
    odd = [w for w in mine if w.folded not in there and w.folded.replace(" ", "") not in there and not _has_variant(w.folded, names, lang) and w.folded not in vocab.country and w.folded.removesuffix("s") not in vocab.country]
    free = [w for w in theirs if w.folded not in here and w.folded.replace(" ", "") not in here]
    if not odd or not free:
        return
    distinct_odd, distinct_free = {w.folded for w in odd}, {w.folded for w in free}
    options: list[tuple[float, Word, Word, tuple[float, ...]]] = []
    for word in odd:
        for other in free:
            features = _features(word, other, len(distinct_odd), len(distinct_free), strict, len(text))
            if features is not None:
                options.append((_probability(features), word, other, features))
    options.sort(key=lambda o: o[0], reverse=True)
    taken: dict[str, str] = {}
    used: dict[str, str] = {}
    for p, word, other, features in options:
        if taken.get(word.folded, other.folded) != other.folded or used.get(other.folded, word.folded) != word.folded:
            continue
        first = word.folded not in taken
        taken[word.folded], used[other.folded] = other.folded, word.folded
        if first:
            for same in odd:
                if same.folded == word.folded:
                    ordinary = word.folded in vocab.ordinary and other.folded in vocab.ordinary
                    yield Pair(same.start, same.end, same.text, other.text, other.start, other.end, p * (0.6 if ordinary else 1.0), features)


def _has_variant(word: str, names: set[str], lang: str) -> bool:
    return any(abs(len(n) - len(word)) < 5 and variant_word(word, n, lang) for n in names)


def _features(word: Word, other: Word, odd: int, free: int, strict: bool, size: int) -> tuple[float, ...] | None:
    a, b = other.folded, word.folded
    near = nearness(a, b)
    neighbour = float(bool((word.left and word.left == other.left) or (word.right and word.right == other.right)))
    distance = abs(word.place - other.place)
    if (near < (0.75 if strict else 0.2) and not neighbour) or (strict and near < 0.4):
        return None
    return (
        1.0, near, letters.likeness(a, b) if near > 0.3 else -2.0, float(skeleton(a) == skeleton(b)), float(a[0] == b[0]), neighbour,
        min(distance, 1.0) if size < 2000 else min(1.0, distance * 2), float(word.single == other.single), float(min(len(a), len(b)) <= 4), float(odd == 1 and free == 1),
        float(strict), float(word.single), near * (min(len(a), len(b)) <= 4), min(len(a), len(b)) / 8, float(a[:3] == b[:3]),
    )  # fmt: skip


@functools.cache
def _weights() -> tuple[float, ...]:
    rows: dict[str, float] = {}
    for line in (files("tqcheck.names") / "data" / "pair_weights.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, weight = line.split("\t")
            rows[name] = float(weight)
    return tuple(rows[name] for name in FEATURES)


def _probability(features: Sequence[float]) -> float:
    return 1.0 / (1.0 + math.exp(-sum(w * f for w, f in zip(_weights(), features, strict=True))))
