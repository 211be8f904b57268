"""Words of names as two texts are compared by them: what stands where, and which word the other text has instead."""
from __future__ import annotations

import re
from collections.abc import Sequence

from tqcheck.model import Value
from tqcheck.names.mentions import Mention, vocabulary
from tqcheck.names.spelling import fold

DERIVED = re.compile(r"(?:[ie]ans?|ics?|ish|ese|ists?|ites?|als?|ation|ity|ism|ive|ship|ers?|eans?|ani|s)$")
"""Endings of English words made from names: adjectives, inhabitants, plurals."""


LONG, REACH = 2000, 0.15
"""From how many characters on a text's names are only looked for near where they stand in it, and how near, as a share of the text."""
_SUFFIX = re.compile(r"(?:s|n|an|ian|ans|ians|ic|ish|ese|er|ers|ist|ists|i|is|in|ite|ites|es|sky|ski|skaya|ovo|land|ov|ova|ist)")


def derived(one: str, other: str) -> bool:
    """Whether of two folded words one is made from the other: an inhabitant, an adjective, a plural ("tibet", "tibetans")."""
    short, long = sorted((one, other), key=len)
    stem = short if long.startswith(short) else short[:-1]
    return len(stem) >= 3 and short != long and long.startswith(stem) and (bool(_SUFFIX.fullmatch(long[len(stem) :])) or (bool(DERIVED.search(long)) and bool(DERIVED.search(short))))


class Pair(Value, frozen=True):
    """A word of the text that another text has otherwise: offsets in both, and the probability that the text is wrong."""

    start: int
    end: int
    text: str
    other: str
    other_start: int
    other_end: int
    probability: float
    features: tuple[float, ...] = ()


class Word(Value, frozen=True):
    """A word of a name: where it stands, folded, its neighbours in the name, where in the text (0–1)."""

    start: int
    end: int
    text: str
    folded: str
    left: str
    right: str
    place: float
    single: bool


def name_words(text: str, found: Sequence[Mention]) -> list[Word]:
    """The words of the names in a text."""
    words = []
    size = max(1, len(text))
    vocab = vocabulary("en")
    for mention in found:
        folded = [fold(text[a:b]).replace(" ", "") for a, b in mention.tokens]
        for i, (a, b) in enumerate(mention.tokens):
            if len(folded[i]) > 1 and folded[i] not in vocab.titles and folded[i] not in vocab.organisation and folded[i] not in vocab.place:
                words.append(Word(a, b, text[a:b], folded[i], folded[i - 1] if i else "", folded[i + 1] if i + 1 < len(folded) else "", a / size, len(folded) == 1))
    return words
