"""Names in text without a model: capitalised sequences with their titles, initials, particles and later short forms."""
from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import msgspec

from tqcheck.lang import table
from tqcheck.model import Segment, Value
from tqcheck.names.spelling import fold

PERSON, PLACE, ORGANISATION, UNKNOWN = "person", "place", "organisation", "unknown"


class Mention(Value, frozen=True):
    """One name where it stands.

    start, end, text: the name without title, possessive and brackets around it; offsets in the text that was read.
    tokens: (start, end) of its words. given, surname: its parts as far as they can be told ("" where not; one word is
    the surname). title: words before it that say office or honour; country: the country these name ("Ukraine"), office:
    the title without country and honours; gender: what the title says of the person ("male", "female", None).
    kind: "person", "place", "organisation" or "unknown". entity: mentions with one number name one person or thing;
    full: the fullest form of that entity in the text. opens: it opens a sentence, so its capital tells nothing.
    """

    start: int
    end: int
    text: str
    tokens: tuple[tuple[int, int], ...]
    given: str
    surname: str
    title: str
    country: str | None
    office: str | None
    gender: str | None
    kind: str
    entity: int
    full: str
    opens: bool


def _letters(test: Any) -> str:
    """A regular-expression class body of the characters of the alphabets with capitals that pass the test."""
    blocks = ((0x41, 0x250), (0x370, 0x530), (0x531, 0x588), (0x1E00, 0x2000))
    runs: list[list[int]] = []
    for low, high in blocks:
        for point in range(low, high):
            if test(chr(point)):
                if runs and runs[-1][1] == point - 1:
                    runs[-1][1] = point
                else:
                    runs.append([point, point])
    return "".join(f"\\u{a:04x}-\\u{b:04x}" for a, b in runs)


CAPITAL = f"[{_letters(lambda c: c.isupper() or c.istitle())}]"
LETTER = r"[^\W\d_]"
_WORD = rf"(?:(?:[AaEe][ln]|[Aa][sdtrz]|[Aa]sh|[Uu][ld]|[dDlLOo])[-'’])?{CAPITAL}(?:{LETTER}|[\u0300-\u036f·\u200c])*(?:[-‑'’ʼ`]{LETTER}+){{0,4}}"
_INITIALS = rf"(?:{CAPITAL}\.[ \u00a0]?){{0,3}}{CAPITAL}\.(?!\w{{2,}}\.)"


class Vocabulary:
    """What `lang/LANG/titles.toml` knows, arranged for reading names."""

    def __init__(self, lang: str) -> None:
        data = table(lang, "titles")
        lower = str.casefold
        self.gender = {lower(w): g for g in ("male", "female") for w in data.get(g, ())}
        self.titles = {lower(w) for w in data.get("titles", ())} | self.gender.keys()
        self.modifiers = {lower(w) for w in data.get("modifiers", ())}
        self.country = {lower(w): c for c, names in data.get("countries", {}).items() for w in (c, *names)}
        self.codes: dict[str, str] = data.get("codes", {})
        self.countries = {lower(c) for c in data.get("countries", {})}
        self.organisation = {lower(w) for w in data.get("organisation", ())}
        self.place = {lower(w) for w in data.get("place", ())}
        self.suffixes = {lower(w) for w in data.get("suffixes", ())}
        self.speech = {lower(w) for w in data.get("speech", ())}
        self.locative = {lower(w) for w in data.get("locative", ())}
        self.calendar = {lower(w) for w in data.get("calendar", ())}
        self.particles = {lower(w) for w in data.get("particles", ())}
        self.ordinary = ordinary_words(lang)
        particles = "|".join(sorted(map(re.escape, data.get("particles", ())), key=len, reverse=True))
        between = rf"(?:(?:{particles})(?:[ \u00a0]|-(?={CAPITAL}))){{0,3}}" if particles else ""
        word = rf"(?:{_INITIALS}|{_WORD})"
        self.run = re.compile(rf"(?<![\w@#/])(?<![\w][-'’]){word}(?:\]?[ \u00a0\u202f]{between}{word}|(?<=\.){word}){{0,9}}")
        self.word = re.compile(rf"{_INITIALS}|{_WORD}|{LETTER}+")
        self.before = re.compile(r"((?:[^\W\d_]+(?:[-’'][^\W\d_]+)*,?[ \u00a0]){1,8})$")
        self.title_words = {w for t in self.titles for w in t.split() if w not in ("sen", "rep", "lama")} | self.modifiers


@functools.cache
def vocabulary(lang: str) -> Vocabulary:
    return Vocabulary(lang)


@functools.cache
def ordinary_words(lang: str) -> frozenset[str]:
    """Words of the language that are no names: seen with a small letter at least four times, and more often than with a
    capital inside a sentence, in WMT21/22 news originals and human translations."""
    file = files("tqcheck.names") / "data" / f"ordinary_{lang}.txt"
    return frozenset(file.read_text("utf-8").split()) if file.is_file() else frozenset()


class _Found(msgspec.Struct):
    """A mention in the making."""

    start: int
    end: int
    tokens: list[tuple[int, int]]
    words: list[str]
    title: str
    country: str | None
    gender: str | None
    kind: str
    opens: bool
    doubtful: bool
    entity: int = -1


_CLOSERS = " \u00a0\"“”„«»'‘’([{—–-*•\t"
_PATRONYMIC = re.compile(r".{2,}(?:ович|евич|ьич|ич|овна|евна|ична|івна|ївна|йович|овича|овны|овной|овичем|овичу|ovich|evich|ovna|evna|yovych|ovych|ivna|ich)$", re.I)


def mentions(text: str, segments: Sequence[Segment] = (), lang: str | None = "en") -> tuple[Mention, ...]:
    """Names in a text, in text order.

    text: the whole text. segments: the blocks to read (all of the text where none are given). lang: BCP 47 of the text;
    languages without a titles table are read by their capitals alone. In scripts without capitals nothing is found.
    """
    base = (lang or "").split("-")[0].lower()
    vocab = vocabulary(base)
    found: list[_Found] = []
    shouted: list[tuple[int, int]] = []
    blocks = [(s.start, s.end) for s in segments] or [(0, len(text))]
    for start, end in blocks:
        for low, high in _lines(text, start, end):
            if _all_capitals(text[low:high]):
                shouted.append((low, high))
            else:
                _read(text, low, high, vocab, found)
    return _group(text, found, shouted, vocab, base)


def _lines(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    while start < end:
        at = text.find("\n", start, end)
        at = end if at < 0 else at
        if at > start:
            yield start, at
        start = at + 1


def _all_capitals(line: str) -> bool:
    return line.isupper() and len(line.split()) >= 3 and len(line) < 400


def opens_sentence(text: str, at: int, low: int) -> bool:
    """Whether the word at `at` is the first of a sentence, or of a line that begins at `low`."""
    at -= 1
    while at >= low and text[at] in _CLOSERS:
        at -= 1
    if at < low or text[at] in "!?…:;|/":
        return True
    return text[at] == "." and not (at >= 1 and text[at - 1].isupper() and (at < 2 or not text[at - 2].isalpha())) and text[max(low, at - 3) : at + 1] not in (" Mr.", " Ms.", " Dr.", " St.", "Mrs.", " No.")


def _strip_possessive(word: str) -> str:
    for ending in ("'s", "’s", "'S", "’S"):
        if word.endswith(ending):
            return word[:-2]
    return word[:-1] if word[-1] in "'’" else word


def _read(text: str, low: int, high: int, vocab: Vocabulary, found: list[_Found]) -> None:
    """Names of one line."""
    for match in vocab.run.finditer(text, low, high):
        start = match.start()
        opens = opens_sentence(text, start, low)
        tokens: list[tuple[int, int]] = []
        if match.end() - start == 1:
            continue
        for m in vocab.word.finditer(text, start, match.end()):
            if m.end() - m.start() > 1 and text[m.end() - 2] != "-":
                tokens.append(m.span())
        if not tokens:
            continue
        piece: list[tuple[int, int]] = []
        first = True
        for token in tokens:
            word = text[token[0] : token[1]]
            bare = _strip_possessive(word)
            low_word = bare.casefold().rstrip(".")
            if low_word in vocab.calendar or (first and opens and low_word in vocab.ordinary and low_word not in vocab.titles and low_word not in vocab.modifiers):
                if piece:
                    _settle(text, low, piece, vocab, found, False)
                    piece = []
                if low_word not in vocab.calendar and len(tokens) == 1 and len(bare) > 2:
                    found.append(_Found(token[0], token[0] + len(bare), [(token[0], token[0] + len(bare))], [bare], "", None, None, UNKNOWN, True, True))
                first = False
                continue
            piece.append((token[0], token[0] + len(bare)))
            if len(bare) != len(word):
                _settle(text, low, piece, vocab, found, opens and piece[0][0] == start)
                piece = []
            first = False
        if piece:
            _settle(text, low, piece, vocab, found, opens and piece[0][0] == start)


def _settle(text: str, low: int, tokens: list[tuple[int, int]], vocab: Vocabulary, found: list[_Found], opens: bool) -> None:
    """One capitalised sequence: cut titles and countries off its front, and say what it looks like."""
    words = [text[a:b] for a, b in tokens]
    folded = [w.casefold().rstrip(".") for w in words]
    n = len(words)
    cut, country, gender = 0, None, None
    at = 0
    titled = False
    while at < n:
        for size in (4, 3, 2, 1):
            phrase = " ".join(folded[at : at + size])
            if at + size > n:
                continue
            if phrase in vocab.titles and at + size < n:
                gender = vocab.gender.get(phrase, gender)
                at += size
                cut = at
                titled = True
                break
            if phrase in vocab.country and (cut == at) and (at + size < n):
                country = vocab.country[phrase]
                at += size
                cut = at
                break
            if phrase in vocab.modifiers and cut == at:
                at += size
                cut = at
                break
        else:
            at += 1
            if at >= 4 and not titled:
                break
    if n > 1 and not any(f in vocab.titles for f in folded[cut:]):
        tail = folded[cut:] or folded[-1:]
        whole = " ".join(folded) in vocab.country
        if whole or tail[-1] in vocab.organisation or tail[-1] in vocab.place or (cut == n - 1 and not titled and " ".join(folded[:cut]) not in vocab.country):
            cut, country, gender, titled = 0, None, None, False
    if all(f in vocab.title_words for f in folded[cut:]) and " ".join(folded) not in vocab.countries and (cut or n > 1 or folded[0] in vocab.titles):
        return
    title = text[tokens[0][0] : tokens[cut][0]].strip() if cut else ""
    name, words, folded = tokens[cut:], words[cut:], folded[cut:]
    while name and folded[0] in vocab.particles and not words[0][0].isupper():
        name, words, folded = name[1:], words[1:], folded[1:]
    if not name or (len(name) == 1 and (len(words[0]) < 2 or words[0].endswith("."))):
        return
    if len(words) == 1 and words[0].isupper() and len(words[0]) <= 5 and not titled:
        return
    if len(words) == 1 and folded[0] in vocab.country and folded[0] not in vocab.countries:
        return
    before = ""
    if not titled:
        m = vocab.before.search(text, max(low, tokens[0][0] - 60), tokens[0][0])
        if m:
            before, low_country, low_gender = _title_before(m.group(1), vocab)
            if before:
                title, titled = (before + " " + title).strip(), True
                country, gender = country or low_country, gender or low_gender
    kind = _kind(text, name, words, folded, titled, vocab)
    doubtful = not titled and all(f in vocab.ordinary or f in vocab.organisation for f in folded) and (len(words) == 1 or kind == UNKNOWN)
    found.append(_Found(name[0][0], name[-1][1], name, words, title, country, gender, kind, opens and not cut, doubtful))


def _title_before(words: str, vocab: Vocabulary) -> tuple[str, str | None, str | None]:
    """Small-letter title right before a name: ("French defence minister", "France", None)."""
    parts = words.split()
    folded = [p.strip(",").casefold() for p in parts]
    last = folded[-1]
    if parts[-1].endswith(",") and len(parts) < 2:
        return "", None, None
    for size in (3, 2, 1):
        if " ".join(folded[-size:]) in vocab.titles:
            start = len(parts) - size
            while start > 0 and (folded[start - 1] in vocab.country or folded[start - 1] in vocab.modifiers or " ".join(folded[start - 1 : start + 1]) in vocab.titles):
                start -= 1
            country = next((vocab.country[f] for f in folded[start:] if f in vocab.country), None)
            return " ".join(parts[start:]), country, vocab.gender.get(last)
    return "", None, None


def _kind(text: str, name: list[tuple[int, int]], words: list[str], folded: list[str], titled: bool, vocab: Vocabulary) -> str:
    if " ".join(folded) in vocab.country:
        return PLACE
    if any(f in vocab.organisation for f in folded) or any(w.isupper() and len(w) > 3 for w in words):
        return ORGANISATION
    if any(f in vocab.place for f in folded):
        return PLACE
    if titled:
        return PERSON
    ordinary = sum(f in vocab.ordinary for f in folded)
    if 2 <= len(words) <= 4 and not ordinary and not any(f in vocab.country for f in folded):
        return PERSON
    if len(words) == 1:
        after = vocab.word.match(text, name[-1][1] + 1) if name[-1][1] + 1 < len(text) else None
        if after and after.group().casefold() in vocab.speech:
            return PERSON
        before = text[max(0, name[0][0] - 12) : name[0][0]].split()
        if before and before[-1].casefold() in vocab.locative:
            return PLACE
    return UNKNOWN


def _parts(words: list[str], vocab: Vocabulary, base: str) -> tuple[str, str]:
    """(given, surname) of a person's name."""
    words = [w for w in words if w.casefold().rstrip(".") not in vocab.suffixes] or words
    if len(words) == 1:
        return "", words[0]
    if len(words) == 3 and base in ("ru", "uk", "be") and _PATRONYMIC.match(words[2]):
        return f"{words[1]} {words[2]}", words[0]
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in vocab.particles:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


def _group(text: str, found: list[_Found], shouted: list[tuple[int, int]], vocab: Vocabulary, base: str) -> tuple[Mention, ...]:
    """Give mentions of one entity one number, drop capitalised ordinary words that name nobody, read headlines in capitals."""
    entities: list[_Found] = []
    by_full: dict[str, int] = {}
    by_last: dict[str, list[int]] = {}
    order = sorted(range(len(found)), key=lambda i: (found[i].doubtful, -min(len(found[i].words), 2), found[i].start))
    folded = [[fold(w) for w in f.words] for f in found]
    for i in order:
        f, key = found[i], " ".join(folded[i])
        if key in by_full:
            f.entity = by_full[key]
            continue
        if len(f.words) == 1:
            options = by_last.get(key, [])
            if options:
                f.entity = next((e for e in reversed(options) if entities[e].start <= f.start), options[0])
                by_full.setdefault(key, f.entity) if len(options) == 1 else None
                continue
        elif f.kind in (PERSON, UNKNOWN):
            same = next((e for e in by_last.get(folded[i][-1], ()) if _one_person(entities[e].words, f.words)), None)
            if same is not None:
                f.entity = by_full[key] = same
                continue
        if f.doubtful:
            continue
        f.entity = len(entities)
        entities.append(f)
        by_full[key] = f.entity
        if len(f.words) > 1 and f.kind in (PERSON, UNKNOWN):
            by_last.setdefault(folded[i][-1], []).append(f.entity)
            if len(f.words) > 2 and f.words[-2].casefold() in vocab.particles:
                by_last.setdefault(" ".join(folded[i][-2:]), []).append(f.entity)
            by_last.setdefault(folded[i][0], []).append(f.entity)
    for low, high in shouted:
        for m in vocab.word.finditer(text, low, high):
            options = by_last.get(fold(_strip_possessive(m.group())), [])
            if options and len(m.group()) > 3 and fold(m.group()) not in vocab.ordinary:
                word = _strip_possessive(m.group())
                found.append(_Found(m.start(), m.start() + len(word), [(m.start(), m.start() + len(word))], [word], "", None, None, PERSON, False, False, options[0]))
    facts: dict[int, _Found] = {}
    for f in found:
        if f.entity >= 0:
            best = facts.setdefault(f.entity, msgspec.structs.replace(entities[f.entity]))
            best.country = best.country or f.country
            best.gender = best.gender or f.gender
            if best.kind == UNKNOWN or (f.kind == PERSON and f.title):
                best.kind = f.kind
    result = []
    for f in sorted(found, key=lambda f: f.start):
        if f.entity < 0:
            continue
        head = facts[f.entity]
        given, surname = _parts(f.words, vocab, base) if head.kind in (PERSON, UNKNOWN) else ("", " ".join(f.words))
        if len(f.words) == 1 and len(head.words) > 1 and fold(f.words[0]) == fold(head.words[0]) != fold(head.words[-1]):
            given, surname = f.words[0], ""
        result.append(
            Mention(
                start=f.start, end=f.end, text=text[f.start : f.end], tokens=tuple(f.tokens), given=given, surname=surname,
                title=f.title, country=f.country or head.country, office=_office(f.title, vocab), gender=f.gender or head.gender,
                kind=head.kind, entity=f.entity, full=text[head.start : head.end], opens=f.opens,
            )
        )  # fmt: skip
    return tuple(result)


def _office(title: str, vocab: Vocabulary) -> str | None:
    words = title.casefold().replace(",", " ").split()
    for size in (4, 3, 2, 1):
        for at in range(len(words) - size, -1, -1):
            phrase = " ".join(words[at : at + size]).rstrip(".")
            if phrase in vocab.titles and len(phrase) > 3:
                return phrase
    return None


def _one_person(one: list[str], other: list[str]) -> bool:
    """Whether two full names with one surname can name one person: given names equal, missing, or an initial of the other."""
    a, b = [fold(w) for w in one[:-1]], [fold(w) for w in other[:-1]]
    if not a or not b:
        return True
    return a[0] == b[0] or (min(len(a[0]), len(b[0])) <= 2 and a[0][:1] == b[0][:1]) or a == b[-len(a) :] or b == a[-len(b) :]
