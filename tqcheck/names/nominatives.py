"""What nominative a name may have that stands in running text in another case: a reader of data/nominatives.tsv."""
from __future__ import annotations

import functools
from importlib.resources import files


@functools.cache
def _nominative_endings(lang: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows: dict[str, list[str]] = {}
    for line in (files("tqcheck.names") / "data" / "nominatives.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, ending, rights = line.split("\t")
            if language == lang:
                rows.setdefault(ending, []).extend("" if r == "-" else r for r in rights.split())
    return tuple(sorted(((e, tuple(dict.fromkeys(r))) for e, r in rows.items()), key=lambda row: -len(row[0])))


@functools.lru_cache(maxsize=1 << 14)
def nominatives(word: str, lang: str) -> tuple[str, ...]:
    """Forms that a name found in running text may have in the nominative, itself first."""
    low = word.casefold()
    found = {word: None}
    for ending, rights in _nominative_endings(lang):
        if ending == "-":
            found.update(dict.fromkeys(word + right for right in rights))
        elif low.endswith(ending) and len(low) - len(ending) >= 2:
            for right in rights:
                found[word[: len(word) - len(ending)] + right] = None
    return tuple(found)


@functools.cache
def case_endings(lang: str) -> tuple[tuple[str, str, float], ...]:
    """(ending of an oblique case, ending of the nominative, share of such forms that are oblique), the longest first."""
    rows = []
    for line in (files("tqcheck.names") / "data" / "case_endings.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, ending, right, share = line.split("\t")
            if language == lang:
                rows.append((ending, right, float(share)))
    return tuple(sorted(rows, key=lambda r: -len(r[0])))
