"""Bytes → text, with the encoding found and every oddity named in plain words."""
from __future__ import annotations

import codecs
import re
from collections import Counter

import msgspec

from tqcheck.lang.alphabets import alphabets
from tqcheck.lang.identify import word_shares
from tqcheck.lang.scripts import scripts

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_SINGLE_BYTE = (
    "cp1252", "cp1251", "koi8-r", "koi8-u", "cp1250", "iso8859-2", "cp1254", "cp1257", "cp1253", "iso8859-5", "cp866", "cp1256", "cp1255",
    "cp1258", "mac-roman", "cp850", "cp852",
)  # fmt: skip
"""Earlier ones win ties: a text that is the same in several is in the most common of them."""
_RARE = {"mac-roman": 0.3, "cp850": 0.3, "cp852": 0.35, "cp866": 0.3, "cp1258": 0.3, "koi8-u": 0.01}
"""What an encoding must score more than others, as few files are in it."""
_MULTI_BYTE = ("gb18030", "shift_jis", "euc_jp", "big5", "euc_kr")
_PUNCTUATION = frozenset("“”‘’„‚«»‹›–—…•·§°№€£¥©®™\u00a0×½¼²³¿¡ªº\u00ad")
_INSIDE_WORD = re.compile("(?<=[a-zA-Z])[“”„‚«»‹›…•§°£€¥©®™×½¼²³¿¡ªº](?=[a-zA-Z])")
_HAN = frozenset(
    "的一是不了在人有我他这这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市国際來說們為這個時會過對學後開動長現與進實點種聲問機給間電門東關並軍產"
)
"""The most frequent Chinese characters, simplified and traditional: nearly half of any Chinese text, a few percent of chance pairs."""
_TEXT_BYTES = bytes([9, 10, 11, 12, 13, 27, *range(32, 256)])
_CONTROLS_IN_UTF8 = 0.2
_CONTROLS_ELSEWHERE = 0.01
"""Above these shares of control bytes a file is binary. Bytes that happen to be UTF-8 are text with oddities for longer."""
_SAMPLE = 20_000
_NARROW = 32
"""Bytes from which it can be told that a byte order mark is wrong: sixteen Chinese characters are no UTF-8 by chance."""
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f]")
_BINARY = (
    (b"%PDF", "a PDF file"), (b"PK\x03\x04", "a ZIP archive (docx, xlsx and epub are such)"), (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"), (b"\x1f\x8b", "a gzip archive"), (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x7fELF", "a program"), (b"{\\rtf", "an RTF file"), (b"7z\xbc\xaf", "a 7z archive"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3", "an SQLite database"),
)  # fmt: skip


class Decoded(msgspec.Struct, frozen=True):
    """A decoded file. problem: why it is no text; then text is "". guessed: whether the encoding is."""

    text: str
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    problem: str | None = None
    guessed: bool = False


def decode(data: bytes, encoding: str | None = None, declared: str | None = None) -> Decoded:
    """Decode a file.

    encoding: the caller's word, which is final. declared: what the file says of itself, believed where it fits the bytes.
    A byte order mark is removed and said; line ends stay as they are.
    """
    if encoding is not None:
        return _as_told(data, encoding)
    for bom, marked in _BOMS:
        if data.startswith(bom):
            rest = data[len(bom) :]
            if marked == "utf-8" or not _is_narrow(rest):
                return _with_bom(rest, marked)
            honest = decode(rest, None, declared)
            note = f"a byte order mark ({marked}) was removed, as the text is not in that encoding"
            return msgspec.structs.replace(honest, notes=(note, *honest.notes))
    for magic, what in _BINARY:
        if data.startswith(magic):
            return Decoded("", problem=f"is {what}, not text; extract its text and check that")
    if wide := _wide_without_bom(data):
        return _with_bom(data, wide, marked=False)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if _control_share(data) > (_CONTROLS_ELSEWHERE if text is None else _CONTROLS_IN_UTF8):
        return Decoded("", problem="is a binary file, not text; give text, Markdown, HTML or JSONL")
    if text is not None:
        return Decoded(text, "utf-8", () if data else ("the file is empty",))
    if declared and (name := _known(declared)) and name != "utf-8":
        try:
            return Decoded(data.decode(name), name, (f"encoding: {name}, as the page declares",))
        except UnicodeDecodeError:
            pass
    return _legacy(data)


def oddities(text: str) -> tuple[str, ...]:
    """What is unusual in a text and may surprise, in plain words: NUL bytes, control, bidi and surrogate characters."""
    found = []
    if nul := text.count("\0"):
        found.append(f"{_some(nul, 'NUL character')} in the text (the first at {text.index(chr(0))}); kept")
    for pattern, what, advice in (
        (_CONTROL, "control character", "kept"),
        (_BIDI, "bidirectional control character", "they can make text look other than it is; kept"),
        (_SURROGATE, "unpaired surrogate", "the text was cut inside a character; kept"),
    ):
        if first := pattern.search(text):
            found.append(f"{_some(len(pattern.findall(text)), what)} in the text (the first at {first.start()}); {advice}")
    if lost := text.count("\ufffd"):
        found.append(f"{_some(lost, 'replacement character')} U+FFFD in the text: characters were lost before it came here")
    return tuple(found)


def _some(count: int, what: str) -> str:
    return f"{count} {what}" + ("s" if count > 1 else "")


def _known(name: str) -> str | None:
    """Python's name of an encoding that is one of text, None for others."""
    try:
        info = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # What pages call latin-1 is Windows-1252, says https://encoding.spec.whatwg.org/#names-and-labels
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(info.name, info.name) if info._is_text_encoding else None


def _as_told(data: bytes, encoding: str) -> Decoded:
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        return Decoded("", problem=f"unknown encoding {encoding!r}; use a name such as utf-8, cp1251 or utf-16")
    if not info._is_text_encoding:
        return Decoded("", problem=f"{encoding!r} is no encoding of text; use a name such as utf-8, cp1251 or utf-16")
    if info.name == "utf-8" and data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    try:
        text = data.decode(info.name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Decoded("", problem=f"line {line}: byte {error.start} is not valid {encoding}; leave the encoding out to have it found")
    return Decoded(text.removeprefix("\ufeff"), info.name)


def _with_bom(data: bytes, name: str, *, marked: bool = True) -> Decoded:
    note = f"a byte order mark ({name}) was removed" if marked else f"encoding: {name}, found without a byte order mark"
    text = data.decode(name, "replace")
    if "\ufffd" in text and name.startswith("utf-16"):
        text = data.decode(name, "surrogatepass") if len(data) % 2 == 0 else data[:-1].decode(name, "surrogatepass")
    return Decoded(text, name, (note,))


def _is_narrow(data: bytes) -> bool:
    """Whether bytes after a mark of UTF-16 or UTF-32 are UTF-8 all the same: where those have spaces, digits and line ends, they have zero bytes."""
    if len(data) < _NARROW or 0 in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_bom(data: bytes) -> str | None:
    """utf-16-le or -be where every other byte of most of the text is the same high byte."""
    sample = data[:4000]
    if len(sample) < 4 or len(data) % 2:
        return None
    for name, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        top, count = Counter(high).most_common(1)[0]
        if (top == 0 and count > 0.7 * len(high) and low.count(0) < 0.1 * len(low)) or (
            top in (3, 4, 5, 6) and count > 0.5 * len(high) and high.count(0) > 0.05 * len(high) and low.count(0) == 0
        ):
            return name
    return None


def _control_share(data: bytes) -> float:
    """Share of control bytes that no text has."""
    sample = data[:8192]
    return len(sample.translate(None, _TEXT_BYTES)) / max(1, len(sample))


def _legacy(data: bytes) -> Decoded:
    """The encoding in which the bytes read most like a language; UTF-8 with replacements where more of it is UTF-8 than is not.

    Of 400 documents each in cp1251, koi8, cp1252, cp1250, gb18030, big5, shift_jis, euc_jp …, whole and their first 200
    bytes, none has more than .74 continuation bytes of well-formed sequences to one that is broken.
    """
    lenient = data.decode("utf-8", "replace")
    lost = lenient.count("\ufffd")
    continuing = len(lenient.encode("utf-8")) - len(lenient) - 2 * lost
    if continuing >= lost:
        return Decoded(lenient, "utf-8", (_stray(data, lost),), guessed=True)
    sample = _telling(data)
    best: tuple[float, str] | None = None
    for candidate in (*_MULTI_BYTE, *_SINGLE_BYTE):
        score = _likelihood(sample, candidate)
        if score is not None and (best is None or score > best[0] + 1e-9):
            try:
                data.decode(candidate)
            except UnicodeDecodeError:
                continue
            best = score, candidate
    if best is None:
        return Decoded("", problem="is in no encoding known here; say which with the encoding option, or save it as UTF-8")
    sure = "" if best[0] > 0.5 else ", which is not certain; better say which it is, or save it as UTF-8"
    return Decoded(data.decode(best[1]), best[1], (f"encoding: not UTF-8; read as {best[1]}, guessed from its words{sure}",), guessed=True)


def _stray(data: bytes, lost: int, shown: int = 5) -> str:
    """The bytes that are no UTF-8, in words."""
    places: list[str] = []
    at = 0
    while len(places) < min(lost, shown):
        try:
            data[at:].decode("utf-8")
            break
        except UnicodeDecodeError as error:
            start, at = at + error.start, at + error.end
            places.append(f"{data[start:at].hex(' ').upper()} on line {data.count(10, 0, start) + 1}")
    more = " …" if lost > len(places) else ""
    return f"{_some(lost, 'stray byte')} in UTF-8 became U+FFFD: {', '.join(places)}{more}"


def _telling(data: bytes) -> bytes:
    """Up to _SAMPLE bytes from whole lines that have bytes beyond ASCII."""
    if len(data) <= _SAMPLE:
        return data
    lines, size = [], 0
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", data[: 50 * _SAMPLE]):
        lines.append(line.group()[:_SAMPLE])
        size += len(lines[-1])
        if size >= _SAMPLE:
            break
    return b"".join(lines)


def _likelihood(sample: bytes, name: str) -> float | None:
    """How much the sample, read in this encoding, looks like a language: about 1 and more for text, below 0 for noise; None: it cannot be."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4 or error.start == 0:
            return None
        text = sample[: error.start].decode(name)
    beyond = [c for c in text if c > "\x7f"]
    if not beyond:
        return None
    letters = scripts("".join(beyond))
    if name in _MULTI_BYTE:
        return _east_asian(text, beyond, letters, name)
    shares, _ = word_shares(text)
    best = -1.0
    for lang in list(shares)[:4] or ["en"]:
        alphabet = alphabets().get(lang)
        if alphabet is None:
            continue
        fit = sum(1.0 if c in alphabet or c.lower() in alphabet else 0.8 if c in _PUNCTUATION else -1.0 for c in beyond) / len(beyond)
        best = max(best, fit + shares.get(lang, (0.0, 0.0))[0])
    return best - 2 * _odd_case(text) - 2 * len(_INSIDE_WORD.findall(text)) / len(beyond) - _RARE.get(name, 0.0)


def _odd_case(text: str) -> float:
    """Share of words with a capital after a small letter: what Cyrillic becomes in the wrong encoding."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    return sum(1 for w in words if not (w.islower() or w.istitle() or w.isupper())) / max(1, len(words))


def _east_asian(text: str, beyond: list[str], letters: dict[str, int], name: str) -> float:
    total = len(beyond)
    kana = letters.get("Hira", 0) + letters.get("Kana", 0)
    if name in ("shift_jis", "euc_jp"):
        if sum("\uff61" <= c <= "\uff9f" for c in beyond) * 5 > total:
            return -1.0
        return 1.2 * (min(1.0, 3 * kana / total) if kana + letters.get("Hani", 0) > 0.7 * total else -1.0)
    if name == "euc_kr":
        return 1.2 if letters.get("Hang", 0) > 0.7 * total else -1.0
    common = sum(c in _HAN for c in beyond)
    return 1.2 * min(1.0, 3.5 * common / total) if letters.get("Hani", 0) > 0.6 * total and kana < 0.2 * total else -1.0
