"""What the provenance model sees of a text: hashed n-grams in three views, and habits of style.

Training and run time share this module, so a text is seen the same way by both. Typography that differs by system and
by publisher, not by who translated (curly quotes, dashes, special spaces, digits), is levelled first, character by
character, so that offsets in the levelled text are offsets in the text.

The views follow the literature on translationese: word n-grams, character n-grams (Popescu 2011), and text without its
topic, where only frequent words keep their form (Volansky, Ordan and Wintner 2015; van der Werff et al. 2022).
"""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANGUAGES = ("en", "de", "ru", "cs", "uk", "zh", "ja")
CJK = frozenset({"zh", "ja"})
WIDTHS = {"word": (1, 2, 3, 4), "shape": (1, 2, 3, 4, 5), "char": (3, 4, 5, 6), "name": (1,)}
JUDGING = ("word", "shape", "char")
"""Views that judge who wrote the text; "name", the names in it, only helps to tell the source language."""
PLACING = ("word", "shape", "name")
"""Views that tell the source language."""
BITS = 20
"""n-grams are hashed into 2**BITS buckets."""


def views_of(lang: str) -> tuple[str, ...]:
    """The views of a language.

    Characters pay where words inflect; in English they add .002–.004 of AUC for four times the work. German writes all nouns with a capital, so its names are not known."""
    if lang in CJK:
        return ("word", "shape")
    if lang == "de":
        return ("word", "shape", "char")
    return ("word", "shape", "name") if lang == "en" else ("word", "shape", "char", "name")

_LEVELS = {
    '"': "“”„‟«»‹›＂「」『』〝〞",
    "'": "’‘‛‚`´＇",
    "–": "—−―‒－",
    "-": "‐‑",
    " ": "\u00a0\u202f\u2009\u200a\u2007\u2002\u2003\u3000\t\r",
    "\x1f": "\n\u2028\u2029",
    "\x1e": "。",
    ".": "…．",
    "0": "123456789０１２３４５６７８９",
    ",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "(": "（", ")": "）", "%": "％",
}
"""\\x1f stands for a line break and \\x1e for an ideographic full stop: both end a sentence, as "." does."""
_TABLE = str.maketrans({char: to for to, chars in _LEVELS.items() for char in chars})

_TOKEN = re.compile(r"0+(?:[.,:]0+)*|'[A-Za-z]{1,2}(?![^\W_])|[^\W0_]+|\.+|[^\w\s]|[\x1e\x1f]")
_CJK_TOKEN = re.compile(r"0+(?:[.,:]0+)*|[A-Za-z\u00c0-\u052f]+|[^\W0_]|\.+|[^\w\s]|[\x1e\x1f]")
_STOP_MARK = re.compile(r"\.+|[\x1e\x1f]")
_END = frozenset(".!?")
_STOP = frozenset({"\x1e", "\x1f", "..", "...", "....", "....."})
_M = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xC2B2AE3D27D4EB4F)
_NAME = "\x02"
_CACHE_SIZE = 300_000


class Seen(NamedTuple):
    """One text as the model sees it: per view the buckets that occur (ascending) and their dampened counts."""

    views: dict[str, tuple[NDArray[np.uint32], NDArray[np.float32]]]
    style: NDArray[np.float32]
    words: int
    tokens: list[str]


def level(text: str) -> str:
    """The text with typography levelled; every character keeps its place."""
    return text.translate(_TABLE).replace(" - ", " – ").replace("--", "– ")


def tokenise(levelled: str, lang: str) -> list[str]:
    """Words in their case, numbers (as zeros), marks; single characters in place of words for Chinese and Japanese."""
    found: list[str] = (_CJK_TOKEN if lang in CJK else _TOKEN).findall(levelled)
    tokens: list[str] = []
    for token in found:
        if token in _STOP:
            if tokens and tokens[-1] in _END:
                continue
            token = "."
        tokens.append(token)
    return tokens


def places(text: str, tokens: list[str]) -> list[tuple[int, int]]:
    """Where each token of a text stands; a mark that stands for a line break stands on it."""
    levelled = level(text)
    spans: list[tuple[int, int]] = []
    at = 0
    for token in tokens:
        start = levelled.find(token, at)
        if token == ".":
            stop = _STOP_MARK.search(levelled, at)
            start, end = stop.span() if stop else (at, at)
        else:
            end = start + len(token)
        spans.append((start, end))
        at = end
    return spans


class Lexicon(dict[str, int]):
    """Token → hash of its form and, in the upper half, of its shape. Computed once per token, bounded.

    kept: the frequent words of a language that keep their form in the shape view. names: words that are only ever
    written with a capital; they lose their form in every view that judges, or articles about Ukraine read like
    translations.
    """

    def __init__(self, lang: str, kept: Iterable[str], names: Iterable[str] = ()) -> None:
        super().__init__()
        self.cjk = lang in CJK
        self.kept = frozenset(kept)
        self.names = frozenset(names)

    def __missing__(self, token: str) -> int:
        low = token.lower()
        if len(self) > _CACHE_SIZE:
            self.clear()
        form = _NAME if low in self.names else low
        code = crc32(form.encode("utf-8", "replace")) | crc32(self.shape(token, low).encode("utf-8", "replace")) << 32
        self[token] = code
        return code

    def shape(self, token: str, low: str) -> str:
        if low in self.names:
            return _NAME
        if low in self.kept or not token[0].isalpha():
            return low if token[0] != "0" else "0"
        if self.cjk:
            char = token[0]
            if "\u3040" <= char <= "\u309f":
                return low
            return "\x01k" if "\u30a0" <= char <= "\u30ff" else "\x01a" if char < "\u2e80" else "\x01c"
        return ("\x01" if token[0].islower() else "\x02" if token[-1].islower() else "\x03") + low[-3:]


def ngrams(ids: NDArray[np.uint64], widths: tuple[int, ...]) -> list[NDArray[np.uint32]]:
    """Per width the buckets of the n-grams in the order of the text, the i-th beginning at the i-th id."""
    rolling = ids
    found = []
    for width in range(1, widths[-1] + 1):
        if width > len(ids):
            break
        if width > 1:
            rolling = rolling[:-1] * _M + ids[width - 1 :]
        if width in widths:
            mixed = (rolling ^ (rolling >> np.uint64(31))) * _M2
            found.append((mixed >> np.uint64(64 - BITS)).astype(np.uint32))
    return found


def _values(found: list[NDArray[np.uint32]]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Buckets that occur, ascending, with dampened counts."""
    if not found:
        return np.zeros(0, np.uint32), np.zeros(0, np.float32)
    buckets = np.sort(np.concatenate(found))
    first = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
    counts = np.diff(np.append(first, len(buckets)))
    return buckets[first], (1 + np.log(counts)).astype(np.float32)


def token_ids(tokens: list[str], lexicon: Lexicon) -> dict[str, NDArray[np.uint64]]:
    """Per view of tokens ("word", "shape") one number per token."""
    codes = np.fromiter(map(lexicon.__getitem__, tokens), np.uint64, len(tokens))
    return {"word": (codes & np.uint64(0xFFFFFFFF)) * _M2, "shape": (codes >> np.uint64(32)) * _M2}


def see(text: str, lexicon: Lexicon, lang: str) -> Seen:
    """The text in every view of its language."""
    tokens = tokenise(level(text), lang)
    ids = token_ids(tokens, lexicon)
    if "char" in views_of(lang):
        chars = np.frombuffer(" ".join(tokens).lower().encode("utf-32-le", "replace"), np.uint32)
        ids["char"] = chars.astype(np.uint64) * _M2
    if "name" in views_of(lang):
        ids["name"] = np.array([crc32(t.lower().encode("utf-8", "replace")) for t in tokens if t.lower() in lexicon.names], np.uint64) * _M2
    views = {view: _values(ngrams(ids[view], WIDTHS[view])) for view in views_of(lang)}
    return Seen(views, style(tokens), count_words(tokens, lang), tokens)


def count_words(tokens: list[str], lang: str) -> int:
    """Number of words; for Chinese and Japanese half the number of characters."""
    n = sum(map(str.isalnum, tokens))
    return n // 2 if lang in CJK else n


STYLE = (
    "log words", "sentence length", "spread of sentence lengths", "word length", "long words", "types per window",
    "once-only words", "commas", "quotation marks", "brackets", "colons", "semicolons", "dashes", "hyphens", "numbers",
    "capitals", "clitics", "exclamations", "questions", "repeated pairs",
)


def style(tokens: list[str]) -> NDArray[np.float32]:
    """Habits of the whole text, in the order of STYLE; rates are per token, dampened by a square root."""
    tokens = tokens or ["."]
    n = len(tokens)
    low = [token.lower() for token in tokens]
    initials = "".join([token[0] for token in tokens])
    lengths = np.fromiter(map(len, tokens), np.int32, n)
    word_lengths = lengths[np.fromiter(map(str.isalpha, initials), bool, n)]
    if not len(word_lengths):
        word_lengths = np.array([4])
    codes = np.frombuffer(initials.encode("utf-32-le", "replace"), np.uint32)
    ends = np.flatnonzero((codes == 46) | (codes == 33) | (codes == 63))
    sentences = np.diff(np.concatenate(([-1], ends, [n - 1])))
    sentences = sentences[sentences > 1]
    log_lengths = np.log(sentences) if len(sentences) else np.log([10.0])
    marks = [initials.count(c) for c in '"(:;–-0']
    marks[1:1] = [initials.count(",") + initials.count("、")]
    marks += [sum(map(str.isupper, initials)), initials.count("'"), initials.count("!"), initials.count("?")]
    rates = np.sqrt(np.array(marks) / n)
    quotes, commas = rates[0], rates[1]
    window = low[:200]
    pairs = len(set(itertools.pairwise(low)))
    return np.array([
        np.log1p(n), log_lengths.mean(), log_lengths.std(), word_lengths.mean(), (word_lengths > 7).mean(),
        len(set(window)) / max(20, len(window)) ** 0.9, len(set(low)) / n**0.9, commas, quotes, *rates[2:], 1 - pairs / n,
    ], np.float32)  # fmt: skip
