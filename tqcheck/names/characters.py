"""Names against the characters of a Chinese source: pinyin, and foreign names whose characters stand for sounds."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from tqcheck.names import lexicon, renderings
from tqcheck.names.cultures import cultures_of
from tqcheck.names.mentions import Mention, Vocabulary, vocabulary
from tqcheck.names.pairs import DERIVED, Pair, Word, name_words
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
_LONGEST, _LONGEST_FOREIGN = 4, 7
"""Characters of a Chinese name's word, and of a foreign name's."""


def _syllables(source: str) -> list[tuple[int, str, tuple[str, ...]]]:
    """(offset, reading, other readings) of every Chinese character."""
    found = []
    for i, c in enumerate(source):
        if "\u4e00" <= c <= "\u9fff":
            reading = anyascii(c).strip().casefold()
            found.append((i, reading, tuple(r for r in _POLYPHONES.get(c, "").split() if r != reading)))
    return found


def _windows(syllables: Sequence[tuple[int, str, tuple[str, ...]]]) -> dict[str, tuple[int, int]]:
    """Reading → where it stands first, of every run of up to four characters."""
    windows: dict[str, tuple[int, int]] = {}
    for i, (start, reading, other) in enumerate(syllables):
        readings = [reading, *other]
        for r in readings:
            windows.setdefault(r, (start, start + 1))
        for size in range(1, _LONGEST):
            if i + size >= len(syllables) or syllables[i + size][0] != start + size:
                break
            _, more, alternative = syllables[i + size]
            readings = [r + m for r in readings for m in (more, *alternative)][:8]
            for r in readings:
                windows.setdefault(r, (start, start + size + 1))
    return windows


def _rendered(word: str, syllables: Sequence[tuple[int, str, tuple[str, ...]]]) -> tuple[float, int]:
    """(worth per letter, holes) of the run of characters that a folded word renders best, as a foreign name written by sound."""
    best = -3.0, 9
    bones = skeleton(word)
    for i, (start, _, _) in enumerate(syllables):
        reading = ""
        for size in range(min(_LONGEST_FOREIGN, len(syllables) - i)):
            at, one, _ = syllables[i + size]
            if at != start + size:
                break
            reading += one
            if size and len(reading) >= len(word) - 2 and len(reading) <= 2 * len(word) + 4:
                theirs = skeleton(reading)
                if theirs[:1] == bones[:1] and abs(len(theirs) - len(bones)) <= 2:
                    best = max(best, renderings.fit(reading, word, "han"))
    return best


def han_names(text: str, found: Sequence[Mention], source: str, known: Callable[[str], bool]) -> Iterator[Pair]:
    """Names in pinyin, and foreign ones, against the characters of the source.

    known: whether a folded word is somebody's or some place's right name.
    """
    syllables = _syllables(source)
    if not syllables:
        return
    windows = _windows(syllables)
    vocab = vocabulary("en")
    mine = [w for w in name_words(text, found) if len(w.folded) > 2]
    size = max(1, len(source))
    right = {w.folded for w in mine if w.folded in windows}
    odd = [w for w in mine if _unexplained(w, windows, right, vocab, known)]
    for word in odd:
        low = word.folded
        scored = []
        for reading, (start, end) in windows.items():
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
        worth, missing = _rendered(low, syllables) if not PINYIN.fullmatch(low) else (-3.0, 9)
        if not missing and worth > RENDERED:
            continue
        shared = next((i for i, (a, b) in enumerate(zip(reading, low, strict=False)) if a != b), min(len(reading), len(low)))
        mine_first, their_first = _INITIAL.match(low), _INITIAL.match(reading)
        features = (
            1.0, near, min(5.0, float(Levenshtein.distance(reading, low))), float(reading[0] == low[0]), float(reading[:3] == low[:3]), float(reading[-3:] == low[-3:]), float(neighbour), near * neighbour,
            abs(start / size - word.place), float(len({w.folded for w in odd}) == 1), float(word.single), len(low) / 8, float(end - start), float(bool(PINYIN.fullmatch(low))),
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
    if any(low.startswith(r) and low[len(r) :] in windows for r in right):
        return False
    return not any(variant_word(low, w, "zh") for w in windows if abs(len(w) - len(low)) < 3 and w[:1] == low[:1] and len(w) > 3)
