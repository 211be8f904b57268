"""Words that are right names somewhere: given names, the words of the register's names, names that English spells in its own way."""
from __future__ import annotations

import functools
from importlib.resources import files

from tqcheck.names.cultures import bearers
from tqcheck.names.register import institutions, people, places
from tqcheck.names.sounds import skeleton
from tqcheck.names.spelling import fold

_SHORTEST = 4


@functools.cache
def english_names() -> frozenset[str]:
    """Folded words that English spells in its own way (data/english_names.txt)."""
    text = (files("tqcheck.names") / "data" / "english_names.txt").read_text("utf-8")
    return frozenset(fold(word) for line in text.splitlines() if not line.startswith("#") for word in line.split())


@functools.cache
def known_words() -> frozenset[str]:
    """Folded words that stand in right names."""
    names = [name for p in people() for name in (p.name, *p.aliases)]
    names += [name for p in places() for name in (p.name, *p.aliases)]
    names += [name for i in institutions() for name in (i.name, *i.aliases)]
    return english_names() | bearers() | {word for name in names for word in fold(name).split()}


@functools.cache
def _by_bones() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(known_words()):
        if len(word) >= _SHORTEST:
            found.setdefault(skeleton(word), []).append(word)
    return {bones: tuple(words) for bones, words in found.items()}


def of_bones(bones: str) -> tuple[str, ...]:
    """Known words with a skeleton (names.sounds), in alphabetical order."""
    return _by_bones().get(bones, ())
