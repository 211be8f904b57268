"""Makes tqcheck/checks/data/gender_agreement.npz: the word models and the trees of checks/gender/agreement.py.

    python training/gender_agreement.py --data DIR [--validate]

DIR holds `gender/geneval.jsonl.gz` (MT-GenEval development part) and `detect/*.jsonl.gz` (news, of which human translations
from English are used). Five folds grouped by source sentence and document: the trees learn from what word models say of
sentences they were not trained on.
"""
from __future__ import annotations

import argparse
import collections
import difflib
import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from export import arrays_of
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from tqcheck.checks.gender import agreement

TARGET = Path(__file__).parent.parent / "tqcheck" / "checks" / "data" / "gender_agreement.npz"
FOLDS = 5
PLAIN = 2500
"""News sentences of a language, without a gender in their source, whose words are examples of words that carry no person's gender.
Russian: news flagged where 1 % of right sentences are, 3.4 % with them and 4.7 % without."""
NEWS_WEIGHT = 2.0
"""What a news sentence weighs against one of MT-GenEval."""
Reader = Callable[[list[str], list[bool], int, str], list[int]]


def differing(good: list[str], bad: list[str]) -> tuple[list[bool], list[bool]]:
    """Which words of two versions differ."""
    a, b = [False] * len(good), [False] * len(bad)
    for op, i, j, k, n in difflib.SequenceMatcher(None, good, bad, autojunk=False).get_opcodes():
        if op != "equal":
            a[i:j] = [True] * (j - i)
            b[k:n] = [True] * (n - k)
    return a, b


class Natural(NamedTuple):
    """A news sentence that somebody translated from English, its source, and its document."""

    source: agreement.Shown
    text: str
    document: str

    @property
    def fold(self) -> int:
        return crc32(self.document.encode()) % FOLDS


class Words:
    """The words of sentences of one language, with features and labels (1 female, −1 male, 0 neither).

    rows: MT-GenEval, both versions of each; plain: news sentences whose source shows no gender, with their documents.
    """

    def __init__(self, rows: list[dict[str, Any]], plain: list[Natural], lang: str, read: Reader) -> None:
        features: list[list[int]] = []
        labels: list[int] = []
        folds: list[int] = []
        self.lang, self.read = lang, read
        self.where: list[tuple[int, int, str]] = []
        for number, row in enumerate(rows):
            gender = 1 if row["gender"] == "f" else -1
            words = [agreement.words_of(row[side]) for side in ("good", "bad")]
            marks = differing(*([w.lower() for _, _, w in version] for version in words))
            for side in (0, 1):
                for i, word, found in self._features(words[side]):
                    features.append(found)
                    labels.append((gender if side == 0 else -gender) * marks[side][i])
                    folds.append(fold_of(row))
                    self.where.append((number, side, word))
        seen = collections.Counter(h for f, y in zip(features, labels, strict=True) if y for h in set(f))
        self.column = {h: i for i, h in enumerate(h for h, count in seen.items() if count >= 2)}
        self.count = len(labels)
        for sentence in plain:
            for _, _, found in self._features(agreement.words_of(sentence.text)):
                features.append(found)
                labels.append(0)
                folds.append(sentence.fold)
        self.y, self.fold = np.array(labels), np.array(folds)
        self.x = self._matrix(features)

    def _features(self, words: list[tuple[int, int, str]]) -> Iterator[tuple[int, str, list[int]]]:
        low = [w.lower() for _, _, w in words]
        capital = [w[:1].isupper() for _, _, w in words]
        for i, word in enumerate(low):
            if word[0].isalpha():
                yield i, word, self.read(low, capital, i, self.lang)

    def _matrix(self, features: list[list[int]]) -> csr_matrix:
        index: list[int] = []
        ends = [0]
        for f in features:
            index += [self.column[h] for h in f if h in self.column]
            ends.append(len(index))
        return csr_matrix((np.ones(len(index), dtype=np.float32), index, ends), shape=(len(ends) - 1, len(self.column)))

    def fit(self, keep: np.ndarray) -> list[LogisticRegression]:
        return [LogisticRegression(C=1.0, l1_ratio=1.0, solver="liblinear", random_state=0).fit(self.x[keep], self.y[keep] == sign) for sign in (1, -1)]

    def said(self, models: list[LogisticRegression], text: str, lang: str) -> list[agreement.Marker]:
        """What fitted models say of the words of a text."""
        self.lang, before = lang, self.lang
        read = list(self._features(agreement.words_of(text)))
        self.lang = before
        if not read:
            return []
        scores = [m.decision_function(self._matrix([f for _, _, f in read])) for m in models]
        return [agreement.Marker(0, 0, word, float(a), float(b)) for (_, word, _), a, b in zip(read, *scores, strict=True)]


def fold_of(row: dict[str, Any]) -> int:
    """The two versions of one sentence, about a man and about a woman, stay together."""
    key = row["id"].split("-")[3] if row["set"] == "sentences" else row["src"]
    return crc32(key.encode()) % FOLDS


def source_of(row: dict[str, Any]) -> agreement.Shown:
    return agreement.shown(row["src"], row.get("context") or "")


def natural(folder: Path, lang: str) -> list[Natural]:
    """Human translations of English originals that have as many lines as these, line by line (WMT sets: a line is a sentence)."""
    originals = {r["doc_id"]: r["text"] for r in _rows(folder / "en.jsonl.gz") if r["label"] == "original"}
    out: dict[tuple[str, str], Natural] = {}
    for r in _rows(folder / f"{lang}.jsonl.gz") if (folder / f"{lang}.jsonl.gz").exists() else ():
        if r["label"] == "human" and r.get("src_lang") == "en" and r["doc_id"] in originals and not r.get("suspect_postedit"):
            sides = [[line for line in text.split("\n") if line.strip()] for text in (originals[r["doc_id"]], r["text"])]
            if len(sides[0]) == len(sides[1]):
                for source, text in zip(*sides, strict=True):
                    out.setdefault((source, text), Natural(agreement.shown(source), text, r["doc_id"]))
    return list(out.values())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def trees() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=150, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=30, random_state=0, early_stopping=False)


class Compared(NamedTuple):
    """A sentence as the trees see it (x is None where its source shows no gender). kind: a part of MT-GenEval, or "news"."""

    lang: str
    kind: str
    wrong: int
    fold: int
    before: bool
    x: list[float] | None


def train(data: Path, validate: bool, languages: tuple[str, ...] = agreement.LANGUAGES) -> None:
    """Fold figures, and the weights unless only these are wanted."""
    everything = [row for row in _rows(data / "gender" / "geneval.jsonl.gz") if row["gender"]]
    arrays: dict[str, np.ndarray] = {}
    compared: list[Compared] = []
    for name in (*languages, agreement.SHAPES):
        shaped = name == agreement.SHAPES
        lang = "ru" if shaped else name
        rows = [r for r in everything if r["lang"] == lang]
        news = natural(data / "detect", lang)
        plain = [s for s in news if not (s.source.gender or s.source.she or s.source.female)]
        plain = random.Random(0).sample(plain, min(PLAIN, len(plain)))
        words = Words(rows, plain, lang, agreement.shapes if shaped else agreement.features)
        read = {lang: news} if not shaped else {other: natural(data / "detect", other) for other in agreement.SHAPED}
        said = np.zeros((words.count, 2))
        for f in range(FOLDS):
            models = words.fit(words.fold != f)
            mine = words.fold[: words.count] == f
            for column, fitted in enumerate(models):
                said[mine, column] = fitted.decision_function(words.x[: words.count][mine])
            for other, sentences in read.items():
                for s in sentences:
                    if s.source.gender and s.fold == f:
                        compared.append(Compared(other, "news", 0, f, False, agreement.compare(words.said(models, s.text, other), s.source, other)))
        versions: dict[tuple[int, int], list[agreement.Marker]] = collections.defaultdict(list)
        for (number, side, word), (female, male) in zip(words.where, said, strict=True):
            versions[number, side].append(agreement.Marker(0, 0, word, float(female), float(male)))
        for (number, side), markers in versions.items():
            row = rows[number]
            source = source_of(row)
            x = agreement.compare(markers, source, lang) if source.gender else None
            compared.append(Compared(name, row["set"], side, fold_of(row), source.before, x))
        if not validate:
            final = words.fit(np.ones(len(words.y), dtype=bool))
            coefficients = np.array([m.coef_[0] for m in final])
            coefficients[:, words.column[crc32(b"bias")]] += [m.intercept_[0] for m in final]
            used = np.abs(coefficients).max(axis=0) > 1e-3
            arrays[f"{name}_keys"] = np.array(list(words.column), dtype=np.uint32)[used]
            arrays[f"{name}_female"], arrays[f"{name}_male"] = coefficients[:, used].astype(np.float16)
        print(" read", name, len(rows), "rows", {k: len(v) for k, v in read.items()}, "news sentences", flush=True)
    clear = np.array([c.x is not None for c in compared])
    x = np.array([c.x for c in compared if c.x is not None])
    y, fold, lang_, kind, before = (np.array(v) for v in zip(*((c.wrong, c.fold, c.lang, c.kind, c.before) for c in compared), strict=True))
    weight = np.where(kind == "news", NEWS_WEIGHT, 1.0)
    score = np.full(len(y), -50.0)
    for f in range(FOLDS):
        learn = clear & (fold != f)
        fitted = trees().fit(x[fold[clear] != f], y[learn], sample_weight=weight[learn])
        score[clear & (fold == f)] = fitted.decision_function(x[fold[clear] == f])
    cuts = [_cuts(lang, score, y, lang_, kind, before) for lang in (*languages, *agreement.SHAPED)]
    # a language whose news nobody translated from English here is held to the strictest of its kin
    strict = max(cut for lang, (cut, _) in zip((*languages, *agreement.SHAPED), cuts, strict=True) if lang in agreement.SHAPED)
    cuts = [(strict, max(strict, far)) if lang in agreement.SHAPED and not read.get(lang) else (cut, far) for lang, (cut, far) in zip((*languages, *agreement.SHAPED), cuts, strict=True)]
    if validate:
        return
    arrays["cut"] = np.array(cuts, dtype=np.float32)
    arrays |= arrays_of(trees().fit(x, y[clear], sample_weight=weight[clear]))
    np.savez_compressed(TARGET, **arrays)
    print(TARGET.stat().st_size, "bytes; cuts", dict(zip((*languages, *agreement.SHAPED), np.round(cuts, 2).tolist(), strict=True)))


def _cuts(lang: str, score: np.ndarray, y: np.ndarray, lang_: np.ndarray, kind: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Log-odds of confidence 0.5, where the sentence shows the gender and where only those before do, with figures.

    Of right sentences 0.8 % and 1 % exceed them, of news sentences whose source shows a gender 1.2 % (0.6 % where no errors of
    the language were seen).
    """
    name = agreement.SHAPES if lang in agreement.SHAPED else lang
    here = lang_ == name
    right = score[here & (y == 0) & (kind != "news") & ~before]
    far = score[here & (y == 0) & before]
    news = score[(lang_ == lang) & (kind == "news")]
    cut = float(np.sort(right if len(right) > 100 else far)[::-1][int(0.008 * len(right))])
    if len(news):
        cut = max(cut, float(np.sort(news)[::-1][int((0.006 if lang in agreement.SHAPED else 0.012) * len(news))]))
    cuts = (cut, max(cut, float(np.sort(far)[::-1][int(0.01 * len(far))])))
    parts = [f" {lang}: cuts {cuts[0]:.2f} {cuts[1]:.2f}"]
    at = np.where(before, cuts[1], cuts[0])
    for part in ("sentences", "context"):
        mine = here & (kind == part)
        if mine.any():
            good, bad = mine & (y == 0), mine & (y == 1)
            one = np.sort(score[good])[::-1][int(0.01 * good.sum())]
            parts.append(f"{part} n={good.sum()} ({np.mean(before[good]):.2f} before) recall at 1 % {np.mean(score[bad] > one):.3f}; at the cuts {np.mean((score > at)[bad]):.3f}, of right {np.mean((score > at)[good]):.3f}")
    if len(news):
        parts.append(f"news n={len(news)} flagged {np.mean(news > cut):.3f}")
    print("; ".join(parts), flush=True)
    return cuts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--validate", action="store_true", help="print figures only")
    a = parser.parse_args()
    train(a.data, a.validate)


if __name__ == "__main__":
    main()
