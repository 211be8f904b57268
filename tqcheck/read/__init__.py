"""Files, folders, patterns and standard input → documents. Nothing here raises: what cannot be read is a document with its error."""
from __future__ import annotations

import errno
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import BinaryIO

from tqcheck.model import Document

FORMATS: dict[str, str] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".docx": "docx",
    ".xlf": "xliff",
    ".xliff": "xliff",
    ".po": "po",
    ".tmx": "tmx",
    ".tsv": "tsv",
}
"""Suffix of a file → module of this package that reads it."""
_NAMED_ONLY = frozenset([".tmx", ".tsv"])
"""Read where they are named: in folders they mostly are memories and tables beside the articles."""
_IN_FOLDERS = tuple(suffix for suffix in FORMATS if suffix not in _NAMED_ONLY)

_OTHERS = {
    ".json": "JSON is read one article a line: save it as .jsonl",
    ".csv": "give it to tqcheck.check_frame, or save it as .tsv or .jsonl",
    ".xml": "extract its text, or save it as .html",
}
_PEEK = 4096
PIPE_SECONDS = 5
"""How long to wait for somebody to write into a named pipe."""

Reader = Callable[[BinaryIO, str, "str | None"], Iterator[Document]]


def read(path: str | os.PathLike[str], *, encoding: str | None = None) -> Document:
    """Read a file that holds one article; `-` is standard input.

    encoding: its encoding, None: found. Format by suffix. A file that cannot be read gives a Document with `.error`.
    """
    name = os.fspath(path)
    if name != "-" and os.path.isdir(name):
        return _failed(name, "is a folder; tqcheck.read_all reads the files in it")
    documents = read_all([name], encoding=encoding) if name == "-" else _file(name, encoding)
    first = next(documents, None)
    if first is None:
        return _failed(name, "holds no article")
    if next(documents, None) is not None:
        return _failed(name, "holds several articles; tqcheck.read_all reads them one by one")
    return first


def read_all(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, stdin: BinaryIO | None = None, encoding: str | None = None
) -> Iterator[Document]:
    """Read files, folders (with all below, by name), patterns such as `news/*.html`, and `-` for standard input, lazily and in order.

    stdin: what to read for `-`. What cannot be read gives a Document with `.error`, which says what, where and what to do.
    """
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        name = os.fspath(path)
        if name == "-":
            yield from _stdin(stdin or sys.stdin.buffer, encoding)
        elif os.path.isdir(name):
            yield from _folder(name, encoding)
        elif not os.path.lexists(name) and glob.has_magic(name):
            matches = sorted(glob.iglob(name, recursive=True))
            if not matches:
                yield _failed(name, "no file matches this pattern")
            for match in matches:
                yield from _folder(match, encoding) if os.path.isdir(match) else _file(match, encoding)
        else:
            yield from _file(name, encoding)


def _failed(name: str, problem: str) -> Document:
    return Document(text="", name=name, error=f"{name}: {problem}")


def _folder(name: str, encoding: str | None) -> Iterator[Document]:
    """The files of known formats below a folder, without hidden ones."""
    trouble: list[OSError] = []
    empty = True
    for folder, folders, files in os.walk(name, onerror=trouble.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            path = os.path.join(folder, file)
            if not file.startswith(".") and os.path.splitext(file)[1].lower() in _IN_FOLDERS and not _is_special(path):
                empty = False
                yield from _file(path, encoding)
        while trouble:
            yield _unreadable(trouble[0].filename or name, trouble.pop(0))
            empty = False
    for error in trouble:
        yield _unreadable(error.filename or name, error)
        empty = False
    if empty:
        yield _failed(name, f"no files to check in this folder ({' '.join(_IN_FOLDERS)})")


def _is_special(path: str) -> bool:
    """Whether a path is a pipe, socket or device, on which reading may wait for ever; nobody keeps articles in those."""
    return os.path.exists(path) and not os.path.isfile(path)


def _unreadable(name: str, error: OSError) -> Document:
    return _failed(name, f"cannot be read: {error.strerror or error}")


def _file(name: str, encoding: str | None) -> Iterator[Document]:
    try:
        with open(name, "rb", opener=_opened) as stream:
            before = os.fstat(stream.fileno())
            suffix = os.path.splitext(name)[1].lower()
            if suffix in _OTHERS:
                yield _failed(name, f"{suffix} files are not read; {_OTHERS[suffix]}")
                return
            kind = FORMATS.get(suffix) or _kind(stream.peek(_PEEK))
            for document in _reader(kind)(stream, name, encoding):
                after = os.fstat(stream.fileno())
                if document.error is None and (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    from msgspec import structs

                    note = "the file changed while it was read; what had been read is checked"
                    document = structs.replace(document, notes=(*document.notes, note))
                yield document
    except OSError as error:
        yield _unreadable(name, error)
    except ValueError as error:  # a NUL in the name
        yield _failed(name, f"cannot be read: {error}")


def _opened(name: str, flags: int) -> int:
    """A file's descriptor. Raises OSError for a pipe into which nobody has begun to write in PIPE_SECONDS."""
    if not stat.S_ISFIFO(os.stat(name).st_mode):
        return os.open(name, flags)
    import select

    descriptor = os.open(name, flags | os.O_NONBLOCK)
    try:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(int(PIPE_SECONDS * 1000)) and not _has_writer(descriptor):
            raise OSError(errno.EPIPE, f"is a pipe, and nobody wrote to it in {PIPE_SECONDS} s")
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _has_writer(pipe: int) -> bool:
    """Whether an empty pipe is open at its other end: only there reading would have to wait."""
    try:
        return bool(os.read(pipe, 1))
    except BlockingIOError:
        return True


def _stdin(stream: BinaryIO, encoding: str | None) -> Iterator[Document]:
    try:
        buffered = stream if hasattr(stream, "peek") else io.BufferedReader(stream)  # type: ignore[type-var]
        yield from _reader(_kind(buffered.peek(_PEEK)))(buffered, "<stdin>", encoding)
    except OSError as error:
        yield _unreadable("<stdin>", error)


def _kind(start: bytes) -> str:
    """The format that the first bytes of an input without a known suffix show."""
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:_PEEK].lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if head.startswith(b"{") and b'"text"' in head.split(b"\n", 1)[0]:
        return "jsonl"
    return "text"


def _reader(kind: str) -> Reader:
    reader: Reader = import_module(f"{__name__}.{kind}").documents
    return reader
