"""What a source plainly shows to be wrong in a name, without weighing letters: a known name written letter by letter, a given name
put into English, a letter lost after a consonant.

Each rule is one of transcription or grammar, written down from knowledge of the languages and kept where people of one half of
WMT21/22 showed no harm. Of the words that the rules find in its Czech, German, Hausa, Icelandic, Russian and Ukrainian outputs
and in human translations from these, 128 are listed as damaged (69 of them people of the half that was read, 59 of the other), 5 stand
in a human translation or are listed as right, and 24 are listed nowhere.
"""
from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from tqcheck.names import decoding, lexicon
from tqcheck.names.cultures import cultures_of
from tqcheck.names.given import english_forms
from tqcheck.names.mentions import vocabulary
from tqcheck.names.nominatives import case_endings, nominatives
from tqcheck.names.pairs import Pair, Word
from tqcheck.names.palladius import pinyin
from tqcheck.names.sounds import nearness
from tqcheck.names.spelling import fold, same_name, variant_word
from tqcheck.names.transcription import romanised

if TYPE_CHECKING:
    from tqcheck.names.sources import SourceWord

NEAR = 0.5
"""How near a known name has to be to the word of the text that it is to replace."""
LIKE = 0.4
"""How near a word is to a known person's name where the person's other name stands beside it."""
ALIKE = 0.6
"""How near two words both are to a known person's."""
_SLAVIC = re.compile(r"(?:[оеё]ва?|[иы]на?|ск(?:ий|ая|ого|ому|им|ой|ую)|цк(?:ий|ая|ого|ому|им|ой|ую)|енко|ук|юк|ик|ич)(?:а|у|ым|ом|е|ой)?$")
_SOFT = re.compile(r"[бвгдзкмнпрстфхц][яю]|ля", re.IGNORECASE)
_RULER = re.compile(r"(?:\b(?:king|queen|pope|saints?|st|emperor|empress|tsar|czar|prince|princess|grand duke|apostle|patriarch|sultan|bishop|archbishop|cardinal|church|cathedral)\.?(?: of)?(?: the)?\s+)$", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:\s+[^\W\d_]+)?\s+[IVX]+\b|\s+(?:the|of)\b")
"""What follows the names of rulers and popes, which English rightly has its own forms of."""


class Texts:
    """A text and its source, their words, and which word of the source explains which of the text (folded)."""

    def __init__(self, text: str, source: str, lang: str, theirs: Sequence[SourceWord], explained: dict[str, list[SourceWord]], known: Callable[[str], bool]) -> None:
        self.text, self.source, self.lang = text, source, lang
        self.theirs, self.explained, self.known = theirs, explained, known

    @functools.cached_property
    def people(self) -> list[tuple[SourceWord, SourceWord, tuple[tuple[str, str], ...]]]:
        """People of the register whom a Cyrillic source names in full: both words, and how English writes these."""
        found = []
        for given, surname in itertools.pairwise(self.theirs):
            if surname.start - given.end == 1 and given.kind == surname.kind == "cyrillic":
                options = itertools.product(nominatives(given.text, self.lang), nominatives(surname.text, self.lang))
                names = next((names for one, other in options if (names := decoding.known_people(one, other))), ())
                if names:
                    found.append((given, surname, names))
        return found

    def next_to(self, other: SourceWord, side: int) -> SourceWord | None:
        """The capitalised word right before (-1) or after (1) a word of the source."""
        return next((s for s in self.theirs if (other.start - s.end if side < 0 else s.start - other.end) == 1), None)


def plain_errors(word: Word, texts: Texts) -> Pair | None:
    """The word of the source that shows a word of a name to be wrong, and what to write for it."""
    found = _translated(word, texts) or (_known_person(word, texts) or _chinese(word, texts) or _misread(word, texts) if texts.lang in ("ru", "uk", "be") else _left_as_it_stood(word, texts) or _given_an_ending(word, texts))
    if found is None:
        return None
    other, right, probability = found
    return Pair(word.start, word.end, word.text, right, other.start, other.end, probability)


Found = tuple["SourceWord", str, float]


def _translated(word: Word, texts: Texts) -> Found | None:
    """A given name of the source's language put into English: Pavel → Paul."""
    own = english_forms(word.folded)
    if not own or _RULER.search(texts.text[: word.start]) or _ORDINAL.match(texts.text[word.end :]) or any(word.folded in other.forms for other in texts.theirs):
        return None
    for other in texts.theirs:
        form = next((f for f in other.forms if f in own and not (same_name(f, word.folded) and (other.kind != "latin" or Levenshtein.distance(f, word.folded) < 2))), None)
        if form is None:
            continue
        if other.kind == "latin":
            if texts.lang in cultures_of(form):
                return other, _written(other, form, texts.lang), 0.85
        elif other.kind == "cyrillic" and (word.left or word.right) and (texts.next_to(other, 1) or texts.next_to(other, -1)) and not texts.explained.get(word.folded) and cultures_of(form) & decoding.AT_HOME and not any(k.name == word.folded for k in _known(other, texts)):
            return other, form.capitalize(), 0.8
    return None


def _known(other: SourceWord, texts: Texts) -> list[decoding.Known]:
    """Known names that a word of a Cyrillic source may be, in any case."""
    return [k for n in nominatives(other.text, texts.lang) for k in decoding.known_names(n)]


def _written(other: SourceWord, form: str, lang: str) -> str:
    """The nominative of a Latin word of the source that folds to a form."""
    return next((n for n in nominatives(other.text, lang) if fold(n).replace(" ", "") == form), form.capitalize())


def _unknown(word: Word, texts: Texts) -> bool:
    vocab = vocabulary("en")
    low = word.folded
    return not (len(low) < 4 or low in lexicon.known_words() or low in decoding.surnames() or low in vocab.ordinary or low in vocab.country or low in vocab.calendar or texts.known(low))


def _left_as_it_stood(word: Word, texts: Texts) -> Found | None:
    """A word that stands as in a Latin-script source: its own name of a foreign place (Benátky), or a known name in another case (Barboru)."""
    if not _unknown(word, texts):
        return None
    for other in texts.explained.get(word.folded, ()):
        if other.kind != "latin" or fold(other.text) != word.folded:
            continue
        for name in nominatives(other.text, texts.lang):
            if (english := _exonyms().get((texts.lang, name))) is not None and english not in texts.text:
                return other, english, 0.8
            if name != other.text and len(name) > 3 and any(other.text.endswith(ending) for ending, _, _ in case_endings(texts.lang)) and (fold(name) in lexicon.known_words() or fold(name) in decoding.surnames()):
                return other, name, 0.8
    return None


def _given_an_ending(word: Word, texts: Texts) -> Found | None:
    """The surname of a foreign woman with the ending that Czech and Slovak give it: Angela Merkelová."""
    if texts.lang not in _SURNAMES_OF_WOMEN or not word.left or not cultures_of(word.left) or cultures_of(word.left) & _SURNAMES_OF_WOMEN:
        return None
    for other in texts.explained.get(word.folded, ()):
        form = next((n for n in nominatives(other.text, texts.lang) if n.endswith("ová") and fold(n) == word.folded), "")
        names = [form[:-3] + vowel for vowel in ("a", "o", "e", "y", "i", "")]
        known = [name for words in (decoding.surnames(), lexicon.known_words()) for name in names if fold(name) in words]
        if form and cultures_of(word.left) & decoding.AT_HOME and form[-5:-3] in ("ov", "ev", "in"):
            return other, names[0], 0.8
        if form and known:
            return other, known[0], 0.8
    return None


_SURNAMES_OF_WOMEN = frozenset(("cs", "sk"))


@functools.cache
def _exonyms() -> dict[tuple[str, str], str]:
    """(language, its name of a foreign place) → the English name."""
    rows = (files("tqcheck.names") / "data" / "exonyms.tsv").read_text("utf-8").splitlines()
    return {(lang, theirs): english for lang, theirs, english in (row.split("\t") for row in rows if not row.startswith("#"))}


def _known_person(word: Word, texts: Texts) -> Found | None:
    """One of the two words of a person of the register whom the source names in full; the other stands beside it, right or nearly so."""
    for given, surname, names in texts.people:
        for at, other, beside in ((0, given, word.right), (1, surname, word.left)):
            if not beside or any(s not in (given, surname) for s in texts.explained.get(word.folded, ())):
                continue
            rights = [fold(name[at]).replace(" ", "") for name in names]
            others = [fold(name[1 - at]).replace(" ", "") for name in names]
            least = LIKE if any(variant_word(name, beside, texts.lang) for name in others) else ALIKE if nearness(others[0], beside) >= ALIKE else 1.0
            if nearness(rights[0], word.folded) >= least and not any(variant_word(right, word.folded, texts.lang) for right in rights):
                return other, names[0][at], 0.9
    return None


def _chinese(word: Word, texts: Texts) -> Found | None:
    """A Chinese name of a Russian or Ukrainian source that is not in Pinyin."""
    if not _unknown(word, texts):
        return None
    readings = [(other, name) for other in texts.theirs for name in {pinyin(n) for n in nominatives(other.text, texts.lang)} - {""}]
    if any(variant_word(name, word.folded, "zh") for _, name in readings):
        return None
    # A form in another case may be read as two names; one that is known is meant.
    alike = [(texts.known(name), nearness(name, word.folded), name, other) for other, name in readings if nearness(name, word.folded) >= ALIKE]
    _, _, name, other = max(alike, key=lambda found: found[:3], default=(False, 0.0, "", None))
    return None if other is None else (other, name.capitalize(), 0.85)


def _misread(word: Word, texts: Texts) -> Found | None:
    """A word of a Russian or Ukrainian source: known and read letter by letter, left in its case, or with a letter lost."""
    if not _unknown(word, texts):
        return None
    for other in texts.explained.get(word.folded, ()):
        readings = [romanised(n, texts.lang) for n in nominatives(other.text, texts.lang)]
        if _SOFT.search(other.text) and _SLAVIC.search(other.text.casefold()) and not any(variant_word(form, word.folded, texts.lang) for forms in readings for form in forms[:-1]):
            right = next((forms[0] for forms in readings if variant_word(forms[-1], word.folded, texts.lang)), "")
            return other, right.capitalize(), 0.85
        if (nominative := _in_nominative(word, other, texts)) is not None:
            return other, nominative, 0.75
        known = [k for k in _known(other, texts) if len(k.name) > 3]
        if not known or any(variant_word(k.name, word.folded) or word.folded == k.name + "s" for k in known):
            continue
        best = max(known, key=lambda k: (round(nearness(k.name, word.folded), 1), k.kind == "register", len(k.cultures)))
        if best.cultures & decoding.AT_HOME:
            if best.kind == "register" and _only_ending(best.name, word.folded) and best not in decoding.known_names(other.text):
                return other, best.written, 0.75
        elif nearness(best.name, word.folded) < NEAR:
            continue
        elif any(_plain(word.folded) == _plain(form) for forms in readings for form in forms) and _meant(best, word, other, texts):
            return other, best.written, 0.8
    return None


def _in_nominative(word: Word, other: SourceWord, texts: Texts) -> str | None:
    """The known name in -a that a word of the text has in another case, letter for letter as a Cyrillic source: Glashi for Glasha."""
    if other.text[-1] not in "иіїуюеєы" or word.folded not in romanised(other.text, texts.lang):
        return None
    names = (form for n in nominatives(other.text, texts.lang) if n[-1] in "ая" for form in romanised(n, texts.lang))
    return next((form.capitalize() for form in names if len(form) > 3 and form in lexicon.known_words()), None)


def _meant(known: decoding.Known, word: Word, other: SourceWord, texts: Texts) -> bool:
    """Whether the words around say that a word in a source is this known name: a given name before it, a surname after it."""
    if known.kind == "given":
        return texts.next_to(other, 1) is not None and word.right not in ("", *vocabulary("en").ordinary)
    before = texts.next_to(other, -1)
    if before is not None:
        return any(k.kind != "surname" for k in _known(before, texts))
    return known.kind == "register" and not (word.left or word.right) and len(word.folded) > 4


def _plain(form: str) -> str:
    return form.replace("kh", "h")


def _only_ending(right: str, word: str) -> bool:
    """Whether two folded words differ in the vowel at the end alone: Odese for Odesa."""
    return len(right) == len(word) and right[:-1] == word[:-1] and {right[-1], word[-1]} <= set("aeiouy")
