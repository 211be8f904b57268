"""Translation units (XLIFF, TMX, PO) → one document: targets are its text, one a line, sources its source."""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO, Protocol

import msgspec

from tqcheck.model import Document
from tqcheck.read.decoding import Decoded, decode, oddities
from tqcheck.read.text import MAX_BYTES
from tqcheck.read.xml import Handler, XmlError, parse

XML_ENCODING = rb"""<\?xml[^>]{0,100}encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_.:-]{2,40})"""
PLACEHOLDER = "\ufffc"
"""Stands for a variable or an image in the text, so that the words beside it do not run together."""
_NAMED = 5
"""Units left out that a note names one by one."""

BROKEN = -2
"""The place of a space that was a line end."""
Pieces = list[tuple[str, int]]
"""Parts of a text and where each stands in the file; below 0 where it does not stand there letter by letter."""


class Unit(msgspec.Struct):
    """One unit. line: where it begins in the file. left_out: why its target is not to be checked."""

    id: str
    line: int
    source: str
    target: Pieces
    left_out: str | None = None

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.target)


def add(pieces: Pieces, piece: str, place: int) -> None:
    """Add a piece of an XML text: a line end there, with the space around it, is how the file is laid out, and counts as one space."""
    after_break = not pieces or pieces[-1] == (" ", BROKEN)
    kept = piece.lstrip(" \t\n") if after_break else piece
    place = place + len(piece) - len(kept) if place >= 0 else place
    if kept == "\n":
        pieces.append((" ", BROKEN))
    elif kept:
        pieces.append((kept, place))


def document(
    units: Sequence[Unit], decoded: Decoded, name: str, form: str, lang: str | None = None, source_lang: str | None = None, notes: Sequence[str] = (),
) -> Document:  # fmt: skip
    """The document of a file's units. What is left out is said in its notes; `meta["units"]` says where each unit begins in the text."""
    kept = [u for u in units if u.left_out is None and u.text.strip()]
    absent = [u for u in units if u.left_out is not None or not u.text.strip()]
    said = [f'line {u.line}: unit "{u.id[:60]}" {u.left_out or "has no target"}; it was left out' for u in absent[:_NAMED]]
    if len(absent) > _NAMED:
        said.append(f"{len(absent) - _NAMED} more units were left out for such reasons")
    if not kept:
        problem = "holds no translation units" if not units else f"none of its {len(units)} units has a translation to check"
        return Document(text="", name=name, format=form, encoding=decoded.encoding, error=f"{name}: {problem}")
    parts: list[str] = []
    runs: list[tuple[int, int, int]] = []
    starts: list[tuple[int, str]] = []
    at = 0
    for unit in kept:
        if parts:
            parts.append("\n")
            at += 1
        starts.append((at, unit.id))
        for piece, place in unit.target[: -1 if unit.target[-1][1] == BROKEN else None]:
            if place >= 0 and runs and runs[-1][1] == at and runs[-1][2] + at - runs[-1][0] == place:
                runs[-1] = (runs[-1][0], at + len(piece), runs[-1][2])
            elif place >= 0:
                runs.append((at, at + len(piece), place))
            parts.append(piece)
            at += len(piece)
    text = "".join(parts)
    source = "\n".join(" ".join(u.source.split()) for u in kept) if any(u.source.strip() for u in kept) else None
    return Document(
        text=text, name=name, lang=lang or None, source=source, source_lang=source_lang or None, format=form, encoding=decoded.encoding,
        page=decoded.text, raw=tuple(runs), notes=(*decoded.notes, *oddities(text.replace(PLACEHOLDER, "")), *notes, *said), meta={"units": starts},
    )  # fmt: skip


def read_page(stream: BinaryIO, encoding: str | None, declared: bytes) -> Decoded:
    """A whole file, decoded. declared: pattern of how it says its encoding, in bytes."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return Decoded("", problem=f"is larger than {MAX_BYTES >> 20} MB; split it")
    found = re.search(declared, data[:4096])
    return decode(data, encoding, found[1].decode("ascii", "replace") if found else None)


class UnitHandler(Handler, Protocol):
    """What reads the units of an XML format. langs: base of each target language → the first code that it has."""

    units: list[Unit]
    langs: dict[str, str]
    source_lang: str


def base(lang: str) -> str:
    """The language of a code without its region and script."""
    return lang.split("-")[0].casefold()


def of_xml(stream: BinaryIO, name: str, encoding: str | None, form: str, handler: UnitHandler) -> Document:
    """The one document of an XML file of units in one target language."""
    decoded = read_page(stream, encoding, XML_ENCODING)
    problem = decoded.problem
    if problem is None:
        try:
            parse(decoded.text, handler)
        except XmlError as error:
            problem = str(error)
    langs = tuple(handler.langs.values())
    if problem is None and len(langs) > 1:
        problem = f"holds translations into {', '.join(langs)}; give each language a file of its own"
    if problem is not None:
        return Document(text="", name=name, format=form, encoding=decoded.encoding, error=f"{name}: {problem}")
    return document(handler.units, decoded, name, form, next(iter(langs), None), handler.source_lang)
