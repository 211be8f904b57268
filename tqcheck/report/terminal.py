"""Text for a person in a terminal: the verdict, where the text comes from, then findings in context, the worst first."""
from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

from tqcheck.model import Finding, Report
from tqcheck.mqm import SEVERITIES
from tqcheck.positions import Positions
from tqcheck.report import words
from tqcheck.report.places import Places

WIDTH = 100
CONTEXT = 36
_COLOUR = {"critical": "1;31", "major": "31", "minor": "33", "neutral": "36", "PASS": "1;32", "FAIL": "1;31", "INCOMPLETE": "1;33", "dim": "2", "mark": "1;4"}


def render(reports: Iterable[Report], colour: bool = False) -> Iterator[str]:
    """One block for each report, then a line of totals where there are several."""
    totals: dict[str, int] = {}
    for report in reports:
        yield _block(report, colour)
        verdict = "unreadable" if report.error else report.outcome.verdict
        totals[verdict] = totals.get(verdict, 0) + 1
    if sum(totals.values()) > 1:
        yield f"{sum(totals.values())} articles: " + ", ".join(f"{n} {verdict}" for verdict, n in sorted(totals.items())) + "\n"


def brief(reports: Iterable[Report], colour: bool = False) -> Iterator[str]:
    """A line for each report, for when the reports themselves go to files."""
    paint = Painter(colour)
    for report in reports:
        if report.error:
            yield f"{paint('FAIL', 'ERROR')}       {printable(report.document.name)}\n"
        else:
            verdict = words.VERDICTS[report.outcome.verdict]
            yield f"{paint(verdict, f'{verdict:<10}')}  {printable(report.document.name)}  ·  {words.counts(report)}\n"


def _block(report: Report, colour: bool) -> str:
    paint = Painter(colour)
    name = printable(report.document.name)
    if report.error:
        return f"{paint('FAIL', 'ERROR')}  {printable(report.error)}\n\n"
    verdict = words.VERDICTS[report.outcome.verdict]
    lines = [f"{paint(verdict, verdict)}  {name}  {paint('dim', '·')}  {words.counts(report)}"]
    lines += [f"  {words.provenance(report.provenance)}"]
    if because := words.because(report.provenance):
        lines += _wrapped(because, "    ")
    for reason in report.outcome.reasons:
        lines += _wrapped(f"{verdict.lower()}: {reason}", "  ")
    if passing := words.unfailing(report):
        lines += _wrapped(passing, "  ")
    for note in (*report.document.notes, *report.notes):
        lines += _wrapped(f"note: {printable(note)}", "  ")
    if len(report.articles) > 1:
        lines.append(f"  {len(report.articles)} articles in this page, each judged on its own:")
        for a in report.articles:
            where = Positions(report.text).line_column(a.start)[0]
            title = printable(" ".join((a.title or report.text[a.start : a.end]).split()))[:60]
            lines.append(f"    line {where:<5} {a.outcome.verdict:<5} {a.provenance.label:<18} {title}")
    if report.scores.document:
        figures = "  ".join(f"{name} {value:.1f}" for name, value in report.scores.document.items())
        only_coverage = set(report.scores.kinds) == {"coverage"}
        lines.append(f"  against the {'other coverage, where passages align' if only_coverage else 'references'}: {figures}")
    if report.shared:
        lines += _wrapped(f"with the other coverage in common: {words.shared(report)}", "  ")
    positions = Positions(report.text)
    for severity in reversed(SEVERITIES):
        group = [f for f in report.findings if f.severity == severity and f.suppressed is None]
        if group:
            lines.append("")
            lines.append(f"  {paint(severity, severity.upper())} ({len(group)})")
            for finding in group:
                lines += _finding(report, finding, positions, paint)
    failed = [c for c in report.checks if c.status == "failed"]
    for check in failed:
        lines.append(f"  {check.rule} failed: {printable(check.why)}")
    return "\n".join(lines) + "\n\n"


def _finding(report: Report, f: Finding, positions: Positions, paint: Painter) -> list[str]:
    line, column = positions.line_column(f.start)
    fix = " → " + " or ".join(printable(s) or "(delete)" for s in f.suggestions[:3]) if f.suggestions else ""
    unit = Places(report).unit(f)
    where = f"{line}:{column}" if unit is None else f"unit {printable(_one_line(unit, 40))}"
    head = f"  {where:>8}  {paint('mark', printable(_one_line(f.text, 60)))}{fix}"
    before = printable(" ".join(report.text[max(0, f.start - CONTEXT) : f.start].split("\n")[-1].split(" ")))
    after = printable(report.text[f.end : f.end + CONTEXT].split("\n")[0])
    context = f"            {paint('dim', '…' + before)}{paint('mark', printable(_one_line(f.text, 60)))}{paint('dim', after + '…')}"
    return [head, context, *_wrapped(f"{f.message} [{f.rule}, {words.share(f.confidence)}]", "            ")]


def _one_line(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False) or []


class Painter:
    """Wraps text in ANSI colours, or leaves it."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLOUR[kind]}m{text}\x1b[0m" if self.colour else text


def printable(text: str) -> str:
    """Without control and direction characters, which could repaint or reorder a terminal's lines."""
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or c in "\n\u200d\u00ad" else "\ufffd" for c in text)
