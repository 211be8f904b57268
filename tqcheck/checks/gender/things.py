"""Countries and things that are called she or he, as they are in languages whose nouns have a gender."""
from __future__ import annotations

import functools
from collections.abc import Iterator

from tqcheck.checks.case import Case
from tqcheck.checks.gender.english import readings
from tqcheck.checks.gender.reading import Pronoun, Reading, thing_words
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.lang import table
from tqcheck.model import Finding, Related

COUNTRY = Rule(
    name="gendered-country",
    family="gender",
    summary="A country is called she or he.",
    why="Countries have a grammatical gender in most languages and none in today's English: “she” for a country reads as translated, or as verse.",
    message="“{text}” stands for {thing}: a country is “it” in English",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=("en",),
    bad=(
        Example("Norway is not part of the bloc. ⟦She⟧ trades with it under a treaty of 1994."),
        Example("Brazil is a large exporter of coffee. Last year ⟦she⟧ sold more than ever before."),
        Example("The talks ended at midnight. Norway said that ⟦she⟧ was ready to pay its share."),
    ),
    good=(
        Example("Norway is not part of the bloc. It trades with it under a treaty of 1994."),
        Example("Norway elected Kari Holm. She takes office in May."),
        Example("Norway has a new prime minister. She takes office in May."),
        Example("The envoy was sent home. Norway said that she had broken the law."),
        Example("Kari Holm was sent home. The talks ended at midnight. Norway said she had broken the law."),
        Example("“Mother Russia never forgets; she remembers,” the song goes."),
    ),
    sources=("Chicago Manual of Style 17, 8.118: it, not she, for countries and ships",),
)  # fmt: skip

THING = Rule(
    name="gendered-thing",
    family="gender",
    summary="A party, an agreement or another thing is called she or he.",
    why="The pronoun follows the gender of the noun in the other language; in English it sends readers looking for a person.",
    message="“{text}” stands for {thing}: a thing is “it” in English",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=("en",),
    bad=(
        Example("The agreement was signed in March. ⟦She⟧ comes into force next year."),
        Example("The commission meets twice a year. ⟦She⟧ has twelve seats."),
        Example("In third place is the Green Party. In a month, ⟦she⟧ lost four seats."),
    ),
    good=(
        Example("The agreement was signed in March. It comes into force next year."),
        Example("The ship left Bergen in March. She carries timber."),
        Example("The commission has a new head. She takes her seat in May."),
    ),
    sources=("Chicago Manual of Style 17, 8.118",),
)  # fmt: skip


_VERBS = frozenset(
    ["is", "was", "has", "had", "will", "would", "can", "could", "may", "might", "should", "must", "does", "did", "also", "already", "still", "now", "then", "never", "always", "again", "not"]
)


@functools.cache
def _speech() -> frozenset[str]:
    """What people do and things do not."""
    return frozenset(table("en", "titles").get("speech", ())) | {"thinks", "thought", "wants", "hopes", "knows", "lives", "loves", "feels"}


def check(case: Case) -> Iterator[Finding]:
    """A pronoun that opens its sentence (or its main clause) after a sentence about a country or thing, with nobody around."""
    if case.base != "en":
        return
    for reading in readings(case):
        last = -1
        for pronoun in reading.pronouns:
            if pronoun.sentence == last or pronoun.case != "subject" or pronoun.quoted:
                continue
            last = pronoun.sentence
            if reading.words[pronoun.token + 1] in _speech():
                continue
            hit = _subject_before(reading, pronoun) or _speaker(reading, pronoun)
            if hit is None:
                continue
            rule, start, end, confidence = hit
            thing = case.text[start:end]
            right = "It" if pronoun.form[0].isupper() else "it"
            yield rule.found(
                case.text, pronoun.start, pronoun.end, confidence=confidence, suggestions=(right,), thing=thing,
                evidence=("nobody is named in the sentences before",), related=(Related("text", 0, start, end, thing),),
            )  # fmt: skip


_Hit = tuple[Rule, int, int, float]


def _subject_before(reading: Reading, pronoun: Pronoun) -> _Hit | None:
    """What the sentence before is about, where that is a country or a thing and no person stands near."""
    words = thing_words()
    s = pronoun.sentence
    if s == 0 or pronoun.token - reading.first[s] > 5:
        return None
    window = range(reading.first[s - 1], min(pronoun.token + 12, reading.first[s + 1]))
    if any(words.person(reading.words[t]) or reading.words[t] in words.exempt for t in window):
        return None
    if any((n.person or n.known) and reading.words[n.last] not in words.countries for n in reading.people_between(window[0], window[-1])):
        return None
    if reading.pronouns_between(window[0], reading.first[s]):
        return None
    near = reading.paragraph[s] == reading.paragraph[s - 1]
    return (_opening(reading, s - 1, pronoun) if near else None) or (_she(reading, s - 1, near) if pronoun.gender > 0 and _nobody(reading, window) else None)


def _speaker(reading: Reading, pronoun: Pronoun) -> _Hit | None:
    """The country that opens the sentence and says something of itself: "Norway said that she …"."""
    words = thing_words()
    start, at = reading.first[pronoun.sentence], pronoun.token
    said = at - 2 if reading.words[at - 1] == "that" else at - 1
    if pronoun.gender < 0 or not start < said <= start + 5 or reading.words[said] not in _speech():
        return None
    before = range(reading.first[max(0, pronoun.sentence - 3)], at)
    if any(words.person(reading.words[t]) for t in before) or any(reading.words[n.last] not in words.countries for n in reading.people_between(before[0], before[-1])):
        return None
    if reading.pronouns_between(before[0], start):
        return None
    a, b = reading.spans[start]
    alone = reading.words[start] in words.countries and reading.text[a].isupper() and reading.text[b : b + 1] == " "
    return (COUNTRY, a, b, 0.8) if alone else None


def _opening(reading: Reading, sentence: int, pronoun: Pronoun) -> _Hit | None:
    """A country or thing that opens a sentence as its subject."""
    words = thing_words()
    start, stop = reading.first[sentence], reading.first[sentence + 1]
    for t in range(start, min(start + 4, stop - 1)):
        word, following = reading.words[t], reading.words[t + 1]
        a, b = reading.spans[t]
        verb = following in _VERBS or following.endswith(("s", "ed"))
        if word in words.countries and reading.text[a].isupper() and verb and reading.text[b : b + 1] == " ":
            return COUNTRY, a, b, 0.85
        if word in words.things and t > start and reading.words[start] in ("the", "this", "our", "a") and verb:
            return THING, reading.spans[start][0], b, 0.8 if pronoun.gender > 0 else 0.6
        if word in ("when", "if", "although", "while", ",", "and", "of"):
            return None
    return None


def _nobody(reading: Reading, window: range) -> bool:
    """Whether not even a pronoun stands for people."""
    return not any(reading.words[t] in _PEOPLE for t in window)


_PEOPLE = frozenset(["i", "me", "my", "we", "us", "our", "you", "your", "they", "them", "their", "who", "whom", "whose"])
_DETERMINERS = frozenset(["the", "this", "our", "a", "its", "that", "another", "one"])


def _she(reading: Reading, sentence: int, near: bool) -> _Hit | None:
    """The first thing among the first words of a sentence. Only for "she": of 1.2 million words that people wrote or translated no
    such "she" stood for a person, of "he" seven did."""
    words = thing_words()
    start, stop = reading.first[sentence], reading.first[sentence + 1]
    for t in range(start, min(start + 12, stop)):
        if reading.words[t] in words.things:
            first = next((u for u in range(t - 1, max(start, t - 4) - 1, -1) if reading.words[u] in _DETERMINERS), None)
            return (THING, reading.spans[first][0], reading.spans[t][1], 0.7 if near else 0.6) if first is not None else None
    return None


CHECK = Check(rules=(COUNTRY, THING), run=check)
