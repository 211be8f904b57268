"""Files of one article a line, read line by line: a bad line becomes a document with its error, and the rest goes on."""
from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from tqcheck.model import Document
from tqcheck.read.decoding import Decoded, decode
from tqcheck.read.text import MAX_BYTES

PAGE_BYTES = 1 << 20
"""A batch is passed between processes with every document, so a large file is not carried along."""

Article = Callable[[str, str, "str | None", tuple[str, ...], "str | None", int], "Document | None"]
"""(line without its end, FILE:LINE, encoding, notes, page, where the line stands in the page) → its article; None for a line that is none."""


def by_line(stream: BinaryIO, name: str, encoding: str | None, form: str, article: Article) -> Iterator[Document]:
    """The articles of a file, as they come; each is named FILE:LINE.

    A file of up to PAGE_BYTES is carried along as `page`, so that findings have a place in it; larger ones are streamed.
    """
    if stream.seekable():
        decoded = decode(stream.read(PAGE_BYTES), encoding)
        if not stream.read(1) and not decoded.problem and not decoded.guessed:
            yield from _whole(decoded, name, article)
            return
        stream.seek(0)
        if (decoded.encoding or "").startswith(("utf-16", "utf-32")):  # its line ends are not those of bytes
            stream = cast(BinaryIO, _Recoded(stream, decoded.encoding or ""))
    yield from _streamed(stream, name, encoding, form, article)


class _Recoded:
    """A stream in UTF-16 or UTF-32, read as UTF-8. A character that is cut is replaced."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")

    def readline(self, size: int) -> bytes:
        return self.text.readline(size // 4).encode("utf-8").removeprefix(codecs.BOM_UTF8)


def _whole(decoded: Decoded, name: str, article: Article) -> Iterator[Document]:
    at = 0
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if line.strip() and (found := article(line, f"{name}:{number}", decoded.encoding, decoded.notes, decoded.text, at)):
            yield found
        at += len(line) + 1


def _streamed(stream: BinaryIO, name: str, encoding: str | None, form: str, article: Article) -> Iterator[Document]:
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        where = f"{name}:{number}"
        if len(line) > MAX_BYTES:
            yield failed(where, f"is longer than {MAX_BYTES >> 20} MB; one line is one article", form)
            while (more := stream.readline(1 << 20)) and not more.endswith(b"\n"):
                pass
            continue
        decoded = decode(line, encoding)
        if decoded.problem:
            yield failed(where, decoded.problem, form)
        elif decoded.text.strip() and (found := article(decoded.text.rstrip("\n"), where, decoded.encoding, decoded.notes, None, 0)):
            yield found


def failed(where: str, problem: str, form: str, encoding: str | None = None) -> Document:
    return Document(text="", name=where, format=form, encoding=encoding, error=f"{where}: {problem}")
