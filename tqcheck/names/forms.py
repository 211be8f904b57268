"""Who is known, and every form a known name may be met in: Latin names, native forms read back, and forms that transcription would make."""
from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tqcheck.model import Person, Value
from tqcheck.names.cultures import cultures_of
from tqcheck.names.mentions import vocabulary
from tqcheck.names.spelling import PINYIN, fold
from tqcheck.names.transcription import cyrillic, romanised, script

GENERATED = "ru-generated"
"""Language of a form that practical transcription made, where no native form is known."""


class Entry(Value, frozen=True):
    """One person, place or organisation as matching sees it.

    country: name or ISO 3166 code. sure: the register's own judgement. given: by the user, not by the register. own:
    the name is written in Latin letters at home, so that a romanised spelling of it is no variant but an error. home:
    languages of native forms whose plain romanisation is a right spelling too. file: name of the file of many people that
    the entry was looked up in.
    """

    person: Person
    country: str | None = None
    sure: bool = True
    given: bool = True
    own: bool = False
    home: frozenset[str] = frozenset()
    file: str = ""


class Form(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One way an entry may be met: folded words, and the language when it is read back from another script."""

    entry: int
    words: tuple[str, ...]
    lang: str


def entry_of(person: Person, lang: str | None = None, country: str | None = None, sure: bool = True, given: bool = True) -> Entry:
    own = written_in_latin(person, lang)
    home: frozenset[str] = frozenset()
    if not own:
        words = fold(bare_name(person.name)).split()
        if lang:
            home = CYRILLIC if lang in CYRILLIC else frozenset((lang,))
        elif words and (cultures_of(words[0]) & CYRILLIC or _SLAVIC_ENDING.search(words[-1])):
            home = CYRILLIC
    return Entry(person, country or None, sure, given, own, home)


CYRILLIC = frozenset(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"))
_LATIN = frozenset(["bs", "me", "en", "fr", "de", "es", "it", "pt", "nl", "pl", "cs", "sk", "hu", "ro", "sv", "no", "da", "fi", "et", "lv", "lt", "is", "ga", "mt", "sq", "sl", "hr", "tr", "az", "vi", "id", "ms", "ca", "eu", "lb", "sw", "ha"])
_ROMANISED_ENDING = re.compile(r"(?:yan|shvili|dze|adze|poulos|akis|idis|oglou|zadeh|pour|allah|ullah|abadi)$")
_BOTH = frozenset(["az", "uz"])
_SLAVIC_AFTER_GIVEN = re.compile(r"(?:in|yn|ina|yna|ets|nko|yk|iy|oy|uk|ych|ich)$")
_LATIN_SPELLING = re.compile(r"[wqx]|ll|tt|nn|ck|ph")
_SLAVIC_ENDING = re.compile(r"(?:ov|ev|yov|ova|eva|sky|skiy|skyi|ska|skaya|yi|yy|ikh|ykh|enko|chuk|yuk|vich|vych|ovich|evich)$")
_ROMANISED_PART = frozenset(["al", "el", "bin", "ibn", "abu", "abd", "abdul", "abdel", "abdullah", "ben", "mohammed", "muhammad", "ahmed", "ali", "hassan", "hussein", "mahmoud", "khan"])


def written_in_latin(person: Person, lang: str | None = None) -> bool:
    """Whether a name is at home in the Latin alphabet: from its language, its letters, and the culture of its given name."""
    if lang:
        return lang.split("-")[0] in _LATIN
    if any(ord(c) > 0x7F and c.isalpha() for c in person.name):
        return True
    words = core_words(fold(bare_name(person.name)).split())
    if len(words) < 2 or _SLAVIC_ENDING.search(words[-1]) or _ROMANISED_ENDING.search(words[-1]) or _ROMANISED_PART.intersection(words):
        return False
    if any(part in person.name for part in ("Al-", "al-", "El-", "el-")) or ("-" in person.name and len(words) == 3 and len(words[0]) <= 5 and "-" not in person.name.split()[0]):
        return False
    cultures = cultures_of(words[0])
    if not cultures and all(PINYIN.fullmatch(word) for word in words):
        return False
    if cultures & CYRILLIC and _SLAVIC_AFTER_GIVEN.search(words[-1]) and not _LATIN_SPELLING.search(words[-1]):
        return False
    return not cultures or bool(cultures & _LATIN - _BOTH)


def core_words(words: list[str]) -> list[str]:
    """Folded words without what says only that a name is a river's or a ministry's."""
    vocab = vocabulary("en")
    kept = words
    while len(kept) > 1 and (kept[-1] in vocab.place or kept[-1] in vocab.organisation):
        kept = kept[:-1]
    return kept


def bare_name(name: str) -> str:
    """A name without titles before it ("Chancellor Olaf Scholz" → "Olaf Scholz") and possessive after it."""
    vocab = vocabulary("en")
    words = re.sub(r"['’]s\b", "", name).split()
    while len(words) > 1:
        low = [w.casefold().rstrip(".") for w in words]
        for size in (3, 2, 1):
            phrase = " ".join(low[:size])
            if len(words) <= size or (len(words) == size + 1 and (cultures_of(low[-1]) or cultures_of(low[0]))):
                continue
            if phrase in vocab.titles or phrase in vocab.modifiers or (size == 1 and low[0] in _BEFORE_NAMES) or (phrase in vocab.country and len(words) > 2):
                words = words[size:]
                break
        else:
            break
    return " ".join(words)


_BEFORE_NAMES = frozenset(("the", "for", "says", "in", "after", "of", "by", "with", "from", "at", "to", "and", "on"))


def name_forms(person: Person) -> Iterable[tuple[tuple[str, ...], str]]:
    """(folded words, language) of every form a person may be met in; the language is "" for Latin names."""
    seen = set()
    for name in (bare_name(person.name), *person.aliases):
        words = tuple(core_words(fold(name).split()))
        # Of three words and more, papers leave the middle ones out, and titles nobody listed stand in front.
        for part in (words, words[-2:], (words[0], words[-1])) if len(words) > 2 and person.kind == "person" else (words,):
            if part and part not in seen:
                seen.add(part)
                yield part, ""
    if person.kind == "person" and not CYRILLIC.intersection(person.native) and len(fold(person.name).split()) > 1 and written_in_latin(person):
        for culture in ("en", "*"):
            for name in romanised(cyrillic(bare_name(person.name), culture), "ru")[:2]:
                words = tuple(name.split())
                if words and words not in seen:
                    seen.add(words)
                    yield words, GENERATED
    for lang, native in person.native.items():
        base = lang.split("-")[0].lower()
        for name in romanised(native, base) if script(native) != "latin" else (fold(native),):
            words = tuple(name.split())
            if words and words not in seen:
                seen.add(words)
                yield words, base


def exact_keys(person: Person) -> set[str]:
    """Folded full names, aliases and surnames under which a person is right."""
    keys: set[str] = set()
    for name in dict.fromkeys((person.name, bare_name(person.name), *person.aliases)):
        words = fold(name).split()
        if not words:
            continue
        keys |= {" ".join(core_words(words)), " ".join(words), words[-1], " ".join((*words[1:], words[0]))}
        if len(words) > 2:
            keys |= {f"{words[0]} {words[-1]}", " ".join(words[1:])}
    return keys
