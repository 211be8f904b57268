"""XML read safely, with the place of every character: no entities of the file's own, nothing fetched, nothing expanded."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat


class XmlError(Exception):
    """Why a file is no XML that is read here."""


class Handler(Protocol):
    """What is told of a file, in order. Names are local ones, without their namespace."""

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, piece: str, place: int) -> None:
        """place: where the piece stands in the page letter by letter; -1 where it does not (an entity, a line end)."""


def parse(page: str, handler: Handler) -> None:
    """Tell a handler what a decoded file holds. Raises XmlError, with the line."""
    data = page.encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = False
    at = [0, 0]
    """A byte offset and the code point that stands there; the parser only goes forward."""

    def start(name: str, attributes: dict[str, str]) -> None:
        handler.start(_local(name), {_local(key): value for key, value in attributes.items()}, parser.CurrentLineNumber)

    def text(piece: str) -> None:
        byte = parser.CurrentByteIndex
        at[1] += len(data[at[0] : byte].decode("utf-8", "replace"))
        at[0] = byte
        handler.text(piece, at[1] if page.startswith(piece, at[1]) else -1)

    def entity(name: str, *_: object) -> None:
        raise XmlError(f"line {parser.CurrentLineNumber}: declares an entity ({name}); such files are not read, as they can unpack to any size")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: handler.end(_local(name))
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise XmlError(f"line {error.lineno}: is not well-formed XML ({expat.ErrorString(error.code)})") from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
