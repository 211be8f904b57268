"""MQM as tab-separated values with Google's columns (https://github.com/google/wmt-mqm-human-evaluation): a row for each error."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from tqcheck.model import Finding, Report
from tqcheck.report.annotated import origin, segments

HEADER = ("system", "doc", "doc_id", "seg_id", "rater", "source", "target", "category", "severity")
_SEVERITY = {"neutral": "Neutral", "minor": "Minor", "major": "Major", "critical": "Critical"}


def render(reports: Iterable[Report]) -> Iterator[str]:
    """A segment without errors has one row "No-error"."""
    yield "\t".join(HEADER) + "\n"
    for number, report in enumerate(reports, 1):
        for unit in segments(report) if report.error is None else ():
            head = (*origin(report, number), str(unit.number), "tqcheck", unit.source)
            if not unit.findings:
                yield _row(*head, report.text[unit.start : unit.end], "No-error", "No-error")
            for f in unit.findings:
                end = min(f.end, unit.end)
                marked = f"{report.text[unit.start : f.start]}<v>{report.text[f.start : end]}</v>{report.text[end : unit.end]}"
                yield _row(*head, marked, category(f), _SEVERITY[f.severity])


def category(finding: Finding) -> str:
    """"accuracy/mistranslation" is "Accuracy/Mistranslation" there."""
    return "/".join(part.replace("-", " ").capitalize() for part in finding.category.split("/"))


def _row(*cells: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells) + "\n"
