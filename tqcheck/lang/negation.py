"""How often a text negates, by the words of its language."""
from __future__ import annotations

import functools
import re
from importlib.resources import files

_UNSPACED = ("ja", "zh")


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for line in (files("tqcheck.lang") / "negation.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        lang, words = line.split("\t")
        if lang.endswith("~"):
            patterns[lang] = re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.I)
            continue
        parts = [re.escape(w[1:]) if w.startswith("-") else re.escape(w) if w[-1] in "'’-" or lang in _UNSPACED else rf"{re.escape(w)}\b" for w in words.split()]
        endings = [p for p, w in zip(parts, words.split(), strict=True) if w.startswith("-")]
        others = [p for p, w in zip(parts, words.split(), strict=True) if not w.startswith("-")]
        opening = "" if lang in _UNSPACED else r"\b"
        body = rf"{opening}(?:{'|'.join(others)})" + (rf"|(?:{'|'.join(endings)})\b" if endings else "")
        patterns[lang] = re.compile(body, re.I)
    return patterns


def negations(text: str, base: str) -> tuple[tuple[int, int], ...]:
    """Where a text negates: (start, end) of each negating word. base: primary subtag of its language."""
    pattern = _patterns().get(base)
    return tuple(m.span() for m in pattern.finditer(text) if not _NUMERO.match(text, m.start())) if pattern else ()


_NUMERO = re.compile(r"no\.?[\s\u00a0]?\d", re.I)
"""No. 5 is the fifth."""


def hedges(text: str, base: str) -> tuple[str, ...]:
    """Words that do a negation's work otherwise (without, un-, refuse) or make it a turn of phrase (not only, no longer), in small letters."""
    pattern = _patterns().get(f"{base}~")
    return tuple(m.group().casefold() for m in pattern.finditer(text)) if pattern else ()


def covered(base: str) -> bool:
    """Whether the negating words of a language are known."""
    return base in _patterns()
