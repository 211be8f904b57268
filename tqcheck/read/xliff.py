"""XLIFF 1.2 and 2.x (OASIS): the targets of its units are the text, the sources the source; codes inside them are left out."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from tqcheck.model import Document
from tqcheck.read import units
from tqcheck.read.units import Unit
from tqcheck.read.xml import XmlError

_CODES = frozenset(["bpt", "ept", "it", "ph", "ut", "x"])
"""What these hold is the original format's code, not text (1.2 § 2.4)."""
_STANDS_FOR_SOMETHING = frozenset(["ph", "x"])
_ASIDE = frozenset(["alt-trans", "seg-source", "note", "notes", "matches", "glossary", "originalData", "metadata", "skeleton", "header"])
"""Parts whose sources and targets are proposals, terms and originals, not the translation."""


class _Handler:
    def __init__(self) -> None:
        self.version: str | None = None
        self.source_lang = ""
        self.langs: dict[str, str] = {}
        self.units: list[Unit] = []
        self.open: list[str] = []
        self.hidden = 0
        self.unit: Unit | None = None
        self.side: str | None = None

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        if not self.open:
            if name != "xliff" or not attributes.get("version", "").startswith(("1.", "2.")):
                raise XmlError("is XML, but not XLIFF 1.2 or 2.x")
            self.version = attributes["version"]
        self.open.append(name)
        if name in _ASIDE or (name in _CODES and self.side):
            self.hidden += 1
            if name in _STANDS_FOR_SOMETHING and self.hidden == 1:
                self._add(units.PLACEHOLDER, -1)
        elif self.hidden:
            return
        elif name in ("xliff", "file"):
            self.source_lang = self.source_lang or attributes.get("srcLang") or attributes.get("source-language", "")
            lang = attributes.get("trgLang") or attributes.get("target-language")
            if lang:
                self.langs.setdefault(units.base(lang), lang)
        elif name in ("trans-unit", "unit"):
            self.unit = Unit(attributes.get("id", ""), line, "", [], "" if attributes.get("translate") == "no" else None)
        elif name in ("source", "target") and self.unit:
            self.side = name
            before = (self.unit.text if name == "target" else self.unit.source)[-1:]
            if before and not before.isspace() and before not in "。！？":
                self._add(" ", -1)  # segments of one unit are sentences

    def end(self, name: str) -> None:
        self.open.pop()
        if name in _ASIDE or (name in _CODES and self.side):
            self.hidden -= 1
        elif self.hidden:
            return
        elif name in ("source", "target"):
            self.side = None
        elif name in ("trans-unit", "unit") and self.unit:
            if self.unit.left_out is None:
                self.units.append(self.unit)
            self.unit = None

    def text(self, piece: str, place: int) -> None:
        if not self.hidden:
            self._add(piece, place)

    def _add(self, piece: str, place: int) -> None:
        if self.unit and self.side == "target":
            units.add(self.unit.target, piece, place)
        elif self.unit and self.side == "source":
            self.unit.source += piece


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The one document of an XLIFF file."""
    yield units.of_xml(stream, name, encoding, "xliff", _Handler())
