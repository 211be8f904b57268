"""What other coverage of the event says too: its people, figures and quotations, pooled over all pieces, each with its places.

A quotation is linked by what it says, not by its wording, since each paper translates its own; where another piece reports it without
quotation marks, the passage that aligned stands for it.
"""
from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz.distance.Indel import normalized_similarity as ratio

from tqcheck.checks.case import Case
from tqcheck.lang import numbers, quotes
from tqcheck.model import NamedPerson, Related, Shared, Value
from tqcheck.names.mentions import ordinary_words
from tqcheck.names.spelling import fold

MOST = 100
"""Facts of each kind that are listed."""
_LONGEST = 200_000
"""Characters of a reference that are read."""


def pooled(case: Case, people: Sequence[NamedPerson]) -> tuple[Shared, ...]:
    """Facts that at least two pieces have, the text and its coverage taken together; those that most references have first.

    people: of the text, under their right names. Needs the scores. References that are translations of the original count for nothing.
    """
    assert case.scores is not None
    pieces = [_Piece(-1, case.text)] + [
        _Piece(n, r.text[:_LONGEST]) for n, r in enumerate(case.references) if case.scores.kinds[n : n + 1] == ("coverage",)
    ]
    if len(pieces) < 2:
        return ()
    groups = (_people(case, pieces, people), _figures(case, pieces), _quotations(case, pieces))
    return tuple(s for group in groups for s in sorted(group, key=lambda s: (-s.references, s.places[0].where != "text", s.places[0].start))[:MOST])


class _Piece(Value, frozen=True):
    """The text (number -1) or a reference."""

    number: int
    text: str

    def place(self, start: int, end: int) -> Related:
        return Related("text" if self.number < 0 else "reference", max(0, self.number), start, end, self.text[start:end])


def _shared(kind: str, text: str, places: Iterable[Related]) -> Shared | None:
    """The fact, if two pieces have it; places in the text first."""
    found = sorted(set(places), key=lambda p: (p.where != "text", p.index, p.start))
    references = len({p.index for p in found if p.where == "reference"})
    return Shared(kind, text, tuple(found), references) if references + (found[0].where == "text") > 1 else None


# -- people -------------------------------------------------------------------------------------------------------------------


def _people(case: Case, pieces: Sequence[_Piece], here: Sequence[NamedPerson]) -> list[Shared]:
    """People named in full somewhere, with their surnames elsewhere where only one of them has that surname."""
    from tqcheck.names.mentions import mentions
    from tqcheck.names.people import people

    named = [case.mentions, *(mentions(piece.text, (), case.lang) for piece in pieces[1:])]
    known = [*here, *(person for found in named[1:] for person in people(found, case.roster))]
    names = {person.name for person in known}
    bearers: dict[str, list[str]] = defaultdict(list)
    for name in sorted(n for n in names if not any(n.endswith(f" {other}") for other in names)):
        bearers[fold(name).split()[-1]].append(name)
    sure = {person.name for person in known if person.known}
    places: dict[str, set[Related]] = defaultdict(set)
    for person in here:
        places[person.name] |= {pieces[0].place(span.start, span.end) for span in person.spans}
    taken = {(place.start, place.end) for placed in places.values() for place in placed}
    for piece, found in zip(pieces, named, strict=True):
        for m in found:
            if piece.number < 0 and (m.start, m.end) in taken:
                continue
            surname = fold(m.surname or m.text).split()[-1:]
            fitting = [n for n in bearers.get(surname[0], ()) if _may_be(piece.text[m.start : m.end], n)] if surname else []
            if len(fitting) == 1:
                words = len(m.tokens) if m.kind == "person" else len(fitting[0].split())
                places[fitting[0]].add(piece.place(m.tokens[-words:][0][0], m.end))
    made = []
    for name, group in places.items():
        ordered = sorted(group, key=lambda p: (p.where != "text", p.index, p.start))
        label = name if name in sure else Counter(p.text for p in ordered if " " in p.text).most_common(1)
        shown = label if isinstance(label, str) else label[0][0] if label else name
        if shared := _shared("person", shown, group):
            made.append(shared)
    return made


def _may_be(mention: str, name: str) -> bool:
    """Whether a mention is a name's surname, alone or after the given name or initials of it."""
    mine, theirs = fold(mention).replace(".", " ").split(), fold(name).replace(".", " ").split()
    if not mine or mine[-1] != theirs[-1]:
        return False
    given = mine[:-1]
    if not given:
        return True
    if all(len(g) <= 2 for g in given):
        return given[0][0] == theirs[0][0]
    return given[-1] in theirs[:-1] or ratio(" ".join(given), " ".join(theirs[:-1])) > _ONE_GIVEN


_ONE_GIVEN = 0.75
"""Likeness of two given names from which they are one, spelt two ways (Sergei, Sergey; Aleksandr, Alexander)."""


# -- figures ------------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BESIDE = 3
"""Words on each side of a figure that say what it counts."""
_SMALL = 100
"""Whole figures below this, without a word that all pieces have beside them, are chance."""


def _figures(case: Case, pieces: Sequence[_Piece]) -> list[Shared]:
    """Figures of one value beside a word in common: 350 workers, Feb. 27."""
    found: list[tuple[numbers.Figure, Related, frozenset[str]]] = []
    for piece in pieces:
        for figure in numbers.figures(piece.text):
            found.append((figure, piece.place(figure.start, figure.end), _beside(piece.text, figure, case.base)))
    by_value: dict[float, list[int]] = defaultdict(list)
    for n, (figure, _, _) in enumerate(found):
        for value in figure.values:
            by_value[value].append(n)
    links = _Links(len(found))
    for rows in by_value.values():
        for a, b in itertools.combinations(rows[:200], 2):
            if found[a][2] & found[b][2]:
                links.join(a, b)
    made = []
    for group in links.groups():
        words = Counter(w for n in group for w in found[n][2])
        label = Counter(_with_word(found[n][1], pieces, words) for n in group).most_common(1)[0][0]
        bare = label.isdigit() and int(label) < _SMALL
        if not bare and (shared := _shared("figure", label, [found[n][1] for n in group])):
            made.append(shared)
    return made


def _beside(text: str, figure: numbers.Figure, base: str) -> frozenset[str]:
    """Beginnings of the words of some length, or with a capital, around a figure."""
    before = _WORD.findall(text, max(0, figure.start - 40), figure.start)[-_BESIDE:]
    after = _WORD.findall(text, figure.end, figure.end + 40)[:_BESIDE]
    return frozenset(w.casefold()[:4] for w in (*before, *after) if len(w) > 3 or w[0].isupper())


def _with_word(place: Related, pieces: Sequence[_Piece], words: Counter[str]) -> str:
    """A figure with the word beside it that most pieces have."""
    text = next(p.text for p in pieces if p.number == (-1 if place.where == "text" else place.index))
    after, before = _WORD.match(text, place.end + 1), re.search(r"(\w+\.?) $", text[max(0, place.start - 30) : place.start])
    if before and words[before[1].casefold().rstrip(".")[:4]] > 1:
        return f"{before[1]} {place.text}"
    return f"{place.text} {after.group()}" if after and words[after.group().casefold()[:4]] > 1 else place.text


# -- quotations ---------------------------------------------------------------------------------------------------------------


class _Said(Value, frozen=True):
    """Words in quotation marks: the beginnings of those that say something, and the names around them."""

    piece: int
    place: Related
    stems: frozenset[str]
    names: frozenset[str]


_STEM = 5
_AROUND = 400
"""Characters before and after a quotation in which names say whose it is."""
_SAME, _MUCH = 0.5, 0.25
"""Shares of the shorter and of the longer quotation's words that both have."""
_REPORTED = 0.3
"""Share of a quotation's words that a passage which aligned with it has, where it reports it."""


def _quotations(case: Case, pieces: Sequence[_Piece]) -> list[Shared]:
    said = [s for piece in pieces for s in _said(piece, case)]
    by_stem: dict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(said):
        for stem in one.stems:
            by_stem[stem].append(n)
    links = _Links(len(said))
    for a, one in enumerate(said):
        common = Counter(b for stem in one.stems for b in by_stem[stem] if b > a)
        for b, shared in common.items():
            other = said[b]
            sizes = sorted((len(one.stems), len(other.stems)))
            if one.piece != other.piece and shared >= max(2, _SAME * sizes[0], _MUCH * sizes[1]) and one.names & other.names:
                links.join(a, b)
    reported = _reported(case, pieces, said)
    made = []
    for group in links.groups(alone=True):
        places = [said[n].place for n in group]
        having = {(p.where, p.index) for p in places}
        places += [p for n in group for p in reported.get(n, ()) if (p.where, p.index) not in having]
        fullest = max((said[n] for n in group), key=lambda s: len(s.stems))
        if shared_by := _shared("quotation", fullest.place.text, places):
            made.append(shared_by)
    return made


def _said(piece: _Piece, case: Case) -> list[_Said]:
    """Quotations with at least two words that say something."""
    blocks = [m.span() for m in re.finditer(r"[^\n]+", piece.text)]
    found = []
    for q in quotes.pair(piece.text, blocks, case.lang).pairs:
        start, end = q.start + 1, q.end - 1
        stems = _stems(piece.text[start:end], case.base)
        if q.depth == 0 and len(stems) >= 2 and not piece.text[start:end].istitle():
            line = piece.text.rfind("\n", 0, piece.text.rfind("\n", 0, start) + 1) + 1
            around = piece.text[max(line, start - _AROUND) : start] + piece.text[end : end + _AROUND].split("\n")[0]
            names = frozenset(fold(w) for w in _WORD.findall(around) if w[0].isupper() and w.casefold() not in ordinary_words(case.base))
            found.append(_Said(piece.number, piece.place(start, end), stems, names))
    return found


def _stems(words: str, base: str) -> frozenset[str]:
    """Beginnings of the words of some length; in scripts without spaces, pairs of characters."""
    if base in ("zh", "ja", "th"):
        return frozenset(words[n : n + 2] for n in range(len(words) - 1) if words[n : n + 2].isalnum())
    return frozenset(fold(w)[:_STEM].rstrip("s") for w in _WORD.findall(words) if len(w) > 3)


def _reported(case: Case, pieces: Sequence[_Piece], said: Sequence[_Said]) -> dict[int, list[Related]]:
    """Number of a quotation → passages of other pieces that aligned with it and say much of it, in the text and in the references."""
    assert case.scores is not None
    by_number = {piece.number: piece for piece in pieces}
    found: dict[int, list[Related]] = defaultdict(list)
    for p in case.scores.passages:
        if p.reference not in by_number:
            continue
        sides = ((-1, p.start, p.end), (p.reference, p.ref_start, p.ref_end))
        for (mine, low, high), (number, start, end) in (sides, sides[::-1]):
            other = by_number[number]
            for n, one in enumerate(said):
                inside = min(high, one.place.end) - max(low, one.place.start)
                if one.piece == mine and 2 * inside > one.place.end - one.place.start:
                    stems = _stems(other.text[start:end], case.base)
                    if len(one.stems & stems) >= max(2, _REPORTED * len(one.stems)):
                        found[n].append(other.place(start, end))
    return found


class _Links:
    """Things joined into groups."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, n: int) -> int:
        while self.parent[n] != n:
            self.parent[n] = self.parent[self.parent[n]]
            n = self.parent[n]
        return n

    def join(self, a: int, b: int) -> None:
        self.parent[self.find(b)] = self.find(a)

    def groups(self, alone: bool = False) -> list[list[int]]:
        """alone: also things joined to nothing."""
        found: dict[int, list[int]] = defaultdict(list)
        for n in range(len(self.parent)):
            found[self.find(n)].append(n)
        return [g for g in found.values() if alone or len(g) > 1]
