"""Chinese names in Russian and Ukrainian letters, put into Hanyu Pinyin: the system of Palladius (1888), which is nearly one to one."""
from __future__ import annotations

import functools
import re
from importlib.resources import files

_RUSSIAN = str.maketrans({"і": "и", "ї": "и", "є": "э", "ґ": "г"})
_PALATAL = {"z": "j", "c": "q", "s": "x"}
"""Consonants before i and ü: цзи is ji."""
_TELLING = re.compile("чж|цз|цю|цяо|сяо|юй|юэ|сюэ")
"""Letters that next to no word has which is not Chinese."""
_LONGEST = 24
"""Letters of a name; a longer word is nobody's, and may be cut into syllables in very many ways."""


@functools.cache
def _syllables() -> dict[str, str]:
    """Every syllable in Cyrillic → in Pinyin."""
    parts: dict[str, dict[str, str]] = {"initial": {}, "final": {}, "syllable": {}}
    for line in (files("tqcheck.names") / "data" / "palladius.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            part, cyrillic, pinyin = line.split("\t")
            parts[part][cyrillic] = pinyin
    found = dict(parts["syllable"])
    for begin, consonant in parts["initial"].items():
        for end, rest in parts["final"].items():
            begins = _PALATAL.get(consonant, consonant) if end[0] in "иеяю" else consonant
            found[begin + end] = begins + ("uo" if rest == "o" and consonant not in "bpmf" else rest)
    return found


@functools.lru_cache(maxsize=1 << 12)
def pinyin(word: str) -> str:
    """A Cyrillic word that is plainly Chinese in Pinyin, folded; "" for any other word."""
    low = word.casefold().translate(_RUSSIAN).replace("ъ", "")
    return _read(low) or "" if len(low) <= _LONGEST and _TELLING.search(low) else ""


def _read(rest: str) -> str | None:
    """Syllables from the left, the longest that lets the rest be read."""
    if not rest:
        return ""
    for size in range(min(6, len(rest)), 0, -1):
        if (latin := _syllables().get(rest[:size])) is not None and (after := _read(rest[size:])) is not None:
            return latin + after
    return None
