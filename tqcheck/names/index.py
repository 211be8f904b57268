"""Known names by every form they may be met in, and the known words that a wrong one may be."""
from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tqcheck.names.forms import Entry, Form, name_forms
from tqcheck.names.sounds import nearness, respoken, skeleton, sound

SYLLABIC = ("zh", "ja", "ko", "vi", "th")
"""Languages whose names machines write in syllables, joined or apart."""


class Forms:
    """Entries, and every form they may be met in. right: how many Latin names a folded word stands in."""

    def __init__(self, entries: Sequence[Entry], right: Iterable[str] = ()) -> None:
        self.entries = entries
        self.forms: list[Form] = []
        self.right: Counter[str] = Counter(right)
        self.by_entry: dict[int, list[int]] = {}
        for number, entry in enumerate(entries):
            for words, lang in name_forms(entry.person):
                self._add(number, words, lang)

    def _add(self, entry: int, words: tuple[str, ...], lang: str) -> None:
        self.by_entry.setdefault(entry, []).append(len(self.forms))
        self.forms.append(Form(entry, words, lang))


class _Bucket(msgspec.Struct, gc=False):
    """Known words of one key: how they sound, and their numbers."""

    heard: list[str]
    words: list[int]


class Index(Forms):
    """People by every form they may be met in. Built once per roster.

    A word written wrong keeps its coarse consonants, but for one that was lost, added or changed: so words are found by their
    skeleton and by what is left of it without one of its letters (a deletion neighbourhood, after Mor and Fraenkel 1982).
    """

    nearest = 10
    """Words taken from one key; more found nobody else among 5,000 people."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._tokens: dict[str, list[int]] = {}
        self._names: list[str] = []
        self._buckets: dict[str, _Bucket] = {}
        super().__init__(entries)

    def _add(self, entry: int, words: tuple[str, ...], lang: str) -> None:
        at = len(self.forms)
        super()._add(entry, words, lang)
        joined = ("".join(words),) if lang in SYLLABIC and len(words) > 1 else ()
        for word in dict.fromkeys((words[-1], words[0], *joined)):
            if lang == "" and word not in joined:
                self.right[word] += 1
            if word not in self._tokens:
                self._tokens[word] = []
                heard = sound(word)
                for key in _keys(word):
                    bucket = self._buckets.get(key)
                    if bucket is None:
                        bucket = self._buckets[key] = _Bucket([], [])
                    bucket.heard.append(heard)
                    bucket.words.append(len(self._names))
                self._names.append(word)
            self._tokens[word].append(at)
        if lang == "":
            for word in words[1:-1]:
                self.right[word] += 1

    def near(self, word: str, limit: int = 16) -> list[tuple[float, str]]:
        """Known words that may be this folded word, nearest first."""
        found = self._near(word)
        undone = respoken(word)
        if undone != word:
            found = list(dict.fromkeys(found + self._near(undone)))
        found.sort(reverse=True)
        return found[:limit]

    def _near(self, word: str) -> list[tuple[float, str]]:
        heard = sound(word)
        best: dict[int, float] = {}
        for key in _keys(word):
            if (bucket := self._buckets.get(key)) is not None:
                for _, score, at in process.extract(heard, bucket.heard, scorer=Levenshtein.normalized_similarity, processor=None, limit=self.nearest, score_cutoff=CUTOFF):
                    best[bucket.words[at]] = score
        return [(max(score, nearness(self._names[number], word)), self._names[number]) for number, score in best.items()]

    def forms_of(self, word: str) -> list[int]:
        return self._tokens.get(word, [])


CUTOFF = 0.55
"""Likeness of sound that a known word needs to be looked at."""


@functools.lru_cache(maxsize=1 << 15)
def _keys(word: str) -> tuple[str, ...]:
    """Keys of a folded word: its skeleton and what is left of it without each letter; of a short one, the same of how it sounds."""
    bones = skeleton(word)
    keys = [bones] if len(bones) > 2 else []
    if len(bones) > 3:
        keys += [bones[:i] + bones[i + 1 :] for i in range(len(bones))]
    else:
        heard = sound(word)
        keys += [heard, *(heard[:i] + heard[i + 1 :] for i in range(len(heard)))]
    return tuple(dict.fromkeys(keys))
