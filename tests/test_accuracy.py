"""Findings that rest on the source, and figures in any language."""
from __future__ import annotations

import pytest

import tqcheck
from tqcheck.lang.negation import hedges, negations
from tqcheck.lang.numbers import agree, changed, figures
from tqcheck.model import Finding

CHECKER = tqcheck.Checker({"select": ["accuracy"], "min-confidence": 0})


def findings(text: str, source: str, source_lang: str, lang: str = "en") -> tuple[Finding, ...]:
    return CHECKER.check(text, lang=lang, source=source, source_lang=source_lang).findings


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,500", {1500, 1.5}), ("1.500", {1500, 1.5}), ("1 500 000", {1500000}), ("3,14", {3.14}), ("1,234.5", {1234.5}),
        ("5 million", {5, 5e6}), ("5 млн", {5, 5e6}), ("30万", {30, 300000}), ("2 mil millones", {2, 2e9}), ("7:30", {7.3}), ("19:30", {19.3, 7.3}),
        ("१२", {12}), ("0", {0}),
    ],
)  # fmt: skip
def test_readings(text: str, values: set[float]) -> None:
    assert figures(text)[0].values == values


@pytest.mark.parametrize("text", ["", "no figures", "COVID-19", "G7", "Су-27"])
def test_no_figures(text: str) -> None:
    assert figures(text) == ()


@pytest.mark.parametrize(("one", "other"), [("1,500", "1500"), ("19:30", "7.30"), ("5 млн", "5 million"), ("30 000", "3万"), ("4.3", "4,3"), ("12344", "12300")])
def test_agree(one: str, other: str) -> None:
    assert agree(figures(one)[0], figures(other)[0])


@pytest.mark.parametrize(("one", "other"), [("1985", "1986"), ("40", "14"), ("5 million", "6 million"), ("350", "530")])
def test_do_not_agree(one: str, other: str) -> None:
    assert not agree(figures(one)[0], figures(other)[0])


def test_a_figure_without_counterpart_is_left_alone() -> None:
    assert changed(figures("On 25 July 46 cases"), figures("25 июля")) == []


@pytest.mark.parametrize(("text", "lang", "found"), [("It isn't so.", "en", ["n't"]), ("Das ist nicht so.", "de", ["nicht"]), ("不是", "zh", ["不"]), ("Notable knots.", "en", []), ("x", "xx", [])])
def test_negations(text: str, lang: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in negations(text, lang)] == found


def test_hedges() -> None:
    assert hedges("He refused; it was not only unwise.", "en") == ("refused", "only", "unwise")
    assert hedges("The council met.", "en") == ()


def test_spans_are_exact() -> None:
    text, source = "The mill in Brno burned down in 1985, and nobody of the 350 was hurt.", "Mlýn v Brně vyhořel roku 1958 a nikdo z 530 lidí nebyl zraněn."
    found = findings(text, source, "cs")
    assert {(f.rule, f.text, f.suggestions) for f in found} == {("number-changed", "1985", ("1958",)), ("number-changed", "350", ("530",))}
    for f in found:
        assert text[f.start : f.end] == f.text
        assert all(source[r.start : r.end] == r.text for r in f.related)


@pytest.mark.parametrize(
    ("text", "source", "lang"),
    [
        ("The mill burned down.", "Mlýn vyhořel.", "cs"),
        ("It costs 20 dollars, a third of the price.", "Es kostet 20 Dollar, ein Drittel des Preises.", "de"),
        ("At 7 p.m. on July 25.", "7月25日19时。", "zh"),
        ("About 10 million people live there.", "Там живёт около десяти миллионов человек.", "ru"),
        ("The lake was clear down to 30 metres.", "Der See war bis in 100 Fuß Tiefe klar.", "de"),
        ("It was over 30 degrees.", "Es waren über 90 Grad.", "de"),
        ("60% were men.", "6成是男性，“90后”女生更多。", "zh"),
        ("The year 2020 was wet.", "令和2年は雨が多かった。", "ja"),
        ("", "Ein Satz.", "de"),
        ("Some text.", " ", "de"),
        ("No. 4 was open.", "Nummer 4 war offen.", "de"),
    ],
)
def test_good_translations_are_left_alone(text: str, source: str, lang: str) -> None:
    assert [f.rule for f in findings(text, source, lang)] == []


@pytest.mark.parametrize("text", ["1" * 5000, "1." * 3000, "9,999," * 2000, "1 000" * 2000, "not " * 20000, "“" * 5000 + "猪"])
def test_hostile_input_ends(text: str) -> None:
    findings(text, "2" * 3000 + " Mensch 猪", "de")
