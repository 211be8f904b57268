"""Whether a name is a known one wrongly written: how well each form explains it, and what speaks for somebody else.

A wrong form has a path: official name → form in another script → what a machine makes of it in Latin letters. So a name is
compared with the forms a machine would write (from the known native form), letter by letter with what such a passage does
to letters (names.letters), by sound, and with initials spelled out.
"""
from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein

from tqcheck.model import Value
from tqcheck.names import letters
from tqcheck.names.cultures import cultures_of
from tqcheck.names.forms import GENERATED, Entry, Form, bare_name
from tqcheck.names.given import gender_of, translates
from tqcheck.names.index import Forms, Index
from tqcheck.names.lexicon import known_words
from tqcheck.names.mentions import vocabulary
from tqcheck.names.pairs import derived
from tqcheck.names.sounds import initials_spelled, nearness
from tqcheck.names.spelling import PINYIN, fold, names_like, syllabic, variant_word


class Match(Value, frozen=True):
    """Whom a name may mean.

    probability: that the name is this entry's, wrongly written. exact: every word is right, or a variant of what is right.
    lang: language of the native form it was matched through ("" where compared in Latin). features: for training.
    """

    entry: Entry
    probability: float
    exact: bool
    lang: str
    features: tuple[float, ...] = ()


FEATURES = (
    "one", "surname_sound", "given_sound", "surname_letters", "given_letters", "surname_same", "given_same", "native", "native_sound",
    "single", "given_is_a_name", "surname_is_known", "short", "country", "words_differ", "initials", "weakest", "own", "variant",
    "weak_letters", "native_exact", "very_near", "near", "single_sound", "given_differs", "gender",
    "generated", "generated_weakest", "generated_exact", "generated_given_same",
    "unknown", "derived", "one_edit", "length", "rest_same", "first", "syllables", "unknown_near", "edit_share", "unknown_letters", "crowd", "crowd_single", "single_unknown_one", "single_syllables",
)  # fmt: skip


def ranked(index: Index, words: list[str], country: str | None, office: str | None) -> list[Match]:
    """Entries by how well they explain the words."""
    pool: dict[int, None] = {}
    last, first = words[-1], words[0]
    for _, token in index.near(last, 10):
        for f in index.forms_of(token)[:16]:
            pool[f] = None
    if len(words) > 1 and not any(index.forms[f].words[-1] == last for f in pool):
        for _, token in index.near(first, 4):
            for f in index.forms_of(token)[:20]:
                pool[f] = None
    if len(words) > 2:
        for _, token in index.near("".join(words), 6):
            for f in index.forms_of(token)[:20]:
                pool[f] = None
    return judged(index, pool, words, country, office)


def judged(index: Forms, pool: Iterable[int], words: list[str], country: str | None, office: str | None) -> list[Match]:
    """The entries of a pool of forms that the words may mean, likeliest first."""
    best: dict[int, Match] = {}
    quick = sorted(((_quick(index.forms[f].words, words), f) for f in pool), reverse=True)
    crowd = len({index.forms[f].words for score, f in quick if score >= quick[0][0] - CROWDED}) - 1
    quick = quick[:6]
    for number in dict.fromkeys(index.forms[f].entry for _, f in quick[:3]):
        if any(_is_right(index.entries[number], index.forms[f], words) for f in index.by_entry[number]):
            return [Match(index.entries[number], 0.0, True, "")]
    for score, f in quick:
        if score < LOOK or score < quick[0][0] - BESIDE:
            continue
        form = index.forms[f]
        entry = index.entries[form.entry]
        match = _compare(index, entry, form, words, country, office, crowd)
        if (form.entry not in best or (match.exact, match.probability) > (best[form.entry].exact, best[form.entry].probability)):
            best[form.entry] = match
    return sorted(best.values(), key=likeliest, reverse=True)


def likeliest(match: Match) -> tuple[bool, float, bool]:
    return match.exact, match.probability, match.entry.given


def _quick(right: tuple[str, ...], wrong: list[str]) -> float:
    """0–1: how near a form is, by sound alone."""
    if len(wrong) == 1:
        return nearness(right[-1], wrong[0])
    if len(right) == 1:
        return nearness(right[0], "".join(wrong)) if len(wrong) == 2 else 0.0
    last = nearness(right[-1], wrong[-1])
    if initials_spelled(right[0], wrong[:-1]):
        return last
    best = min(last, 0.3 + nearness(right[0], wrong[0])) if last >= LOOK else 0.0
    if best < 0.7:
        crossed = nearness(right[-1], wrong[0])
        if crossed > 0.7 and (crossed := min(crossed, nearness(right[0], wrong[-1]))) > 0.7:
            best = max(best, crossed - 0.05)
        if len(right) != len(wrong) or max(map(len, wrong)) <= 5:
            best = max(best, nearness("".join(right), "".join(wrong)) - 0.05)
    return best


LOOK, BESIDE, CROWDED, FAR, FAR_GIVEN = 0.55, 0.15, 0.1, 0.72, 0.6
"""Nearness that a form needs to be compared letter by letter; how far behind the nearest one it may be; how far those count that make
a choice a guess; and what a word alone needs to be more than a doubt, of the register and, with two letters wrong at most, of people the user
gave (with 0.72 there, too, 3 in 100 fewer of the WMT21/22 errors are found, and of 1,500 variants 34 are called wrong where 38 are)."""


def align(right: Sequence[str], wrong: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of (right word, wrong word), the surname last; words that one side lacks are left out, split ones joined."""
    right, wrong = list(right), list(wrong)
    if len(wrong) > len(right) + 1 or (len(wrong) > 2 and max(map(len, wrong)) <= 6 and nearness("".join(right), "".join(wrong)) > 0.9):
        return [("".join(right), "".join(wrong))]
    if len(right) == len(wrong):
        if len(right) == 2 and min(nearness(right[0], wrong[1]), nearness(right[1], wrong[0])) > max(0.7, 0.2 + nearness(right[0], wrong[0]), 0.2 + nearness(right[1], wrong[1])):
            return [(right[0], wrong[1]), (right[1], wrong[0])]
        return list(zip(right, wrong, strict=True))
    if len(wrong) == 1:
        return [(right[-1], wrong[0])]
    if len(right) == 1:
        return [(right[0], "".join(wrong))]
    if len(wrong) > len(right) and initials_spelled(right[0], wrong[: len(wrong) - len(right) + 1]):
        return [(right[0], right[0]), *align(right[1:], wrong[len(wrong) - len(right) + 1:])]
    if len(wrong) == len(right) + 1:
        joined = [[*wrong[:i], wrong[i] + wrong[i + 1], *wrong[i + 2 :]] for i in range(len(right))]
        return max((list(zip(right, j, strict=True)) for j in joined), key=lambda p: sum(nearness(a, b) for a, b in p))
    if len(right) == len(wrong) + 1:
        joined = [[*right[:i], right[i] + right[i + 1], *right[i + 2 :]] for i in range(len(wrong))]
        options = [list(zip(j, wrong, strict=True)) for j in joined] + [[(right[0], wrong[0]), (right[-1], wrong[-1])]]
        return max(options, key=lambda p: sum(nearness(a, b) for a, b in p) / len(p))
    return [(right[0], wrong[0]), (right[-1], wrong[-1])]


def _is_right(entry: Entry, form: Form, words: list[str]) -> bool:
    """Whether folded words are a right spelling of an entry: its name, a romanisation of it, or a variant of these."""
    if (form.lang and form.lang not in entry.home) or len(words) > len(form.words):
        return False
    pairs = align(form.words, words)
    if len(pairs) < min(len(words), len(form.words)) or (len(words) == 1 < len(form.words) and not pairs):
        return False
    if entry.own:
        return all(_respelled(a, b) for a, b in pairs)
    return all(variant_word(a, b, form.lang or ("uk" if entry.home else "")) for a, b in pairs)


def _compare(index: Forms, entry: Entry, form: Form, words: list[str], country: str | None, office: str | None, crowd: int) -> Match:
    pairs = align(form.words, words)
    spelled = len(words) > len(form.words) > 1 and initials_spelled(form.words[0], words[: len(words) - len(form.words) + 1])
    same = [_respelled(a, b) if entry.own else variant_word(a, b, form.lang) for a, b in pairs]
    sounds = [nearness(a, b) for a, b in pairs]
    made = form.lang == GENERATED
    translated = len(pairs) > 1 and translates(pairs[0][1], pairs[0][0])
    if (min(sounds) < 0.4 and not spelled and not translated) or (made and len(words) == 1):
        return Match(entry, 0.0, False, form.lang)
    surname, given = pairs[-1], pairs[0] if len(pairs) > 1 else None
    known_form = bool(form.lang) and not made
    wrong = max(zip(sounds, pairs, strict=True), key=lambda p: -p[0])[1] if sounds[-1] > 0.99 else surname
    distance = Levenshtein.distance(*wrong)
    unknown = float(wrong[1] not in known_words())

    def features_with(costs: Sequence[float]) -> tuple[float, ...]:
        return (
            1.0, sounds[-1], sounds[0] if given else 0.0, min(costs[-1], 3.0), min(costs[0], 3.0) if given else 0.0, float(same[-1]), float(same[0]) if given else 0.0,
            float(known_form), min(sounds) if known_form else 0.0, float(len(words) == 1), float(given is not None and not same[0] and _is_given_name(given[1])),
            float(not same[-1] and index.right.get(surname[1], 0) > 0), float(len(surname[1]) <= 4), _agree(entry, country, office), float(len(words) != len(form.words)),
            float(spelled), min(sounds), float(entry.own), float(all(variant_word(a, b, form.lang) for a, b in pairs)), min(costs), float(known_form and min(sounds) > 0.95),
            float(min(sounds) > 0.95), max(0.0, min(sounds) - 0.7), sounds[-1] if len(words) == 1 else 0.0, float(given is not None and sounds[0] < 0.7),
            float(given is not None and _other_gender(given[1], entry.person.gender)), float(made), min(sounds) * made, float(made and min(sounds) > 0.95), float(made and given is not None and same[0]),
            unknown, float(derived(*wrong)), float(distance == 1), len(wrong[1]) / 8, float(given is not None and sum(x > 0.99 for x in sounds) == len(sounds) - 1), float(wrong[0][0] == wrong[1][0]),
            float(bool(PINYIN.fullmatch(wrong[0]) and PINYIN.fullmatch(wrong[1]))), unknown * max(0.0, min(sounds) - 0.7), distance / max(map(len, wrong)), unknown * min(costs[-1], 3.0),
            min(crowd, 6) / 6, min(crowd, 6) / 6 * (len(words) == 1), unknown * (len(words) == 1) * (distance == 1), float(len(words) == 1 and syllabic(*wrong)),
        )  # fmt: skip

    features = features_with([3.0] * len(pairs))
    if 1.0 / (1.0 + math.exp(-_log_odds(features) - (GIVEN if entry.given else REGISTERED + AGREEMENT))) < HOPELESS and not translated:
        return Match(entry, 0.0, False, form.lang, features)
    features = features_with([letters.likeness(a, b) for a, b in (pairs if form.lang != GENERATED else align(fold(bare_name(entry.person.name)).split(), words))])
    costs_least = features[_WEAK]
    if not entry.own and form.lang in ("", *entry.home) and all(variant_word(a, b, "any") for a, b in pairs):
        # Right in some language's romanisation; whether in this one's, nothing tells.
        return Match(entry, DOUBTFUL, False, form.lang, features)
    if len(form.words) == 1 < len(words) and form.words[0] in words:
        return Match(entry, 0.0, False, form.lang, features)
    other_person = bool(cultures_of(words[0]) or names_like(words[0])) if given is None else sounds[0] < 0.7 and not same[0] and _is_given_name(given[1])
    odds = _log_odds(features) - A_NAME_ITSELF * other_person + ((GIVEN_WORD if len(words) == 1 else GIVEN) if entry.given else REGISTERED) + AGREEMENT * features[_AGREES]
    likely = 1.0 / (1.0 + math.exp(-odds))
    if len(words) == 1 and not form.lang and all(variant_word(a, b) for a, b in pairs):
        # A romanisation of a name that needs none, by rules that another house may follow.
        likely = min(likely, ROMANISED)
    if translated and entry.given and all(same[1:]):
        likely = max(likely, TRANSLATED)
    elif (min(sounds) < 0.6 and costs_least < 1.0 and not spelled) or (len(words) == 1 and (sounds[0] < (FAR_GIVEN if entry.given and distance <= 2 else FAR) or words[0] in known_words())):
        likely = min(likely, UNLIKE)
    if derived(*wrong) and all(x > 0.99 for x in sounds[:-1]):
        # Russians, Russian, Russia: another word of the same root, no misspelling.
        likely = min(likely, DOUBTFUL)
    elsewhere = {word for f in index.by_entry[form.entry] if index.forms[f].lang not in ("", GENERATED, *entry.home) for word in index.forms[f].words}
    from_elsewhere = elsewhere.issuperset(wrong for right, wrong in pairs if right != wrong)
    if "zh" in entry.home and not entry.given and not from_elsewhere and all(map(PINYIN.fullmatch, words)):
        # Zhao Xiaochuan beside Zhou Xiaochuan: other syllables are other characters, so somebody else.
        likely = min(likely, DOUBTFUL)
    if from_elsewhere and not form.lang and any(right == wrong and len(right) > 2 for right, wrong in pairs):
        # Si Jinping: one word is right, the other what Russian makes of it.
        likely = max(likely, HALF_RIGHT)
    return Match(entry, likely, False, form.lang, features)


def _respelled(one: str, other: str) -> bool:
    """Whether two folded words of a Latin name differ at most in how an umlaut or a doubled vowel mark is written."""
    return one == other or (min(len(one), len(other)) > 3 and any(one == other.replace(pair, pair[0]) or other == one.replace(pair, pair[0]) for pair in ("ue", "oe", "ae")))


def _agree(entry: Entry, country: str | None, office: str | None) -> float:
    """1 where the text's role for the name fits the entry's, −1 where it contradicts it, 0 where either is silent."""
    role = (entry.person.role or "").casefold()
    fits = 0.0
    if country and entry.country:
        fits = 1.0 if same_country(country, entry.country) else -1.0
    if office and role and fits >= 0:
        fits += 0.5 if office.split()[-1] in role else 0.0
    return fits


def same_country(one: str, other: str) -> bool:
    vocab = vocabulary("en")
    a, b = (vocab.codes.get(c) or vocab.country.get(c.casefold().rstrip("."), c) for c in (one, other))
    return a == b


@functools.lru_cache(maxsize=1 << 14)
def _other_gender(given: str, gender: str | None) -> bool:
    """Whether a folded given name is only borne by the other gender."""
    return gender is not None and gender_of(given) not in (None, "both", gender)


def _is_given_name(word: str) -> bool:
    return bool(cultures_of(word))


@functools.cache
def _weights() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Weights for names of several words, and for a single word."""
    from importlib.resources import files

    file = files("tqcheck.names") / "data" / "match_weights.tsv"
    rows: dict[str, list[float]] = {}
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        if line and not line.startswith("#"):
            name, *weights = line.split("\t")
            rows[name] = [float(w) for w in weights]
    columns = [tuple(rows.get(name, [0.0, 0.0])[i] for name in FEATURES) for i in (0, 1)]
    return columns[0], columns[1]


HALF_RIGHT = 0.9
"""Probability that a name of which one word is right and the other exactly a known form of another language, read back, is that person."""
TRANSLATED = 0.85
"""Probability that somebody who has a known person's surname, and the English form of their given name, is that person."""
GIVEN, GIVEN_WORD, REGISTERED, AGREEMENT, A_NAME_ITSELF, DOUBTFUL, ROMANISED, UNLIKE = 0.6, 1.0, -1.4, 0.6, 1.5, 0.4, 0.75, 0.7
"""Log odds for what training does not see (several words, one word, register; country and office that fit; a word that is
somebody else's name), and ceilings for what may be right after all. Chosen so that of 257 politicians nobody knows 1 or 2 are
called wrong, and no more right names of WMT21/22 references than before (evaluate names; people of one half, references of the other)."""


def _log_odds(features: Sequence[float]) -> float:
    weights = _weights()[1 if features[_SINGLE] else 0]
    return sum(w * f for w, f in zip(weights, features, strict=True))


_AGREES = FEATURES.index("country")
_SINGLE = FEATURES.index("single")
_WEAK = FEATURES.index("weak_letters")
HOPELESS = 0.5
"""A name that even letters which explain it wholly would leave less likely than this is not compared letter by letter."""
