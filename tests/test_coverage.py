"""What other coverage of the event says too."""
from __future__ import annotations

import pytest

import tqcheck
from tqcheck.model import Report, Shared

TEXT = (
    "Minister Ann Moor said on Monday that the talks “awaken certain hopes” for the ferry line.\n\n"
    "The line carried 3,400 passengers last year, the Oban harbour office said."
)
OTHERS = (
    "Ann Moor said the talks about the ferry line “awaken hope”. Her deputy, Piet de Vries, left early.",
    "The talks awaken “a certain degree of quiet hope”, Moor said. Last year 3,400 passengers took the ferry, and 17 crews worked on it.",
    "A baker in Leeds won a prize for his bread.",
)


def checked(text: str = TEXT, kind: str = "coverage") -> Report:
    return tqcheck.Checker().check(text, lang="en", references=[tqcheck.Reference(other, kind=kind) for other in OTHERS])


@pytest.fixture(scope="module")
def report() -> Report:
    return checked()


def fact(report: Report, kind: str) -> Shared:
    (found,) = [s for s in report.shared if s.kind == kind]
    return found


def test_people_are_linked_by_surname(report: Report) -> None:
    person = fact(report, "person")
    assert person.text == "Ann Moor"
    assert [(p.where, p.index, p.text) for p in person.places] == [("text", 0, "Ann Moor"), ("reference", 0, "Ann Moor"), ("reference", 1, "Moor")]
    assert person.references == 2


def test_figures_are_linked_by_what_they_count(report: Report) -> None:
    figure = fact(report, "figure")
    assert figure.text == "3,400 passengers"
    assert [(p.where, p.index) for p in figure.places] == [("text", 0), ("reference", 1)]


def test_quotations_are_linked_by_what_they_say(report: Report) -> None:
    quotation = fact(report, "quotation")
    assert quotation.text == "a certain degree of quiet hope"
    assert [p.text for p in quotation.places] == ["awaken certain hopes", "awaken hope", "a certain degree of quiet hope"]


def test_places_are_exact(report: Report) -> None:
    for shared in report.shared:
        for p in shared.places:
            whole = report.text if p.where == "text" else OTHERS[p.index]
            assert whole[p.start : p.end] == p.text


def test_translations_are_no_coverage() -> None:
    assert checked(kind="translation").shared == ()


def test_coverage_never_says_that_something_is_missing(report: Report) -> None:
    assert not {f.rule for f in report.findings} & {"missing-passage", "omission", "low-similarity"}


def test_reports_with_shared_facts_are_read_again(report: Report) -> None:
    from tqcheck.report import json_report

    assert json_report.from_dict(report.to_dict()).shared == report.shared
