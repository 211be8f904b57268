"""Learned letter costs: how well one spelling is explained as another that went through Cyrillic or Greek and back.

Groups of letters aligned many to many (Jiampojamarn, Kondrak and Sherif 2007); the weights are made by training/names.py.
"""
from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

UNSEEN = -4.0
"""Worth of a letter put for another, or added, or lost, that training never saw."""

HOPELESS = -8.0
"""An alignment worth less than this on its way is given up."""

Costs = Mapping[tuple[str, str], float]


@functools.cache
def learned() -> dict[tuple[str, str], float]:
    """The shipped weights: (right letters, wrong letters) → worth in natural log."""
    text = (files("tqcheck.names") / "data" / "letter_costs.tsv").read_text("utf-8")
    table = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            right, wrong, worth = line.split("\t")
            table["" if right == "-" else right, "" if wrong == "-" else wrong] = float(worth)
    return table


Arcs = Mapping[str, Mapping[str, tuple[tuple[str, int, float], ...]]]
"""Letters of the right name → first of the letters that may stand for them ("" where none do) → (letters, how many, worth)."""


@functools.cache
def _arcs() -> Arcs:
    return arcs_of(learned())


def arcs_of(table: Costs) -> Arcs:
    """Costs arranged for alignment."""
    arcs: dict[str, dict[str, list[tuple[str, int, float]]]] = {}
    for (right, wrong), value in table.items():
        arcs.setdefault(right, {}).setdefault(wrong[:1], []).append((wrong, len(wrong), value))
    return {right: {first: tuple(found) for first, found in by_first.items()} for right, by_first in arcs.items()}


@functools.lru_cache(maxsize=1 << 14)
def likeness(right: str, wrong: str) -> float:
    """Worth of the best alignment of two folded words per letter, −3 to 3: above about 1 one explains the other, below 0 hardly."""
    value = worth(right, wrong, _arcs()) / (max(len(right), len(wrong)) + 2)
    return max(-3.0, min(3.0, value))


def worth(right: str, wrong: str, arcs: Arcs) -> float:
    """Worth, in natural log, of the best alignment of two folded words."""
    a, b = f"^{right}$", f"^{wrong}$"
    n, m = len(a), len(b)
    low = -1e9
    if abs(n - m) > 4:
        return low
    best = [[low] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    inserted = arcs.get("", {})
    for i in range(n + 1):
        row = best[i]
        out = [(best[i + size], found) for size in (1, 2, 3) if i + size <= n and (found := arcs.get(a[i : i + size]))]
        below = best[i + 1] if i < n else row
        for j in range(max(0, i - 3), min(m, i + 4) + 1):
            here = row[j]
            if here < HOPELESS:
                continue
            if i < n and here + UNSEEN > below[j]:
                below[j] = here + UNSEEN
            first = b[j] if j < m else ""
            if first:
                if here + UNSEEN > row[j + 1]:
                    row[j + 1] = here + UNSEEN
                if i < n and here + UNSEEN > below[j + 1]:
                    below[j + 1] = here + UNSEEN
                for v, size, value in inserted.get(first, ()):
                    if (size == 1 or b.startswith(v, j)) and here + value > row[j + size]:
                        row[j + size] = here + value
            for target, found in out:
                for _, _, value in found.get("", ()):
                    if here + value > target[j]:
                        target[j] = here + value
                if first:
                    for v, size, value in found.get(first, ()):
                        if (size == 1 or b.startswith(v, j)) and here + value > target[j + size]:
                            target[j + size] = here + value
    return best[n][m]
