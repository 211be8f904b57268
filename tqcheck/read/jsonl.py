"""JSON Lines (jsonlines.org): one article a line, read line by line; a bad line becomes a document with its error."""
from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from tqcheck.model import Document, Reference
from tqcheck.read.decoding import Decoded, decode, oddities
from tqcheck.read.text import MAX_BYTES

_STRINGS = ("text", "lang", "source", "source_lang", "url")
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}(?:(?<=[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)', re.S)
_SPACE = re.compile(r"[ \t\n\r]*")
PAGE_BYTES = 1 << 20
"""A batch is passed between processes with every document, so a large one is not carried along."""
_scan_string: Callable[[str, int], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]
_KINDS = ("auto", "translation", "coverage")


class _Problem(Exception):
    """What is wrong with a line."""


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The articles of a JSONL file, as they come; each is named FILE:LINE.

    A file of up to PAGE_BYTES is carried along as `page`, so that findings have a place in it; larger ones are streamed.
    """
    if stream.seekable():
        decoded = decode(stream.read(PAGE_BYTES), encoding)
        if not stream.read(1) and not decoded.problem and not decoded.guessed:
            yield from _whole(decoded, name)
            return
        stream.seek(0)
        if (decoded.encoding or "").startswith(("utf-16", "utf-32")):  # its line ends are not those of bytes
            stream = cast(BinaryIO, _Recoded(stream, decoded.encoding or ""))
    yield from _streamed(stream, name, encoding)


class _Recoded:
    """A stream in UTF-16 or UTF-32, read as UTF-8. A character that is cut is replaced."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")

    def readline(self, size: int) -> bytes:
        return self.text.readline(size // 4).encode("utf-8").removeprefix(codecs.BOM_UTF8)


def _whole(decoded: Decoded, name: str) -> Iterator[Document]:
    at = 0
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if line.strip():
            yield _article(line, f"{name}:{number}", decoded.encoding, decoded.notes, decoded.text, at)
        at += len(line) + 1


def _streamed(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        where = f"{name}:{number}"
        if len(line) > MAX_BYTES:
            yield _failed(where, f"is longer than {MAX_BYTES >> 20} MB; one line is one article")
            while (more := stream.readline(1 << 20)) and not more.endswith(b"\n"):
                pass
            continue
        decoded = decode(line, encoding)
        if decoded.problem:
            yield _failed(where, decoded.problem)
        elif decoded.text.strip():
            yield _article(decoded.text, where, decoded.encoding, decoded.notes, None, 0)


def _failed(where: str, problem: str, encoding: str | None = None) -> Document:
    return Document(text="", name=where, format="jsonl", encoding=encoding, error=f"{where}: {problem}")


def _article(line: str, where: str, encoding: str | None, notes: tuple[str, ...], page: str | None, at: int) -> Document:
    """The article of a line; `at` is where the line stands in `page`."""
    try:
        fields = _parsed(line)
        text = fields.get("text")
        if text is None:
            raise _Problem('has no "text"; give the article as a string in it')
        for key in _STRINGS:
            if fields.get(key) is not None and not isinstance(fields[key], str):
                raise _Problem(f'"{key}" should be a string, not {_named(fields[key])}')
        references = _references(fields)
        meta = fields.get("meta") or {}
        if not isinstance(meta, dict):
            raise _Problem(f'"meta" should be an object, not {_named(meta)}')
    except _Problem as problem:
        return _failed(where, str(problem), encoding)
    known = {*_STRINGS, "id", "reference", "references", "meta"}
    if fields.get("id") is not None:
        meta = {"id": fields["id"], **meta}
    if unknown := sorted(key for key in fields if key not in known):
        meta = {**{key: fields[key] for key in unknown}, **meta}
    return Document(
        text=text,
        name=where,
        lang=fields.get("lang") or None,
        source=fields.get("source") or None,
        source_lang=fields.get("source_lang") or None,
        references=references,
        url=fields.get("url") or None,
        format="jsonl",
        encoding=encoding,
        page=page,
        raw=() if page is None else _runs(line, at),
        notes=notes + oddities(text),
        meta=meta,
    )


def _parsed(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Problem(f"column {error.pos + 1}: is not JSON ({error.msg}); it was left out") from None
    except (RecursionError, ValueError) as error:
        raise _Problem(f"cannot be read as JSON ({error}); it was left out") from None
    if not isinstance(fields, dict):
        raise _Problem(f'should be an object such as {{"text": "…"}}, not {_named(fields)}; it was left out')
    return fields


def _named(value: object) -> str:
    return {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}.get(type(value), "a number")


def _references(fields: dict[str, Any]) -> tuple[Reference, ...]:
    given = fields.get("references")
    if given is None:
        given = [] if fields.get("reference") is None else [fields["reference"]]
    elif fields.get("reference") is not None:
        raise _Problem('has both "reference" and "references"; give one of them')
    if isinstance(given, str | dict):
        given = [given]
    if not isinstance(given, list):
        raise _Problem(f'"references" should be a list of strings, not {_named(given)}')
    return tuple(_reference(one) for one in given)


def _reference(given: object) -> Reference:
    if isinstance(given, str):
        return Reference(given)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise _Problem('each reference should be a string or an object with a "text"')
    if given.get("kind", "auto") not in _KINDS:
        raise _Problem(f'the kind of a reference should be one of {", ".join(_KINDS)}, not {given["kind"]!r}')
    lang, name = given.get("lang"), given.get("name")
    if not isinstance(lang, str | None) or not isinstance(name, str | None):
        raise _Problem('"lang" and "name" of a reference should be strings')
    return Reference(given["text"], given.get("kind", "auto"), lang, name)


def _runs(line: str, at: int) -> tuple[tuple[int, int, int], ...]:
    """Where the characters of the top-level "text" stand in the file; `at` is where the line stands."""
    found: tuple[int, int] | None = None
    decoder = json.JSONDecoder(strict=True)
    i = _skip(line, _skip(line, 0) + 1)
    while line[i] == '"':
        key, i = _scan_string(line, i + 1)
        i = _skip(line, _skip(line, i) + 1)
        _, end = decoder.raw_decode(line, i)
        if key == "text":
            found = i + 1, end - 1
        i = _skip(line, end)
        if line[i] != ",":
            break
        i = _skip(line, i + 1)
    return tuple(_stretches(line, *found, at)) if found else ()


def _skip(line: str, i: int) -> int:
    return _SPACE.match(line, i).end()  # type: ignore[union-attr]


def _stretches(line: str, start: int, end: int, at: int) -> Iterator[tuple[int, int, int]]:
    """Runs of a JSON string's characters; an escape that stands for its own last character, such as \\", counts as that."""
    text_at, i = 0, start
    for escape in _ESCAPE.finditer(line, start, end):
        if escape.start() > i:
            yield text_at, text_at + escape.start() - i, at + i
            text_at += escape.start() - i
        if escape.group()[1] in '"\\/':
            yield text_at, text_at + 1, at + escape.end() - 1
        text_at += 1
        i = escape.end()
    if end > i:
        yield text_at, text_at + end - i, at + i
