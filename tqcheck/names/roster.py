"""Everybody whose right name is known to one Checker: people given by the user, then the shipped register, then files of
many people that are looked up and never loaded."""
from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tqcheck.lang import language_name
from tqcheck.model import Person
from tqcheck.names.cyrillic import KnownForm, known_forms
from tqcheck.names.forms import Entry, bare_name, core_words, entry_of, exact_keys
from tqcheck.names.index import Index
from tqcheck.names.judgement import Match, judged, likeliest, ranked
from tqcheck.names.mentions import vocabulary
from tqcheck.names.spelling import fold

if TYPE_CHECKING:
    from tqcheck.names.store import Store


class Roster:
    """People, places and organisations given by the user, in front of the shipped register.

    people: tqcheck.Person values. register: whether the shipped register is used too. files: more people (names.files);
    SQLite files are looked up where they lie. Thread-safe; the index for inexact matching is built on first use. Raises
    InputError for a file that cannot be read.
    """

    def __init__(self, people: Iterable[Person] = (), register: bool = True, files: Iterable[str | Path] = ()) -> None:
        self.people = tuple(people)
        self.stores: tuple[Store, ...] = ()
        if files := tuple(files):
            from tqcheck.names.files import people_and_stores

            more, self.stores = people_and_stores(files)
            self.people += more
        self.register = register
        self._lock = threading.Lock()
        self._exact: dict[str, tuple[int, ...]] | None = None
        self._index: Index | None = None
        self._cyrillic: dict[str, Mapping[str, tuple[KnownForm, ...]]] = {}

    def in_cyrillic(self, lang: str) -> Mapping[str, tuple[KnownForm, ...]]:
        """People by the stems of their given names in Russian or Ukrainian (names.cyrillic)."""
        found = self._cyrillic.get(lang)
        if found is None:
            found = self._cyrillic[lang] = known_forms((entry.person for entry in self.entries), lang)
        return found

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, the user's first; a register entry whose name the user gives too is left out."""
        own = tuple(entry_of(p) for p in self.people)
        if not self.register:
            return own
        named = {fold(bare_name(p.name)) for p in self.people}
        return own + tuple(e for e in registered() if fold(e.person.name) not in named)

    @property
    def exact(self) -> dict[str, tuple[int, ...]]:
        """Folded full name, alias or surname → entries."""
        if self._exact is None:
            with self._lock:
                if self._exact is None:
                    table: dict[str, list[int]] = {}
                    for number, entry in enumerate(self.entries):
                        for key in exact_keys(entry.person):
                            table.setdefault(key, []).append(number)
                    self._exact = {k: tuple(v) for k, v in table.items()}
        return self._exact

    @property
    def index(self) -> Index:
        if self._index is None:
            exact = self.exact
            with self._lock:
                if self._index is None and exact is not None:
                    self._index = Index(self.entries)
        assert self._index is not None
        return self._index

    def is_right(self, name: str) -> bool:
        """Whether a name, or a word of one, is a known right form: of a person, or of a place or institution of the register."""
        key = fold(name)
        return key in self.exact or (self.register and key in registered_places()) or any(store.bears(key) for store in self.stores)

    def bearing(self, name: str) -> tuple[Entry, ...]:
        """Entries that bear exactly this name; those in files of many people where nobody else does, or it is a single word."""
        key = fold(name)
        found = tuple(self.entries[i] for i in self.exact.get(key, ()))
        if not found or " " not in key:
            found += tuple(e for store in self.stores for e in store.bearing(key))
        return found

    def known(self, name: str) -> tuple[Person, ...]:
        """Entries that bear exactly this name (full name, alias or surname; case and accents do not count)."""
        return tuple(entry.person for entry in self.bearing(name))

    def matches(self, name: str, *, country: str | None = None, office: str | None = None, limit: int = 5) -> list[Match]:
        """Whom a name may mean, likeliest first; where the first is exact, the name is right."""
        words = core_words(fold(name).split())
        if not words:
            return []
        key = " ".join(words)
        exact = self.bearing(key)
        if exact and not (len(words) == 1 and all(len(e.person.name.split()) > 1 for e in exact) and words[0] in vocabulary("en").ordinary):
            return [Match(e, 0.0, True, "") for e in exact[:limit]]
        if self.register and key in registered_places():
            return []
        found = ranked(self.index, words, country, office)
        if not (found and found[0].exact):
            for store in self.stores:
                near = store.near(words)
                found += judged(near, range(len(near.forms)), words, country, office)
            found.sort(key=likeliest, reverse=True)
        return found[:limit]


@functools.cache
def registered() -> tuple[Entry, ...]:
    """The shipped register as entries: people, then places, then institutions."""
    try:
        from tqcheck.names import register
    except ImportError:
        return ()
    entries = []
    for record in register.people():
        native = {}
        if record.native and record.native_lang:
            native[record.native_lang] = record.native
        if record.ru:
            native.setdefault("ru", record.ru)
        if record.uk:
            native.setdefault("uk", record.uk)
        person = Person(record.name, record.gender or None, native, tuple(record.aliases), "person", record.role or None)
        entries.append(entry_of(person, record.native_lang, record.country, record.confidence == "sure", False))
    return tuple(entries)


@functools.cache
def registered_places() -> frozenset[str]:
    """Folded names and other legitimate English forms of the register's places and institutions, which are known to be right."""
    from tqcheck.errors import InputError
    from tqcheck.names import register

    names: set[str] = set()
    for place in register.places():
        names.update(fold(n) for n in (place.name, *place.aliases, *place.house))
    with contextlib.suppress(InputError):
        names.update(fold(n) for record in register.institutions() for n in (record.name, *record.aliases))
    return frozenset(names)


def explain(name: str, roster: Roster) -> str:
    """What the roster thinks of a name and why, in a few lines."""
    found = roster.matches(name)
    if roster.is_right(name) or (found and found[0].exact):
        people = [m.entry for m in found if m.exact]
        lines = [f"{name}: right"] + [f"  {_described(e)}" for e in people]
        return "\n".join(lines)
    if not found:
        return _elsewhere(name, roster) or f"{name}: nobody known has a name like it"
    lines = [f"{name}: not known as it stands; it may mean"]
    for match in found:
        person = match.entry.person
        way = f"through {match.lang} “{person.native.get(match.lang, '')}”" if match.lang in person.native else "by its letters" if not match.lang else "as Russian papers would transcribe it"
        lines.append(f"  {match.probability:.2f}  {_described(match.entry)}, {way}")
    return "\n".join(lines)


def _elsewhere(name: str, roster: Roster) -> str:
    """Whom people loaded from the register and the user's files are by a full name or surname in another language; "" where nobody is."""
    asked = name.casefold().split()
    people: dict[str, set[str]] = {}
    for entry in roster.entries:
        for lang, native in entry.person.native.items():
            words = native.casefold().split()
            if asked == words or asked == words[-1:]:
                people.setdefault(_described(entry), set()).add(language_name(lang))
    languages = sorted(set().union(*people.values()))
    return "\n".join([f"{name}: right in {', '.join(languages)}", *(f"  {p}" for p in people)]) if people else ""


def _described(entry: Entry) -> str:
    person = entry.person
    parts = [person.name, person.role or person.kind, *(f"{lang} {native}" for lang, native in person.native.items())]
    return ", ".join(parts) + ("" if entry.given else f" ({entry.file or 'register'})")
