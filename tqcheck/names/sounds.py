"""How a folded word sounds, whatever the language: what survives a passage through another script, and how near two words are."""
from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_similarity = Levenshtein.normalized_similarity
_READ_BACK = (("dzh", "j"), ("dz", "j"), ("zh", "j"), ("uay", "wi"), ("uaj", "wi"), ("ui", "wi"), ("ue", "we"), ("uo", "wa"), ("kh", "h"), ("ay", "i"), ("aj", "i"), ("ey", "a"), ("ej", "a"), ("ks", "x"))


def respoken(word: str) -> str:
    """A folded word with what Russian makes of English letters put back: dzhons → jons, uilson → wilson."""
    for there, here in _READ_BACK:
        word = word.replace(there, here)
    return "h" + word[1:] if word.startswith("go") else word


_DIGRAPHS = re.compile(r"shch|tsch|sch|dzh|tch|sh|zh|ch|dz|ts|cz|tz|ph|ck|gh|kh|th|sc(?=[eiy])|c(?=[eiy])|.")
_COARSE = {
    **dict.fromkeys(("shch", "tsch", "sch", "dzh", "tch", "sh", "zh", "ch", "dz", "ts", "cz", "tz", "sc", "c,", "s", "z"), "S"),
    **dict.fromkeys("bp", "P"), **dict.fromkeys(("v", "f", "ph"), "F"), **dict.fromkeys(("g", "k", "c", "q", "ck", "gh", "x"), "K"),
    **dict.fromkeys(("d", "t", "th"), "T"), **dict.fromkeys("lr", "L"), **dict.fromkeys("mn", "N"),
}  # fmt: skip
_SOUNDS = (
    ("shch", "sh"), ("tsch", "ch"), ("sch", "sh"), ("tch", "ch"), ("dzh", "j"), ("dj", "j"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("gh", "g"), ("th", "t"), ("tz", "ts"), ("cz", "ch"),
    ("qu", "kv"), ("q", "k"), ("x", "ks"), ("ce", "se"), ("ci", "si"), ("cy", "si"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ow", "ou"),
)  # fmt: skip
_LETTERS = str.maketrans({"w": "v", "y": "i", "j": "i"})


@functools.lru_cache(maxsize=1 << 15)
def skeleton(word: str) -> str:
    """Coarse consonant classes of a folded word: what survives any passage through another script."""
    out = "".join(_COARSE.get("c," if m == "c" and word[i + 1 : i + 2] in tuple("eiy") and word[i + 1 : i + 2] else m, "") for i, m in ((x.start(), x.group()) for x in _DIGRAPHS.finditer(word)))
    return re.sub(r"(.)\1+", r"\1", out)


@functools.lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """A folded word as it sounds, roughly and whatever the language: one letter for letters that sound alike."""
    for spelled, heard in _SOUNDS:
        if spelled in word:
            word = word.replace(spelled, heard)
    # ch is h in Greek and German, k in Italian: it stays apart; a plain c is k.
    word = re.sub(r"c(?!h)", "k", word).translate(_LETTERS)
    return re.sub(r"(.)\1+", r"\1", word)


_LETTER_NAMES = {
    "a": "a ay ey", "b": "b bi bee be", "c": "c si see ce cee", "d": "d di dee de", "e": "e i ee", "f": "f ef eff", "g": "g dzhi ji gee ge", "h": "h eych aitch ha", "i": "i ai ay",
    "j": "j dzhey jay jey dzhei jei yot", "k": "k key kay kei ka", "l": "l el ell", "m": "m em", "n": "n en", "o": "o ou", "p": "p pi pee pe", "q": "q kyu cue", "r": "r ar er", "s": "s es ess",
    "t": "t ti tee te", "u": "u yu", "v": "v vi vee ve", "w": "w dablyu", "x": "x eks iks", "y": "y uay why", "z": "z zi zed zet",
}  # fmt: skip
_SPELLED = {name: letter for letter, names in _LETTER_NAMES.items() for name in names.split()}


def initials_spelled(word: str, others: Sequence[str]) -> bool:
    """Whether words spell the letters of an initialism: "jd" by ("jay", "dee")."""
    return len(word) == len(others) and 1 <= len(word) <= 3 and all(o in _LETTER_NAMES.get(c, "").split() and len(o) >= 1 for c, o in zip(word, others, strict=True))


def unspelled(words: Sequence[str]) -> tuple[str, ...] | None:
    """Folded words whose first spell the letters of an initialism, with these put together; None where none do."""
    for size in (3, 2):
        if len(words) > size and all(word in _SPELLED for word in words[:size]):
            return "".join(_SPELLED[word] for word in words[:size]), *words[size:]
    return None


@functools.lru_cache(maxsize=1 << 15)
def nearness(right: str, wrong: str) -> float:
    """0–1: how near two folded words sound."""
    return max(_similarity(sound(right), sound(wrong)), 0.9 * _similarity(right, wrong))
