"""Where a given name is at home: the languages whose speakers bear it, from data/given_names.tsv."""
from __future__ import annotations

import functools
from importlib.resources import files

from tqcheck.names.spelling import fold


@functools.cache
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for line in (files("tqcheck.names") / "data" / "given_names.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, languages = line.split("\t")[:3]
            key = fold(name)
            table[key] = table.get(key, frozenset()) | frozenset(languages.split())
    return table


def cultures_of(word: str) -> frozenset[str]:
    """Languages (primary subtags) whose speakers bear a folded given name; empty where the name is not known."""
    return _table().get(word, frozenset())


def bearers() -> frozenset[str]:
    """Every folded given name that is known."""
    return frozenset(_table())
