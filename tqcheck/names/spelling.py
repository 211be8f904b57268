"""When two spellings are one name: folding of accents and case, and the variants that house styles choose between.

`variant` follows the romanisation systems in use for Slavic, Arabic, Japanese, Korean and German names (BGN/PCGN, ISO 9,
GOST, scientific transliteration, the national Ukrainian system of 2010, Hepburn and Kunrei-shiki): two spellings are
variants of each other where every difference is one that two of these systems have.
"""
from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files

_PLAIN = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ə": "a", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
    "ʿ": None, "ʾ": None, "ʻ": None, "ʼ": None, "ʹ": None, "ʺ": None, "'": None, "’": None, "‘": None, "`": None, "·": None, "\u200c": None,
})  # fmt: skip


PINYIN = re.compile(
    r"(?:[bp](?:a|ai|an|ang|ao|ei|en|eng|i|ian|iao|ie|in|ing|o|ou|u)|m(?:a|ai|an|ang|ao|e|ei|en|eng|i|ian|iao|ie|in|ing|iu|o|ou|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)"
    r"|[dt](?:a|ai|an|ang|ao|e|ei|eng|i|ia|ian|iao|ie|ing|iu|ong|ou|u|uan|ui|un|uo)|[nl](?:a|ai|an|ang|ao|e|ei|en|eng|i|ia|ian|iang|iao|ie|in|ing|iu|ong|ou|u|uan|ue|un|uo|v|ve)"
    r"|[gkh](?:a|ai|an|ang|ao|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|[jqx](?:i|ia|ian|iang|iao|ie|in|ing|iong|iu|u|uan|ue|un)"
    r"|(?:zh|ch|sh|[zcsr])(?:a|ai|an|ang|ao|e|ei|en|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|w(?:a|ai|an|ang|ei|en|eng|o|u)|y(?:a|an|ang|ao|e|i|in|ing|o|ong|ou|u|uan|ue|un)|ai|ang?|ao|e[nr]?|ou?)+"
)
"""Folded words that are syllables of Hanyu Pinyin."""


@functools.lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """A name without case, accents, apostrophes, dots and hyphens: words of small letters, one space between."""
    if name.isascii() and name.replace(" ", "").isalpha():  # most of a register's
        return " ".join(name.lower().split())
    name = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN)
    return " ".join("".join(c if c.isalnum() else " " for c in name if not unicodedata.combining(c)).split())


def _table(name: str) -> list[list[str]]:
    text = (files("tqcheck.names") / "data" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@functools.cache
def _pairs(lang: str) -> dict[str, frozenset[str]]:
    """Chunk of letters → the chunks it may stand for in names that come through a language, from data/letter_variants.tsv."""
    pairs: dict[str, set[str]] = {}
    for row in _table("letter_variants.tsv"):
        if row[1] != "*" and not set(lang.split()).intersection(row[1].split()):
            continue
        group = row[0].split()
        for a in group:
            for b in group:
                if a != b:
                    pairs.setdefault(a, set()).add(b)
    return {a: frozenset(bs) for a, bs in pairs.items()}


@functools.cache
def _names() -> dict[str, frozenset[int]]:
    """Folded name → the groups of equal names it stands in, from data/name_variants.tsv."""
    groups: dict[str, set[int]] = {}
    for number, row in enumerate(_table("name_variants.tsv")):
        for name in row:
            groups.setdefault(fold(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


def same_name(one: str, other: str) -> bool:
    """Whether two folded words are listed as forms of one name (Alexei, Oleksiy; Kiev, Kyiv)."""
    names = _names()
    return not names.get(one, frozenset()).isdisjoint(names.get(other, ()))


def names_like(name: str) -> tuple[str, ...]:
    """Folded names listed as forms of a folded name."""
    numbers = _names().get(name, frozenset())
    return tuple(other for other, groups in _names().items() if not numbers.isdisjoint(groups)) if numbers else ()


_SLAVIC = re.compile(r"(?:o[vw]|e[vw]|ova|eva|sk[iya]{1,3}|skoye|enko|ch[iuy]k|[iy]?uk|[aoei]vi?ch|vych|k[ao]|iv|ne|[iy]n|ino|ovo|ets|sk|yi|oye|aya|[lnsr]ya|[oa]ra|ar|el)$|kh|zh|shch|iy|yo|^[oe]le|ohor|dmit|serg|serh|lodym|hiy|giy")
_JAPANESE = re.compile(r"(?:(?:[kgsztdnhbpmrwjfvlc]|sh|ch|ts|[kgnhbpmr]?y)?[aeiou]{1,2}h?(?:n(?![aeiouy])|m(?=[bp]))?)+(?:machi|cho)?")


def syllabic(one: str, other: str) -> bool:
    """Whether two folded words are both made of Chinese or of Japanese syllables: there one letter makes another real name."""
    return bool((PINYIN.fullmatch(one) and PINYIN.fullmatch(other)) or (_JAPANESE.fullmatch(one) and _JAPANESE.fullmatch(other)))


def _ways(one: str, other: str) -> str:
    """The languages two spellings look as if they came through, where nobody says it."""
    ways = []
    if _SLAVIC.search(one) or _SLAVIC.search(other):
        ways.append("uk ru")
    if _JAPANESE.fullmatch(one) and _JAPANESE.fullmatch(other):
        ways.append("ja")
    return " ".join(ways)


@functools.lru_cache(maxsize=1 << 15)
def variant_word(one: str, other: str, lang: str = "") -> bool:
    """Whether two folded words are one name in two romanisations: every difference is in the table of letter variants."""
    if one == other or same_name(one, other):
        return True
    if abs(len(one) - len(other)) > 4 or not one or not other:
        return False
    pairs = _pairs(_ways(one, other) if lang == "any" else lang)
    n, m = len(one), len(other)
    reach = [[False] * (m + 1) for _ in range(n + 1)]
    reach[0][0] = True
    for i in range(n + 1):
        for j in range(m + 1):
            if not reach[i][j]:
                continue
            if i < n and j < m and one[i] == other[j]:
                reach[i + 1][j + 1] = True
            # A doubled letter is one letter.
            if i and i < n and one[i] == one[i - 1]:
                reach[i + 1][j] = True
            if j and j < m and other[j] == other[j - 1]:
                reach[i][j + 1] = True
            for size in (1, 2, 3, 4):
                if i + size > n:
                    break
                for right in pairs.get(one[i : i + size], ()):
                    if other.startswith(right, j):
                        reach[i + size][j + len(right)] = True
    return reach[n][m]


def variant(one: str, other: str, lang: str = "") -> bool:
    """Whether two names are legitimate spellings of each other, word by word (order of words kept; hyphens do not count).

    lang: primary subtag of the language the name came through, where known; it admits variants that only occur there;
    "any": tell it from the spellings.
    """
    a, b = fold(one), fold(other)
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return True
    if same_name(a, b):
        return True
    left, right = a.split(), b.split()
    if len(left) != len(right):
        return variant_word("".join(left), "".join(right), lang) if min(len(left), len(right)) == 1 or abs(len(left) - len(right)) == 1 else False
    return all(variant_word(x, y, lang) for x, y in zip(left, right, strict=True))
