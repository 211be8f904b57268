"""Names between scripts: into Latin as machines write them back, and into Cyrillic as Russian papers write foreign names.

Systems: BGN/PCGN 1947 (Russian), 1965 (Ukrainian); ISO 9:1995; ELOT 743 (Greek); the national Georgian system of 2002;
Hanyu Pinyin; Hepburn; Revised Romanisation of Korean (these three, and Hebrew and Arabic, through anyascii's tables).
"""
from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files

from tqcheck.names.spelling import fold

_SCRIPTS = (
    ("cyrillic", 0x0400, 0x052F), ("greek", 0x0370, 0x03FF), ("hebrew", 0x0590, 0x05FF), ("arabic", 0x0600, 0x06FF),
    ("georgian", 0x10A0, 0x10FF), ("armenian", 0x0530, 0x058F), ("kana", 0x3040, 0x30FF), ("hangul", 0xAC00, 0xD7AF), ("han", 0x4E00, 0x9FFF),
)  # fmt: skip


def script(name: str) -> str:
    """The script a name is written in: "latin", "cyrillic", "greek", "hebrew", "arabic", "georgian", "kana", "han", "hangul" …"""
    for c in name:
        for label, low, high in _SCRIPTS:
            if low <= ord(c) <= high:
                return label
    return "latin"


@functools.cache
def _cyrillic() -> dict[str, tuple[str, ...]]:
    text = (files("tqcheck.names") / "data" / "cyrillic.tsv").read_text("utf-8")
    table = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            letter, *systems = line.split("\t")
            table[letter] = tuple(systems)
    return table


_VOWELS = "аеёєиіїоуыэюяў"
_GREEK = (
    ("μπ", "mp"), ("ντ", "nt"), ("γκ", "gk"), ("γγ", "ng"), ("τσ", "ts"), ("τζ", "tz"), ("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ει", "ei"), ("οι", "oi"), ("αι", "ai"),
    ("α", "a"), ("β", "v"), ("γ", "g"), ("δ", "d"), ("ε", "e"), ("ζ", "z"), ("η", "i"), ("θ", "th"), ("ι", "i"), ("κ", "k"), ("λ", "l"), ("μ", "m"), ("ν", "n"), ("ξ", "x"),
    ("ο", "o"), ("π", "p"), ("ρ", "r"), ("σ", "s"), ("ς", "s"), ("τ", "t"), ("υ", "y"), ("φ", "f"), ("χ", "ch"), ("ψ", "ps"), ("ω", "o"),
)  # fmt: skip
_GREEK_PLAIN = str.maketrans("αβγδεζηικλμνοπρσςτυφω", "abgdezeiklmnoprsstufo")


@functools.lru_cache(maxsize=1 << 14)
def romanised(name: str, lang: str = "") -> tuple[str, ...]:
    """What machines write in Latin letters for a name in another script, folded, likeliest first; () for Latin names.

    lang: primary subtag of the language it is written in, where known.
    """
    kind = script(name)
    if kind == "latin":
        return ()
    small = unicodedata.normalize("NFC", name).casefold()
    if kind == "cyrillic":
        return tuple(dict.fromkeys(fold(_from_cyrillic(small, lang, system)) for system in range(3)))
    if kind == "greek":
        bare = "".join(c for c in unicodedata.normalize("NFD", small) if not unicodedata.combining(c))
        out = re.sub(r"\bμπ", "b", re.sub(r"\bντ", "d", re.sub(r"\bγκ", "g", bare)))
        for greek, latin in _GREEK:
            out = out.replace(greek, latin)
        return tuple(dict.fromkeys((fold(out), fold(anyascii(bare.translate(_GREEK_PLAIN))))))
    if kind == "han":
        words = re.split(r"[ ·・•＝=-]+", name)
        return (fold(" ".join(anyascii(w).replace(" ", "") for w in words)),)
    return (fold(anyascii(name.replace("・", " ").replace("＝", " ").replace("·", " "))),)


def anyascii(text: str) -> str:
    from anyascii import anyascii as ascii_of

    return ascii_of(text)


def _from_cyrillic(name: str, lang: str, system: int) -> str:
    table = _cyrillic()
    out: list[str] = []
    before = ""
    for c in name:
        row = table.get(f"{lang}:{c}") or table.get(c)
        latin = row[system] if row else c
        if system < 2 and c == "е" and lang in ("", "ru") and (not before or before in _VOWELS or before in "ьъй -'’"):
            latin = "ye"
        if system == 1 and c == "ж" and before == "д":
            # дж: machines write one j.
            out[-1] = ""
            latin = "j"
        if system == 1 and c == "с" and before == "к" and lang != "uk":
            out[-1] = ""
            latin = "x"
        out.append(latin)
        before = c
    word = "".join(out)
    if system < 2:
        # Newspapers write -ий, -ый as -y.
        word = re.sub(r"(?:iy|yy)\b", "y", word)
    return word


@functools.cache
def _practical(culture: str) -> tuple[dict[str, str], dict[str, int]]:
    """Letters → Cyrillic for a culture, and the longest group that begins with a letter."""
    table: dict[str, str] = {} if culture in ("en", "*") else dict(_practical("*")[0])
    for line in (files("tqcheck.names") / "data" / "practical.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, letters, cyrillic = line.split("\t")
            if language == culture:
                table[letters] = cyrillic
    longest: dict[str, int] = {}
    for letters in table:
        longest[letters[0]] = max(len(letters), longest.get(letters[0], 1))
    return table, longest


@functools.lru_cache(maxsize=1 << 14)
def cyrillic(name: str, culture: str = "en") -> str:
    """A Latin name as a Russian paper writes it, word by word: "John Baird" → "джон бэрд".

    culture: "en" for English names, a language of data/practical.tsv for names in its own letters, "*" for other names (their
    letters as most languages read them).
    """
    table, longest = _practical(culture)
    words = fold(name).split() if culture in ("en", "*") else unicodedata.normalize("NFC", name.casefold()).split()
    return " ".join(_transcribed(f"^{word}$", table, longest) for word in words)


def _transcribed(word: str, table: dict[str, str], longest: dict[str, int]) -> str:
    out, at = [], 0
    while at < len(word):
        for size in range(min(longest.get(word[at], 1), len(word) - at), 0, -1):
            if (found := table.get(word[at : at + size])) is not None:
                out.append(found)
                at += size
                if word[at : at + 1] == "" and word[at - 1] != "$":
                    at += 1
                break
        else:
            out.append("" if word[at] in "^$" else table.get(fold(word[at]), ""))
            at += 1
    return "".join(out)
