"""Which known Latin names a word in Cyrillic letters may be: practical transcription turned round by a lexicon of given names, surnames and the register."""
from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import Literal

from tqcheck.model import Value
from tqcheck.names.register import people, places
from tqcheck.names.spelling import fold
from tqcheck.names.transcription import cyrillic, script

_SAME = str.maketrans({**dict.fromkeys("ёэє", "е"), **dict.fromkeys("ыіїй", "и"), "ґ": "г", **dict.fromkeys("ьъ'’ʼ-", None)})
"""Letters that Russian and Ukrainian, or two papers, write for one another."""
AT_HOME = frozenset(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"))
"""Languages written in Cyrillic letters."""


class Known(Value, frozen=True):
    """A known name as it is written, and folded; the languages it is at home in; whether it is a given name, a surname, or of the register."""

    written: str
    name: str
    cultures: frozenset[str]
    kind: Literal["given", "surname", "register"]


def _key(word: str) -> str:
    plain = word.casefold().translate(_SAME)
    if "и" in plain:
        plain = _AFTER_I.sub(lambda vowel: {"а": "я", "у": "ю"}.get(vowel[1], vowel[1]), plain)
    return _DOUBLED.sub(r"\1", plain)


_AFTER_I = re.compile("и+([аяеоую])")
_DOUBLED = re.compile(r"(.)\1")


def _transcribed() -> frozenset[str]:
    rows = (files("tqcheck.names") / "data" / "practical.tsv").read_text("utf-8").splitlines()
    return frozenset(row.split("\t")[0] for row in rows if row and not row.startswith("#"))


@functools.cache
def _index() -> dict[str, tuple[Known, ...]]:
    """Cyrillic key → the known names that are written so."""
    index: dict[str, dict[tuple[str, str], Known]] = {}
    languages = _transcribed()

    def add(written: str, known: Known) -> None:
        if len(key := _key(written)) > 1:
            index.setdefault(key, {}).setdefault((known.name, known.kind), known)

    def transcribe(name: str, culture: str, known: Known) -> None:
        written = cyrillic(name, culture)
        add(written, known)
        if "х" in written and "ch" not in known.name:
            add(written.replace("х", "г"), known)
        if culture == "en":
            # The two sounds that a closed a and u have, and the letter that Ukrainian writes for w.
            add(re.sub("а(?![ийеу])", "е", written, count=1), known)
            add(written.replace("у", "а", 1), known)
            if "w" in known.name:
                add(cyrillic(known.name.replace("w", "v"), culture), known)

    def spell(native: str, name: str, lang: str, person: bool) -> None:
        theirs, latin = native.split(), name.split()
        if len(theirs) == len(latin) and script(native) == "cyrillic":
            for at, (written, word) in enumerate(zip(theirs, latin, strict=True)):
                kind: Literal["given", "register"] = "given" if person and at == 0 < len(latin) - 1 else "register"
                if "-" not in word:
                    add(written, Known(word, fold(word), frozenset((lang,)) if lang else frozenset(), kind))

    folder = files("tqcheck.names") / "data"
    for line in (folder / "surnames.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            culture, names = line.split("\t")
            for name in names.split():
                transcribe(name, culture, Known(name, fold(name), frozenset((culture,)), "surname"))
    for line in (folder / "given_names.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, _, cultures = line.split("\t")
            at_home = frozenset(cultures.split())
            if at_home <= AT_HOME or " " in name or "-" in name:
                continue
            for culture in sorted(at_home & languages, key=lambda c: (c != "en", c))[:2]:
                transcribe(name, culture, Known(name, fold(name), at_home, "given"))
    for person in people():
        for native in (person.native, person.ru, person.uk):
            spell(native, person.name, person.native_lang, True)
    for place in places():
        for native in (place.native, place.ru):
            spell(native, place.name, place.native_lang, False)
    return {key: tuple(found.values()) for key, found in index.items()}


@functools.cache
def surnames() -> frozenset[str]:
    """Folded common surnames."""
    return frozenset(known.name for found in _index().values() for known in found if known.kind == "surname")


def known_names(word: str) -> tuple[Known, ...]:
    """Known names that a Russian or Ukrainian word in the nominative may be."""
    return _index().get(_key(word), ())


@functools.cache
def _people() -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Cyrillic keys of a person's first and last name → the names of the register that are written so, and their other spellings."""
    found: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for person in people():
        for native in (person.native, person.ru, person.uk):
            words = native.split()
            if len(words) > 1 and script(native) == "cyrillic" and person.confidence == "sure":
                names = [name.split() for name in (person.name, *person.aliases)]
                found.setdefault((_key(words[0]), _key(words[-1])), {}).update({(name[0], name[-1]): None for name in names if len(name) > 1})
    return {keys: tuple(names) for keys, names in found.items()}


def known_people(given: str, surname: str) -> tuple[tuple[str, str], ...]:
    """First and last names, the usual spelling first, of the people of the register whom two Cyrillic words in the nominative name; () for nobody."""
    return _people().get((_key(given), _key(surname)), ())
