"""Line-parallel files: line n of the text, of its source and of each reference belong together, and each is a document of its own."""
from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from tqcheck.errors import InputError
from tqcheck.model import Document, Reference
from tqcheck.read.decoding import Decoded
from tqcheck.read.lines import PAGE_BYTES
from tqcheck.read.text import decoded_stream


def documents(text: str, source: str | None, references: Sequence[str], encoding: str | None = None) -> Iterator[Document]:
    """The lines of a file, each named FILE:LINE, with the same line of the others. Raises InputError where a file cannot be read or has
    another number of lines; a line without text is a document with its error."""
    decoded = _read(text, encoding)
    others = [_lines(_read(path, encoding)) for path in ([source] if source else []) + list(references)]
    lines = _lines(decoded)
    for path, found in zip(([source] if source else []) + list(references), others, strict=True):
        if len(found) != len(lines):
            raise InputError(f"{path}: {len(found)} lines, but {text} has {len(lines)}; line-parallel files have as many")
    page = decoded.text if len(decoded.text) <= PAGE_BYTES else None
    at = 0
    for n, line in enumerate(lines, 1):
        beside = [found[n - 1] for found in others]
        error = None if line.strip() else f"{text}:{n}: the line is empty; there is nothing to check"
        yield Document(
            text=line, name=f"{text}:{n}", source=(beside.pop(0) or None) if source else None,
            references=tuple(Reference(r, kind="translation", name=path) for r, path in zip(beside, references, strict=True) if r.strip()),
            encoding=decoded.encoding, page=page, raw=() if page is None else ((0, len(line), at),), notes=decoded.notes,
            meta={"doc": os.path.basename(text), "seg_id": str(n)}, error=error,
        )  # fmt: skip
        at += len(line) + 1


def _read(path: str, encoding: str | None) -> Decoded:
    try:
        with open(path, "rb") as stream:
            decoded = decoded_stream(stream, encoding)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if decoded.problem:
        raise InputError(f"{path}: {decoded.problem}")
    return decoded


def _lines(decoded: Decoded) -> list[str]:
    return decoded.text.removesuffix("\n").split("\n") if decoded.text else []
