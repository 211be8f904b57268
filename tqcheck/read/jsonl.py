"""JSON Lines (jsonlines.org): one article a line, read line by line; a bad line becomes a document with its error."""
from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from tqcheck.model import Document, Reference
from tqcheck.read.decoding import oddities
from tqcheck.read.lines import by_line, failed

_STRINGS = ("text", "lang", "source", "source_lang", "url")
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}(?:(?<=[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})?|.)', re.S)
_SPACE = re.compile(r"[ \t\n\r]*")
_scan_string: Callable[[str, int], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]
_KINDS = ("auto", "translation", "coverage")


class _Problem(Exception):
    """What is wrong with a line."""


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The articles of a JSONL file, as they come; each is named FILE:LINE."""
    return by_line(stream, name, encoding, "jsonl", _article)


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
        return failed(where, str(problem), "jsonl", encoding)
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
