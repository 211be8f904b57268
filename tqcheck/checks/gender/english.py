"""English pronouns that contradict each other, or what is known of the person they stand for."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from tqcheck.checks.case import Case
from tqcheck.checks.gender import coreference
from tqcheck.checks.gender.reading import Name, Pronoun, Reading, english, thing_words
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.model import Finding, Related, Segment

FLOOR = 0.02
"""Candidates below this confidence are not worth a finding even where all are asked for."""

CONTINUED = 0.8
"""Confidence where a topic is plainly carried on with the other pronoun."""

_SURE = 0.8
"""Confidence from which a pronoun beside another in its sentence is corrected (real machine output: below, 3 of 9 first suggestions were right)."""

SWITCH = Rule(
    name="gender-switch",
    family="gender",
    summary="One person is called she in one place and he in another.",
    why="A machine translates sentence by sentence: the gender of a noun, or a guess, replaces what the article said a line before. "
    "Readers take it for a second person, or for carelessness about this one.",
    message="“{text}” here, but “{other}” {where}: one person, as it reads",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=("en",),
    bad=(
        Example("Her counterpart was the embassy's new counsellor, Dana Weller. She arrived in Lisbon in 2019 and spent two years there. Currently ⟦he⟧ heads the consular section."),
        Example("Robert Hanley opened the exhibition on Monday. He thanked the sponsors. ⟦She⟧ promised to return next year."),
    ),
    good=(
        Example("Anna Berger met Paul Lindt in Vienna. She asked him to sign, and he did. Later she told reporters that she was pleased."),
        Example("The singer said that they would not tour this year. They want to finish their album first."),
        Example("“He never called me,” said Irene Malik. She left the company in May."),
        Example("Every applicant must show that he or she can read a map."),
    ),
    sources=("Webster et al. 2018, Mind the GAP", "Rudinger et al. 2018, Gender Bias in Coreference Resolution"),
)  # fmt: skip

KNOWN = Rule(
    name="pronoun-against-known",
    family="gender",
    summary="A pronoun contradicts what the text or the register says of the person's gender.",
    why="A first name, a title, a word such as spokeswoman or wife, or the register of people says who somebody is; a pronoun that "
    "disagrees is mostly the grammar of the other language showing through.",
    message="“{text}” does not fit {name} ({known})",
    category="accuracy/mistranslation/gender",
    severity="major",
    languages=("en",),
    bad=(
        Example("Elizabeth Crane has led the museum since 2015. Under Elizabeth Crane the collection doubled. In June ⟦he⟧ announced that the east wing would close."),
    ),
    good=(
        Example("Elizabeth Crane has led the museum since 2015. In June she announced that the east wing would close."),
        Example("Andrea Rossi won the race in Turin. He had trained for two years."),
        Example("Elizabeth Crane replaced Tom Aldous in 2015. He had led the museum for ten years."),
    ),
    sources=("Webster et al. 2018, Mind the GAP",),
)  # fmt: skip

_readings: WeakKeyDictionary[Case, tuple[Reading, ...]] = WeakKeyDictionary()
_lock = threading.Lock()


def readings(case: Case) -> tuple[Reading, ...]:
    """The articles of a case as reference sees them; read once for all checks of the family."""
    with _lock:
        known = _readings.get(case)
    if known is None:
        known = tuple(_read(case))
        with _lock:
            _readings[case] = known
    return known


def _read(case: Case) -> Iterator[Reading]:
    prose = case.prose
    if not prose:
        return
    found = case.mentions
    articles: dict[int | None, list[Segment]] = {}
    for segment in prose:
        articles.setdefault(segment.article, []).append(segment)
    for segments in articles.values():
        low, high = segments[0].start, segments[-1].end
        yield Reading(case.text, segments, [m for m in found if low <= m.start < high], lambda name: _registered(case, name))


def _registered(case: Case, name: str) -> float:
    """Gender of the one person of that full name, or of all of them: 1 female, −1 male, 0 unknown or mixed."""
    genders = {person.gender for person in case.roster.known(name) if person.kind == "person"}
    return {"female": 1.0, "male": -1.0}.get(genders.pop() or "", 0.0) if len(genders) == 1 else 0.0


def check(case: Case) -> Iterator[Finding]:
    """Findings of both rules, in one pass."""
    if case.base != "en" or (weights := coreference.weights()) is None:
        return
    for reading in readings(case):
        yield from _judge(case, reading, weights)


def _judge(case: Case, reading: Reading, weights: coreference.Weights) -> Iterator[Finding]:
    pronouns = reading.pronouns
    if not pronouns:
        return
    if len(reading.entities) and not (reading.pronouns_of[1] and reading.pronouns_of[-1]) and not _contradicted(reading):
        return
    antecedents = [coreference.ranked(reading, p, weights.ranker, weights.none) for p in pronouns]
    confidences = weights.confidence(coreference.describe_all(reading, antecedents))
    carried = {k for k in range(len(pronouns)) if _continues(reading, k)}
    for k in carried:
        confidences[k] = max(confidences[k], CONTINUED)
    for k, confidence in enumerate(confidences):
        # of two that contradict each other, the less likely error gives way
        for j in () if k in carried else range(max(0, k - 6), min(len(pronouns), k + 7)):
            if pronouns[j].gender != pronouns[k].gender and confidences[j] > confidence >= 0.5 and abs(pronouns[j].sentence - pronouns[k].sentence) <= 2:
                confidence *= 0.6
                break
        if confidence >= FLOOR:
            yield _finding(case, reading, k, antecedents[k], confidence, carried=k in carried)


def _continues(reading: Reading, number: int) -> bool:
    """Whether the pronoun opens a sentence as its subject right after one that the other pronoun opened, nobody else is named
    in between, and the person named last has the other pronoun's gender: one topic carried on, by two signals."""
    me = reading.pronouns[number]
    if number == 0 or me.case != "subject" or me.quoted or me.token - reading.first[me.sentence] > 2:
        return False
    before = [p for p in reading.pronouns[max(0, number - 4) : number] if p.sentence == me.sentence - 1]
    if not before or any(p.gender == me.gender for p in before) or reading.paragraph[me.sentence] != reading.paragraph[me.sentence - 1]:
        return False
    first = before[0]
    if first.case != "subject" or first.quoted or first.token - reading.first[first.sentence] > 8:
        return False
    start = reading.first[first.sentence]
    if any(n.gender == me.gender for n in reading.nouns_between(start, me.token)):
        return False
    near = coreference.candidates(reading, me)
    if any(n.token > start and (n.person or n.known) for n in near if n.token < me.token):
        return False
    named = [n for n in near if n.token < start and (n.person or n.known)]
    return bool(named) and reading.entities[named[-1].entity].gender * first.gender > 0


def _contradicted(reading: Reading) -> bool:
    """All pronouns of one gender: is there anybody, or any word, of the other, or nothing that says so?"""
    gender = reading.pronouns[0].gender
    return reading.people[-gender] > 0 or any(n.gender != gender for n in reading.nouns)


def _finding(
    case: Case, reading: Reading, number: int, among: list[tuple[float, Name]], confidence: float, *, carried: bool
) -> Finding:
    me = reading.pronouns[number]
    right: tuple[str, ...] = (fix(me),)
    if not carried and _thing_before(reading, me):
        right = (_neuter(me), fix(me))
    elif not carried and sum(p for p, _ in among) < 0.5:
        # nobody named is a likely antecedent: a thing may be meant
        right = (fix(me), _neuter(me))
    against = None if carried else _known_against(reading, me, among)
    other = _nearest_other(reading, number)
    if against is not None and (other is None or against[0] > 0.25):
        name = against[1]
        entity = reading.entities[name.entity]
        return KNOWN.found(
            case.text, me.start, me.end, confidence=confidence, suggestions=right, name=entity.name, known=entity.why,
            evidence=(f"most likely stands for {entity.name}", f"{entity.name}: {entity.why}"),
            related=(Related("text", 0, name.start, name.end, case.text[name.start : name.end]),),
        )  # fmt: skip
    if other is not None:
        # of two in one sentence either may be the wrong one
        unsure = other.sentence == me.sentence and confidence < _SURE
        return SWITCH.found(
            case.text, me.start, me.end, confidence=confidence, suggestions=() if unsure else right, other=other.form, where=_apart(me, other),
            evidence=(f"“{other.form}” {_apart(me, other)}",), related=(Related("text", 0, other.start, other.end, other.form),),
        )  # fmt: skip
    name_ = reading.entities[among[0][1].entity].name if among else "the person spoken of"
    return KNOWN.found(case.text, me.start, me.end, confidence=confidence, suggestions=right, name=name_, known="the words around it")


def _thing_before(reading: Reading, me: Pronoun) -> bool:
    """Whether a country opens the pronoun's sentence, or the pronoun the sentence after one about a thing, with nobody else about."""
    things = thing_words()
    first = reading.first[me.sentence]
    named = {t for n in reading.people_between(reading.first[max(0, me.sentence - 1)], me.token) for t in range(n.token, n.last + 1) if n.person or n.known}
    own = range(first, me.token)
    if any(reading.words[t] in english().pronouns or things.person(reading.words[t]) or (t in named and reading.words[t] not in things.countries) for t in own):
        return False
    if reading.words[first] in things.countries:
        return True
    if not me.sentence or me.case != "subject" or me.token - first > 4 or reading.paragraph[me.sentence] != reading.paragraph[me.sentence - 1]:
        return False
    before = range(reading.first[me.sentence - 1], first)
    if any(reading.words[t] in english().pronouns or things.person(reading.words[t]) or t in named for t in before):
        return False
    return any(things.thing(reading.words[t]) for t in before[:8])


def _known_against(reading: Reading, me: Pronoun, among: list[tuple[float, Name]]) -> tuple[float, Name] | None:
    """The likeliest antecedent of the other gender, with its share."""
    shares: dict[int, float] = {}
    for p, name in among:
        shares[name.entity] = shares.get(name.entity, 0.0) + p
    best = max((e for e in shares if reading.entities[e].gender * me.gender < 0), key=shares.__getitem__, default=None)
    if best is None or shares[best] < 0.1:
        return None
    return shares[best], min((n for _, n in among if n.entity == best), key=lambda n: abs(n.token - me.token))


def _nearest_other(reading: Reading, number: int) -> Pronoun | None:
    me = reading.pronouns[number]
    near = [p for p in reading.pronouns[max(0, number - 8) : number + 9] if p.gender != me.gender and abs(p.sentence - me.sentence) <= 6]
    return min(near, key=lambda p: abs(p.token - me.token), default=None)


_NUMBERS = ("in the same sentence", "one sentence", "two sentences", "three sentences", "four sentences", "five sentences", "six sentences")


def _apart(me: Pronoun, other: Pronoun) -> str:
    gap = other.sentence - me.sentence
    return _NUMBERS[0] if not gap else f"{_NUMBERS[min(6, abs(gap))]} {'later' if gap > 0 else 'before'}"


def fix(pronoun: Pronoun) -> str:
    """The pronoun of the other gender in the same case, with the same capital."""
    right = {
        "he": "she", "him": "her", "his": "her", "himself": "herself", "she": "he", "hers": "his", "herself": "himself",
        "her": "him" if pronoun.case == "object" else "his",
    }[pronoun.form.lower()]  # fmt: skip
    return right.upper() if pronoun.form.isupper() and len(pronoun.form) > 1 else right.capitalize() if pronoun.form[0].isupper() else right


def _neuter(pronoun: Pronoun) -> str:
    right = {"possessive": "its", "absolute": "its", "reflexive": "itself"}.get(pronoun.case, "it")
    return right.capitalize() if pronoun.form[0].isupper() else right


CHECK = Check(rules=(SWITCH, KNOWN), run=check)
