"""One verdict per article from credit lines, page traces, the learned detector and the phrases the checks found telling."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from tqcheck.config import ProvenanceSettings
from tqcheck.lang import language_name, word_count
from tqcheck.model import ArticleSpan, Document, Evidence, Label, Provenance, Segment, Segmentation

if TYPE_CHECKING:
    from tqcheck.provenance.credits import Credit
    from tqcheck.provenance.traces import Trace

MIXED_SHARE = 0.2
"""Articles with more than this share of the words must agree, or the page is inconclusive."""


class Body(msgspec.Struct, frozen=True):
    """The prose of one article, and the way back: runs (start in `text`, start in the document)."""

    text: str
    runs: tuple[tuple[int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text`, in the document."""
        at = [(inner, outer) for inner, outer in self.runs if inner <= start][-1]
        return at[1] + start - at[0], at[1] + end - at[0]


def body(text: str, segments: Sequence[Segment], article: int) -> Body:
    """The prose of an article, one block a line."""
    parts, runs, at = [], [], 0
    for s in segments:
        if s.article == article and s.kind in ("headline", "paragraph"):
            part = text[s.start : s.end]
            runs.append((at, s.start))
            parts.append(part)
            at += len(part) + 1
    return Body("\n".join(parts), tuple(runs) or ((0, 0),))


def judge(
    document: Document,
    segmentation: Segmentation,
    telling: Sequence[Evidence],
    settings: ProvenanceSettings,
) -> tuple[Provenance, ...]:
    """The provenance of each article, in their order. `telling`: what the checks found that speaks for a source language."""
    from tqcheck.provenance.credits import credits
    from tqcheck.provenance.traces import traces

    said = credits(document.text, segmentation.segments)
    page = traces(document.page, document.url, document.text)
    return tuple(
        _article(document, segmentation, number, article, said, page, telling, settings)
        for number, article in enumerate(segmentation.articles)
    )


def overall(provenances: Sequence[Provenance], words: Sequence[int]) -> Provenance:
    """The provenance of the article with most of the words; inconclusive where sizeable articles disagree."""
    if not provenances:
        return Provenance(why="there is no article text to judge")
    largest = max(range(len(provenances)), key=words.__getitem__)
    if len(provenances) == 1:
        return provenances[0]
    total = sum(words) or 1
    sizeable = {p.label for p, w in zip(provenances, words, strict=True) if w / total > MIXED_SHARE}
    main = provenances[largest]
    if len(sizeable) > 1:
        return msgspec.structs.replace(
            main, label="inconclusive", why=f"the page mixes articles that read like {', '.join(sorted(sizeable))}"
        )
    if len(provenances) > 1:
        return msgspec.structs.replace(main, why=f"{main.why}; judged from the longest of {len(provenances)} articles")
    return main


def with_carried_original(document: Document) -> Document:
    """The document with the original that its page still carries as its source, where no source was given."""
    from tqcheck.provenance.traces import carried

    original = carried(document.page) if document.source is None else None
    if original is None:
        return document
    note = f"the page carries its original ({original.maker}); it is used as the source"
    return msgspec.structs.replace(
        document, source=original.text, source_lang=document.source_lang or original.lang, notes=(*document.notes, note)
    )


def signature(settings: ProvenanceSettings) -> str:
    """Which detector speaks, with which thresholds."""
    from tqcheck.provenance import detector

    return detector.load(settings.model).signature


def _article(
    document: Document, segmentation: Segmentation, number: int, article: ArticleSpan,
    said: Sequence[Credit], page: Sequence[Trace], telling: Sequence[Evidence], settings: ProvenanceSettings,
) -> Provenance:  # fmt: skip
    first, after = _reach(segmentation, number, len(document.text))
    credits_here = [c for c in said if first <= c.start < after]
    phrases = [e for e in telling if e.start is not None and article.start <= e.start < article.end]
    read = _from_language(document, segmentation, number, article, phrases, settings)
    return _with_page(_with_credits(read, credits_here, document, segmentation), page)


def _reach(segmentation: Segmentation, number: int, length: int) -> tuple[int, int]:
    """From an article's start to the next one's: its credit line may stand in the furniture that follows it."""
    spans = segmentation.articles
    return spans[number].start if number else 0, spans[number + 1].start if number + 1 < len(spans) else length


def _from_language(
    document: Document, segmentation: Segmentation, number: int, article: ArticleSpan, phrases: list[Evidence], settings: ProvenanceSettings
) -> Provenance:
    """What the text's own language shows."""
    from tqcheck.provenance import detector

    own = body(document.text, segmentation.segments, number)
    lang = (article.lang or segmentation.lang or "").split("-")[0]
    model = detector.load(settings.model)
    copied = min(max(copied_from(phrases).values(), default=0.0), MOST_FROM_PHRASES)
    judged = model.judge(own.text, lang, dict(settings.prior.items()), settings.max_false_accusations, copied)
    if judged is None:
        return Provenance(evidence=tuple(phrases), why=f"the detector has not learnt {language_name(lang)}" if lang else "the language is not known")
    evidence = [Evidence(e.kind, e.words, e.weight, *own.place(e.start, e.end)) for e in judged.evidence]
    source_lang, sources = _source(judged.source_lang, judged.source_lang_probabilities, phrases, judged.label)
    if word_count(own.text, lang) < FEWEST_WORDS:
        return Provenance(
            evidence=tuple(phrases), source_lang=source_lang, source_lang_probabilities=sources,
            why=f"fewer than {FEWEST_WORDS} words do not tell",
        )  # fmt: skip
    return Provenance(
        label=judged.label,
        probabilities=judged.probabilities,
        source_lang=source_lang,
        source_lang_probabilities=sources,
        evidence=(*evidence, *phrases),
        why=judged.why if judged.label == "inconclusive" else _habits(document.text, phrases, source_lang),
    )


def _habits(text: str, phrases: Sequence[Evidence], source_lang: str | None) -> str:
    """The phrases that tell most of the language it was translated from, in words; "" where none do."""
    telling = [e for e in phrases if e.supports == source_lang and e.start is not None]
    telling.sort(key=lambda e: -(e.weight or 0.0))
    words = list(dict.fromkeys(text[e.start : e.end] for e in telling))[:3]
    return f"of its wording as a whole, and phrases such as {', '.join(f'“{w}”' for w in words)}" if words else ""


FEWEST_WORDS = 10
"""Below, no origin is named: the models learnt from articles, and those of Russian and Japanese are sure of any three words."""
PHRASE_SHARE = 0.5
"""Weight of a telling phrase beside the model's own margin: phrases of one text repeat one another."""
MOST_FROM_PHRASES = 12.0
FEWEST_NATS = 4.0
"""Phrases of less weight than this together do not name a language that the model leaves open."""
SURE = 0.6


def copied_from(phrases: Sequence[Evidence]) -> dict[str, float]:
    """Per language, the nats of the expressions that seem copied from it."""
    totals: dict[str, float] = {}
    for e in phrases:
        if e.supports:
            totals[e.supports] = totals.get(e.supports, 0.0) + (e.weight or 0.0)
    return totals


def _source(
    named: str | None, model: Mapping[str, float], phrases: Sequence[Evidence], label: Label
) -> tuple[str | None, dict[str, float]]:
    """The source language when the phrases that tell it are weighed with the model's probabilities."""
    totals = copied_from(phrases)
    if not totals or label == "original":
        return named, dict(model)
    languages = sorted({*model, *totals})
    odds = {
        lang: max(model.get(lang, 0.0), 0.01) * math.exp(PHRASE_SHARE * min(totals.get(lang, 0.0), MOST_FROM_PHRASES))
        for lang in languages
    }
    whole = sum(odds.values())
    sources = {lang: value / whole for lang, value in odds.items()}
    best = max(languages, key=sources.__getitem__)
    if sources[best] >= SURE and totals.get(best, 0.0) >= FEWEST_NATS:
        return best, sources
    return named, sources if named is None or best == named else dict(model)


_CREDITED: Mapping[str, Label] = {"machine": "machine", "human": "human-translation", "translation": "translation"}
_CERTAIN: Mapping[Label, Mapping[str, float]] = {
    "machine": {"machine": 0.98, "human": 0.01, "original": 0.01},
    "human-translation": {"machine": 0.04, "human": 0.95, "original": 0.01},
    "translation": {"machine": 0.49, "human": 0.49, "original": 0.02},
}
_OF_CREDIT: Mapping[str, str] = {"machine": "machine", "human": "human", "translation": "human"}


def _with_credits(read: Provenance, credits_here: Sequence[Credit], document: Document, segmentation: Segmentation) -> Provenance:
    """A credit line beats the model for its own article; where the two disagree, the report says so."""
    if not credits_here:
        return read
    evidence = tuple(Evidence("credit", c.why, None, c.start, c.end, supports=_OF_CREDIT[c.kind]) for c in credits_here)
    kinds = {c.kind for c in credits_here}
    kind = "machine" if "machine" in kinds else "human" if "human" in kinds else "translation"
    label = _CREDITED[kind]
    why = f"credit line: “{document.text[credits_here[0].start : credits_here[0].end]}”"
    if {"machine", "human"} <= kinds:
        why += "; other credit lines of this article name a human translator"
    if _contradicts(read.label, label):
        why += f"; the text itself reads like {_SPOKEN[read.label]} ({read.probabilities[_CHANCE[read.label]]:.0%})"
    named = next((c.source_lang for c in credits_here if c.source_lang), None)
    guessed = read.source_lang if kind == "machine" or read.label in ("machine", "translation", "human-translation") else None
    source_lang = named or _written_in(credits_here, segmentation) or guessed
    probabilities = {source_lang: 1.0} if source_lang and source_lang != guessed else read.source_lang_probabilities
    return Provenance(label, dict(_CERTAIN[label]), source_lang, probabilities, (*evidence, *read.evidence), why, credited=True)


_SPOKEN: Mapping[Label, str] = {
    "machine": "raw machine translation", "human-translation": "a human translation", "translation": "a translation",
    "original": "an original", "inconclusive": "anything",
}  # fmt: skip
_CHANCE: Mapping[Label, str] = {"machine": "machine", "human-translation": "human", "original": "original", "translation": "human"}


def _contradicts(read: Label, credited: Label) -> bool:
    return read != credited and (read == "original" or {read, credited} == {"machine", "human-translation"})


def _written_in(credits_here: Sequence[Credit], segmentation: Segmentation) -> str | None:
    """A credit line left in another language betrays the language of the original."""
    for credit in credits_here:
        for segment in segmentation.segments:
            if segment.start <= credit.start < segment.end and segment.lang not in (None, segmentation.lang):
                return segment.lang
    return None


def _with_page(read: Provenance, page: Sequence[Trace]) -> Provenance:
    """What the page's markup says, where no credit line has spoken."""
    if not page:
        return read
    evidence = tuple(Evidence(t.kind, t.why, None, t.start, t.end, supports=t.supports) for t in page)
    telling = next((t for t in page if t.supports in ("machine", "human")), None)
    if telling is None or read.credited:
        return msgspec.structs.replace(read, evidence=(*evidence, *read.evidence))
    label = _CREDITED["machine" if telling.supports == "machine" else "human"]
    source_lang = next((t.source_lang for t in page if t.source_lang), read.source_lang)
    return Provenance(
        label, dict(_CERTAIN[label]), source_lang, read.source_lang_probabilities, (*evidence, *read.evidence),
        f"the page says so: {telling.why}", credited=True,
    )  # fmt: skip
