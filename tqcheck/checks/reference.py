"""Family reference: what differs from the references. A reference is evidence, not truth; wording and severity say so.

Other coverage of the event counts only where at least two pieces agree with each other. People's names are compared by
the names family.
"""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from rapidfuzz.distance import Indel

from tqcheck.checks.case import Case
from tqcheck.checks.quotations import ledger
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import numbers, quotes
from tqcheck.lang.negation import covered, hedges, negations
from tqcheck.model import Finding, PassageScore, Reference, Related


def _translation(text: str) -> tuple[Reference, ...]:
    return (Reference(text, kind="translation"),)


LOW_SIMILARITY = Rule(
    name="low-similarity",
    family="reference",
    summary="A passage has little in common with the reference translation of it.",
    why="A passage that shares neither words nor names with the reference may say something else, or say it in words nobody would choose.",
    message="chrF {score:.0f} of 100 against the reference: compare the two",
    category="accuracy/mistranslation",
    severity="minor",
    needs=("references", "scores"),
    bad=(
        Example(
            "The council meets on Monday.\n⟦A huge blue whale swam up the fjord with its calf.⟧\nThe mayor will open the session.",
            references=_translation("The council meets on Monday.\nTeachers want more money for books and repairs.\nThe mayor will open the session."),
        ),
    ),
    good=(
        Example(
            "The council decides on the new budget for schools on Monday.",
            references=_translation("The council will decide on the new school budget next Monday."),
        ),
        Example("The ferry left Oban at dawn.\nHe died there.", references=_translation("The ferry left Oban at dawn.\nThe man was killed instantly.")),
    ),
)
MISSING_PASSAGE = Rule(
    name="missing-passage",
    family="reference",
    summary="The reference translation has a passage here that the text does not have.",
    why="Sentences get lost in translation and in editing; the reader does not notice, the source's author does.",
    message="after this the reference goes on with “{missing}”, which the text does not have",
    category="accuracy/omission",
    severity="major",
    needs=("references", "scores"),
    bad=(
        Example(
            "The ferry left Oban at dawn.\nIt carried forty passengers and two cars.\nA storm hit it near the ⟦island.⟧\nThe harbour master closed the port.",
            references=_translation(
                "The ferry left Oban at dawn.\nIt carried forty passengers and two cars.\nA storm hit it near the island.\n"
                "The captain sent a distress call shortly before noon and asked for a helicopter.\nThe harbour master closed the port."
            ),
        ),
    ),
    good=(
        Example(
            "The ferry left Oban at dawn.\nA storm hit it near the island, so the captain sent a distress call.",
            references=_translation("The ferry left Oban at dawn.\nA storm hit it near the island. The captain sent a distress call."),
        ),
        Example("The ferry left Oban at dawn.", references=(Reference("The ferry left Oban at dawn.\nA storm hit it near the island at noon.", kind="coverage"),)),
    ),
)
NUMBER_DIFFERS = Rule(
    name="number-differs",
    family="reference",
    summary="The references have another number here.",
    why="A wrong figure is the error that costs an article its trust. Other translations, or several papers that agree, are good evidence of the right one.",
    message="{where} “{other}” instead of “{text}”: check the original",
    category="accuracy/mistranslation/number",
    severity="major",
    needs=("references", "scores"),
    bad=(
        Example("The bridge opened in ⟦1985⟧ and closed in 2003.", references=_translation("The bridge was opened in 1958 and closed in 2003.")),
        Example("The factory employs ⟦350⟧ workers.", references=_translation("The factory employs 530 workers.")),
        Example(
            "The fire in Lund killed ⟦17⟧ people on Sunday.",
            references=(
                Reference("A fire in Lund killed 11 people on Sunday.", kind="coverage"),
                Reference("On Sunday, 11 people died in a fire in Lund.", kind="coverage"),
            ),
        ),
    ),
    good=(
        Example("The firm earned 5.2 million euros.", references=_translation("The company earned 5,200,000 euros.")),
        Example("The train leaves at 7:30 p.m.", references=_translation("The train leaves at 19:30.")),
        Example("The fire in Lund killed 17 people on Sunday.", references=(Reference("A fire in Lund killed 11 people on Sunday.", kind="coverage"),)),
    ),
)
NEGATION_DIFFERS = Rule(
    name="negation-differs",
    family="reference",
    summary="The text negates where the reference affirms, or the other way round.",
    why="One lost “not” turns a statement into its opposite, and the sentence still reads well.",
    message="the reference {how}: check the original",
    category="accuracy/mistranslation",
    severity="major",
    needs=("references", "scores"),
    bad=(
        Example(
            "The ministry will ⟦not⟧ pay for the new bridge over the river.",
            references=_translation("The ministry will pay for the new bridge over the river."),
        ),
        Example(
            "The ministry ⟦will⟧ pay for the new bridge over the river.",
            references=_translation("The ministry will not pay for the new bridge over the river."),
        ),
    ),
    good=(
        Example("He is unable to pay for the bridge.", references=_translation("He cannot pay for that new wooden bridge at all.")),
        Example("Nobody paid for the bridge over the river.", references=_translation("No one paid for the bridge over the river.")),
        Example("The council will accept or reject the offer for the bridge.", references=_translation("The council will accept or not accept the offer for the bridge.")),
        Example("Their first No. 1 hit came in the winter.", references=_translation("Their first number 1 hit came in the winter.")),
        Example("The mayor will not miss the opening of the bridge.", references=_translation("The mayor will attend the opening of the bridge.")),
    ),
)
QUOTATION_DIFFERS = Rule(
    name="quotation-differs",
    family="reference",
    summary="Several references quote the same words otherwise.",
    why="Words in quotation marks are the speaker's own. Where other papers agree on the wording, a different one was probably translated back. "
    "Words that are known to have been spoken in another language are left alone.",
    message="{count} references quote this as “{other}”",
    category="accuracy/quotation",
    severity="minor",
    needs=("references", "scores"),
    bad=(
        Example(
            "Keeper Ann Moor said: “⟦We will not in any way retreat from the project of the bridge⟧.”",
            references=(
                Reference("Keeper Ann Moor said: “We will not back away from the bridge project.”", kind="coverage"),
                Reference("“We will not back away from the bridge project,” said keeper Ann Moor.", kind="coverage"),
            ),
        ),
    ),
    good=(
        Example(
            "Russian Foreign Minister Anna Morova said: “We will not in any way retreat from the project of the bridge.”",
            references=(
                Reference("Russian Foreign Minister Anna Morova said: “We will not back away from the bridge project.”", kind="coverage"),
                Reference("“We will not back away from the bridge project,” said Anna Morova.", kind="coverage"),
            ),
        ),
        Example(
            "Keeper Ann Moor said: “We will not back away from the bridge project.”",
            references=(
                Reference("Keeper Ann Moor said: “We will not back away from the bridge project.”", kind="coverage"),
                Reference("“We will not back away from the bridge project,” said keeper Ann Moor.", kind="coverage"),
            ),
        ),
    ),
)

_LOW = 16.0
"""chrF2 of a passage. With what _nothing_in_common asks, it finds 43 % of unrelated sentences and 0.1 % of those of a second human
translation (471 WMT articles); with 18 it would be 57 % and 0.17 %, with 18 alone 70 % and 0.8 %."""
_LOW_UNSPACED = 4.0
"""The same for scripts without spaces, whose character sequences repeat far less."""
_SMALLEST_TELLING, _SHARED = 7, 0.1
"""Different words that both passages have at least, and share of them that may be the same. What is shorter or shares a figure was a
list number, a mark or a short sentence in free words."""
_ALIKE = 60.0
"""chrF2 from which a pair is close enough for a negation on one side alone to tell; people say "no different" and "the same"."""
_MOSTLY = 0.7
"""Share of the text that must align, beside half of the reference, before a passage counts as missing or as one that says something else."""
_SMALLEST_GAP, _LONG_GAP = 6, 25
"""Words that a missing passage has at least, and from which it is hardly an accident of alignment."""
_MOST_QUOTED, _MOST_ALIKE = 400, 20
"""Quotations compared with those of the references, each with each, a second or so (an article has twenty); those looked at more closely for each."""
_SAME_WORDING, _SAME_QUOTATION = 0.9, 0.45
"""Similarity of two quotations: from the first on they are one wording, from the second on one utterance."""


def _reference(case: Case, p: PassageScore) -> str:
    return case.references[p.reference].text[p.ref_start : p.ref_end]


def _related(case: Case, p: PassageScore, start: int, end: int) -> Related:
    """A place in a passage's reference; offsets in the reference."""
    return Related("reference", p.reference, start, end, case.references[p.reference].text[start:end])


def _similarity(case: Case) -> Iterator[Finding]:
    assert case.scores is not None
    unspaced = case.base in ("zh", "ja", "th")
    low = _LOW_UNSPACED if unspaced else _LOW
    for p in case.scores.passages:
        mostly = case.scores.kinds[p.reference] == "translation" and case.scores.coverage[p.reference][0] >= _MOSTLY
        if mostly and p.scores["chrF2"] < low and _nothing_in_common(case.text[p.start : p.end], _reference(case, p), unspaced):
            yield LOW_SIMILARITY.found(
                case.text, p.start, p.end, confidence=0.6, score=p.scores["chrF2"], related=(_related(case, p, p.ref_start, p.ref_end),)
            )


def _nothing_in_common(text: str, reference: str, unspaced: bool) -> bool:
    """Whether two passages are long enough to tell, and share no figure, no name and hardly a word."""
    if unspaced:
        mine, theirs = ({side[n : n + 2] for n in range(len(side) - 1) if side[n : n + 2].isalnum()} for side in (text, reference))
        return min(len(mine), len(theirs)) >= 2 * _SMALLEST_TELLING and len(mine & theirs) <= _SHARED * min(len(mine), len(theirs))
    mine, theirs = (set(_WORD.findall(side)) for side in (text, reference))
    if min(len(mine), len(theirs)) < _SMALLEST_TELLING:
        return False
    shared = {w for w in mine & theirs if len(w) > 3 or w[0].isdigit() or (w[0].isupper() and w.lower() not in theirs)}
    return len(shared) <= _SHARED * min(len(mine), len(theirs)) and not any(w[0].isdigit() or w[0].isupper() for w in shared)


def _missing(case: Case) -> Iterator[Finding]:
    assert case.scores is not None
    for number, (kind, coverage) in enumerate(zip(case.scores.kinds, case.scores.coverage, strict=True)):
        if kind != "translation" or coverage[0] < _MOSTLY or coverage[1] < 0.5:
            continue
        reference = case.references[number].text
        linked = sorted((p for p in case.scores.passages if p.reference == number), key=lambda p: p.ref_start)
        for before, after in itertools.pairwise(linked):
            gap = reference[before.ref_end : after.ref_start].strip()
            if len(gap.split()) < _SMALLEST_GAP or re.search(r"\w", case.text[before.end : after.start]) or after.start < before.end:
                continue
            start = before.ref_end + reference[before.ref_end :].index(gap)
            word = _last_word(case.text, before.start, before.end)
            yield MISSING_PASSAGE.found(
                case.text, *word, confidence=0.75 if len(gap.split()) < _LONG_GAP else 0.85, missing=_short(gap),
                related=(Related("reference", number, start, start + len(gap), gap),),
            )  # fmt: skip


def _last_word(text: str, start: int, end: int) -> tuple[int, int]:
    words = re.finditer(r"\S*\w\S*", text[start:end])
    return next(((start + m.start(), start + m.end()) for m in [*words][::-1]), (start, end))


def _short(passage: str) -> str:
    passage = " ".join(passage.split())
    return passage if len(passage) <= 80 else passage[:77].rsplit(" ", 1)[0] + " …"


def _numbers(case: Case) -> Iterator[Finding]:
    assert case.scores is not None
    votes: dict[tuple[int, int], list[tuple[PassageScore, numbers.Figure]]] = {}
    for p in case.scores.passages:
        mine, theirs = numbers.figures(case.text[p.start : p.end]), numbers.figures(_reference(case, p))
        for figure, other in numbers.changed(mine, theirs):
            if _LIST_NUMBER.match(case.text, p.start) and not figure.start:
                continue
            votes.setdefault((p.start + figure.start, p.start + figure.end), []).append((p, other))
    for (start, end), found in sorted(votes.items()):
        sure = [v for v in found if case.scores.kinds[v[0].reference] == "translation"]
        agreeing = [v for v in found if numbers.agree(v[1], found[0][1])]
        if not sure and len(agreeing) < 2:
            continue
        p, other = (sure or agreeing)[0]
        count = len(sure or agreeing)
        yield NUMBER_DIFFERS.found(
            case.text, start, end, confidence=0.75 if count == 1 else 0.85, suggestions=(other.text,), other=other.text,
            where="the reference has" if count == 1 else f"{count} references have",
            related=tuple(_related(case, q, q.ref_start + f.start, q.ref_start + f.end) for q, f in sure or agreeing),
        )  # fmt: skip


_LIST_NUMBER = re.compile(r"\d{1,2}[.)]\s")


def _negation(case: Case) -> Iterator[Finding]:
    assert case.scores is not None
    if not covered(case.base):
        return
    for p in case.scores.passages:
        if case.scores.kinds[p.reference] != "translation" or p.scores["chrF2"] < _ALIKE:
            continue
        text, reference = case.text[p.start : p.end], _reference(case, p)
        mine, theirs = negations(text, case.base), negations(reference, case.base)
        if bool(mine) == bool(theirs) or abs(len(mine) - len(theirs)) != 1:
            continue
        if sorted(hedges(text, case.base)) != sorted(hedges(reference, case.base)):
            continue
        if not (_said_of_the_same(text, mine[0], reference) if mine else _said_of_the_same(reference, theirs[0], text)):
            continue
        if mine:
            start, end = mine[0]
            how, other = "does not negate", (p.ref_start, p.ref_end)
        else:
            start, end = _beside(text, reference, *theirs[0])
            how, other = f"negates: “{reference[slice(*theirs[0])]}”", (p.ref_start + theirs[0][0], p.ref_start + theirs[0][1])
        yield NEGATION_DIFFERS.found(case.text, p.start + start, p.start + end, confidence=0.65, how=how, related=(_related(case, p, *other),))


_WORD = re.compile(r"\w+(?:['’]\w+)*")


def _said_of_the_same(text: str, negation: tuple[int, int], other: str) -> bool:
    """Whether the other side says, without a negation, what is negated here: the next words of some length are there too."""
    negated = [m.group().casefold() for m in itertools.islice(_WORD.finditer(text, negation[1]), 5)]
    content = [w for w in negated if len(w) > 3 or w[0] > "\u2e80"][:1]
    there = other.casefold()
    return bool(content) and all(w[:_NEGATED_STEM] in there for w in content)


_NEGATED_STEM = 4
"""Letters that the two forms of a negated word share: did not accept, accepted."""


def _beside(text: str, reference: str, start: int, end: int) -> tuple[int, int]:
    """The word of the text that stands nearest before or after the reference's negation there; the first word where none does."""
    before = [m.group().casefold() for m in _WORD.finditer(reference, 0, start)][::-1]
    after = [m.group().casefold() for m in _WORD.finditer(reference, end)]
    where = {m.group().casefold(): m.span() for m in _WORD.finditer(text)}
    for pair in zip((*before[:3], "", ""), (*after[:3], "", ""), strict=False):
        for word in pair:
            if word in where:
                return where[word]
    return next(iter(where.values()), (0, len(text)))


def _quotations(case: Case) -> Iterator[Finding]:
    assert case.scores is not None
    theirs = [
        (n, q.start + 1, q.end - 1)
        for n, r in enumerate(case.references)
        if case.scores.kinds[n] == "coverage"
        for q in quotes.pair(r.text, [(0, len(r.text))], r.lang or case.lang).pairs
        if q.depth == 0
    ]
    if len({n for n, *_ in theirs}) < 2:
        return
    words = {t: _wording(case.references[t[0]].text[t[1] : t[2]]) for t in theirs[:_MOST_QUOTED]}
    translated = {q.start for q in ledger(case) if q.native and q.native != case.base}
    for q in quotes.pair(case.text, [(s.start, s.end) for s in case.prose], case.lang).pairs[:_MOST_QUOTED]:
        start, end = q.start + 1, q.end - 1
        mine = _wording(case.text[start:end])
        if q.depth or len(mine) < _SMALLEST_GAP or q.start in translated:
            continue  # of words spoken in another language each paper has a translation of its own
        rated = [(_likeness(mine, w), t, w) for t, w in words.items() if len(w) >= _SMALLEST_GAP]
        alike = [(t, w) for likeness, t, w in sorted(rated, reverse=True)[:_MOST_ALIKE] if likeness >= _SAME_QUOTATION]
        if any(_likeness(mine, w) >= _SAME_WORDING or _within(mine, w) for _, w in alike):
            continue
        for t, w in alike:
            agreeing = [o for o, v in alike if _likeness(v, w) >= _SAME_WORDING]
            if len({n for n, *_ in agreeing}) > 1:
                end -= len(case.text[start:end]) - len(case.text[start:end].rstrip(" .,"))
                yield QUOTATION_DIFFERS.found(
                    case.text, start, end, confidence=0.7, count=len(agreeing), other=_short(case.references[t[0]].text[t[1] : t[2]].strip(" .,")),
                    related=tuple(Related("reference", n, a, b, case.references[n].text[a:b]) for n, a, b in agreeing),
                )  # fmt: skip
                break


def _wording(quotation: str) -> tuple[str, ...]:
    return tuple(w.casefold() for w in _WORD.findall(quotation))


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    return float(Indel.normalized_similarity(one, other))


def _within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((" ".join(one), " ".join(other)), key=len)
    return short in long


CHECKS = (
    Check(rules=(LOW_SIMILARITY,), run=_similarity),
    Check(rules=(MISSING_PASSAGE,), run=_missing),
    Check(rules=(NUMBER_DIFFERS,), run=_numbers),
    Check(rules=(NEGATION_DIFFERS,), run=_negation),
    Check(rules=(QUOTATION_DIFFERS,), run=_quotations),
)
