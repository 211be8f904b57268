"""How close a text is to its references, passage by passage: sacreBLEU's figures, and `tq`, the product's own."""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from tqcheck.model import PassageScore, Reference, Scores, Span
from tqcheck.scoring import sacre, tq

TER_WORDS = 5000
TER_PAIR_WORDS = 1000
"""TER is left out where text and reference have more words than TER_WORDS together, or one pair of passages more than
TER_PAIR_WORDS: its cost grows with the square of a passage (1,000 words together: up to 10 s, 300: 0.1 s)."""
_BREAK = re.compile(r"[\r\n]")


class Link(Protocol):
    """A passage and its counterpart: half-open offsets in the text and in the reference."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def ref_start(self) -> int: ...
    @property
    def ref_end(self) -> int: ...


class Aligned(Protocol):
    """A text aligned with one reference: the sentences of both, and the links."""

    @property
    def units(self) -> Sequence[Span]: ...
    @property
    def ref_units(self) -> Sequence[Span]: ...
    @property
    def links(self) -> Sequence[Link]: ...


class _Result:
    """What one reference yields."""

    def __init__(self) -> None:
        self.document: dict[str, float] = {}
        self.signatures: dict[str, str] = {}
        self.coverage = (0.0, 0.0)
        self.kind = "coverage"
        self.passages: list[PassageScore] = []
        self.notes: list[str] = []
        self.common = 0.0


def score(
    text: str, alignments: Sequence[Aligned], references: Sequence[Reference], lang: str | None = None, *, ter: bool | None = None
) -> Scores:
    """Score a text against its references.

    alignments: one per reference, as `segment.alignment.align` gives them. lang: BCP 47 of the text and references; it
    chooses the tokenisation. ter: True: always, False: never, None: up to TER_WORDS and TER_PAIR_WORDS words. The document's figures are those of the reference with most in common.
    """
    if not references:
        return Scores()
    base = (lang or "").split("-")[0].lower()
    results = [_against(text, a, r, n, base, ter) for n, (a, r) in enumerate(zip(alignments, references, strict=True))]
    best = max(results, key=lambda r: (bool(r.document), r.common))
    notes = [f"reference {n + 1}: {note}" for n, r in enumerate(results) for note in r.notes]
    if sacre.metrics(base).note:
        notes.append(sacre.metrics(base).note)
    if not text.strip():
        notes.insert(0, "the text is empty")
    return Scores(
        document=best.document,
        signatures=best.signatures,
        by_reference=tuple(r.document for r in results),
        coverage=tuple(r.coverage for r in results),
        kinds=tuple(r.kind for r in results),
        passages=tuple(sorted((p for r in results for p in r.passages), key=lambda p: (p.start, p.reference))),
        notes=tuple(notes),
    )


def _against(text: str, aligned: Aligned, reference: Reference, number: int, base: str, ter: bool | None) -> _Result:
    result = _Result()
    whole = not _BREAK.search(text) and not _BREAK.search(reference.text)
    result.coverage = _coverage(aligned)
    result.kind = reference.kind if reference.kind != "auto" else "translation" if whole or min(result.coverage) > 0.5 else "coverage"
    if not text.strip() or not reference.text.strip():
        if not reference.text.strip():
            result.notes.append("is empty and was not scored")
        return result
    metrics = sacre.metrics(base)
    spans = [(k.start, k.end, k.ref_start, k.ref_end) for k in aligned.links]
    if whole and not spans and result.kind == "translation" and len(aligned.units) == len(aligned.ref_units) == 1:
        mine, theirs = aligned.units[0], aligned.ref_units[0]
        spans, result.coverage = [(mine.start, mine.end, theirs.start, theirs.end)], (1.0, 1.0)
    pairs = [(text[a:b], reference.text[c:d]) for a, b, c, d in spans]
    asked = ter
    if ter is None:
        longest = max((_words(h) + _words(r) for h, r in ([(text, reference.text)] if whole else pairs)), default=0)
        ter = longest <= TER_PAIR_WORDS and _words(text) + _words(reference.text) <= TER_WORDS
    counts = metrics.counts([h for h, _ in pairs], [r for _, r in pairs], ter)
    scores = []
    for pair, count in zip(pairs, counts, strict=True):
        figures = metrics.figures([count], sentence=True)
        scores.append({**figures, "tq": tq.passage(*pair, figures, base)})
    result.passages = [
        PassageScore(a, b, number, c, d, s) for (a, b, c, d), s in zip(spans, scores, strict=True)
    ]
    if whole:
        figures = metrics.figures(metrics.counts([text], [reference.text], ter), sentence=True)
        result.document = {**figures, "tq": tq.passage(text, reference.text, figures, base)}
        result.common = len(text) * figures["chrF2"]
    else:
        result.common = sum(len(h) * s["chrF2"] for (h, _), s in zip(pairs, scores, strict=True))
        weights = [float(len(h) + len(r)) for h, r in pairs]
        values = [s["tq"] for s in scores]
        if result.kind == "translation":
            alone = _alone(text, aligned.units, [s[:2] for s in spans])
            missing = _alone(reference.text, aligned.ref_units, [s[2:] for s in spans])
            counts += metrics.counts(alone + [""] * len(missing), [""] * len(alone) + missing, ter)
            weights += [float(len(s)) for s in alone + missing]
            values += [0.0] * (len(alone) + len(missing))
            if alone:
                result.notes.append(f"{len(alone)} of {len(aligned.units)} sentences of the text have no counterpart; counted against nothing")
            if missing:
                result.notes.append(f"{len(missing)} of its {len(aligned.ref_units)} sentences have no counterpart in the text; counted as missing")
        if not counts:
            result.notes.append("nothing in common with the text; not scored")
            return result
        figures = metrics.figures(counts, sentence=False)
        result.document = {**figures, "tq": sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)}
    if not ter and asked is None:
        result.notes.append('too long for TER, which was left out; ter = "always" in the settings asks for it all the same')
    signatures = {**metrics.signatures(sentence=whole), "tq": tq.signature()}
    result.signatures = {name: signatures[name] for name in result.document}
    return result


def _words(text: str) -> int:
    return text.count(" ") + text.count("\n") + 1


def _coverage(aligned: Aligned) -> tuple[float, float]:
    """Shares of the text's and of the reference's sentences, by length, that are in a link."""
    mine = sum(u.end - u.start for u in aligned.units)
    theirs = sum(u.end - u.start for u in aligned.ref_units)
    linked = sum(u.end - u.start for u in _inside(aligned.units, [(k.start, k.end) for k in aligned.links]))
    ref_linked = sum(u.end - u.start for u in _inside(aligned.ref_units, [(k.ref_start, k.ref_end) for k in aligned.links]))
    return linked / mine if mine else 0.0, ref_linked / theirs if theirs else 0.0


def _inside(units: Sequence[Span], spans: Sequence[tuple[int, int]]) -> list[Span]:
    """The units that lie in one of the spans; spans begin and end with units."""
    ends = dict(spans)
    inside, until = [], -1
    for unit in units:
        until = max(until, ends.get(unit.start, -1))
        if unit.start < until:
            inside.append(unit)
    return inside


def _alone(text: str, units: Sequence[Span], spans: Sequence[tuple[int, int]]) -> list[str]:
    linked = set(_inside(units, spans))
    return [text[u.start : u.end] for u in units if u not in linked]
