"""Family accuracy: what the text has otherwise than its source. Only what can be told without understanding either: figures,
words copied over, negation, and how much there is."""
from __future__ import annotations

import re
from collections.abc import Iterator

from tqcheck.checks.case import Case
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import numbers
from tqcheck.lang.negation import covered, hedges, negations
from tqcheck.model import Finding, Related
from tqcheck.names.mentions import ordinary_words

NUMBER_CHANGED = Rule(
    name="number-changed",
    family="accuracy",
    summary="The source has another number here.",
    why="A wrong figure is the error that costs an article its trust, and the easiest to make and to check.",
    message="the source has “{other}” where the text has “{text}”",
    category="accuracy/mistranslation/number",
    severity="major",
    needs=("text", "source"),
    bad=(
        Example("The bridge opened in ⟦1985⟧ and closed in 2003.", source="Мост открыли в 1958 году и закрыли в 2003-м.", source_lang="ru"),
        Example("The factory employs ⟦350⟧ workers.", source="Das Werk beschäftigt 530 Menschen.", source_lang="de"),
        Example("The train leaves at ⟦6:30⟧ in the morning.", source="Der Zug fährt um 5.30 Uhr morgens.", source_lang="de"),
    ),
    good=(
        Example("The firm earned 5 million euros.", source="Компания заработала 5 млн евро.", source_lang="ru"),
        Example("About 30 million people live there.", source="约3000万人住在那里。", source_lang="zh"),
        Example("The train leaves at 7:30 p.m.", source="Der Zug fährt um 19.30 Uhr.", source_lang="de"),
        Example("The temperature fell to 1.5 degrees.", source="Die Temperatur fiel auf 1,5 Grad.", source_lang="de"),
    ),
)
OMISSION = Rule(
    name="omission",
    family="accuracy",
    summary="The text is far too short for its source.",
    why="Whole sentences get lost in translation, and nothing in the text shows it.",
    message="the text has {share:.0f} % of the length that a translation of this source has: see what is missing",
    category="accuracy/omission",
    severity="major",
    needs=("text", "source"),
    bad=(
        Example(
            "The ferry left the ⟦harbour.⟧",
            source="Паром вышел из гавани на рассвете. На борту было сорок пассажиров и две машины. Около полудня его настиг шторм. "
            "Капитан подал сигнал бедствия и попросил прислать вертолёт.",
            source_lang="ru",
        ),
    ),
    good=(
        Example("The ferry left at dawn with forty passengers.", source="Паром вышел из гавани на рассвете, на борту было сорок пассажиров.", source_lang="ru"),
        Example("The council has decided to build a new school.", source="议会决定新建一所学校。", source_lang="zh"),
    ),
)
NEGATION_CHANGED = Rule(
    name="negation-changed",
    family="accuracy",
    summary="The text negates where the source affirms, or the other way round.",
    why="One “not” lost or added turns a statement into its opposite, and the sentence still reads well.",
    message="the source {how}",
    category="accuracy/mistranslation",
    severity="major",
    languages=("en",),
    needs=("text", "source"),
    bad=(
        Example("The ministry will ⟦not⟧ pay for the new bridge.", source="Das Ministerium wird die neue Brücke bezahlen.", source_lang="de"),
        Example("The ministry will ⟦not⟧ pay for the bridge.", source="Министерство заплатит за мост.", source_lang="ru"),
    ),
    good=(
        Example("The ministry will not pay for the new bridge.", source="Das Ministerium wird die neue Brücke nicht bezahlen.", source_lang="de"),
        Example("It is not only a bridge.", source="Es ist mehr als eine Brücke.", source_lang="de"),
    ),
)
COPIED = Rule(
    name="copied-from-source",
    family="accuracy",
    summary="A word stands in the text as it stands in the source, and is none of the text's language.",
    why="Translators skip words they do not know, and machines do too; the reader cannot understand them.",
    message="“{text}” is copied from the source, untranslated",
    category="accuracy/untranslated",
    severity="major",
    languages=("en",),
    needs=("text", "source"),
    bad=(
        Example("The farmer sold his ⟦selčata⟧ at the market.", source="Farmář prodal svá selčata na trhu.", source_lang="cs"),
        Example("The farmer sold his ⟦猪⟧ at the market.", source="农民在市场上卖了他的猪。", source_lang="zh"),
    ),
    good=(
        Example("The hotel in Brno was open.", source="Hotel v Brno byl otevřen.", source_lang="cs"),
        Example("He calls it “prasata”, the word for pigs.", source="Říká tomu prasata.", source_lang="cs"),
    ),
)

_UNITS = ((re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"), 3.2), (re.compile(r"[\u3040-\u30ff\uac00-\ud7af]"), 2.2))
"""Letters of an alphabet that one ideograph, kana or hangul syllable is worth in translation."""
_SHORT, _SURE = 0.45, 0.35
"""Share of the source's length below which a text is too short: of 22,000 machine translations of WMT 2021/22 0.2 % and 0.05 %."""
_SMALLEST_SOURCE = 60


def _numbers(case: Case) -> Iterator[Finding]:
    assert case.source is not None
    for figure, other in numbers.changed(numbers.figures(case.text), numbers.figures(case.source)):
        yield NUMBER_CHANGED.found(
            case.text, figure.start, figure.end, confidence=0.85, suggestions=(other.text,), other=other.text,
            related=(Related("source", 0, other.start, other.end, other.text),),
        )  # fmt: skip


def _length(text: str) -> float:
    """Characters, in letters of an alphabet."""
    length = float(sum(not c.isspace() for c in text))
    return length + sum((worth - 1) * len(pattern.findall(text)) for pattern, worth in _UNITS)


def _omission(case: Case) -> Iterator[Finding]:
    assert case.source is not None
    body = "".join(case.text[s.start : s.end] for s in case.body)
    expected = _length(case.source)
    share = _length(body) / expected if expected else 1.0
    words = list(re.finditer(r"\S+", case.text))
    if words and expected >= _SMALLEST_SOURCE and share < _SHORT:
        yield OMISSION.found(
            case.text, *words[-1].span(), confidence=0.9 if share < _SURE else 0.7, share=100 * share, severity="critical" if share < 0.1 else None,
            related=(Related("source", 0, 0, len(case.source), case.source),) if len(case.source) < 400 else (),
        )  # fmt: skip


def _negation(case: Case) -> Iterator[Finding]:
    assert case.source is not None
    base = (case.source_lang or "").split("-")[0].lower()
    sentences = list(case.sentences())
    if len(sentences) != 1 or not covered(base) or base in _INFLECTED_NEGATION or len(case.source) > 600:
        return
    mine = [m for m in negations(case.text, case.base) if not _NO_NEGATION.match(case.text, m[0])]
    if mine and not negations(case.source, base) and not hedges(case.text, case.base) and not hedges(case.source, base):
        yield NEGATION_CHANGED.found(case.text, *mine[0], confidence=0.6, how="does not negate", related=())


_INFLECTED_NEGATION = frozenset({"cs", "sk", "sl", "fi", "et", "tr", "hu", "ja", "ko", "lt", "lv"})
"""Languages that also negate by a part of the verb, which is not looked for."""
_NO_NEGATION = re.compile(r"no\.? ?\d|no (?:less|more|fewer|longer|matter|doubt|wonder)\b", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_FOREIGN_LETTER = re.compile(r"[^\x00-\x7f’‘éèêëàâäáíïîñóôöúûüçÉ]")
_QUOTED = re.compile(r"[“\"«„‘(][^“”\"«»„)]{0,80}$")


def _copied(case: Case) -> Iterator[Finding]:
    assert case.source is not None
    if (case.source_lang or case.base).split("-")[0].lower() == case.base:
        return
    theirs = {m.group() for m in _WORD.finditer(case.source)}
    known = ordinary_words(case.base)
    for segment in case.prose:
        last = -1
        for m in _WORD.finditer(case.text, segment.start, segment.end):
            word = m.group()
            foreign = word[0] > "\u024f"
            if word not in theirs and not (foreign and word in case.source):
                continue
            if not foreign and (not word.islower() or len(word) < 4 or word in known):
                continue
            if _QUOTED.search(case.text, max(segment.start, m.start() - 90), m.start()):
                continue
            neighbours = last >= 0 and not case.text[last : m.start()].strip()
            last = m.end()
            yield COPIED.found(case.text, *m.span(), confidence=0.8 if foreign or neighbours or _FOREIGN_LETTER.search(word) else 0.4)


CHECKS = (
    Check(rules=(NUMBER_CHANGED,), run=_numbers),
    Check(rules=(OMISSION,), run=_omission),
    Check(rules=(NEGATION_CHANGED,), run=_negation),
    Check(rules=(COPIED,), run=_copied),
)
