"""Phrasing: every expression's own examples, the notation, the matcher, and when an expression is shown."""

from __future__ import annotations

import time

import pytest
from msgspec import structs

from tqcheck.checks import phrasing
from tqcheck.checks.case import Case
from tqcheck.config import Settings
from tqcheck.lang import phrases as expressions
from tqcheck.lang.phrases import Match, Matcher, PatternError, Phrase
from tqcheck.model import Finding, Provenance
from tqcheck.names.roster import Roster
from tqcheck.segment import segment

PHRASES = list(expressions.iter_phrases())
LEAST = {
    ("ru", "en"): 120, ("de", "en"): 60, ("fr", "en"): 60, ("es", "en"): 60, ("zh", "en"): 60, ("uk", "en"): 60,
    ("ja", "en"): 30, ("cs", "en"): 30, ("pl", "en"): 30, ("en", "de"): 30, ("en", "ru"): 30, ("en", "uk"): 30, ("en", "cs"): 30,
}  # fmt: skip


def case(text: str, lang: str = "en", source_lang: str | None = None, provenance: Provenance | None = None) -> Case:
    segmentation = segment(text, lang)
    made = Case(text, segmentation, Roster(()), Settings(), source_lang=source_lang)
    if provenance:
        made.provenances = tuple(provenance for _ in segmentation.articles)
    return made


def shown(
    text: str, lang: str = "en", source_lang: str | None = None, provenance: Provenance | None = None
) -> list[Finding]:
    return [f for f in phrasing.foreign_expressions(case(text, lang, source_lang, provenance)) if f.confidence >= 0.5]


def first(pattern: str, text: str, *natural: str) -> Match | None:
    found = Matcher([Phrase(find=pattern, natural=natural, form="x", why="x", by="x", bad="x")])(text)
    return found[0] if found else None


# ------------------------------------------------------------------------------------------------------- the data


@pytest.mark.parametrize("pair", LEAST, ids="-".join)
def test_pair_is_covered(pair: tuple[str, str]) -> None:
    assert len(expressions.phrases(*pair)) >= LEAST[pair]


@pytest.mark.parametrize("pair", expressions.pairs(), ids="-".join)
def test_expressions_have_what_an_editor_needs(pair: tuple[str, str]) -> None:
    phrases, sources = expressions.phrases(*pair), expressions.sources(*pair)
    assert len({p.find for p in phrases}) == len(phrases)
    for phrase in phrases:
        assert phrase.form, phrase.find
        assert phrase.why, phrase.find
        assert phrase.by in sources, phrase.find
        assert phrase.kind in phrasing.BY_KIND, phrase.find
        assert len(phrase.rates) == 3, phrase.find
        original, _, machine = phrase.rates
        assert not original or machine >= 3 * original or phrase.stays, (
            f"{phrase.find}: not telling, and does not say why it stays"
        )


@pytest.mark.parametrize("pair", expressions.pairs(), ids="-".join)
def test_examples_of_expressions(pair: tuple[str, str]) -> None:
    for phrase in expressions.phrases(*pair):
        matcher = Matcher([phrase])
        start = phrase.bad.index("⟦")
        end = phrase.bad.index("⟧") - 1
        text = phrase.bad.replace("⟦", "").replace("⟧", "")
        assert [(m.start, m.end) for m in matcher(text)] == [(start, end)], phrase.find
        for suggestion in matcher(text)[0].suggestions:
            assert suggestion, phrase.find
            assert not set("()|~…[]{}") & set(suggestion), f"{phrase.find}: {suggestion}"
        if phrase.good:
            assert matcher(phrase.good) == [], phrase.find


# --------------------------------------------------------------------------------------------------- the notation


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("real estate object(s)", "two Real Estate Objects were sold", "Real Estate Objects"),
        ("real estate object(s)", "real estate. Objects were sold", None),
        ("propert(y|ies)", "many properties", "properties"),
        ("arrest~", "it was arrested", "arrested"),
        ("take~ part", "they took part", "took part"),
        ("carry~ out", "carrying out", "carrying out"),
        ("служ*", "он служила там", "служила"),
        ("(in|within) the framework", "Within the framework", "Within the framework"),
        ("(in|by way of) example", "by way of example", "by way of example"),
        ("the? end", "end", "end"),
        ("(of the)? end", "the end", "end"),
        ("pay~ …{0,2} attention", "paid much more attention", "paid much more attention"),
        ("pay~ …{0,2} attention", "paid a great deal more attention", None),
        ("pay~ …{0,2} attention", "paid, though attention", None),
        ("^ recall that", "Do recall that. Recall that it", "Recall that"),
        ("^ recall that", "they recall that", None),
        ("^ recall that", "“Recall that", "Recall that"),
        ("actual !(size|cost)", "the actual cost", None),
        ("actual !(size|cost)", "the actual problem", "actual"),
        ("the <name> side", "the Turkish side", "the Turkish side"),
        ("the <name> side", "the other side", None),
        ("<number> thousand", "25 thousand", "25 thousand"),
        ("<number> thousand", "some 1.5 thousand", "1.5 thousand"),
        ("\\( reporter <name> <name>? \\)", "May 3 (Reporter Li Na) The bridge", "(Reporter Li Na)"),
        ("the <age> said", "the 34-year-old said", "the 34-year-old said"),
        ("in [the given] case", "in the given case", "the given"),
        ("the Land", "the land", None),
        ("it's time", "it’s time", "it’s time"),
        ("in turn ,", "in turn, he", "in turn,"),
    ],
)
def test_notation(pattern: str, text: str, found: str | None) -> None:
    match = first(pattern, text)
    assert (text[match.start : match.end] if match else None) == found


@pytest.mark.parametrize("pattern", ["…{0,9} word", "<name>", "^", "word(s)?", "(a|b|c d) " * 12])
def test_unreadable_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        Matcher([Phrase(find=pattern, form="x", why="x", by="x", bad="x")])


@pytest.mark.parametrize(
    ("pattern", "natural", "text", "suggestion"),
    [
        ("real estate object(s)", "propert(y|ies)", "Real estate objects", "Properties"),
        ("render~ assistance", "provide~ assistance", "was rendering assistance", "providing assistance"),
        ("render~ aid", "give~ aid", "aid? They rendered aid", "gave aid"),
        ("render~ aid", "give~ aid", "It had rendered aid", "given aid"),
        ("pay~ …{0,2} heed to", "heed~ … to", "paid no heed to", "heeded no to"),
        ("recall that", "as a reminder,", "Recall that", "As a reminder,"),
    ],
)
def test_suggestions_inflect(pattern: str, natural: str, text: str, suggestion: str) -> None:
    match = first(pattern, text, natural)
    assert match is not None
    assert match.suggestions == (suggestion,)


def test_overlapping_variants_give_one_match() -> None:
    assert (
        len(
            Matcher([Phrase(find="(in|within)? the framework of", form="x", why="x", by="x", bad="x")])(
                "within the framework of"
            )
        )
        == 1
    )


def test_letters_that_grow_in_lower_case_do_not_shift_offsets() -> None:
    text = "İİİ İstanbul: Recall that İ fell."
    assert [text[m.start : m.end] for m in expressions.matcher("en")(text)] == ["Recall that"] * len(
        expressions.matcher("en")(text)
    )


@pytest.mark.parametrize(
    "text", ["in the framework " * 20_000, "the " * 60_000, "a" * 300_000, "…{0,9}([|" * 20_000, "\n" * 100_000]
)
def test_hostile_text_costs_linear_time(text: str) -> None:
    start = time.process_time()
    expressions.matcher("en")(text)
    assert time.process_time() - start < 3


def test_matcher_is_fast() -> None:
    text = (
        "The mayor said on Monday that the old bridge over the river would be closed for repairs until the end of May. "
        * 2_000
    )
    expressions.matcher("en")(text[:100])
    spent = []
    for _ in range(3):
        start = time.process_time()
        expressions.matcher("en")(text)
        spent.append(time.process_time() - start)
    assert len(text.split()) / min(spent) > 50_000  # ten times slower than on a quiet machine


# -------------------------------------------------------------------------------------------------- what is shown

RUSSIAN = (
    "The minister arrived in Omsk on Monday. Recall that the plant was closed in June. According to preliminary data, nobody was hurt.\n"
    "It became known that six real estate objects had been sold. The doctors rendered medical assistance to the driver."
)
PLAIN = (
    "The minister arrived in Omsk on Monday. The plant was closed in June. Nobody was hurt, early reports said.\n"
    "Six properties had been sold, it emerged. Doctors gave first aid to the driver."
)


def test_expressions_of_one_language_add_up() -> None:
    sums = phrasing.totals(phrasing.telling(case(RUSSIAN)))
    assert max(sums, key=sums.__getitem__) == "ru"
    assert sums["ru"] > 5
    assert phrasing.telling(case(PLAIN)) == ()


def test_evidence_has_its_place() -> None:
    for item in phrasing.telling(case(RUSSIAN)):
        assert item.start is not None
        assert item.end is not None
        assert item.weight
        assert RUSSIAN[item.start : item.end] in item.message


def test_repetition_does_not_add_up() -> None:
    once, often = ("Recall that it rained. ", "Recall that it rained. " * 9)
    assert (
        phrasing.totals(phrasing.telling(case(often)))["ru"]
        <= 1.5 * phrasing.totals(phrasing.telling(case(once)))["ru"] + 1e-9
    )


def test_text_without_foreign_expressions_is_left_alone() -> None:
    assert shown(PLAIN) == []


def test_findings_slice_and_suggest() -> None:
    found = shown(RUSSIAN, provenance=Provenance(label="machine", source_lang="ru"))
    assert {RUSSIAN[f.start : f.end] for f in found} >= {
        "Recall that",
        "real estate objects",
        "rendered medical assistance",
    }
    assert all(RUSSIAN[f.start : f.end] == f.text for f in found)
    assert all(f.severity == "minor" for f in found)


def test_known_source_raises_confidence_and_an_original_lowers_it() -> None:
    text = "The polemic over the bridge goes on."

    def sure(provenance: Provenance | None) -> float:
        return next(phrasing.foreign_expressions(case(text, provenance=provenance))).confidence

    unknown, french, original = (
        sure(p) for p in (None, Provenance(label="machine", source_lang="fr"), Provenance(label="original"))
    )
    assert original < unknown < french
    assert unknown < 0.5 < french


def test_expression_that_only_weighs_is_not_shown() -> None:
    phrase = structs.replace(next(p for p in PHRASES if p.target == "en"), find="odd thing", mend=False)
    made = case("An odd thing happened.")
    assert list(phrasing.foreign_expressions(made, Matcher([phrase]))) == []
    assert phrasing.places(made, Matcher([phrase]))


def test_suggestion_fits_the_article_before_it() -> None:
    phrase = structs.replace(
        next(p for p in PHRASES if p.target == "en"), find="foreign thing", natural=("object", "matter")
    )
    assert next(phrasing.foreign_expressions(case("He saw a foreign thing."), Matcher([phrase]))).suggestions == (
        "matter",
    )


def test_other_languages_are_not_searched() -> None:
    assert shown("Recall that the plant was closed.", lang="fi") == []


def test_an_expression_listed_under_a_neighbour_of_the_known_language_says_so() -> None:
    text = "He resigned. The press service of the ministry said that flights were halted in connection with the start of the drills. Recall that the port is closed."
    said = {f.text: f.message for f in shown(text, provenance=Provenance(label="machine", source_lang="uk"))}
    assert said["in connection with"].startswith("“in connection with” copies Ukrainian “")
    assert said["The press service of"].startswith("“The press service of” copies Russian (or similar) “")
