"""The names of a text against those of its source in another language: which word was changed, or still has the case of the source."""
from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tqcheck.model import Value
from tqcheck.names import decoding, letters, lexicon, renderings
from tqcheck.names.characters import han_names
from tqcheck.names.cultures import cultures_of
from tqcheck.names.japanese import japanese_names
from tqcheck.names.mentions import Mention, opens_sentence, vocabulary
from tqcheck.names.nominatives import case_endings, nominatives
from tqcheck.names.pairs import DERIVED, LONG, REACH, Pair, Word, name_words
from tqcheck.names.readings import NEAR, Texts, plain_errors
from tqcheck.names.sounds import nearness, skeleton, sound
from tqcheck.names.spelling import fold, variant_word
from tqcheck.names.transcription import romanised, script
from tqcheck.names.trees import probability


class SourceWord(Value, frozen=True):
    """A word of the source: where it stands and its script, and what its Latin forms are (folded, no spaces), the form it has there first."""

    start: int
    end: int
    text: str
    kind: str
    forms: tuple[str, ...]
    place: float
    opens: bool = False


def guess_language(source: str) -> str:
    """The language of a source nobody named, as far as its script tells."""
    kind = script(source)
    return {"cyrillic": "uk" if re.search("[іїєґ]", source) else "ru", "greek": "el", "hebrew": "he", "arabic": "ar", "georgian": "ka", "kana": "ja", "hangul": "ko", "han": "zh"}.get(kind, "")


def _source_words(source: str, lang: str) -> list[SourceWord]:
    """Words of the source that may be parts of names; in scripts with capitals those that have one."""
    size = max(1, len(source))
    words: list[SourceWord] = []
    pattern = r"[\u30a1-\u30fa\u30fc]{2,}|[A-Za-z]+" if lang == "ja" else r"[^\W\d_]+(?:[-'’ʼ\u200c][^\W\d_]+)*"
    for match in re.finditer(pattern, source):
        word, start = match.group(), match.start()
        if lang in ("fr", "it", "ca", "oc") and (elided := _ELIDED.match(word)):
            word, start = word[elided.end() :], start + elided.end()
        kind = script(word)
        if kind == "han" or (kind in ("latin", "cyrillic", "greek") and not word[0].isupper()) or len(word) < 2:
            continue
        forms = _latin_forms(word, lang)
        if forms:
            words.append(SourceWord(start, match.end(), word, kind, forms, start / size, opens_sentence(source, start, 0)))
    return words


@functools.cache
def _respellings(lang: str) -> tuple[tuple[str, str], ...]:
    rows = []
    for line in (files("tqcheck.names") / "data" / "respellings.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            languages, theirs, english = line.split("\t")
            if lang in languages.split():
                rows.append((theirs, english))
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@functools.lru_cache(maxsize=1 << 14)
def _respelled(name: str, lang: str) -> str:
    """A Latin name by the rules of another orthography, folded, as English would write it if it came from outside the alphabet."""
    low, out, at = name.casefold(), [], 0
    while at < len(low):
        theirs, english = next(((a, b) for a, b in _respellings(lang) if low.startswith(a, at)), (low[at], low[at]))
        out.append(english)
        at += len(theirs)
    return fold("".join(out)).replace(" ", "")


@functools.lru_cache(maxsize=1 << 14)
def _forms(word: str, lang: str) -> tuple[tuple[str, str], ...]:
    """(folded Latin form, nominative it romanises) of a word of the source: every possible nominative, in every romanisation."""
    forms: dict[str, str] = {}
    for name in nominatives(word, lang):
        for form in (fold(name),) if script(name) == "latin" else romanised(name, lang):
            if form:
                forms.setdefault(form.replace(" ", ""), name)
    return tuple(forms.items())


@functools.lru_cache(maxsize=1 << 14)
def _latin_forms(word: str, lang: str) -> tuple[str, ...]:
    return tuple(form for form, _ in _forms(word, lang))


@functools.lru_cache(maxsize=1 << 14)
def _fit(word: str, lang: str, kind: str, latin: str) -> tuple[float, float, str]:
    """(worth per letter, letters that no rendering explains, nearest folded form) of a Latin word as a rendering of a word of the source."""
    nearest = sorted(((nearness(form, latin), form, name) for form, name in _forms(word, lang)), reverse=True)[:4]
    if renderings.knows(kind):
        judged = {name: renderings.fit(renderings.spelled(name), latin, kind) for _, _, name in nearest}
        worth, holes = max(judged.values())
        return worth, holes, nearest[0][1]
    form = nearest[0][1]
    return letters.likeness(form, latin), min(Levenshtein.distance(sound(f), sound(latin)) for _, f, _ in nearest), form


@functools.lru_cache(maxsize=1 << 15)
def _explains(form: str, word: str, lang: str, kind: str) -> bool:
    """Whether a folded word of the text is a folded form of the source in any romanisation."""
    if abs(len(form) - len(word)) > 4:
        return False
    if variant_word(form, word, lang) or (word.endswith("s") and form == word[:-1]):
        return True
    if kind == "latin":
        return lang == "de" and form[: len(word)] == word and form[len(word) :] in ("er", "s", "n", "en", "ern", "ers", "es")
    if kind in ("cyrillic", "greek", "georgian"):
        return False
    return skeleton(form) == skeleton(word) and nearness(form, word) > 0.6


_ELIDED = re.compile(r"(?:[ldmtsncj]|qu|un|dell|all|nell|dall|sull|coll|quest)['’](?=[^\W\d_]{2})", re.IGNORECASE)
"""French, Italian and Catalan little words that lost their vowel before a name."""


KNOWN_FIT = 2.3
"""Worth per letter from which a known name counts as what a word of the source is: right pairs of names have 2.7 in the middle."""


@functools.lru_cache(maxsize=1 << 12)
def _known_name(word: str, lang: str, kind: str) -> tuple[float, str]:
    """(worth per letter, folded word) of the known name that a word in another script renders best, without a hole; (0, "") for none."""
    best = 0.0, ""
    for form, name in _forms(word, lang):
        theirs = renderings.spelled(name)
        for latin, _, _ in process.extract(form, lexicon.of_bones(skeleton(form)), scorer=Levenshtein.normalized_similarity, limit=2, score_cutoff=0.6):
            worth, holes = renderings.fit(theirs, latin, kind)
            if not holes and worth >= KNOWN_FIT:
                best = max(best, (worth, latin))
    return best


def source_names(text: str, found: Sequence[Mention], source: str, lang: str, known: Callable[[str], bool] = bool) -> Iterator[Pair]:
    """Words of names that the source has otherwise, or that still stand in the case the source has them in.

    lang: primary subtag of the source. known: whether a folded word is somebody's or some place's right name.
    """
    if lang in ("zh", "yue") or (not lang and script(source) == "han"):
        yield from han_names(text, found, source, known)
        return
    in_kanji = list(japanese_names(text, found, source, known)) if lang == "ja" else []
    yield from in_kanji
    theirs = _source_words(source, lang)
    if not theirs:
        return
    mine = [w for w in name_words(text, found) if len(w.folded) > 2]
    vocab = vocabulary("en")
    explained: dict[str, list[SourceWord]] = {}
    bearing: dict[str, list[SourceWord]] = {}
    for other in theirs:
        for form in other.forms:
            bearing.setdefault(form, []).append(other)
    forms = list(bearing)
    for name in {w.folded for w in mine}:
        # Far from alike, no rule of spelling makes one of the other.
        alike = process.extract(name, forms, scorer=Levenshtein.normalized_similarity, limit=60, score_cutoff=0.3)
        explained[name] = list({s.start: s for form, _, _ in alike for s in bearing[form] if _explains(form, name, lang, s.kind)}.values())
    used = {s.start for found_words in explained.values() for s in found_words}
    free = [s for s in theirs if s.start not in used]
    odd = [w for w in mine if not explained[w.folded] and w.folded not in vocab.country and w.folded not in vocab.calendar and w.folded not in vocab.ordinary and w.folded not in lexicon.english_names() and not known(w.folded)]
    done = {fold(pair.text).replace(" ", "") for pair in in_kanji}
    texts = Texts(text, source, lang, theirs, explained, known)
    for word in mine:
        if (plain := plain_errors(word, texts)) is not None:
            done.add(word.folded)
            yield plain
        elif explained[word.folded] and not known(word.folded):
            yield from _left_inflected(word, explained[word.folded], lang)
    options = []
    reach = 1.0 if len(text) < LONG else REACH
    for word in odd:
        for other in free:
            if abs(word.place - other.place) > reach:
                continue
            features = _source_features(word, other, explained, theirs, len({w.folded for w in odd}), len(free), lang)
            if features is not None:
                options.append((probability("latin" if other.kind == "latin" else "other", features), word, other, features))
    options.sort(key=lambda o: o[0], reverse=True)
    taken: set[int] = set()
    for p, word, other, features in options:
        if word.folded in done or other.start in taken:
            continue
        done.add(word.folded)
        taken.add(other.start)
        right = _suggest(word, other, lang)
        for same in odd:
            if same.folded == word.folded:
                yield Pair(same.start, same.end, same.text, right, other.start, other.end, p, features)


def _suggest(word: Word, other: SourceWord, lang: str) -> str:
    """What to write for a word of the source: the nominative nearest to what stands there, a known name where it is one, romanised from other scripts."""
    names = nominatives(other.text, lang)
    if other.kind == "latin":
        return max(names, key=lambda name: nearness(fold(name).replace(" ", ""), word.folded) + STANDS * (name == other.text))
    known = [k for name in names for k in decoding.known_names(name) if k.name != word.folded] if other.kind == "cyrillic" else []
    best = max(known, key=lambda k: (round(nearness(k.name, word.folded), 1), k.kind == "register", len(k.cultures)), default=None)
    if best is not None and nearness(best.name, word.folded) >= NEAR:
        return best.written
    if other.kind == "cyrillic":
        form = max((romanised(name, lang)[0] for name in names), key=lambda form: nearness(form.replace(" ", ""), word.folded))
        return "-".join(part.capitalize() for part in form.split())
    return other.forms[0].capitalize()


STANDS = 0.08
"""How much nearer another nominative has to be than the form that stands in a Latin-script source."""
ALPHABETS = frozenset(("cyrillic", "greek", "georgian"))
"""Scripts that write vowels, so that a known name can be told from its letters."""
FEATURES = (
    "one", "near", "fit", "holes", "clean", "one_hole", "bones", "first", "prefix", "neighbour", "near_neighbour", "distance", "only", "single", "length", "short", "opens", "given",
    "person", "share", "ending", "near_only", "several", "hole_share", "respelled", "respelled_near", "derived", "near_single", "near_near", "repeated", "unknown", "known_fit", "known_unknown",
)  # fmt: skip


def _source_features(word: Word, other: SourceWord, explained: dict[str, list[SourceWord]], theirs: Sequence[SourceWord], odd: int, free: int, lang: str) -> tuple[float, ...] | None:
    near = max(nearness(f, word.folded) for f in other.forms)
    beside = {s.start for name in (word.left, word.right) if name for s in explained.get(name, ())}
    neighbour = float(any(abs(s.end - other.start) <= 2 or abs(other.end - s.start) <= 2 for s in theirs if s.start in beside))
    if near < 0.35 and not neighbour:
        return None
    fit, holes, form = _fit(other.text, lang, other.kind, word.folded)
    short = min(len(form), len(word.folded))
    only = float(odd == 1 and free == 1)
    unknown = float(word.folded not in lexicon.known_words())
    known_fit = _known_name(other.text, lang, other.kind)[0] if other.kind in ALPHABETS else 0.0
    respelled = max(nearness(_respelled(name, lang), word.folded) for name in nominatives(other.text, lang)) if other.kind == "latin" else 0.0
    shared = next((i for i, (a, b) in enumerate(zip(form, word.folded, strict=False)) if a != b), short)
    return (
        1.0, near, fit, min(holes, 5.0), float(holes == 0), float(holes == 1), float(skeleton(form) == skeleton(word.folded)), float(form[0] == word.folded[0]), float(form[:3] == word.folded[:3]),
        neighbour, near * neighbour, abs(word.place - other.place), only, float(word.single), short / 8, float(short <= 4), float(other.opens), float(bool(cultures_of(word.folded))),
        float(bool(word.left or word.right)), shared / max(len(form), len(word.folded)), float(shared >= 4 and len(word.folded) - shared <= 2 and len(form) - shared <= 3), near * only,
        float(free > 2), min(holes, 5.0) / max(3, len(word.folded)), float(respelled > 0.95), max(0.0, respelled - near), float(bool(DERIVED.search(word.folded))), near * float(word.single), near * near,
        float(sum(s.text[:4] == other.text[:4] for s in theirs) > 1), unknown, known_fit, known_fit * unknown * min(holes, 2.0),
    )  # fmt: skip


def _left_inflected(word: Word, sources: Sequence[SourceWord], lang: str) -> Iterator[Pair]:
    """A word that stands in the text exactly as in the source, in an oblique case."""
    same = next((s for s in sources if word.folded == fold(s.text).replace(" ", "") and len(word.folded) > 3), None)
    if same is None:
        return
    for ending, right, share in case_endings(lang):
        if share and word.folded.endswith(ending) and len(word.folded) > len(ending) + 2:
            form = word.text[: len(word.text) - len(ending)] + right
            yield Pair(word.start, word.end, word.text, form, same.start, same.end, share * 0.9)
            return
