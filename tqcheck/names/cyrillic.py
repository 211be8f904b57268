"""Names in Russian and Ukrainian texts: which words are case forms of one name, and which name of a Latin-script source a word renders.

Endings after Zaliznyak, Grammatical Dictionary of Russian (1977), and the Ukrainian orthography of 2019.
"""
from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from tqcheck.model import Person, Value
from tqcheck.names import renderings
from tqcheck.names.mentions import PERSON, Mention, vocabulary
from tqcheck.names.spelling import fold

LANGUAGES = ("ru", "uk")
_ENDINGS = (
    "ского", "скому", "ской", "скую", "ская", "ским", "ском", "ский", "ський", "ського", "ському", "ським", "ська", "ської", "ській", "ську",
    "ого", "его", "ому", "ему", "ові", "еві", "єві", "ами", "ями", "ыми", "ими", "ою", "ею", "єю", "ий", "ій", "ый", "ой", "ей", "ом", "ем", "ём", "єм", "ым", "им", "ім", "ам", "ям", "ах", "ях", "ых", "их",
    "ая", "яя", "ую", "юю", "а", "я", "у", "ю", "е", "є", "и", "і", "ї", "ы", "о", "ь", "й",
)  # fmt: skip
_FLEETING = "еоіє"
_ONE_SOUND = str.maketrans({"ё": "е", "э": "е", "’": "'", "ʼ": "'"})
"""Letters that papers use for one another, and doubled ones for single: Бэйкер, Бейкер."""
_LONG = 5


@functools.lru_cache(maxsize=1 << 14)
def stems(word: str) -> frozenset[str]:
    """What may be left of a word without a case ending, in small letters; with a fleeting vowel before its last consonant left out too."""
    low = re.sub(r"(.)\1", r"\1", word.casefold().translate(_ONE_SOUND))
    found = {low}
    for ending in _ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            found.add(low[: len(low) - len(ending)])
    for stem in tuple(found):
        if len(stem) > 3 and stem[-2] in _FLEETING and stem[-1] not in "аеєиіїоуыюя":
            found.add(stem[:-2] + stem[-1])
    return frozenset(found)


def same_name(one: str, other: str) -> bool:
    """Whether two words are case forms of one name."""
    return not stems(one).isdisjoint(stems(other))


def inflected(word: str, right: str) -> bool:
    """Whether a word has another ending than the name it should be, so that the name as it is known cannot stand for it."""
    return word[-2:].casefold() != right[-2:].casefold()


def misspelled(one: str, other: str) -> bool:
    """Whether two words look like one name written in two ways: a letter apart (two in long ones), and not where case endings are."""
    if same_name(one, other) or min(len(one), len(other)) < _LONG:
        return False
    for a in stems(one):
        for b in stems(other):
            if min(len(a), len(b)) >= _LONG and a[:1] == b[:1] and a[-1:] == b[-1:] and Levenshtein.distance(a, b) <= min(len(a), len(b)) // 8 + 1:
                return True
    return False


def person_names(found: Sequence[Mention], text: str) -> list[tuple[Mention, str, str]]:
    """(mention, given name, surname) of the mentions of two words."""
    names = []
    for mention in found:
        words = [text[a:b] for a, b in mention.tokens]
        if mention.kind == PERSON and len(words) == 2 and all(word[1:].islower() and word.isalpha() for word in words):
            names.append((mention, words[0], words[1]))
    return names


class Rendering(Value, frozen=True):
    """How well a Cyrillic word renders a Latin one in any of its cases: worth per letter, and letters nothing explains."""

    worth: float
    holes: int


@functools.lru_cache(maxsize=1 << 14)
def rendering(word: str, latin: str) -> Rendering:
    """The best of a Cyrillic word's possible nominatives as a rendering of a folded Latin word."""
    low = word.casefold()
    best = -3.0, -9
    for stem in {low, *stems(word)}:
        for ending in ("", "а", "я", "й", "ь", "о", "е", "и", "ий") if stem != low else ("",):
            worth, holes = renderings.fit(renderings.spelled(stem + ending), latin, "cyrillic")
            best = max(best, (worth, -holes))
    return Rendering(best[0], -best[1])


MOST = 500
"""Names of a text or a source that are compared; no article has more, and a hostile one costs no more."""
RENDERS, LIKE = 1.7, 0.7
"""Worth per letter of a right rendering, and of one that can still be meant: of right pairs 95 in 100 have 1.6 and more, chance has −1."""


_CONSONANTS = {
    **dict.fromkeys("бп", "P"), **dict.fromkeys("вф", "F"), **dict.fromkeys("гґкх", "K"), **dict.fromkeys("дт", "T"), **dict.fromkeys("жзсцчшщ", "S"), "л": "L", "р": "R", "м": "M", "н": "N",
}  # fmt: skip
_MAY_BE = {
    "tch": "S", "sch": "SK", "th": "STF", "ph": "F", "gh": "KF", "ch": "SK", "sh": "S", "zh": "S", "sc": "SK", "ck": "K", "cz": "S", "dg": "TS", "tz": "TS", "ts": "TS", "kh": "K",
    "b": "P", "p": "P", "v": "F", "f": "F", "w": "F", "u": "F", "o": "F", "k": "K", "q": "K", "h": "K", "d": "TS", "t": "TS", "s": "S", "z": "ST", "l": "L", "r": "R", "m": "M", "n": "NM",
    "c": "KS", "g": "KS", "j": "STK", "x": "KS", "y": "", "i": "S",
}  # fmt: skip
_GROUPS = re.compile("|".join(sorted(_MAY_BE, key=len, reverse=True)))


def consonants_fit(word: str, latin: str) -> bool:
    """Whether every consonant of a Cyrillic word is one that the letters of a folded Latin word may be said with, in order.

    Latin letters may be silent; a transcription has no consonant of its own. A case ending of the Cyrillic word is not looked at.
    """
    pattern = "".join("".join(f"[{_MAY_BE[g]}]?" if g != "x" else "K?S?" for g in [m.group()] if _MAY_BE[g]) for m in _GROUPS.finditer(latin))
    return any(re.fullmatch(pattern, re.sub(r"(.)\1+", r"\1", "".join(_CONSONANTS.get(c, "") for c in stem))) for stem in stems(word))


SURE = 0.7
"""Probability that such a surname is wrong: 5 of 1,956 full names in human translations of WMT18–22 news into Russian and Ukrainian are
found, half of them mistakes; of surnames with one consonant replaced, 57 of 133 (docs/names.md)."""


class Changed(Value, frozen=True):
    """A surname of the text whose bearer has another one in the source: offsets in both."""

    start: int
    end: int
    source_start: int
    source_end: int
    probability: float


def changed_names(text: str, found: Sequence[Mention], source: str, theirs: Sequence[Mention]) -> Iterator[Changed]:
    """Surnames that render no name of a Latin-script source, beside a given name that does.

    found: names of the text; theirs: names of the source. Only full names are judged, so that the given name says who is meant.
    """
    people = [(m, fold(source[slice(*m.tokens[0])]).replace(" ", ""), fold(source[slice(*m.tokens[-1])]).replace(" ", "")) for m in theirs if m.kind == PERSON and len(m.tokens) > 1]
    vocab = vocabulary("en")
    people = list({(p[1], p[2]): p for p in people}.values())[:MOST]
    people = [p for p in people if not {p[1], p[2]} & (vocab.ordinary | vocab.place | vocab.organisation | vocab.country.keys())]
    words = {fold(source[a:b]).replace(" ", "") for m in theirs for a, b in m.tokens}
    right: dict[str, bool] = {}
    for mention, given, surname in person_names(found, text)[:MOST]:
        if surname not in right:
            right[surname] = any(_renders(surname, word) for word in words)
        if right[surname]:
            continue
        options = []
        for other, first, last in people:
            judged = rendering(surname, last)
            if len(last) >= _LONG - 1 and judged.worth >= LIKE and judged.holes and not consonants_fit(surname, last) and _renders(given, first):
                options.append((judged.worth, other))
        if options:
            other = max(options, key=lambda o: o[0])[1]
            start, end = mention.tokens[1]
            yield Changed(start, end, *other.tokens[-1], SURE)


def _renders(word: str, latin: str) -> bool:
    if abs(len(word) - len(latin)) > 6:
        return False
    judged = rendering(word, latin)
    return not judged.holes and judged.worth >= RENDERS


class KnownForm(Value, frozen=True):
    """A known person as a Russian or Ukrainian text has them: given name, surname, whole."""

    given: str
    surname: str
    name: str
    person: Person


def known_forms(people: Iterable[Person], lang: str) -> dict[str, tuple[KnownForm, ...]]:
    """People of two-word names in a language, by every stem of the given name."""
    found: dict[str, list[KnownForm]] = {}
    for person in people:
        words = person.native.get(lang, "").split()
        if person.kind == "person" and len(words) == 2:
            form = KnownForm(words[0], words[1], " ".join(words), person)
            for stem in stems(words[0]):
                found.setdefault(stem, []).append(form)
    return {stem: tuple(forms) for stem, forms in found.items()}


def misspelled_people(text: str, found: Sequence[Mention], known: Mapping[str, tuple[KnownForm, ...]]) -> Iterator[tuple[int, int, KnownForm]]:
    """(start, end, who is meant) of surnames that are a letter away from a known person's of that given name.

    Slavic surnames are left out: there a letter makes another common surname (Иванов, Иванцов).
    """
    for mention, given, surname in person_names(found, text):
        forms = {form.name: form for stem in stems(given) for form in known.get(stem, ())}
        if any(same_name(surname, form.surname) for form in forms.values()):
            continue
        for form in forms.values():
            if not _SLAVIC.search(form.surname.casefold()) and misspelled(form.surname, surname):
                yield *mention.tokens[1], form
                break


_SLAVIC = re.compile(r"(?:[оеёи]в|[оеиы]ва|[иы]н|[иы]на|ск[иоа]й|ськ[иоа]й|ська|ская|цк[иоа]й|цьк[иоа]й|ко|ук|юк|ич|ець|ец|ак|як)$")
