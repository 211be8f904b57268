"""Every rule's examples are its tests: bad ones are flagged exactly where it says, good ones are left alone."""
from __future__ import annotations

from pathlib import Path

import pytest

import tqcheck
from tqcheck.checks.case import Case
from tqcheck.checks.registry import CHECKS, RULES
from tqcheck.checks.rule import Check, Example, Rule
from tqcheck.config import Settings
from tqcheck.model import Finding, Provenance, Scores
from tqcheck.names.roster import Roster
from tqcheck.report import rules
from tqcheck.segment import segment

BAD = [pytest.param(c, r, e, id=f"{r.name}-{i}") for c in CHECKS for r in c.rules for i, e in enumerate(r.bad)]
GOOD = [pytest.param(c, r, e, id=f"{r.name}-{i}") for c in CHECKS for r in c.rules for i, e in enumerate(r.good)]


def found(check: Check, rule: Rule, example: Example) -> list[Finding]:
    segmentation = segment(example.plain, example.lang)
    late = {"provenance", "scores"} & set(rule.needs)
    if "scores" in late or (late and not example.translated_from):
        settings = {"select": [rule.name], "min-confidence": 0.5}
        report = tqcheck.Checker(settings, people=example.people).check(
            example.plain, lang=example.lang, source=example.source, source_lang=example.source_lang, references=example.references
        )
        return [f for f in report.findings if f.rule == rule.name]
    case = Case(
        example.plain, segmentation, Roster(example.people), Settings(),
        source=example.source, source_lang=example.source_lang, references=example.references,
    )  # fmt: skip
    if late:
        provenance = Provenance(label="machine", source_lang=example.translated_from, source_lang_probabilities={example.translated_from or "": 1.0})
        case = case.with_results(tuple(provenance for _ in segmentation.articles), Scores())
    return [f for f in check.run(case) if f.rule == rule.name and f.confidence >= Settings().min_confidence]


@pytest.mark.parametrize(("check", "rule", "example"), BAD)
def test_bad_example_is_flagged_where_it_says(check: Check, rule: Rule, example: Example) -> None:
    findings = found(check, rule, example)
    assert [(f.start, f.end) for f in sorted(findings, key=lambda f: f.start)] == list(example.spans), [f.text for f in findings]


@pytest.mark.parametrize(("check", "rule", "example"), GOOD)
def test_good_example_is_left_alone(check: Check, rule: Rule, example: Example) -> None:
    assert not example.spans
    assert [f.text for f in found(check, rule, example)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.name)
def test_declaration_is_complete(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    assert rule.summary
    assert rule.why
    assert all(example.spans for example in rule.bad)
    assert all(not rule.languages or example.lang in rule.languages for example in (*rule.bad, *rule.good))
    assert rule.name == rule.name.lower()
    assert " " not in rule.name


def test_names_are_unique() -> None:
    assert len(RULES) == sum(len(check.rules) for check in CHECKS)


def test_the_page_of_rules_is_up_to_date() -> None:
    page = Path(__file__).parent.parent / "docs" / "rules.md"
    assert page.read_text("utf-8") == rules.markdown(), "python -m tqcheck.report.rules > docs/rules.md"
