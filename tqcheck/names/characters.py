"""Names against the characters of a Chinese source: pinyin, and foreign names whose characters stand for sounds."""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tqcheck.names import lexicon, renderings
from tqcheck.names.cultures import cultures_of
from tqcheck.names.mentions import Mention, Vocabulary, vocabulary
from tqcheck.names.pairs import DERIVED, LONG, REACH, Pair, Word, name_words
from tqcheck.names.sounds import nearness, skeleton
from tqcheck.names.spelling import PINYIN, variant_word
from tqcheck.names.transcription import anyascii
from tqcheck.names.trees import probability

_POLYPHONES = {
    "重": "chong zhong", "长": "chang zhang", "乐": "le yue", "行": "xing hang", "单": "dan shan", "仇": "qiu chou", "曾": "zeng ceng", "沈": "shen chen", "解": "jie xie", "查": "cha zha",
    "朴": "pu piao", "盖": "gai ge", "区": "qu ou", "尉": "wei yu", "翟": "zhai di", "覃": "qin tan", "车": "che ju", "石": "shi dan", "大": "da dai", "都": "du dou", "藏": "cang zang",
    "厦": "sha xia", "蚌": "bang beng", "六": "liu lu", "莘": "xin shen", "会": "hui kuai", "朝": "chao zhao", "阿": "a e", "弄": "nong long", "华": "hua", "任": "ren", "贾": "jia gu",
    "缪": "miao mou", "繁": "fan po", "折": "zhe she", "洗": "xi xian", "种": "zhong chong", "召": "zhao shao", "柏": "bai bo bo", "宿": "su xiu", "省": "sheng", "参": "can shen", "盛": "sheng cheng",
    "秘": "mi bi", "燕": "yan", "宁": "ning", "吕": "lu lv lyu", "女": "nu nv", "绿": "lu lv", "俞": "yu shu", "和": "he huo", "干": "gan", "扎": "zha za", "佛": "fo fu", "角": "jiao jue", "家": "jia",
}  # fmt: skip
FEATURES = (
    "one", "near", "holes", "first", "prefix", "ending", "neighbour", "near_neighbour", "distance", "only", "single", "length", "syllables", "pinyin", "unknown", "known", "given", "derived",
    "initial", "final", "rendered", "rendered_holes", "rival", "window", "person",
)  # fmt: skip
_INITIAL = re.compile(r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])")
_LONGEST, _LONGEST_FOREIGN, _FITTED = 4, 7, 12
"""Characters of a Chinese name's word, and of a foreign name's; runs of characters that are aligned letter by letter with a word."""


def _syllables(source: str) -> list[tuple[int, str, tuple[str, ...]]]:
    """(offset, reading, other readings) of every Chinese character."""
    found = []
    for i, c in enumerate(source):
        if "\u4e00" <= c <= "\u9fff":
            reading = anyascii(c).strip().casefold()
            found.append((i, reading, tuple(r for r in _POLYPHONES.get(c, "").split() if r != reading)))
    return found


Window = tuple[int, int, str]
"""Where a run of characters stands in the source (start, end), and how it is read."""


def _windows(syllables: Sequence[tuple[int, str, tuple[str, ...]]]) -> list[Window]:
    """Every run of up to four characters with its readings, in order."""
    windows = []
    for i, (start, reading, other) in enumerate(syllables):
        readings = [reading, *other]
        windows += [(start, start + 1, r) for r in readings]
        for size in range(1, _LONGEST):
            if i + size >= len(syllables) or syllables[i + size][0] != start + size:
                break
            _, more, alternative = syllables[i + size]
            readings = [r + m for r in readings for m in (more, *alternative)][:8]
            windows += [(start, start + size + 1, r) for r in readings]
    return windows


def _sounded(syllables: Sequence[tuple[int, str, tuple[str, ...]]]) -> list[tuple[int, str, str]]:
    """(offset, reading, its skeleton) of every run of two to seven characters: how foreign names are written."""
    runs = []
    for i, (start, reading, _) in enumerate(syllables):
        for size in range(1, min(_LONGEST_FOREIGN, len(syllables) - i)):
            at, one, _ = syllables[i + size]
            if at != start + size:
                break
            reading += one
            runs.append((start, reading, skeleton(reading)))
    return runs


def _rendered(word: str, runs: Sequence[tuple[int, str, str]]) -> tuple[float, int]:
    """(worth per letter, holes) of the run of characters that a folded word renders best, as a foreign name written by sound."""
    bones = skeleton(word)
    readings = {r for _, r, theirs in runs if theirs[:1] == bones[:1] and abs(len(theirs) - len(bones)) <= 2 and len(word) - 2 <= len(r) <= 2 * len(word) + 4}
    likely = process.extract(word, sorted(readings), scorer=Levenshtein.normalized_similarity, limit=_FITTED)
    return max((renderings.fit(reading, word, "han") for reading, _, _ in likely), default=(-3.0, 9))


def han_names(text: str, found: Sequence[Mention], source: str, known: Callable[[str], bool]) -> Iterator[Pair]:
    """Names in pinyin, and foreign ones, against the characters of the source.

    known: whether a folded word is somebody's or some place's right name.
    """
    syllables = _syllables(source)
    if not syllables:
        return
    every = _windows(syllables)
    windows: dict[str, tuple[int, int]] = {}
    for start, end, reading in every:
        windows.setdefault(reading, (start, end))
    vocab = vocabulary("en")
    mine = [w for w in name_words(text, found) if len(w.folded) > 2]
    size = max(1, len(source))
    right = {w.folded for w in mine if w.folded in windows}
    reach = size if len(text) < LONG else int(REACH * size)
    odd = []
    for word in mine:
        if _unexplained(word, windows, right, vocab, known):
            at = int(word.place * size)
            near_by = every[bisect_left(every, (at - reach,)) : bisect_left(every, (at + reach,))]
            if not any(variant_word(word.folded, w, "zh") for w in {w for _, _, w in near_by} if abs(len(w) - len(word.folded)) < 3 and w[:1] == word.folded[:1] and len(w) > 3):
                odd.append((word, near_by))
    distinct = len({w.folded for w, _ in odd})
    runs: list[tuple[int, str, str]] = []
    for word, near_by in odd:
        low = word.folded
        scored = []
        for start, end, reading in near_by:
            if abs(len(reading) - len(low)) > 3 or len(reading) < 3 or (end - start < 2 and not (word.left or word.right)) or reading in right:
                continue
            near = nearness(reading, low)
            neighbour = any(w and w in windows and (windows[w][1] == start or windows[w][0] == end) for w in (word.left, word.right))
            if near >= 0.4:
                scored.append((near + 0.35 * neighbour + 0.05 * (reading[0] == low[0]) - 0.15 * abs(start / size - word.place), near, neighbour, reading, start, end))
        if not scored:
            continue
        scored.sort(reverse=True)
        _, near, neighbour, reading, start, end = scored[0]
        rival = next((s[0] for s in scored[1:] if s[4] >= end or s[5] <= start), 0.0)
        worth, missing = -3.0, 9
        if not PINYIN.fullmatch(low):
            runs = runs or _sounded(syllables)
            worth, missing = _rendered(low, runs[bisect_left(runs, (near_by[0][0],)) : bisect_left(runs, (near_by[-1][0] + 1,))])
        if not missing and worth > RENDERED:
            continue
        shared = next((i for i, (a, b) in enumerate(zip(reading, low, strict=False)) if a != b), min(len(reading), len(low)))
        mine_first, their_first = _INITIAL.match(low), _INITIAL.match(reading)
        features = (
            1.0, near, min(5.0, float(Levenshtein.distance(reading, low))), float(reading[0] == low[0]), float(reading[:3] == low[:3]), float(reading[-3:] == low[-3:]), float(neighbour), near * neighbour,
            abs(start / size - word.place), float(distinct == 1), float(word.single), len(low) / 8, float(end - start), float(bool(PINYIN.fullmatch(low))),
            float(low not in lexicon.known_words()), float(known(low)), float(bool(cultures_of(low) - {"zh"})), float(bool(DERIVED.search(low))),
            float(bool(mine_first and their_first and mine_first.group() == their_first.group())), float(shared >= len(reading) - 3), worth, min(5.0, float(missing)), scored[0][0] - rival, near * (end - start),
            float(bool(word.left or word.right)),
        )  # fmt: skip
        yield Pair(word.start, word.end, word.text, reading[:1].upper() + reading[1:] if PINYIN.fullmatch(low) or neighbour else "", start, end, probability("han", features), features)


RENDERED = 1.2
"""Worth per letter from which a foreign name is what characters that stand for sounds say: right pairs have 1.9 in the middle."""


def _unexplained(word: Word, windows: dict[str, tuple[int, int]], right: set[str], vocab: Vocabulary, known: Callable[[str], bool]) -> bool:
    """Whether a word of a name is none that the characters can be read as, and none that English has anyway."""
    low = word.folded
    if low in windows or low in vocab.country or low in vocab.ordinary or low in vocab.calendar or low in lexicon.english_names() or (known(low) and not PINYIN.fullmatch(low)):
        return False
    if (word.right and f"{low} {word.right}" in vocab.countries) or (word.left and known(f"{word.left} {low}")) or (word.right and known(f"{low} {word.right}")):
        return False
    return not any(low.startswith(r) and low[len(r) :] in windows for r in right)
