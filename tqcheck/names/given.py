"""What gender a given name carries, by culture: a reader of data/given_names.tsv, loaded on first use."""
from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files
from typing import Literal

Gender = Literal["male", "female", "both"]
_LETTERS: dict[str, Gender] = {"m": "male", "f": "female", "both": "both"}
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "a", "’": "'"}
)


def fold(name: str) -> str:
    """A name without case and diacritics: Łukasz → lukasz, Zoë → zoe."""
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFD", name.casefold().translate(_FOLDED))
    return "".join(c for c in plain if not unicodedata.combining(c))


_Row = tuple[Gender, frozenset[str]]


@functools.cache
def _names() -> tuple[dict[str, tuple[_Row, ...]], dict[str, tuple[_Row, ...]]]:
    """Rows by the name as written (casefolded), and by the folded name."""
    exact: dict[str, list[_Row]] = {}
    known: dict[str, frozenset[str]] = {}
    folded: dict[str, list[_Row]] = {}
    for line in files(__package__).joinpath("data/given_names.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, gender, cultures = line.split("\t")
            if cultures not in known:
                known[cultures] = frozenset(cultures.split())
            row = (_LETTERS[gender], known[cultures])
            exact.setdefault(name.casefold(), []).append(row)
            folded.setdefault(fold(name), []).append(row)
    return {k: tuple(v) for k, v in exact.items()}, {k: tuple(v) for k, v in folded.items()}


def _agreed(rows: tuple[_Row, ...]) -> Gender:
    genders = {gender for gender, _ in rows}
    return genders.pop() if len(genders) == 1 else "both"


@functools.lru_cache(maxsize=4096)
def gender_of(given: str, culture: str | None = None) -> Gender | None:
    """The gender a given name carries: "male", "female", "both", or None where the name is not known.

    given: one given name or several ("Kaja", "Anna Maria", "Jean-Luc"), in Latin or Cyrillic letters; the first one known
    decides. culture: primary language code of the person's culture where it is known ("it": Andrea is male). Without a
    culture, or where the name is not borne in it, all cultures are asked, and "both" means that they differ.
    """
    if not given.isascii() and any("\u0370" <= c <= "\u052f" for c in given):
        from anyascii import anyascii

        given = anyascii(given).replace("'", "").replace('"', "")
    exact, folded = _names()
    for part in (given.strip(), *re.split(r"[\s-]+", given.strip())[:4]):
        for rows in (exact.get(part.casefold()), folded.get(fold(part))):
            if rows:
                local = tuple(row for row in rows if culture in row[1])
                return _agreed(local or rows)
    return None


@functools.cache
def _translated() -> dict[str, frozenset[str]]:
    """Folded English name → folded forms of other languages."""
    table: dict[str, set[str]] = {}
    for line in files(__package__).joinpath("data/translated_given_names.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            english, others = line.split("\t")
            table.setdefault(fold(english), set()).update(fold(other) for other in others.split())
    return {english: frozenset(others) - {english} for english, others in table.items()}


def translates(english: str, other: str) -> bool:
    """Whether a folded given name is the English form of another one, written differently ("jacob", "yakubu")."""
    return other in _translated().get(english, frozenset())


def english_forms(english: str) -> frozenset[str]:
    """Folded given names of other languages that a folded English one translates."""
    return _translated().get(english, frozenset())
