"""Known names by every form they may be met in, and the known words that a wrong one may be."""
from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence

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


class Index(Forms):
    """People by every form they may be met in. Built once per roster."""

    budget = 900
    """Postings that one look-up reads at most; more found nobody else among 5,000 people."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._tokens: dict[str, list[int]] = {}
        self._grams: dict[str, list[int]] = {}
        self._names: list[str] = []
        self._sizes: list[int] = []
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
                token = len(self._names)
                self._names.append(word)
                grams = _grams(word)
                self._sizes.append(len(grams))
                for gram in grams:
                    self._grams.setdefault(gram, []).append(token)
            self._tokens[word].append(at)
        if lang == "":
            for word in words[1:-1]:
                self.right[word] += 1

    def near(self, word: str, limit: int = 16) -> list[tuple[float, str]]:
        """Known words that may be this folded word, nearest first."""
        found = self._near(word, limit)
        undone = respoken(word)
        if undone != word:
            found = sorted(dict.fromkeys(found + self._near(undone, limit)), reverse=True)
        return found

    def _near(self, word: str, limit: int) -> list[tuple[float, str]]:
        grams = _grams(word)
        seen: Counter[int] = Counter()
        # The rarest letter pairs find the word; the commonest only cost time.
        lists = sorted((found for gram in grams if (found := self._grams.get(gram))), key=len)
        left, used = self.budget, 0
        for found in lists:
            if (left := left - len(found)) < 0 and used > 2:
                break
            used += 1
            seen.update(found)
        names, size = self._names, len(word)
        need = max(2, 0.45 * used)
        tokens = [t for t, n in seen.items() if n >= need and abs(len(names[t]) - size) < 4]
        if len(tokens) > 24:
            tokens = sorted(tokens, key=lambda t: seen[t] / (used + self._sizes[t]), reverse=True)[:24]
        scored = [(nearness(names[t], word), names[t]) for t in tokens]
        scored.sort(reverse=True)
        return [(s, n) for s, n in scored[:limit] if s >= 0.5]

    def forms_of(self, word: str) -> list[int]:
        return self._tokens.get(word, [])


@functools.lru_cache(maxsize=1 << 15)
def _grams(word: str) -> tuple[str, ...]:
    """Pairs of letters as they sound, and the bones of the whole word, which count twice."""
    heard = f"^{sound(word)}$"
    bones = skeleton(word)
    return (*dict.fromkeys(heard[i : i + 2] for i in range(len(heard) - 1)), f"={bones}", f"=={bones}")
