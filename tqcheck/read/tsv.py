"""Tab-separated values with a header (https://www.iana.org/assignments/media-types/text/tab-separated-values): one article a line.

Columns: text; source, reference, lang, source_lang, id where there are any; others go to `meta`. Fields stand as they are: quotation
marks belong to the text, a field has neither tabs nor line ends. MQM annotations with Google's columns
(https://github.com/google/wmt-mqm-human-evaluation: a row for each error, marked with <v> in the segment) give each segment of each
system once, without the marks.
"""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tqcheck.model import Document, Reference
from tqcheck.read.decoding import oddities
from tqcheck.read.lines import by_line, failed

_NAMES = {
    "text": "text", "target": "text", "translation": "text", "hypothesis": "text", "mt": "text", "source": "source", "src": "source",
    "reference": "reference", "ref": "reference", "lang": "lang", "source_lang": "source_lang", "src_lang": "source_lang",
}  # fmt: skip
"""Header → field."""


_MQM = frozenset({"system", "seg_id", "category", "severity"})
"""Columns by which an MQM file is known, beside source and target."""
_MARK = re.compile(r"</?v>")


def documents(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[Document]:
    """The articles of a TSV file, as they come; each is named FILE:LINE."""
    header: list[str] = []
    seen: set[tuple[str, ...]] = set()

    def article(line: str, where: str, own: str | None, notes: tuple[str, ...], page: str | None, at: int) -> Document | None:
        cells = line.removesuffix("\r").split("\t")
        if not header:
            header.extend(_NAMES.get(cell.strip().casefold(), cell.strip()) for cell in cells)
            wrong = _wrong(header)
            return failed(where, wrong, "tsv", own) if wrong else None
        if _wrong(header):
            return None
        if len(cells) != len(header):
            return failed(where, f"has {len(cells)} columns, the header {len(header)}; it was left out", "tsv", own)
        fields = dict(zip(header, cells, strict=True))
        text = fields.pop("text")
        marks = list(_MARK.finditer(text)) if fields.keys() >= _MQM else []
        if fields.keys() >= _MQM:
            segment = tuple(fields.get(key, "") for key in ("system", "doc", "doc_id", "seg_id"))
            if segment in seen:
                return None
            seen.add(segment)
            fields = {key: fields[key] for key in ("system", "doc", "doc_id", "seg_id", "source") if key in fields}
            fields["source"] = _MARK.sub("", fields.get("source", ""))
        if not text.strip():
            return failed(where, 'has no text in column "text"; there is nothing to check', "tsv", own)
        start = at + sum(len(cell) + 1 for cell in cells[: header.index("text")])
        known = {key: fields.pop(key, "").strip() or None for key in ("source", "reference", "lang", "source_lang")}
        return Document(
            text=_MARK.sub("", text) if marks else text, name=where, lang=known["lang"], source=known["source"], source_lang=known["source_lang"],
            references=(Reference(known["reference"]),) if known["reference"] else (), format="tsv", encoding=own, page=page,
            raw=() if page is None else _runs(text, marks, start), notes=notes + oddities(text), meta=dict(fields),
        )  # fmt: skip

    return by_line(stream, name, encoding, "tsv", article)


def _runs(text: str, marks: Sequence[re.Match[str]], start: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches between the marks: (start, end in the text without marks, start in the page)."""
    runs, at = [], 0
    for low, high in itertools.pairwise([0, *(n for m in marks for n in m.span()), len(text)]):
        if high > low and not any(m.span() == (low, high) for m in marks):
            runs.append((at, at + high - low, start + low))
            at += high - low
    return tuple(runs)


def _wrong(header: list[str]) -> str | None:
    if header.count("text") != 1:
        return f"the header names {'no' if 'text' not in header else 'more than one'} column \"text\"; it should be a line such as text⇥source⇥reference"
    double = next((name for name in header if header.count(name) > 1), None)
    return f"the header names {double!r} twice" if double else None
