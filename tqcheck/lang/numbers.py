"""Figures in running text of any language, with every value they may stand for: 1.500 is 1500 or 1.5, 5 млн is 5,000,000.

Numbers written in words are not read.
"""
from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

from tqcheck.model import Value

_FIGURE = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,:’']\d+)*")
_SEPARATORS = re.compile(r"[.,:’' \u00a0\u202f]")


_DESIGNATION = re.compile(r"[A-Za-zА-яЁёІіЇїЄє](?:[-‑–])?$")
"""COVID-19, G7, Су-27: part of a name, not a number."""


class Figure(Value, frozen=True):
    """A number in figures: half-open offsets in the text it was read from, the values it may have, whether a measure follows."""

    start: int
    end: int
    text: str
    values: frozenset[float]
    measure: bool = False

    @property
    def digits(self) -> str:
        return "".join(str(int(c)) for c in self.text if c.isdigit())


@functools.cache
def _factors() -> tuple[re.Pattern[str], tuple[float, ...]]:
    """A pattern with one group per factor (0 for a unit), to be matched right after a figure."""
    groups, factors = [], []
    for line in (files("tqcheck.lang") / "numbers.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        factor, words = line.split("\t")
        parts = []
        for word in sorted(words.split(), key=len, reverse=True):
            body = re.escape(word.rstrip("*.").replace("·", " "))
            parts.append(body + (r"\w{0,8}\b" if word.endswith("*") else "" if word[0] > "\u2e80" or word == "°" else r"\b"))
        groups.append("(" + "|".join(parts) + ")")
        factors.append(0.0 if factor == "unit" else float(factor))
    order = sorted(range(len(groups)), key=lambda n: -factors[n])
    return re.compile(r"[\s\u00a0-]?(?:" + "|".join(groups[n] for n in order) + ")", re.I), tuple(factors[n] for n in order)


def figures(text: str) -> tuple[Figure, ...]:
    """Every number in figures, in text order."""
    pattern, factors = _factors()
    found = []
    for match in _FIGURE.finditer(text):
        if _DESIGNATION.search(text, max(0, match.start() - 2), match.start()):
            continue
        values = _readings(match.group())
        scale = pattern.match(text, match.end())
        factor = factors[scale.lastindex - 1] if scale and scale.lastindex else 1.0
        values |= {v * factor for v in values if factor}
        found.append(Figure(match.start(), match.end(), match.group(), frozenset(values), not factor))
    return tuple(found)


def _readings(figure: str) -> set[float]:
    figure = "".join(str(int(c)) if c.isdigit() else c for c in figure)
    parts = _SEPARATORS.split(figure)
    if len(parts) == 1:
        return {float(figure)} if len(figure) < 300 else set()
    if len(figure) > 60:
        return set()
    if ":" in figure and len(parts) == 2:
        hours, minutes = float(parts[0]), float(parts[1])
        return {hours + minutes / 100, hours % 12 + minutes / 100, *({hours, hours % 12} if not minutes else ())}
    readings = set()
    if all(len(p) == 3 for p in parts[1:]):
        readings.add(float("".join(parts)))
    if len(parts) == 2:
        readings.add(float(f"{parts[0]}.{parts[1]}"))
    elif len(set(_SEPARATORS.findall(figure)[:-1])) == 1 and _SEPARATORS.findall(figure)[-1] != _SEPARATORS.findall(figure)[0]:
        readings.add(float("".join(parts[:-1]) + "." + parts[-1]))
    return readings or {float(p) for p in parts}


def agree(one: Figure, other: Figure) -> bool:
    """Whether two figures may stand for one number, also after rounding or on a clock of twelve hours."""
    if one.values & other.values:
        return True
    return any(
        abs(a - b) <= 0.005 * max(a, b) if max(a, b) >= 100 and not _year(a, b) else a % 12 == b % 12 and max(a, b) <= 24 and abs(a - b) == 12
        for a in one.values
        for b in other.values
    )


def _year(a: float, b: float) -> bool:
    return min(a, b) >= 1000 and max(a, b) < 2100 and a == int(a) and b == int(b)


_RATIOS = (1.609, 0.3048, 0.9144, 2.54, 0.4536, 28.35, 0.4047, 3.785, 4.546)
"""Kilometres to a mile, metres to a foot and a yard, centimetres to an inch, kilograms to a pound, grams to an ounce, hectares to
an acre, litres to an American and a British gallon."""


def _converted(one: Figure, other: Figure) -> bool:
    """Whether one figure is the other in another measure, roughly rounded."""
    return any(
        any(abs(a * r - b) <= 0.07 * b or abs(b * r - a) <= 0.07 * a for r in _RATIOS) or abs(a * 1.8 + 32 - b) <= 5 or abs(b * 1.8 + 32 - a) <= 5
        for a in one.values
        for b in other.values
    )


_FEW = 8
"""Figures of both texts up to which the only two left over belong together whatever they look like."""
_MOST = 500
"""Figures left over from which a text is a table, and comparing all with all too slow."""


def _unmatched(figures: Sequence[Figure], others: Sequence[Figure]) -> list[Figure]:
    values = frozenset(v for o in others for v in o.values)
    left = [f for f in figures if not f.values & values]
    return [f for f in left if not any(agree(f, o) for o in others)] if len(left) < _MOST else []


_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")


def _one_kind(one: str, other: str) -> bool:
    """Whether both are times of day, which some languages write with a full stop, or neither is."""
    return (":" in one) == (":" in other) or bool(_CLOCK.fullmatch(one) and _CLOCK.fullmatch(other))


def changed(text: Sequence[Figure], other: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    """Figures of a text that stand where the other text has a different one: (figure, the other's figure).

    Only where both are left over when all that agree are paired off, and look like each other or are the only ones.
    """
    mine, theirs = _unmatched(text, other), _unmatched(other, text)
    mine = [f for f in mine if not (f.measure and any(_converted(f, o) for o in theirs if o.measure))]
    found = []
    for f in mine:
        options = [o for o in theirs if len(o.digits) == len(f.digits) and _one_kind(o.text, f.text)]
        alike = [o for o in options if len(f.digits) > 1 and Levenshtein.distance(o.digits, f.digits) <= (len(f.digits) + 1) // 2]
        if len(mine) == len(theirs) == 1 and options and len(text) + len(other) <= _FEW:
            alike = options
        if len(alike) == 1:
            found.append((f, alike[0]))
    return found
