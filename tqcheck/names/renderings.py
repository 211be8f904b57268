"""What a name in another script may rightly become in Latin letters: learned groups of letters, and where a Latin word departs from all of them.

A romanisation is one way among several: Хейс is Hayes, Heys and Kheys. Groups of letters of right pairs, aligned many to many
(Jiampojamarn, Kondrak and Sherif 2007), say which ways there are; what no right pair has is a hole. One hole in a word that fits
otherwise is how a wrong letter looks. Made by training/names.py.
"""
from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files

from tqcheck.names.letters import Arcs, arcs_of
from tqcheck.names.transcription import anyascii, script

HOLE = -3.0
"""Worth of a letter that no right pair has for another, in natural log."""
_SPELLED = frozenset(("han", "kana", "hangul"))
"""Scripts that are compared by how anyascii reads them."""
_LONGEST = 4


def spelled(word: str) -> str:
    """A word of another script as the table has it: small letters without marks; syllabic scripts as they are read."""
    kind = script(word)
    if kind in _SPELLED:
        return re.sub("[^a-z]", "", anyascii(word).lower())
    small = word.casefold()
    if kind == "cyrillic":
        return "".join(c for c in unicodedata.normalize("NFC", small) if c.isalpha() and c not in "ʼ")
    return "".join(c for c in unicodedata.normalize("NFD", small) if c.isalpha())


@functools.cache
def _table() -> dict[str, Arcs]:
    """Script → letters of it, arranged for alignment with the Latin letters they may be."""
    table: dict[str, dict[tuple[str, str], float]] = {}
    for line in (files("tqcheck.names") / "data" / "renderings.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, theirs, latin, worth = line.split("\t")
            table.setdefault(kind, {})["" if theirs == "-" else theirs, "" if latin == "-" else latin] = float(worth)
    return {kind: arcs_of(costs) for kind, costs in table.items()}


def knows(kind: str) -> bool:
    """Whether a script has a table."""
    return kind in _table()


@functools.lru_cache(maxsize=1 << 14)
def fit(theirs: str, latin: str, kind: str) -> tuple[float, int]:
    """How well a folded Latin word renders a word of another script, both without spaces.

    theirs: as `spelled` gives it. Returns (worth of the best alignment per letter in natural log: right renderings have 1.5 and
    more, chance −1; letters of either that no right pair has so).
    """
    arcs = _table()[kind]
    a, b = f"^{theirs}$", f"^{latin}$"
    n, m = len(a), len(b)
    low = -1e9
    best = [[low] * (m + 1) for _ in range(n + 1)]
    holes = [[0] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    for i in range(n + 1):
        found = [(size, arcs[a[i : i + size]]) for size in range(_LONGEST + 1) if i + size <= n and a[i : i + size] in arcs]
        for j in range(m + 1):
            here, missing = best[i][j], holes[i][j]
            if here == low:
                continue
            first = b[j] if j < m else ""
            for size, ways in found:
                x = i + size
                row, gaps = best[x], holes[x]
                for start in ("", first) if first else ("",):
                    for letters, length, worth in ways.get(start, ()):
                        if (length < 2 or b.startswith(letters, j)) and here + worth > row[j + length]:
                            row[j + length], gaps[j + length] = here + worth, missing
            worth = here + HOLE
            if i < n:
                if worth > best[i + 1][j]:
                    best[i + 1][j], holes[i + 1][j] = worth, missing + 1
                if first and worth > best[i + 1][j + 1]:
                    best[i + 1][j + 1], holes[i + 1][j + 1] = worth, missing + 1
            if first and worth > best[i][j + 1]:
                best[i][j + 1], holes[i][j + 1] = worth, missing + 1
    return best[n][m] / max(n, m), holes[n][m]
