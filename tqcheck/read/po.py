"""PO files of gettext (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html): msgstr is the text, msgid the source.

Fuzzy entries are drafts, obsolete ones (#~) are out of use: both are left out. Every character keeps its place in the file.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from tqcheck.model import Document
from tqcheck.read import units
from tqcheck.read.units import Pieces, Unit

_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d{1,3}\])?)[ \t]*(?=")|(?=")')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*\Z', re.S)
_PLAIN = re.compile(r"[^\\]+|\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.S)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CHARSET = rb"charset=([A-Za-z0-9_.:-]{2,40})"


class _Wrong(Exception):
    pass


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The one document of a PO file."""
    decoded = units.read_page(stream, encoding, _CHARSET)
    found: list[Unit] = []
    problem, lang = decoded.problem, None
    if problem is None:
        try:
            found, lang = _units(decoded.text)
        except _Wrong as wrong:
            problem = str(wrong)
    if problem is not None:
        yield Document(text="", name=name, format="po", encoding=decoded.encoding, error=f"{name}: {problem}")
        return
    yield units.document(found, decoded, name, "po", lang)


def _units(page: str) -> tuple[list[Unit], str | None]:
    found: list[Unit] = []
    lang: str | None = None
    for line, fuzzy, fields in _entries(page):
        source = _plain(fields.get("msgid", []))
        if not source and "msgctxt" not in fields:
            header = re.search(r"^Language:[ \t]*([A-Za-z0-9_@-]{2,30})", _plain(fields.get("msgstr", [])), re.M)
            lang = header[1].split("@")[0].replace("_", "-") if header else None
            continue
        for key, pieces in fields.items():
            if key.startswith("msgstr"):
                plural = key not in ("msgstr", "msgstr[0]")
                own = _plain(fields["msgid_plural"]) if plural and "msgid_plural" in fields else source
                found.append(Unit(_plain(fields.get("msgctxt", [])) or source[:40], line, own, pieces, "is fuzzy" if fuzzy else None))
    return found, lang


def _entries(page: str) -> Iterator[tuple[int, bool, dict[str, Pieces]]]:
    """(line where it begins, whether it is fuzzy, its strings by keyword) of each entry in use."""
    fields: dict[str, Pieces] = {}
    fuzzy = False
    began, key, at = 1, "", 0
    for number, line in enumerate(page.split("\n"), 1):
        start, at = at, at + len(line) + 1
        content = line.strip()
        comment = content.startswith("#")
        opens = content.startswith(("msgctxt", "msgid ", 'msgid"', "msgid\t"))
        if any(k.startswith("msgstr") for k in fields) and (comment or not content or opens):
            yield began, fuzzy, fields
            fields, fuzzy, key = {}, False, ""
        if comment:
            fuzzy |= content.startswith("#,") and "fuzzy" in content
            continue
        if not content:
            continue
        word = _KEYWORD.match(content)
        string = _STRING.match(content, word.end()) if word else None
        if word is None or string is None or not (word[1] or key):
            raise _Wrong(f"line {number}: is no line of a PO file: {content[:60]}")
        if word[1]:
            began = number if not fields else began
            key = word[1]
            if key in fields:
                raise _Wrong(f"line {number}: a second {key} in one entry")
            fields[key] = []
        fields[key] += _pieces(string[1], start + len(line) - len(line.lstrip()) + string.start(1))
    if any(k.startswith("msgstr") for k in fields):
        yield began, fuzzy, fields


def _pieces(written: str, at: int) -> Pieces:
    """A string's characters, its escapes resolved."""
    found: Pieces = []
    for part in _PLAIN.finditer(written):
        piece = part.group()
        if piece[0] != "\\":
            found.append((piece, at + part.start()))
        elif piece[1] in "\"\\'?":
            found.append((piece[1], at + part.start() + 1))
        elif piece[1] == "x":
            found.append((chr(int(piece[2:], 16)), -1))
        elif piece[1] in "01234567":
            found.append((chr(int(piece[1:], 8)), -1))
        else:
            found.append((_ESCAPES.get(piece[1], piece[1]), -1))
    return found


def _plain(pieces: Pieces) -> str:
    return "".join(piece for piece, _ in pieces)
