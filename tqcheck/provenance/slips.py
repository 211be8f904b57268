"""Words misspelt as a hand misspells them: machine translation hardly ever does, so they speak against it. English.

In articles of 150 words and more, one stands in 1.0–1.6 % of machine translations, in 4–10 % of human ones and 3 % of originals
(WMT 2021 and 2022, van der Werff et al. 2022).
"""
from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from string import ascii_lowercase
from typing import NamedTuple

LANGUAGES = frozenset({"en"})
COMMON = 10_500
"""A slip is looked for in this many of the most frequent words; what rare words look like tells little."""
LEAST_LETTERS = 6
MOST_UNKNOWN = 300
"""Unknown words of a text that are looked at; a text with more of them is no English that is known here."""
_WORD = re.compile(rf"(?<![\w'’.@#/&-])[a-z]{{{LEAST_LETTERS},24}}(?!['’-]?\w|\.\w|[@/])")
_SPELLINGS = tuple((re.compile(here), there) for here, there in (
    ("or", "our"), ("er", "re"), ("ense", "ence"), ("ence", "ense"), ("yz", "ys"), ("iz", "is"), ("is", "iz"), ("e", "ae"), ("e", "oe"), ("num", "nium"),
    ("og", "ogue"), ("lty", "lity"), ("able", "eable"), ("ay", "ey"), ("u", "ou"), ("m", "mme"), ("l(?=ed$|ing$|ers?$|ors?$)", "ll"), ("ll(?=s?$|ments?$|ful)", "l"),
))  # fmt: skip
"""American spelling → British, which the list has, and a few the other way."""
_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "ly", "ness", "able")
_BEGINNINGS = ("un", "re", "over", "under", "out", "non", "mis", "pre", "anti")


class Slip(NamedTuple):
    """A misspelt word: where it stands, and the common word it is one slip away from."""

    start: int
    end: int
    meant: str


@functools.cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """All words, and the common ones."""
    lines = (files("tqcheck.lang") / "en" / "words.txt").read_text("utf-8").splitlines()
    found = [line for line in lines if line[0] != "#"]
    return frozenset(found), frozenset(found[:COMMON])


def slips(text: str, lang: str | None) -> tuple[Slip, ...]:
    """The misspelt words of a text, each once where it first stands. lang: BCP 47; other languages than LANGUAGES have none."""
    if (lang or "").split("-")[0] not in LANGUAGES:
        return ()
    words, _ = _words()
    unknown: dict[str, int] = {}
    for match in _WORD.finditer(text):
        if match.group() not in words:
            unknown.setdefault(match.group(), match.start())
            if len(unknown) > MOST_UNKNOWN:
                return ()
    return tuple(Slip(start, start + len(word), meant) for word, start in unknown.items() if (meant := _meant(word)))


@functools.lru_cache(maxsize=20_000)
def _meant(word: str) -> str | None:
    words, common = _words()
    if any(other in words for other in _spelt_otherwise(word)) or _derived(word, words):
        return None
    return next((near for near in _one_slip_away(word) if len(near) >= LEAST_LETTERS and near in common), None)


def _spelt_otherwise(word: str) -> Iterator[str]:
    for here, there in _SPELLINGS:
        for match in here.finditer(word):
            yield word[: match.start()] + there + word[match.end() :]


def _derived(word: str, words: frozenset[str]) -> bool:
    """Whether it is a known word with an ending or a beginning that words take freely."""
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    stems += [word.removeprefix(beginning) for beginning in _BEGINNINGS if word.startswith(beginning)]
    return any(stem in words or stem + "e" in words for stem in stems if len(stem) > 3)


def _one_slip_away(word: str) -> Iterator[str]:
    """What it may have been meant to be: two letters swapped, one too many, one missing, one for another. First and last letter stay:
    people seldom miss those, and another ending is another form."""
    for i in range(1, len(word) - 1):
        if i < len(word) - 2:
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        yield word[:i] + word[i + 1 :]
    for i in range(1, len(word)):
        for letter in ascii_lowercase:
            yield word[:i] + letter + word[i:]
            if i < len(word) - 1:
                yield word[:i] + letter + word[i + 1 :]
