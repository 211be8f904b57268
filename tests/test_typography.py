"""Typography: what is damage and what is style, beyond the examples of the declarations."""
from __future__ import annotations

import time

import pytest

from tqcheck.checks import typography
from tqcheck.checks.case import Case
from tqcheck.config import Settings
from tqcheck.lang import quotes, table
from tqcheck.model import Finding
from tqcheck.names.roster import Roster
from tqcheck.segment import segment

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv", "zh", "ja", "ko")

DAMAGE = [
    ("en", "missing-space", "It was over by 2020, they said.Nobody came.", "said.Nobody", "said. Nobody"),
    ("en", "missing-space", "Is it over?Nobody knows.", "over?Nobody", "over? Nobody"),
    ("en", "missing-space", "The crews left;others stayed.", "left;others", "left; others"),
    ("uk", "missing-space", "Дорогу відкрили вчора.Автобуси знову їздять.", "вчора.Автобуси", "вчора. Автобуси"),
    ("fr", "missing-space", "La route est ouverte.Les bus roulent.", "ouverte.Les", "ouverte. Les"),
    ("en", "doubled-punctuation", "The road “will be closed for hours.”. Nobody knows why.", ".”.", ".”"),
    ("en", "doubled-punctuation", "It was closed,, he said.", ",,", ","),
    ("zh", "doubled-punctuation", "他说，，可以。", "，，", "，"),
    ("en", "doubled-word", "He went with with her.", "with with", "with"),
    ("fr", "doubled-word", "Il est dans dans la maison.", "dans dans", "dans"),
    ("en", "foreign-number-format", "It weighs 2,5 kg.", "2,5", "2.5"),
    ("en", "foreign-number-format", "About 12.500 people came.", "12.500", "12,500"),
    ("en", "foreign-number-format", "More than 1.200 persons left.", "1.200", "1,200"),
    ("ru", "foreign-number-format", "Цены выросли на 3.5 процента.", "3.5", "3,5"),
    ("fr", "foreign-number-format", "Le pont a coûté 1,250,000 euros.", "1,250,000", "1.250.000"),
    ("en", "foreign-quotes", "The «Morning» closed.", "«Morning»", "“Morning”"),
    ("en", "foreign-quotes", 'The «Morning» closed. "Nobody came," she said.', "«Morning»", '"Morning"'),
    ("pl", "foreign-quotes", "Gazeta “Poranek” upadła.", "“Poranek”", "„Poranek”"),
    ("cs", "foreign-quotes", "Deník “Ráno” skončil.", "“Ráno”", "„Ráno“"),
    ("ja", "foreign-quotes", "新聞«朝»は休刊した。", "«朝»", "「朝」"),
    ("en", "foreign-punctuation", "The road、 he said, is closed.", "、", ","),
    ("en", "foreign-punctuation", "¿Who will pay for it?", "¿", ""),
    ("en", "space-before-punctuation", "The road is closed , he said.", " ,", ","),
    ("es", "missing-opening-mark", "Nadie sabe nada. Basta ya!", "!", None),
    ("en", "unbalanced-quotes", "The “green” plan” was dropped.", "”", None),
    ("en", "foreign-editor-note", "They (the farmers. — Ed.) came.", "(the farmers. — Ed.)", "[the farmers]"),
]
STYLE = [
    ("en", "He said: ‘We go.’ The boys’ room, the ’90s and rock ’n’ roll; it’s 5'10\" tall."),
    ("en", "Mr. J.R. Hall, Ph.D., of St. Paul v. Smith, No.5, arrived at 5 p.m. in the U.S.A."),
    ("en", "Read it at example.org/News.Today, in Report.Final.pdf, or write to A.Berg@example.org."),
    ("en", "“One paragraph opens.\n\n“Another goes on.\n\n“The last one closes,” she said."),
    ("en", "He waited… and waited... and left.\n\nWhat?! No!"),
    ("en", "What this is is a bridge, and he had had it; that that was so is clear. Sing Sing, Walla Walla, New New York."),
    ("en", "It cost $1,250,000.50, or 1,250 dollars a day; rooms 3,5 and 7; 10,000 people; version 2.5 and 12.50 euros."),
    ("en", "The score was 3 : 1 :) and . . . that was all."),
    ("en", "“He said ‘no’,” she wrote (“twice”)."),
    ("de", "Er sagte: „Komm!“ und »Geh!« und ‚bleib‘, um 10.30 Uhr am 3.5. für 1.250,50 Euro."),
    ("de", "Der Mann, der der Frau half, die die Tür schloss, dass das das Ende war."),
    ("fr", "« Oui », dit-il ; « non » : voilà ! Nous nous levons, vous vous taisez ?"),
    ("ru", "— Мы ждали, — сказал мэр. — Мост открыт. Газета «Труд»: «Мы писали о ЗАО «Мост» и ждали»."),
    ("uk", "— Ми чекали, — сказав мер. — Міст відкрито, п’ять років. Газета «Праця»."),
    ("es", "¿Quién paga? ¡Nadie! —dijo el alcalde—. «Nada», añadió."),
    ("zh", "他说：“可以。”《晨报》报道，增长3.5%。"),
    ("ja", "「はい」と彼は言った。『朝』は休刊した。"),
    ("sv", "”Ja”, sa han. ”Nej”, sa hon."),
]


def findings(text: str, lang: str) -> list[Finding]:
    segmentation = segment(text, lang)
    case = Case(text, segmentation, Roster(register=False), Settings())
    found = [f for check in typography.CHECKS for f in check.run(case)]
    covered = {r.name for check in typography.CHECKS for r in check.rules if not r.languages or lang in r.languages}
    return [f for f in found if f.confidence >= 0.5 and f.rule in covered]


@pytest.mark.parametrize(("lang", "rule", "text", "span", "fixed"), DAMAGE)
def test_damage(lang: str, rule: str, text: str, span: str, fixed: str | None) -> None:
    found = [f for f in findings(text, lang) if f.rule == rule]
    assert [f.text for f in found] == [span]
    assert found[0].severity == "minor"
    if fixed is not None:
        assert found[0].suggestions[0] == fixed


@pytest.mark.parametrize(("lang", "text"), STYLE)
def test_style_is_left_alone(lang: str, text: str) -> None:
    assert [(f.rule, f.text) for f in findings(text, lang)] == []


def test_suggestions_replace_exactly_the_span() -> None:
    text = "\"We waited ten years for it,\" the mayor said. — Now it is here.\" The road was opened at noon.Buses run again."
    for f in sorted(findings(text, "en"), key=lambda f: -f.start):
        if f.suggestions:
            text = text[: f.start] + f.suggestions[0] + text[f.end :]
    assert text == "\"We waited ten years for it,\" the mayor said. \"Now it is here.\" The road was opened at noon. Buses run again."


def test_text_with_a_sentence_a_line_may_have_lost_marks() -> None:
    lines = ["The bridge is open.", "It is late.”", "The town is glad.", "Nobody came.", "The mayor left.", "Buses run again."]
    assert findings("\n".join(lines), "en") == []


def test_dialogue_dash_takes_the_marks_of_the_text() -> None:
    text = "— We have waited ten years for this bridge, and now it is here, the mayor said.\n\n\"Good,\" said his wife, and left the hall."
    assert [f.suggestions for f in findings(text, "en") if f.rule == "foreign-dialogue-dash"] == [('"We',)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_data_of_a_language_are_whole(lang: str) -> None:
    marks = table(lang, "quotes")
    legal, foreign = ({tuple(p) for p in marks[k]} for k in ("legal", "foreign"))
    assert legal
    assert not legal & foreign
    assert quotes.usual_pair(lang) in legal
    punctuation = table(lang, "punctuation")
    assert not set(punctuation["doubled"].split()) & set(punctuation["legit"].split())


PAIRS = [
    ("en", "He said “yes” and ‘no’.", ["“yes”", "‘no’"]),
    ("de", "Er sagte „ja“ und »nein«.", ["„ja“", "»nein«"]),
    ("ru", "Газета «Труд «Утро» вышла.", ["«Труд «Утро»"]),
    ("en", "“A\n\n“B,” he said.", ["“A\n\n“B,”"]),
    ("en", '"A." He left. "B."', ['"A."', '"B."']),
    ("fr", "« Oui », dit-il.", ["« Oui »"]),
    ("ja", "「彼は『はい』と言った」", ["「彼は『はい』と言った」", "『はい』"]),
    ("en", "It is 27\" wide and 6'2\" high.", []),
]


@pytest.mark.parametrize(("lang", "text", "pairs"), PAIRS)
def test_pairs(lang: str, text: str, pairs: list[str]) -> None:
    blocks = [(s.start, s.end) for s in segment(text, lang).segments]
    marks = quotes.pair(text, blocks, lang)
    assert [text[q.start : q.end] for q in marks.pairs] == pairs
    assert not marks.unclosed


@pytest.mark.parametrize("junk", ['"', "“a ", "said.It ", "aaa.Bbb", "— he said. — A ", "the ", " ,", "1.111.111 ", 'a".'])
def test_hostile_text_costs_linear_time(junk: str) -> None:
    text = junk * (200_000 // len(junk))
    segmentation = segment(text, "en")
    case = Case(text, segmentation, Roster(register=False), Settings())
    start = time.process_time()
    for check in typography.CHECKS:
        list(check.run(case))
    assert time.process_time() - start < 4
