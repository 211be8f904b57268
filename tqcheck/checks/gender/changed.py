"""English pronouns against the gender that a source in another language shows."""
from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import msgspec

from tqcheck.checks.case import Case
from tqcheck.checks.gender import agreement, english, named
from tqcheck.checks.gender.pairing import pairs
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import table
from tqcheck.model import Finding
from tqcheck.names.given import gender_of

CHANGED = Rule(
    name="gender-changed",
    family="gender",
    summary="The source shows a person's gender, and the English text turns it.",
    why="What the source says of a person is a fact, like a date or a number.",
    message="“{text}”, but the source speaks of a {right} ({words})",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=("en",),
    needs=("source",),
    bad=(
        Example("The deputy said that ⟦he⟧ would resign.", source="Депутат сказала, что она уйдёт в отставку.", source_lang="ru"),
        Example("According to the doctor, ⟦he⟧ had warned the ministry twice.", source="Selon le médecin, elle avait averti deux fois le ministère.", source_lang="fr"),
        Example("The deputy said that ⟦he⟧ would resign.", source="Poslankyně Jana Nováková řekla, že odstoupí.", source_lang="cs"),
        Example("The deputy said that ⟦he⟧ would resign.", source="Posłanka powiedziała, że zrezygnuje.", source_lang="pl"),
        Example("The deputy said that ⟦he⟧ would resign.", source="Депутатка сказала, що піде у відставку.", source_lang="uk"),
        Example("The deputy said that ⟦he⟧ would resign.", source="La diputada dijo que dimitiría.", source_lang="es"),
        Example("The minister said that ⟦he⟧ would resign.", source="Die Ministerin sagte, sie werde zurücktreten.", source_lang="de"),
    ),
    good=(
        Example("The deputy said that she would resign.", source="Депутат сказала, что она уйдёт в отставку.", source_lang="ru"),
        Example("The deputy told him that she would resign.", source="Депутат сказала ему, что уйдёт в отставку.", source_lang="ru"),
        Example("The firm said that he had left.", source="Firma oznámila, že odešel.", source_lang="cs"),
        Example("The company confirmed that he had been dismissed.", source="La empresa confirmó que fue despedido.", source_lang="es"),
        Example("He returned to his mother.", source="Ребёнок вернулся к матери.", source_lang="ru"),
    ),
)  # fmt: skip

LANGUAGES = ("cs", "de", "es", "fr", "it", "pl", "pt", "ru", "uk")
"""Sources that are read."""
ENOUGH = 1.5
"""Weight of what a source sentence must say of the other gender."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Said(msgspec.Struct):
    """What a sentence says of women and men. weight: of words that speak of nobody else; mentioned: words that may."""

    female: float = 0.0
    male: float = 0.0
    mentioned_female: bool = False
    mentioned_male: bool = False
    words: list[tuple[int, str]] = []

    def of(self, gender: int) -> float:
        return self.female if gender > 0 else self.male

    def mentions(self, gender: int) -> bool:
        return self.mentioned_female if gender > 0 else self.mentioned_male

    def add(self, gender: int, weight: float, word: str) -> None:
        if gender > 0:
            self.female += weight
        else:
            self.male += weight
        self.words.append((gender, word))


class Vocabulary:
    """`lang/LANG/gender.toml` as a source is read with it. named: endings of patronymics and surnames that only women, or only men, bear."""

    def __init__(self, lang: str) -> None:
        data = table(lang, "gender")
        self.subjects = frozenset(data.get("subjects", ()))
        self.unsure = agreement.unsure(lang)
        self.pronouns = agreement.third_person(lang)
        endings = {group: data[key] for group, key in (("f", "women_end"), ("m", "men_end")) if key in data}
        self.named = re.compile("|".join(f"(?P<{group}>.{{2,}}(?:{pattern}))$" for group, pattern in endings.items())) if endings else None


@functools.cache
def vocabulary(lang: str) -> Vocabulary:
    return Vocabulary(lang)


def said(source: str, lang: str) -> Said:
    """What a sentence of a source says. A masculine noun or verb is what a language uses where it does not mean to say."""
    to_female, to_male = agreement.pairs(lang)
    known = vocabulary(lang)
    kind = agreement.kinds(lang)
    out = Said(words=[])
    words = list(_WORD.finditer(source))
    for i, m in enumerate(words):
        word = m.group()
        low = word.lower()
        gender = (low in to_male) - (low in to_female)
        if not gender:
            if word[0].isupper() and len(word) > 2:
                beside = [words[k].group() for k in (i - 1, i + 1) if 0 <= k < len(words)]
                _name(word, beside, lang, known, out)
        elif low in known.subjects:
            out.add(gender, 1.5, word)
        elif low in known.unsure or low in known.pronouns:
            if low in known.pronouns:
                out.mentioned_female |= gender > 0
                out.mentioned_male |= gender < 0
        else:
            if kind(low)[:1] == "W":
                # the verbs of a sentence say one thing together, and companies speak too
                weight = 0.0 if any(k[:1] == "W" for g, w in out.words if g == gender and (k := kind(w.lower()))) else 1.0
            else:
                weight = 1.5
            out.add(gender, weight if gender > 0 else weight / 2, word)
    return out


def _name(word: str, beside: list[str], lang: str, known: Vocabulary, out: Said) -> None:
    """A first name, a patronymic or a surname beside another name; a woman's that may be a man's in another case says nothing."""
    if not any(w[0].isupper() and len(w) > 2 for w in beside):
        return
    ending = known.named.match(word) if known.named else None
    borne = gender_of(word, lang)
    if ending:
        out.add(1 if ending.lastgroup == "f" else -1, 2.0, word)
    elif borne in ("male", "female") and gender_of(word) == borne and not (borne == "female" and lang in named.SLAVIC and named.mans(word, lang)):
        out.add(1 if borne == "female" else -1, 2.0, word)


def check(case: Case) -> Iterator[Finding]:
    """The first pronoun of a sentence whose pronouns all contradict all that its source says."""
    lang = (case.source_lang or "").split("-")[0].lower()
    if case.base != "en" or not case.source or lang not in LANGUAGES:
        return
    aligned = list(pairs(case))
    for reading in english.readings(case):
        if not reading.pronouns:
            continue
        before = Said(words=[])
        for spans, source, context in aligned:
            last, before = (said(context, lang) if context else before), said(source, lang)
            here = before
            low, high = reading.words_between(spans[0].start, spans[-1].end)
            mine = [p for p in reading.pronouns_between(low, high) if not p.quoted]
            if not mine or len({p.gender for p in mine}) != 1:
                continue
            gender = mine[0].gender
            weight = here.of(-gender)
            if weight < ENOUGH or here.of(gender) or here.mentions(gender):
                continue
            nouns = {n.gender for n in reading.nouns_between(low, high)}
            people = {_sign(reading.entities[n.entity].gender) for n in reading.people_between(low, high)}
            if gender in nouns | people:
                continue
            # whom the source speaks of may be somebody the sentence names beside the pronoun
            if -gender in nouns | people and not any(w.lower() in vocabulary(lang).subjects for g, w in here.words if g == -gender):
                continue
            confidence = min(0.9, 0.55 + 0.1 * weight)
            if last.of(gender) or last.mentions(gender):
                confidence *= 0.6
            first = mine[0]
            yield CHANGED.found(
                case.text, first.start, first.end, confidence=confidence, suggestions=(english.fix(first),),
                right="woman" if gender < 0 else "man", words=", ".join(dict.fromkeys(w for g, w in here.words if g == -gender)),
            )  # fmt: skip


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


CHECK = Check(rules=(CHANGED,), run=check)
