"""Error spans, one segment a line, as mt-metrics-eval reads them (its standalone ratings: github.com/google-research/mt-metrics-eval).

Offsets are half-open, in code points of `hypothesis`; `segment_id` counts from 0; `score` is the MQM weight of the error.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tqcheck.model import Report
from tqcheck.mqm import weight
from tqcheck.report.annotated import origin, segments
from tqcheck.report.mqm_report import category


def render(reports: Iterable[Report]) -> Iterator[str]:
    for number, report in enumerate(reports, 1):
        if report.error is not None:
            continue
        system, document, _ = origin(report, number)
        for unit in segments(report):
            errors = [
                {
                    "start": f.start - unit.start, "end": min(f.end, unit.end) - unit.start, "category": category(f), "severity": f.severity,
                    "score": weight(f.severity, f.category), "is_source_error": False,
                }
                for f in unit.findings
            ]  # fmt: skip
            rating = {
                "source": unit.source, "hypothesis": report.text[unit.start : unit.end], "errors": errors, "document_id": document,
                "segment_id": unit.number - 1, "system_id": system, "rater_id": "tqcheck",
                "src_lang": report.document.source_lang, "tgt_lang": report.lang,
            }  # fmt: skip
            yield json.dumps(rating, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8") + "\n"
