"""Gender of the words of a translation from English: which of them speak of a man, which of a woman, and do they fit the source?

Two learned steps (weights in checks/data/gender_agreement.npz, made by training/gender.py). Sparse logistic models,
one per language and gender, say of each word of the translation how likely it carries a person's gender; boosted trees
compare the strongest of them with what the English sentence shows. Trained on MT-GenEval (Currey et al. 2022), and on
news that people translated, where a gendered word mostly agrees with a thing. Slavic languages without such data share a
model of the kinds of words (pronoun, past tense, listed noun), learned from Russian.
"""
from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any
from zlib import crc32

import msgspec

from tqcheck.checks.gender.trees import Trees
from tqcheck.lang import table
from tqcheck.names.mentions import ordinary_words

LANGUAGES = ("ar", "de", "es", "fr", "hi", "it", "nl", "pt", "ru")
"""Languages with a model of their own words."""
SHAPED = ("cs", "pl", "uk")
"""Languages that are read by the kinds of their words, with weights learned from Russian."""
SHAPES = "shapes"
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0963\u064b-\u0652][^\W\d_]*)*(?:[’'][^\W\d_]*)?|[^\w\s]")
_ENGLISH = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


def words_of(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int, str]]:
    """(start, end, word) of the words and punctuation marks between two offsets."""
    return [(m.start(), m.end(), m.group()) for m in _WORD.finditer(text, start, len(text) if end is None else end)]


@functools.cache
def pairs(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """`lang/LANG/gender.toml`: lower-case word of a man → of a woman, and back; a form with several partners keeps the first."""
    to_female: dict[str, str] = {}
    to_male: dict[str, str] = {}
    for pair in table(lang, "gender").get("pairs", "").replace("\n", "|").split("|"):
        words = pair.split()
        if len(words) == 2 and words[0] != words[1]:
            to_female.setdefault(words[0].lower(), words[1])
            to_male.setdefault(words[1].lower(), words[0])
    return to_female, to_male


def features(low: list[str], capital: list[bool], i: int, lang: str) -> list[int]:
    """Hashed features of word i: its form and endings with those of its neighbours, and what the pairs know of them."""
    to_female, to_male = pairs(lang)

    def side(word: str) -> str:
        return ("b" if word in to_male else "m") if word in to_female else "f" if word in to_male else ""

    w = low[i]
    p = low[i - 1] if i else "^"
    n = low[i + 1] if i + 1 < len(low) else "$"
    pp = low[i - 2] if i > 1 else "^"
    nn = low[i + 2] if i + 2 < len(low) else "$"
    names = [
        f"w={w}", f"p={p}|{w}", f"p={p}|{w[-2:]}", f"n={w}|{n}", f"n={w}|{n[-3:]}", f"n={w[-2:]}|{n[-2:]}", f"pp={pp}|{w[-2:]}", f"P={p}",
        f"N={n}", f"PS={p[-3:]}|{w[-2:]}", f"P2={p[-2:]}|{w[-2:]}", f"ns={n[-4:]}|{w}", f"nn={w}|{nn[-4:]}", f"pe={pp[-2:]}|{w[-3:]}",
        f"ppp={pp}|{p}|{w[-1:]}", f"L{min(len(w), 6)}{w[-1:]}", "bias",
    ]  # fmt: skip
    for k in (1, 2, 3, 4, 5, 6):
        if len(w) > k:
            names.append(f"s{w[-k:]}")
        if len(n) > k:
            names.append(f"S{n[-k:]}|{w[-1:]}")
    own, before, after = side(w), side(p), side(n)
    if own:
        names += [f"H{own}", f"H{own}|{p}", f"H{own}|{n[-2:]}"]
    if before:
        names += [f"pH{before}|{own}", f"pH{before}|{w[-2:]}", f"pH{before}|{w[-1:]}"]
    if after:
        names += [f"nH{after}|{own}", f"nH{after}|{w}", f"nH{after}|{w[-2:]}"]
    if pp != "^" and (far := side(pp)):
        names += [f"ppH{far}|{w[-2:]}", f"ppH{far}|{own}"]
    if nn != "$" and (far := side(nn)):
        names += [f"nnH{far}|{w}", f"nnH{far}|{w[-2:]}"]
    if capital[i]:
        names.append(f"cap{w[-1:]}")
        names.append(f"cap{w[-2:]}|{n[-2:]}")
    if i + 1 < len(low) and capital[i + 1]:
        names.append(f"ncap|{w[-2:]}")
    if i and capital[i - 1]:
        names.append(f"pcap{p[-1:]}|{w[-2:]}")
    keys = [crc32(name.encode()) for name in names]
    return keys + shapes(low, capital, i, lang)[1:] if lang == "ru" else keys


@functools.cache
def kinds(lang: str) -> Callable[[str], str]:
    """Lower-case word → its kind and gender: P pronoun, W listed past tense, V other past tense, N listed, U listed but often
    of things; "" where it says nothing."""
    to_female, to_male = pairs(lang)
    pronouns = third_person(lang)
    often_things = unsure(lang)
    past = table(lang, "gender").get("past", {})
    nouns = frozenset(past.get("nouns", ()))
    endings = tuple(past.get("noun_endings", ("\n",)))

    @functools.lru_cache(4096)
    def kind(word: str) -> str:
        side = ("b" if word in to_male else "m") if word in to_female else "f" if word in to_male else ""
        if word in pronouns:
            return "P" + side
        if past and len(word) > (2 if side else 3) and word not in nouns and not word.endswith(endings):
            listed = side and word not in often_things
            tense = word.removesuffix("ся").removesuffix("сь")
            if tense.endswith(past["female"]):
                return ("W" if listed else "V") + "f"
            if tense.endswith(past["male"]) and (side or tense[-2] in _VOWELS):
                return ("W" if listed else "V") + "m"
        return ("U" if word in often_things else "N") + side if side else ""

    return kind


_VOWELS = frozenset("аеёиоуыэюяєіїaáeéěiíoóuúůyýąę")
_CLAUSE = frozenset(["что", "как", "що", "як", "že", "jak", "że"])


def shapes(low: list[str], capital: list[bool], i: int, lang: str) -> list[int]:
    """Hashed features of word i that hold in every Slavic language: its kind, those of its neighbours, and where names stand."""
    kind = kinds(lang)
    own = kind(low[i])
    names = ["bias"]
    if own:

        def at(k: int) -> str:
            if not 0 <= k < len(low):
                return "^" if k < 0 else "$"
            return kind(low[k]) if low[k][0].isalpha() else low[k] if low[k] in ",." else "q"

        near = [kind(word) for word in low[max(0, i - 3) : i]]
        names += [own, f"{own}|p{at(i - 1)}", f"{own}|n{at(i + 1)}", f"{own}|pp{at(i - 2)}", f"{own}|nn{at(i + 2)}", f"{own}|p{at(i - 1)}n{at(i + 1)}"]
        names += [f"{own}|near{k}" for k in near if k]
        clause = i > 0 and low[i - 1] in _CLAUSE
        if own[0] == "P":
            names += [f"{own}{len(low[i])}", f"{own}|{clause}"]
        flags = {
            "that": clause, "cap": capital[i], "pcap": i > 0 and capital[i - 1], "ncap": capital[i + 1 : i + 2] == [True],
            "before": any(capital[max(0, i - 3) : i]), "after": any(capital[i + 1 : i + 4]),
        }  # fmt: skip
        names += [f"{own}|{name}" for name, holds in flags.items() if holds]
    return [crc32(name.encode()) for name in names]


@functools.cache
def _gendered() -> tuple[dict[str, int], dict[str, int]]:
    data = table("en", "gender")
    sign = {"female": 1, "male": -1}
    weak = set(data["weak"]["words"])
    pronouns = {word: sign[gender] for word, (gender, _) in data["pronouns"].items()}
    nouns = {w: s for kind in ("nouns", "kin", "partners", "plurals") for g, s in sign.items() for w in data[kind][g] if w not in weak}
    return pronouns, nouns


class Shown(msgspec.Struct, frozen=True):
    """Gendered words of an English text; a capital inside a sentence (a title, a name) does not count.

    others: how often it speaks of things, of several people, of the speaker and of the reader (_OTHERS), what a gendered
    word of a translation may stand for instead. names: words with a capital inside a sentence. speech: has a quotation mark.
    before: the gendered words stand in the sentences before; shared: these have a name in common with it.
    """

    she: int
    he: int
    female: int
    male: int
    words: int
    others: tuple[int, ...] = (0, 0, 0, 0)
    names: int = 0
    speech: bool = False
    before: bool = False
    shared: bool = False

    @property
    def gender(self) -> int:
        """1 where it speaks of a woman, −1 of a man, 0 where it does not say, or of both alike."""
        return _sign(self.she - self.he) or _sign(self.she + self.female - self.he - self.male)


def _sign(x: int) -> int:
    return (x > 0) - (x < 0)


def shown(source: str, context: str = "") -> Shown:
    """What an English text shows; where it shows nothing, what the sentences before it show."""
    own = _shown(source)
    if own.gender or not context:
        return own
    said = _shown(context)
    if not said.gender:
        return own
    shared = bool(_names(source) & _names(context))
    return msgspec.structs.replace(own, she=said.she, he=said.he, female=said.female, male=said.male, before=True, shared=shared)


def _names(text: str) -> set[str]:
    return {m.group() for m in _ENGLISH.finditer(text) if len(m.group()) > 2 and m.group()[0].isupper() and m.group().lower() not in ordinary_words("en")}


def _shown(source: str) -> Shown:
    pronouns, nouns = _gendered()
    found = {(1, 0): 0, (1, 1): 0, (-1, 0): 0, (-1, 1): 0}
    others = [0] * len(_OTHERS)
    words = names = 0
    end = 0
    for m in _ENGLISH.finditer(source):
        word = m.group()
        words += 1
        gap = source[end : m.start()]
        end = m.end()
        low = word.lower()
        if low in _OTHER:
            others[_OTHER[low]] += 1
        elif word[0].isupper() and gap == " " and len(word) > 1 and words > 1:
            names += 1
        kind = 0 if low in pronouns else 1
        gender = pronouns.get(low) or nouns.get(low)
        if gender and (word[0].islower() or words == 1 or any(c in ".!?:\"“‘" for c in gap) or low in _TITLES):
            found[gender, kind] += 1
    speech = '"' in source or "“" in source
    return Shown(found[1, 0], found[-1, 0], found[1, 1], found[-1, 1], words, tuple(others), names, speech)


_OTHERS = ("it its itself", "they them their theirs themselves", "i me my mine myself we us our ours", "you your yours")
_OTHER = {word: kind for kind, group in enumerate(_OTHERS) for word in group.split()}

_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "sir", "lady", "lord", "queen", "king", "prince", "princess", "duke", "duchess", "earl", "countess", "baron", "baroness", "emperor", "empress", "mother", "father", "sister", "brother", "aunt", "uncle"]
)


class Marker(msgspec.Struct, frozen=True):
    """A word and the log-odds that it carries the gender of a woman, of a man."""

    start: int
    end: int
    word: str
    female: float
    male: float


class Model:
    """Weights of the word models of one language: hashed feature → (female, male)."""

    def __init__(self, lang: str, keys: list[int], female: list[float], male: list[float]) -> None:
        self.lang = lang
        self.features = shapes if lang in SHAPED else features
        self.weights = dict(zip(keys, zip(female, male, strict=True), strict=True))

    def markers(self, text: str, start: int = 0, end: int | None = None) -> list[Marker]:
        words = words_of(text, start, end)
        low = [w.lower() for _, _, w in words]
        capital = [w[:1].isupper() for _, _, w in words]
        weights = self.weights
        out = []
        for i, (a, b, w) in enumerate(words):
            if not w[0].isalpha():
                continue
            female = male = 0.0
            for key in self.features(low, capital, i, self.lang):
                pair = weights.get(key)
                if pair:
                    female += pair[0]
                    male += pair[1]
            out.append(Marker(a, b, w, female, male))
        return out


@functools.cache
def _arrays() -> Any:
    import numpy as np

    file = files("tqcheck.checks") / "data" / "gender_agreement.npz"
    if not file.is_file():
        return {}
    with file.open("rb") as stream:
        return dict(np.load(stream, allow_pickle=False))


@functools.cache
def model(lang: str) -> Model | None:
    arrays = _arrays()
    name = SHAPES if lang in SHAPED else lang
    if f"{name}_keys" not in arrays:
        return None
    return Model(lang, *(arrays[f"{name}_{part}"].tolist() for part in ("keys", "female", "male")))


def compare(markers: list[Marker], source: Shown, lang: str) -> list[float]:
    """Features of a translated sentence against what its source shows (`source.gender` must not be 0)."""
    g = source.gender
    same = [m.female if g > 0 else m.male for m in markers] or [-9.0]
    other = [m.male if g > 0 else m.female for m in markers] or [-9.0]
    worst = max(range(len(other)), key=other.__getitem__)
    top_other = sorted(other, reverse=True)[:3] + [-9.0] * 3
    top_same = sorted(same, reverse=True)[:3] + [-9.0] * 3
    mine, theirs = (source.she, source.he) if g > 0 else (source.he, source.she)
    my_nouns, their_nouns = (source.female, source.male) if g > 0 else (source.male, source.female)
    return [
        *top_other[:3], *top_same[:3], sum(map(_logistic, other)), sum(map(_logistic, same)), top_other[0] - top_same[0], same[worst],
        float(mine), float(theirs), float(my_nouns), float(their_nouns), float(len(markers)), min(4.0, source.words / max(1, len(markers))),
        float(g), *(float(min(4, count)) for count in source.others), float(min(8, source.names)), float(source.speech), float(source.words),
        float(source.before), float(source.shared),
        *_listed(markers, worst, lang, g),
    ]  # fmt: skip


def _listed(markers: list[Marker], worst: int, lang: str, g: int) -> list[float]:
    """What the pairs know: of the word that contradicts most (2 a pronoun, 1 in the pairs), how many words contradict and agree,
    and how late in the sentence that word stands."""
    to_female, to_male = pairs(lang)
    wrong, right = (to_female, to_male) if g > 0 else (to_male, to_female)
    low = [m.word.lower() for m in markers]
    against = sum(w in wrong and w not in right for w in low)
    agree = sum(w in right and w not in wrong for w in low)
    word = low[worst] if low else ""
    kind = 2 if word in third_person(lang) else word in wrong
    return [float(kind), float(min(6, against)), float(min(6, agree)), worst / max(1, len(markers))]


@functools.cache
def unsure(lang: str) -> frozenset[str]:
    """Words of the pairs that agree with things too, or refer to whom they will."""
    return frozenset(table(lang, "gender").get("unsure", ()))


@functools.cache
def third_person(lang: str) -> frozenset[str]:
    """Words that stand for him or her, and in most languages for things too."""
    return frozenset(table(lang, "gender").get("pronouns", ()))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


@functools.cache
def _trees() -> tuple[Trees, dict[str, list[float]]]:
    arrays = _arrays()
    return Trees(arrays), dict(zip((*LANGUAGES, *SHAPED), arrays["cut"].tolist(), strict=True))


def confidence(features: list[float], lang: str, before: bool) -> float:
    """Confidence that a row of `compare` is an error: 0.5 where fewer than one right sentence in a hundred is flagged.

    before: only the sentences before say the gender.
    """
    trees, cuts = _trees()
    return _logistic(trees.log_odds([features])[0] - cuts[lang][before])
