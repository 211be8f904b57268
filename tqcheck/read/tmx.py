"""TMX 1.4 (LISA/GALA): a translation memory; the segments in its target language are the text, those in its source language the source."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from tqcheck.model import Document
from tqcheck.read import units
from tqcheck.read.units import Pieces, Unit
from tqcheck.read.xml import XmlError

_CODES = frozenset(["bpt", "ept", "it", "ph", "ut"])
"""What these hold is the original format's code, not text."""


class _Handler:
    def __init__(self) -> None:
        self.source_lang = ""
        self.langs: dict[str, str] = {}
        self.units: list[Unit] = []
        self.open: list[str] = []
        self.hidden = 0
        self.own_source = ""
        self.line, self.id = 0, ""
        self.versions: list[tuple[str, Pieces]] = []
        self.inside = False

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        if not self.open and name != "tmx":
            raise XmlError("is XML, but not TMX")
        self.open.append(name)
        if name in _CODES:
            self.hidden += 1
            if name == "ph" and self.inside:
                self.versions[-1][1].append((units.PLACEHOLDER, -1))
        elif name == "header":
            self.source_lang = attributes.get("srclang", "")
        elif name == "tu":
            self.own_source = attributes.get("srclang", self.source_lang)
            self.line, self.versions = line, []
            self.id = attributes.get("tuid") or str(len(self.units) + 1)
        elif name == "tuv":
            self.versions.append((attributes.get("lang", ""), []))
        elif name == "seg" and self.versions:
            self.inside = True

    def end(self, name: str) -> None:
        self.open.pop()
        if name in _CODES:
            self.hidden -= 1
        elif name == "seg":
            self.inside = False
        elif name == "tu" and self.versions:
            self._close()

    def _close(self) -> None:
        wanted = units.base(self.own_source)
        at = next((n for n, (lang, _) in enumerate(self.versions) if units.base(lang) == wanted), 0)
        lang, source = self.versions.pop(at)
        if not self.source_lang or self.source_lang == "*all*":
            self.source_lang = lang
        for lang, pieces in self.versions or [("", [])]:
            if lang:
                self.langs.setdefault(units.base(lang), lang)
            self.units.append(Unit(self.id, self.line, "".join(p for p, _ in source), pieces))

    def text(self, piece: str, place: int) -> None:
        if self.inside and not self.hidden:
            units.add(self.versions[-1][1], piece, place)


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The one document of a translation memory."""
    yield units.of_xml(stream, name, encoding, "tmx", _Handler())
