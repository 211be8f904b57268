"""Names against the kanji of a Japanese source: every plausible reading, and words that are none of them.

Kanji have several readings, so a word is only wrong where it is none that its characters can have, in names that are common
(data/japanese.tsv) or put together from the readings of single characters.
"""
from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from tqcheck.model import Value
from tqcheck.names import lexicon
from tqcheck.names.mentions import Mention, vocabulary
from tqcheck.names.pairs import LONG, REACH, Pair, Word, name_words
from tqcheck.names.sounds import nearness
from tqcheck.names.spelling import fold
from tqcheck.names.transcription import anyascii

_LONGEST = 5
"""Characters of the longest name in the table."""
_READ, _READINGS = 4, 400
"""Characters of a name that is put together from readings, and how many of its readings are tried."""
_SYLLABLES = re.compile(r"(?:(?:[kgsztdnhbpmrwjfy]|sh|ch|cch|ts|[kgnhbpmr]y|kk|ss|tt|pp|ssh|tts)?[aeiou]+(?:n(?![aeiouy]))?)+")
_HEARD = (
    (re.compile(r"(?<=[aeiou])h(?=[^aeiouy]|$)"), ""), (re.compile("o[uo]"), "o"), (re.compile("uu"), "u"), (re.compile("m(?=[bpm])"), "n"), (re.compile("tch"), "cch"), (re.compile("l"), "r"),
    (re.compile("si"), "shi"), (re.compile("sy"), "sh"), (re.compile("ti"), "chi"), (re.compile("ty"), "ch"), (re.compile("zi"), "ji"), (re.compile("[zj]y"), "j"), (re.compile("tu"), "tsu"),
    (re.compile("(?<![sc])hu"), "fu"), (re.compile("d(?:z|(?=u))"), "z"), (re.compile("zz"), "z"),
)  # fmt: skip
"""One spelling for every romanisation: long vowels, m before b and p, the national system of 1937."""
_VOICED = {"k": "g", "sh": "j", "s": "z", "ts": "z", "ch": "j", "t": "d", "h": "bp", "f": "bp"}
_KANA = {"ヶ": "ga ka", "ケ": "ga ka ke", "が": "ga", "ヵ": "ka", "ノ": "no", "之": "no", "ー": ""}
_SMALL = re.compile("[ゃゅょャュョ]")
_TITLE = re.compile(
    "選手|監督|[投捕]手|知事|[市社会部課院校]長|氏|容疑|議員|首相|大臣|教授|先生|記者|[監会党県市町村区駅様君]|委員|理事|代表|被告|役員|外相|総理|幹事|官房|[内外]野|執行|球団|本部|眼科|[四五六七八九]段|名人|女流|主将"
)
"""What stands right after a name and ends it."""

_PLACE = re.compile("[市町村区郡県駅港島山川高中小大]")
"""What makes a place or a school of the name before it; the readings of places are often none that their characters have elsewhere."""
_SCHOOL = "高中小大"
"""What ends a school's name cut short."""


class Unit(Value, frozen=True):
    """A character of the source: where it stands, whether it is a kanji, how it may be read (heard; () for one nobody knows)."""

    start: int
    end: int
    kanji: bool
    readings: tuple[str, ...]


class Spot(Value, frozen=True):
    """Characters of the source (numbers of the first and the one after the last) that are a name, and its readings, the likeliest first."""

    first: int
    last: int
    readings: tuple[str, ...]
    kinds: frozenset[str] = frozenset()


@functools.cache
def _rows() -> tuple[tuple[str, str], ...]:
    lines = (files("tqcheck.names") / "data" / "japanese.tsv").read_text("utf-8").splitlines()
    return tuple((line.split("\t")[0], line.split("\t")[1]) for line in lines if not line.startswith("#"))


@functools.cache
def _old_forms() -> dict[int, str]:
    """Old and other forms of kanji that names keep → the usual form."""
    return {ord(old): new for kind, entries in _rows() if kind == "form" for old, new in (entry.split() for entry in entries.split(", "))}


@functools.cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Kind → kanji → readings."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind, entries in _rows():
        if kind != "form":
            into = found.setdefault(kind, {})
            for entry in entries.split(", "):
                kanji, *readings = entry.split()
                kanji = kanji.translate(_old_forms()) if len(kanji) > 1 else kanji
                into[kanji] = tuple(dict.fromkeys((*into.get(kanji, ()), *readings)))
    return found


@functools.lru_cache(maxsize=1 << 14)
def heard(word: str) -> str:
    """A folded word as a Japanese name in one spelling: ohno, oono → ono; shimbun → shinbun."""
    word = word.replace("-", "").replace("'", "").replace(" ", "")
    for pattern, one in _HEARD:
        word = pattern.sub(one, word)
    return word


@functools.lru_cache(maxsize=1 << 12)
def _character(kanji: str) -> tuple[str, ...]:
    """Readings of a kanji in names, heard, also with the voice that a consonant gets inside a name; () for one that the table lacks."""
    usual = kanji.translate(_old_forms())
    own = dict.fromkeys(heard(r) for r in _table()["kanji"].get(kanji, ()) + _table()["kanji"].get(usual, ()) + _table()["surname"].get(kanji, ()) + _table()["given"].get(kanji, ()))
    return tuple(own)


def _voiced(reading: str) -> tuple[str, ...]:
    begin = next((b for b in ("sh", "ch", "ts", *"kstfh") if reading.startswith(b)), "")
    return (reading, *(v + reading[len(begin) :] for v in _VOICED.get(begin, "")))


def _short(reading: str) -> str:
    """What is left of a reading before a doubled consonant (ichi: ikkaku); "" of one that stays as it is."""
    return reading[:-3] if reading.endswith(("chi", "tsu")) else reading[:-2] if reading.endswith(("ku", "ki")) else ""


def _units(source: str) -> list[Unit]:
    found: list[Unit] = []
    for i, c in enumerate(source):
        if c == "々" and found and found[-1].end == i:
            found.append(Unit(i, i + 1, True, found[-1].readings))
        elif "\u4e00" <= c <= "\u9fff" or c == "﨑":
            found.append(Unit(i, i + 1, True, _character(c)))
        elif c in _KANA:
            found.append(Unit(i, i + 1, False, tuple(_KANA[c].split()) or ("",)))
        elif "\u3041" <= c <= "\u30fa":
            if _SMALL.match(c) and found and found[-1].end == i and not found[-1].kanji:
                before = found.pop()
                vowel = anyascii(c).casefold()[-1]
                found.append(Unit(before.start, i + 1, False, tuple(heard(r[:-1] + ("" if r.endswith(("shi", "chi", "ji")) else "y") + vowel) if r else "" for r in before.readings)))
            else:
                found.append(Unit(i, i + 1, False, (heard(_kana(c)),)))
    return found


def _kana(c: str) -> str:
    """A letter of kana in Hepburn; small tsu is empty: a doubled letter is read there."""
    return "" if c in "っッ" else anyascii(c).casefold()


class Readings:
    """What a Japanese source can be read as."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.units = _units(source)
        self.spots: dict[int, list[Spot]] = {}
        for i, unit in enumerate(self.units):
            for size in range(1, _LONGEST + 1):
                j = i + size
                if j > len(self.units) or self.units[j - 1].end - unit.start != size:
                    break
                kanji = source[unit.start : self.units[j - 1].end].translate(_old_forms())
                kinds = [k for k in ("surname", "given", "place") if kanji in _table().get(k, {})]
                if kinds:
                    self.spots.setdefault(i, []).append(Spot(i, j, tuple(dict.fromkeys(heard(r) for k in kinds for r in _table()[k][kanji])), frozenset(kinds)))

        self._read: dict[tuple[int, bool], list[tuple[int, str, str]]] = {}
        self._begin: dict[str, list[int]] = {}
        self._unknown: list[int] = []
        for i, unit in enumerate(self.units):
            if not unit.readings:
                self._unknown.append(i)
            first = set(unit.readings) | {r for spot in self.spots.get(i, ()) for r in spot.readings}
            for reading in first | {_short(r) for r in first if _short(r)}:
                self._begin.setdefault(reading, []).append(i)

    def begin(self, word: str, doubt: bool) -> list[int]:
        """The units whose first reading a word (heard) begins with; with doubt also those nobody knows."""
        found = {i for size in range(len(word) + 1) for i in self._begin.get(word[:size], ())}
        return sorted(found.union(self._unknown) if doubt else found)

    def joined(self, i: int) -> bool:
        """Whether unit i stands right after the one before."""
        return 0 < i < len(self.units) and self.units[i].start == self.units[i - 1].end

    def text(self, spot: Spot) -> str:
        return self.source[self.units[spot.first].start : self.units[spot.last - 1].end]

    def pinyin(self, spot: Spot) -> str:
        """The characters as a Chinese name, heard."""
        return heard(anyascii(self.text(spot)).casefold().replace(" ", ""))

    def place(self, i: int, j: int) -> bool:
        """Whether units are the name of a place and nothing else."""
        return any(s.last == j and s.kinds == {"place"} for s in self.spots.get(i, ()))

    def begins(self, i: int) -> bool:
        """Whether no kanji stands right before unit i."""
        return not (self.joined(i) and self.units[i - 1].kanji)

    def _steps(self, u: int, inside: bool) -> list[tuple[int, str, str]]:
        """Where the reading of a word may go on from unit u: (next unit, what is read, what is left of that before a doubled consonant)."""
        found = self._read.get((u, inside))
        if found is None:
            readings = [(s.last, r) for s in self.spots.get(u, ()) for r in s.readings]
            readings += [(u + 1, v) for r in self.units[u].readings for v in (_voiced(r) if inside else (r,))]
            found = self._read[u, inside] = [(to, reading, _short(reading)) for to, reading in readings]
        return found

    def ends(self, word: str, i: int, at: int = 0, doubt: bool = False) -> set[int]:
        """Where the characters may end that from unit i on are read as the rest of a word (heard).

        doubt: whether one character nobody knows may be read as anything.
        """
        found: set[int] = set()
        seen: set[tuple[int, int, bool]] = set()
        todo = [(i, at, not doubt)]
        while todo:
            state = u, p, spent = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            if p == len(word):
                if not doubt or u - i > 1:
                    found.add(u)
                continue
            if u >= len(self.units) or (u > i and not self.joined(u)):
                continue
            unit = self.units[u]
            if doubt and not unit.kanji:
                continue
            if not unit.readings and not spent:
                todo += [(u + 1, q, True) for q in range(p + 1, min(len(word), p + 5) + 1)]
            for to, reading, short in self._steps(u, u > i):
                # A vowel that two readings share is one long vowel: oo is heard as o.
                for start in (p, p - 1) if p and reading[:1] in ("o", "u") and word[p - 1] == "o" and reading else (p,):
                    if word.startswith(reading, start):
                        todo.append((to, start + len(reading), spent))
                        if word.startswith("no", start + len(reading)) and u == i:
                            todo.append((to, start + len(reading) + 2, spent))
                end = p + len(short)
                if short and word.startswith(short, p) and word[end : end + 1] == word[end + 1 : end + 2] and word[end : end + 1] in tuple("kstpc"):
                    todo.append((to, end + 1, spent))
        return found

    def places(self, word: str, doubt: bool = False) -> list[tuple[int, int]]:
        """Every run of characters (numbers of units) that a word (heard) is a reading of."""
        return [(i, j) for i in self.begin(word, doubt) for j in self.ends(word, i, 0, doubt) if not any(self._otherwise(word, s) for s in self.spots.get(i, ()) if s.last == j)]

    def _otherwise(self, word: str, spot: Spot) -> bool:
        """Whether a common surname or place, standing for itself, is never read as a word (heard)."""
        return spot.last - spot.first > 1 and spot.kinds != {"given"} and word not in spot.readings

    def shares(self, word: str, spot: Spot) -> bool:
        """Whether a word (heard) begins as the first or ends as the last character of a name is read."""
        first, last = self.units[spot.first].readings, self.units[spot.last - 1].readings
        return any(len(r) > 2 and word.startswith(r) for r in first) or any(len(v) > 2 and word.endswith(v) for r in last for v in _voiced(r))

    def put_together(self, i: int, j: int) -> tuple[str, ...]:
        """The readings (heard) of a name that no table has, from those of its characters."""
        return tuple(dict.fromkeys(heard(r) for r in self._joined_readings(i, j)))

    def _joined_readings(self, i: int, j: int) -> Iterator[str]:
        parts = [[v for r in u.readings for v in (_voiced(r) if n else (r,))] for n, u in enumerate(self.units[i:j])]
        return map("".join, itertools.islice(itertools.product(*parts), _READINGS))

    def misread(self, word: str, spot: Spot) -> bool:
        """Whether a word (heard) is made of readings that the characters of a common surname or place have, but not there."""
        return bool(spot.kinds) and len(word) > 3 and self._otherwise(word, spot) and spot.last in self.ends(word, spot.first)

    def written(self, spot: Spot, reading: str) -> str:
        """How a reading (heard) of a name is written."""
        kanji = self.text(spot).translate(_old_forms())
        common = (r for kind in ("surname", "given", "place") for r in _table()[kind].get(kanji, ()))
        return next((r for r in itertools.chain(common, self._joined_readings(spot.first, spot.last)) if heard(r) == reading), reading).capitalize()

    def run_end(self, i: int) -> int:
        """Where the kanji end that begin with unit i, or a title begins."""
        j = i
        while j < len(self.units) and self.units[j].kanji and (j == i or self.joined(j)):
            if j > i + 1 and _TITLE.match(self.source, self.units[j].start):
                break
            j += 1
        return j

    def given_after(self, j: int) -> Spot | None:
        """The given name that stands at unit j, after a surname."""
        if not self.joined(j) or not self.units[j].kanji:
            return None
        known = [s for s in self.spots.get(j, ()) if "given" in s.kinds]
        end = self.run_end(j)
        if known and (known[-1].last - j > 1 or end == known[-1].last):
            return known[-1]
        end = end if end - j <= 3 else j + 2
        if end == j or not all(u.readings for u in self.units[j:end]):
            return None
        return Spot(j, end, self.put_together(j, end))

    def surname_before(self, i: int) -> Spot | None:
        """The surname that ends before unit i, where a given name begins."""
        known = [s for first in range(max(0, i - 3), i) for s in self.spots.get(first, ()) if s.last == i and "surname" in s.kinds and self.begins(first)]
        if known and self.joined(i):
            return known[0]
        first = i
        while first and self.joined(first) and self.units[first - 1].kanji:
            first -= 1
        if not 2 <= i - first <= 3 or not all(u.readings for u in self.units[first:i]):
            return None
        return Spot(first, i, self.put_together(first, i))


BESIDE, TABLE, LONE, SHARED = 0.35, 0.6, 0.66, 0.15
"""How near a word has to be to a reading: the other name stands beside it; one of a common name; one put together; how much nearer
it is if it has a whole character's reading at its beginning or end, as a name has of which the other character was misread."""


def japanese_names(text: str, found: Sequence[Mention], source: str, known: Callable[[str], bool]) -> Iterator[Pair]:
    """Words of names that no reading of the kanji of the source explains, where it is plain which they stand for."""
    readings = Readings(source)
    if not any(u.kanji for u in readings.units):
        return
    words = [w for w in name_words(text, found) if len(w.folded) > 2]
    places = {name: readings.places(heard(name)) for name in {n for w in words for n in (w.folded, w.left, w.right) if n}}
    taken = {unit for name in {w.folded for w in words} for i, j in places[name] if j - i > 1 for unit in range(i, j)}
    latin = {fold(w) for w in re.findall("[A-Za-z]+", source)}
    for word in words:
        if word.folded in latin or ("-" in word.text and all(readings.places(heard(fold(part)), doubt=True) for part in word.text.split("-"))) or not _may_be_japanese(word):
            continue
        pair = _beside(word, readings, places) or (None if places[word.folded] or known(word.folded) else _alone(word, readings, taken, len(text)))
        if pair is not None:
            yield pair


def _may_be_japanese(word: Word) -> bool:
    vocab, low = vocabulary("en"), word.folded
    return bool(_SYLLABLES.fullmatch(heard(low))) and not (low in vocab.country or low in vocab.calendar or low in vocab.ordinary or low in lexicon.english_names())


def _pair(word: Word, spot: Spot, readings: Readings, probability: float) -> Pair:
    low = heard(word.folded)
    best = max(spot.readings, key=lambda r: nearness(r, low))
    if nearness(best, low) < TABLE:
        best = spot.readings[0] if spot.kinds else ""
    return Pair(word.start, word.end, word.text, readings.written(spot, best) if best else "", readings.units[spot.first].start, readings.units[spot.last - 1].end, probability)


def _beside(word: Word, readings: Readings, places: dict[str, list[tuple[int, int]]]) -> Pair | None:
    """A word beside the other name of the person, which the source has right beside the characters it stands for."""
    low = heard(word.folded)
    for name in (word.left, word.right):
        spots: list[Spot] = []
        for i, j in places.get(name, ()):
            if any(s.last == j and "surname" in s.kinds and heard(name) in s.readings for s in readings.spots.get(i, ())) or (j - i > 1 and readings.begins(i) and (not readings.place(i, j) or _is_pinyin(low, readings.given_after(j), readings))):
                spots += [s for s in (readings.given_after(j),) if s]
            if j - i > 1 or any(s.last == j and "given" in s.kinds and heard(name) in s.readings for s in readings.spots.get(i, ())):
                spots += [s for s in (readings.surname_before(i),) if s]
        for spot in {readings.text(s): s for s in reversed(spots)}.values():
            if low in spot.readings or any(i < spot.last and spot.first < j for i, j in places[word.folded] if not spot.kinds or j - i < 2):
                continue
            if any((i, j) != (spot.first, spot.last) and j - i > 1 for i, j in places[word.folded]):
                continue
            if spot.last - spot.first == 1 and any(low.startswith(r) for r in readings.units[spot.first].readings):
                continue  # one character for a whole name, as papers do in sport
            if max(nearness(r, low) for r in spot.readings) >= (BESIDE if spot.kinds else TABLE) or _is_pinyin(low, spot, readings) or readings.misread(low, spot):
                return _pair(word, spot, readings, 0.85 if spot.kinds else 0.75)
    return None


def _is_pinyin(word: str, spot: Spot | None, readings: Readings) -> bool:
    return spot is not None and word == readings.pinyin(spot)


def _alone(word: Word, readings: Readings, taken: set[int], size: int) -> Pair | None:
    """A word near to a reading of a name that no other word of the text stands for."""
    low, source = heard(word.folded), readings.source
    if readings.places(low, doubt=True):
        return None
    reach = 1.0 if size < LONG else REACH
    options = []
    for i, unit in enumerate(readings.units):
        if not unit.kanji or abs(unit.start / max(1, len(source)) - word.place) > reach:
            continue
        spots = list(readings.spots.get(i, ()))
        end = readings.run_end(i)
        if 2 <= end - i <= 3 and readings.begins(i) and not _PLACE.match(source, readings.units[end - 1].end) and source[readings.units[end - 1].start] not in _SCHOOL and not any(s.last == end for s in spots) and all(u.readings for u in readings.units[i:end]):
            spots.append(Spot(i, end, readings.put_together(i, end)))
        for spot in spots:
            if spot.last - spot.first < 2 or not taken.isdisjoint(range(spot.first, spot.last)):
                continue
            if any(r.startswith(low) or low.startswith(r) for r in spot.readings):
                continue  # the lake's name without the lake, or a person of the place
            near = max(nearness(r, low) for r in spot.readings) + SHARED * readings.shares(low, spot)
            if near >= (TABLE if spot.kinds else LONE) or _is_pinyin(low, spot, readings) or readings.misread(low, spot):
                options.append((near + 0.1 * bool(spot.kinds), spot))
    if not options:
        return None
    near, spot = max(options, key=lambda o: (o[0], o[1].last - o[1].first))
    return _pair(word, spot, readings, 0.75 if spot.kinds else 0.7)
