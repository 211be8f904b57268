"""A report as annotated segments, the shape of human annotation: sentences, or the lines that its source has too."""
from __future__ import annotations

from collections.abc import Iterator

from tqcheck.model import Finding, Report, Value


class Annotated(Value, frozen=True):
    """One segment. number: from 1; start, end: its place in the report's text; findings: those that begin in it."""

    number: int
    start: int
    end: int
    source: str
    findings: tuple[Finding, ...]


def segments(report: Report) -> Iterator[Annotated]:
    """The segments of a report in text order.

    A document that is a segment itself (read from MQM annotations or line-parallel files) is one; where source and text have as many
    lines, as units of translation do, the lines are; elsewhere the sentences, whose source is not known.
    """
    text, source = report.text, report.document.source or ""
    lines, theirs = text.split("\n"), source.split("\n")
    if "seg_id" in report.document.meta:
        spans = [(0, len(text), source)]
    elif source and len(lines) == len(theirs):
        spans, at = [], 0
        for line, original in zip(lines, theirs, strict=True):
            spans.append((at, at + len(line), original))
            at += len(line) + 1
    else:
        spans = [(s.start, s.end, "") for segment in report.segments for s in segment.sentences]
    first = report.document.meta.get("seg_id")
    for number, (start, end, original) in enumerate(spans, int(first) if isinstance(first, str | int) and str(first).isdigit() else 1):
        found = tuple(f for f in report.findings if f.suppressed is None and start <= f.start < end)
        yield Annotated(number, start, end, original, found)


def origin(report: Report, number: int) -> tuple[str, str, str]:
    """System, document and its number of report `number`, as the annotations it was read from have them."""
    meta = report.document.meta
    return str(meta.get("system") or "tqcheck"), str(meta.get("doc") or report.document.name), str(meta.get("doc_id") or number)
