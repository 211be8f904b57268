"""Reports: each format a pure function of the reports, listed here. A new format is one file and one line."""
from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import msgspec

from tqcheck.model import Report

Render = Callable[[Iterable[Report]], Iterator[str | bytes]]


class Format(msgspec.Struct, frozen=True):
    """A way to write reports down. module: where its `render(reports)` lives; suffix: of its files."""

    module: str
    suffix: str
    summary: str

    def render(self, reports: Iterable[Report]) -> Iterator[str | bytes]:
        """The report in pieces, as the reports come."""
        module = importlib.import_module(f"tqcheck.report.{self.module}")
        return cast(Render, module.render)(reports)


FORMATS: dict[str, Format] = {
    "text": Format("terminal", ".txt", "for a person in a terminal"),
    "json": Format("json_report", ".json", "everything, versioned (docs/json.md)"),
    "jsonl": Format("jsonl", ".jsonl", "the same, one article a line"),
    "html": Format("page", ".html", "a page for the editor: the article with its findings marked"),
    "markdown": Format("markdown", ".md", "a summary for pull requests"),
    "sarif": Format("sarif", ".sarif", "SARIF 2.1.0, for code scanning"),
    "junit": Format("junit", ".xml", "JUnit XML, for CI servers"),
    "github": Format("github", ".github", "GitHub annotations"),
    "gitlab": Format("gitlab", ".gitlab.json", "GitLab code quality"),
    "rdjson": Format("rdjson", ".rdjson", "reviewdog"),
    "csv": Format("csv_report", ".csv", "a row for each finding"),
    "xlsx": Format("xlsx", ".xlsx", "the same as a workbook (extra `office`)"),
    "docx": Format("word", ".docx", "the Word file that came in, findings as comments (extra `office`)"),
    "spans": Format("spans_report", ".spans.jsonl", "error spans as mt-metrics-eval reads them"),
    "mqm": Format("mqm_report", ".tsv", "MQM annotations with Google's columns"),
}
