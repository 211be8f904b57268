"""Where findings stand in the file on disk: what annotations, SARIF and suppressions point at."""
from __future__ import annotations

import bisect
from functools import cached_property

import msgspec

from tqcheck.model import Finding, Report
from tqcheck.mqm import SEVERITIES
from tqcheck.positions import Positions


class Place(msgspec.Struct, frozen=True):
    """Lines and columns from 1, in code points; the end is the place after the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Places:
    """Places of one report's findings in its file."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.path = report.document.name
        self.line: int | None = None
        """The line that the whole article is, in a file of one article a line."""
        if report.document.format in ("jsonl", "tsv"):
            path, _, number = report.document.name.rpartition(":")
            if path and number.isdecimal():
                self.path, self.line = path, int(number)

    @cached_property
    def positions(self) -> Positions:
        """Positions in the decoded file."""
        document = self.report.document
        return Positions(self.report.text if document.page is None else document.page)

    def of(self, finding: Finding) -> Place | None:
        """The place of a finding in the file; None where it was not taken from one stretch of it, nor the article from one line."""
        if finding.raw is None:
            return None if self.line is None else Place(self.line, 1, self.line, 1)
        line, column = self.positions.line_column(finding.raw[0])
        end_line, end_column = self.positions.line_column(finding.raw[1])
        return Place(line, column, end_line, end_column)

    def unit(self, finding: Finding) -> str | None:
        """The id of the translation unit that a finding begins in; None where the file has none."""
        starts: list[tuple[int, str]] = self.report.document.meta.get("units", [])
        at = bisect.bisect_right(starts, finding.start, key=lambda unit: unit[0]) - 1
        return starts[at][1] if at >= 0 else None

    def shown(self) -> list[tuple[Finding, Place | None]]:
        """Findings that are not suppressed and more than neutral, the worst first, each with its place."""
        open_ones = [f for f in self.report.findings if f.suppressed is None and f.severity != "neutral"]
        open_ones.sort(key=lambda f: (-SEVERITIES.index(f.severity), f.start))
        return [(f, self.of(f)) for f in open_ones]


def fix(finding: Finding) -> str:
    """The message with the first suggestion, in one line."""
    if not finding.suggestions:
        return finding.message
    return f"{finding.message.rstrip('.')}. Suggestion: {finding.suggestions[0] or '(delete)'}"
