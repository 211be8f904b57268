"""Phrasing: expressions, collocations and formulas of the language a text was translated from. The expressions are data (`lang/*/calques-*.toml`)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tqcheck.checks.case import Case
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import phrases as expressions
from tqcheck.lang import table
from tqcheck.lang.phrases import Match, Matcher
from tqcheck.model import Evidence, Finding, Provenance, Segment, Span

LANGUAGE_NAMES = {
    "cs": "Czech", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "ja": "Japanese", "pl": "Polish",
    "ru": "Russian", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
TARGETS = ("en", "de", "ru", "uk", "cs")
SOURCES = (
    "Lynn Visson, From Russian into English (1991)",
    "Joan Pinkham, The Translator's Guide to Chinglish (2000)",
    "Jeremy Gardner, Misused English words and expressions in EU publications (2016)",
    "Michael Swan and Bernard Smith, Learner English (2001)",
)

CALQUE = Rule(
    name="calque",
    family="phrasing",
    summary="An expression of the original's language is copied word for word.",
    why="The words are English, the phrase is not: readers stumble, and the text shows that nobody edited it. "
    "One such expression proves little; several from one language say where the text comes from.",
    message="“{text}” copies {language} “{form}”: {why}",
    category="style/unnatural",
    severity="minor",
    languages=TARGETS,
    needs=("text", "provenance"),
    bad=(
        Example("The bank owns six ⟦real estate objects⟧ in the old town.", translated_from="ru"),
        Example("Die Reform ⟦macht Sinn⟧, sagte der Minister.", lang="de", translated_from="en"),
    ),
    good=(
        Example("The bank owns six properties in the old town.", translated_from="ru"),
        Example("The museum shows objects found on the estate.", translated_from="ru"),
    ),
    sources=SOURCES,
)
FALSE_FRIEND = Rule(
    name="false-friend",
    family="phrasing",
    summary="A word that looks like the original's word and means something else.",
    why="A false friend reads smoothly and says the wrong thing, so nobody notices: a “decade” of ten days, an “actual” question.",
    message="“{text}” stands for {language} “{form}”: {why}",
    category="accuracy/mistranslation",
    severity="minor",
    languages=TARGETS,
    needs=("text", "provenance"),
    bad=(Example("A charity ⟦action⟧ took place in the park.", translated_from="ru"),),
    good=(Example("The charity took action against the landlord.", translated_from="ru"),),
    sources=SOURCES,
)
DISCOURSE_FORMULA = Rule(
    name="discourse-formula",
    family="phrasing",
    summary="A formula by which the original's language links or attributes sentences.",
    why="News in every language has its fillers. Copied, they slow the text down, address the reader oddly and mark it as translated.",
    message="“{text}” is the {language} formula “{form}”: {why}",
    category="style/unnatural",
    severity="minor",
    languages=TARGETS,
    needs=("text", "provenance"),
    bad=(Example("⟦Recall that⟧ the talks broke down in March.", translated_from="ru"),),
    good=(Example("Few voters recall that the talks broke down in March.", translated_from="ru"),),
    sources=SOURCES,
)
LITERAL_COLLOCATION = Rule(
    name="literal-collocation",
    family="phrasing",
    summary="Verb and noun go together in the original's language, not in this one.",
    why="Every word is right and the pair is wrong: English gives aid, Russian renders it.",
    message="“{text}” pairs words as {language} “{form}” does: {why}",
    category="style/unnatural",
    severity="minor",
    languages=TARGETS,
    needs=("text", "provenance"),
    bad=(Example("Doctors ⟦rendered medical assistance⟧ to the driver.", translated_from="ru"),),
    good=(Example("The court rendered a verdict.", translated_from="ru"),),
    sources=SOURCES,
)
SENTENCE_FRAGMENT = Rule(
    name="sentence-fragment",
    family="phrasing",
    summary="A subordinate clause stands as a sentence of its own.",
    why="German “Denn …” and Russian “Хотя …” may open a sentence; in English “Although …” and “Because …” leave the reader waiting for the rest.",
    message="“{text} …” opens a sentence that has no main clause: join it to the one before",
    category="fluency/grammar",
    severity="minor",
    languages=("en",),
    bad=(
        Example("Nobody expects quick results. ⟦Although⟧ the mayor, who spoke on Monday, sounded hopeful."),
        Example("The choir will rehearse twice a week. ⟦Because⟧ the hall is free only in the evening."),
    ),
    good=(
        Example("Although the mayor sounded hopeful, nobody expects quick results."),
        Example("Because the hall is free only in the evening the choir will rehearse twice a week, said its leader."),
        Example("Why twice a week? Because the hall is free only in the evening."),
    ),
    sources=("Michael Swan, Practical English Usage (2016)",),
)
MISLEADING_VARIATION = Rule(
    name="misleading-variation",
    family="phrasing",
    summary="A country is called “the republic” or “the kingdom” where English uses its name.",
    why="Russian and other news avoid repeating a name. In English “the republic” sends the reader looking for another state.",
    message="“{text}” stands for {country}: English repeats the name",
    category="style/unnatural",
    severity="minor",
    languages=("en",),
    bad=(
        Example("The minister arrived in Turkey on Monday. He said that ⟦the republic⟧ was ready to host the talks."),
        Example("Britain will pay more. A fund was set up in ⟦the kingdom⟧ last year."),
    ),
    good=(
        Example("The cabinet of Tatarstan met in Kazan. Cinemas in the republic will reopen."),
        Example("The minister flew from Turkey to Ireland. He said that the republic was ready to host the talks."),
        Example("King Harald spoke in Norway. He has travelled across the kingdom."),
    ),
    sources=("Павел Палажченко, Мой несистематический словарь (2002)",),
)
BY_KIND = {rule.name: rule for rule in (CALQUE, FALSE_FRIEND, DISCOURSE_FORMULA, LITERAL_COLLOCATION)}


# --------------------------------------------------------------------------------------------------- what was found


class Found(NamedTuple):
    """One place and every expression that matches exactly there, the most telling first."""

    start: int
    end: int
    matches: tuple[Match, ...]


def places(case: Case, matcher: Matcher | None = None) -> list[Found]:
    """Where expressions of other languages stand in the prose, in text order; of places that overlap, the one to mend, then the longer."""
    if case.base not in TARGETS:
        return []
    matcher = matcher or expressions.matcher(case.base)
    by_span: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in _within(matcher(case.text), case.prose):
        by_span[match.start, match.end].append(match)
    kept: list[Found] = []
    for (start, end), matches in sorted(by_span.items(), key=lambda item: (item[0][0], -item[0][1])):
        best = tuple(sorted(matches, key=lambda m: -m.phrase.telling))
        if not kept or start >= kept[-1].end:
            kept.append(Found(start, end, best))
        elif _rank(Found(start, end, best)) > _rank(kept[-1]):
            kept[-1] = Found(start, end, best)
    return kept


def _rank(place: Found) -> tuple[bool, int]:
    return any(m.phrase.mend for m in place.matches), place.end - place.start


def _within(matches: Iterable[Match], segments: tuple[Segment, ...]) -> Iterator[Match]:
    ordered = sorted(segments, key=lambda s: s.start)
    i = 0
    for match in matches:
        while i < len(ordered) and ordered[i].end <= match.start:
            i += 1
        if i < len(ordered) and ordered[i].start <= match.start and match.end <= ordered[i].end:
            yield match


def telling(case: Case) -> tuple[Evidence, ...]:
    """What the expressions say about the source language.

    One item per place and source language: `supports` is the language, `weight` the natural log of how much likelier the
    expression is in machine translation from it than in an original. A second use of an expression adds half, a third nothing.
    """
    evidence = []
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for place in places(case):
        for match in place.matches:
            phrase = match.phrase
            key = (phrase.source, phrase.find)
            weight = phrase.telling / 2 ** seen[key] if seen[key] < 2 else 0.0
            seen[key] += 1
            if weight > 0:
                message = f"“{case.text[place.start : place.end]}” ({LANGUAGE_NAMES[phrase.source]}: {phrase.form})"
                evidence.append(Evidence("phrasing", message, weight, place.start, place.end, supports=phrase.source))
    return tuple(evidence)


def totals(evidence: Iterable[Evidence]) -> dict[str, float]:
    """Source language → sum of the weights that speak for it."""
    sums: dict[str, float] = defaultdict(float)
    for item in evidence:
        sums[item.supports or ""] += item.weight or 0.0
    return dict(sums)


# ------------------------------------------------------------------------------------------------- what is reported

# Log odds that an editor would change the expression; see `confidence`. Chosen on the first half of the documents of WMT
# 2021/22 and van der Werff et al. 2022 so that originals stay below 0.1 findings per 1,000 words (docs/phrasing-rates.md has
# the second half: English 0.02, against 2.0 to 4.0 in machine output from Japanese, Chinese and Russian). PER_AVOIDED took
# English human translations from Chinese from 3.3 to 2.3 and cost machine output 0.8. Of 101 findings on machine-translated
# news of the second half, drawn at random and read, an editor would have acted on 85; below 0.65 on about half, above 0.8 on 19 of 20.
ALONE = -2.2
PER_TELLING = 1.0
PER_AVOIDED = 0.8
USUAL = math.log(2)
COMPANY = 0.35
MAX_COMPANY = 4.0
TRANSLATED_FROM_IT = 1.5
MACHINE = 0.5
HUMAN = -0.7
ORIGINAL = -1.5
OTHER_SOURCE = -1.0


def confidence(match: Match, company: float, provenance: Provenance | None, source_lang: str | None) -> float:
    """Probability that an editor would change the expression.

    It grows with how telling the expression is, with how far human translators avoid it, with what else in the text comes from the same language (company: sum of
    the other expressions' weights), and with what is known of the text's origin.
    """
    logit = (
        ALONE
        + PER_TELLING * match.phrase.telling
        + PER_AVOIDED * (match.phrase.avoided - USUAL)
        + COMPANY * min(company, MAX_COMPANY)
    )
    known = _translated_from(provenance, source_lang)
    if known and not match.phrase.everywhere:
        logit += TRANSLATED_FROM_IT if known == match.phrase.source else OTHER_SOURCE
    if provenance is not None:
        logit += {"machine": MACHINE, "human-translation": HUMAN, "original": ORIGINAL}.get(provenance.label, 0.0)
    return 1 / (1 + math.exp(-logit))


def _translated_from(provenance: Provenance | None, source_lang: str | None) -> str | None:
    known = source_lang or (provenance.source_lang if provenance and provenance.label != "original" else None)
    return known.split("-")[0] if known else None


def foreign_expressions(case: Case, matcher: Matcher | None = None) -> Iterator[Finding]:
    """Calques, false friends, formulas and collocations, each under the source language that makes it likeliest."""
    found = places(case, matcher)
    sums: dict[str, float] = defaultdict(float)
    own: dict[tuple[str, str], float] = {}
    for place in found:
        for match in place.matches:
            key = (match.phrase.source, match.phrase.find)
            if key not in own:
                own[key] = match.phrase.telling
                sums[match.phrase.source] += max(0.0, own[key])
    for place in found:
        provenance = case.provenance_at(place.start)
        ranked = [
            (
                confidence(
                    m,
                    sums[m.phrase.source] - max(0.0, own[m.phrase.source, m.phrase.find]),
                    provenance,
                    case.source_lang,
                ),
                m,
            )
            for m in place.matches
            if m.phrase.mend
        ]
        if not ranked:
            continue
        sure, match = max(ranked, key=lambda pair: pair[0])
        phrase = match.phrase
        known = _translated_from(provenance, case.source_lang)
        # Languages share expressions: the list may have one under a neighbour of the language the text is known to come from.
        similar = " (or similar)" if known and known != phrase.source else ""
        yield BY_KIND[phrase.kind].found(
            case.text, place.start, place.end,
            confidence=round(sure, 3),
            suggestions=_fitting(case.text, place.start, match.suggestions),
            evidence=(expressions.sources(phrase.source, phrase.target).get(phrase.by, phrase.by),),
            language=LANGUAGE_NAMES[phrase.source] + similar, form=phrase.form, why=phrase.why,
        )  # fmt: skip


def _fitting(text: str, start: int, suggestions: tuple[str, ...]) -> tuple[str, ...]:
    """Suggestions that fit what stands before them: none that would leave “a” before a vowel or “an” before a consonant."""
    before = re.search(r"\b(an?)\s$", text[max(0, start - 4) : start], re.IGNORECASE)
    if before is None:
        return tuple(s for s in suggestions if s != text[start : start + len(s)] or s)
    vowel = before[1].lower() == "an"
    return tuple(s for s in suggestions if (s[:1].lower() in "aeiou") == vowel)


# ------------------------------------------------------------------------------------- fragments and varied names

_RELATIVE = re.compile(r", (?:who|which|whose|where) [^,]{1,120},")
_FRAGMENT_CONFIDENCE = 0.7
"""Of what these patterns find in 500,000 words of originals (benchmarks/phrasing.py, both halves), nothing; in translations about 20 per million words."""


def fragments(case: Case) -> Iterator[Finding]:
    """Sentences that begin with “Although” or “Because” and end without a main clause: no comma but around a relative clause."""
    before: Span | None = None
    for segment, sentence in case.sentences():
        text = case.text[sentence.start : sentence.end].rstrip()
        word = next((w for w in ("Although", "Because") if text.startswith(w + " ")), None)
        asked = before is not None and case.text[before.start : before.end].rstrip().endswith(("?", "?”", '?"'))
        before = sentence
        if word is None or asked or segment.kind != "paragraph" or not text.endswith("."):
            continue
        clause = _RELATIVE.sub("", text)
        if 5 <= len(clause.split()) <= 40 and not re.search(r"[,;:–—…“”\"«»()]| - |^Because of\b|\. ", clause):
            yield SENTENCE_FRAGMENT.found(
                case.text, sentence.start, sentence.start + len(word),
                confidence=_FRAGMENT_CONFIDENCE, suggestions=("But",) if word == "Although" else (),
            )  # fmt: skip


_VARIED = re.compile(r"\b[Tt]he (republic|kingdom)\b(?! of\b)")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_REACH = 400
"""Characters before the word among which its country must be named."""


def varied_names(case: Case) -> Iterator[Finding]:
    """“The republic” and “the kingdom” for a country that English does not call so and that was named shortly before."""
    if not (found := [m for s in case.prose for m in _VARIED.finditer(case.text, s.start, s.end)]):
        return
    data = table("en", "calques-ru")["variation"]
    words_of: dict[int, set[str]] = {}
    for match in found:
        article = next((a for a in case.articles if a.start <= match.start() < a.end), None)
        start, end = (article.start, article.end) if article else (0, len(case.text))
        if start not in words_of:
            words_of[start] = {w.lower() for w in _WORD.findall(case.text, start, end)}
        words = words_of[start]
        known = data[match[1]]
        if not words.isdisjoint(known["unless"]):
            continue
        named = [
            w
            for w in _WORD.findall(case.text, max(start, match.start() - _REACH), match.start())
            if w.removesuffix("'s").removesuffix("’s") in known["of"]
        ]
        if len({w.removesuffix("'s").removesuffix("’s") for w in named}) == 1:
            country = named[0].removesuffix("'s").removesuffix("’s")
            yield MISLEADING_VARIATION.found(
                case.text, match.start(), match.end(), confidence=0.75, suggestions=(country,), country=country
            )


CHECKS: tuple[Check, ...] = (
    Check((CALQUE, FALSE_FRIEND, DISCOURSE_FORMULA, LITERAL_COLLOCATION), foreign_expressions),
    Check((SENTENCE_FRAGMENT,), fragments),
    Check((MISLEADING_VARIATION,), varied_names),
)
