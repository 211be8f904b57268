"""The five seed documents: what must be found in them and what must never be flagged, by the list that lies beside their texts."""
from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import SEEDS

import tqcheck
from tqcheck.model import Finding, Report
from tqcheck.mqm import at_least

assert SEEDS is not None
EXPECTED: dict[str, Any] = json.loads((SEEDS / "expected.json").read_text("utf-8"))
MANIFEST = tomllib.loads((Path(__file__).parent.parent / "seeds" / "manifest.toml").read_text("utf-8"))


@pytest.fixture(scope="module", params=["alone", "with the others as references"])
def reports(request: pytest.FixtureRequest, seed_texts: dict[str, str]) -> dict[str, Report]:
    checker = tqcheck.Checker()
    if request.param == "alone":
        return {key: checker.check(text) for key, text in seed_texts.items()}
    return {
        key: checker.check(text, references=tuple(t for k, t in seed_texts.items() if k != key)) for key, text in seed_texts.items()
    }


@pytest.mark.parametrize("key", EXPECTED)
def test_origin_and_verdict(key: str, reports: dict[str, Report]) -> None:
    report, facts = reports[key], MANIFEST[key]
    assert report.provenance.label in facts["labels"], report.provenance.why
    if "source_language" in facts:
        assert report.provenance.source_lang == facts["source_language"]
    if "verdict" in facts:
        assert report.outcome.verdict == facts["verdict"], report.outcome.reasons


def fixes(text: str, f: Finding, wanted: list[str]) -> bool:
    made = [text[max(0, f.start - 40) : f.start] + s + text[f.end : f.end + 40] for s in f.suggestions]
    return any(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", m) for w in wanted for m in made)


@pytest.mark.parametrize(("key", "want"), [pytest.param(k, w, id=f"{k}: {w['text']}") for k, e in EXPECTED.items() for w in e["must_find"]])
def test_must_find(key: str, want: dict[str, Any], reports: dict[str, Report]) -> None:
    report = reports[key]
    there = [
        f for f in report.findings
        if f.family in want["families"] and f.start < want["end"] and want["start"] < f.end and f.end - f.start <= 2 * len(want["text"]) + 30
    ]  # fmt: skip
    assert there
    assert any(at_least(f.severity, want.get("severity", "neutral")) for f in there)
    if want.get("suggest"):
        assert any(fixes(report.text, f, want["suggest"]) for f in there), [f.suggestions for f in there]


@pytest.mark.parametrize("key", EXPECTED)
def test_must_not_flag(key: str, reports: dict[str, Report]) -> None:
    wrong = [
        (f.rule, f.text) for f in reports[key].findings for w in EXPECTED[key]["must_not_flag"]
        if f.family in w["families"] and w["text"] in f.text and at_least(f.severity, "major")
    ]  # fmt: skip
    assert wrong == []


def test_machine_translation_is_seen_without_its_credit_line(seed_texts: dict[str, str]) -> None:
    provenance = tqcheck.Checker().check(seed_texts["001"].replace(EXPECTED["001"]["credit"], "")).provenance
    assert provenance.label == "machine", provenance.probabilities
    assert provenance.source_lang == "ru"


def test_a_policy_that_blocks_machine_translation_fails_it(seed_texts: dict[str, str]) -> None:
    policy = {"select": ["provenance"], "gate": {"machine-translation": "block"}}
    assert tqcheck.Checker(policy).check(seed_texts["001"]).outcome.verdict == "fail"


@pytest.fixture(scope="module")
def covered(seed_texts: dict[str, str]) -> dict[str, tuple[Report, list[str]]]:
    """Each document with the others as coverage of the same event, and the keys of these."""
    checker, made = tqcheck.Checker(), {}
    for key, text in seed_texts.items():
        others = [k for k in seed_texts if k != key]
        made[key] = checker.check(text, references=[tqcheck.Reference(seed_texts[k], kind="coverage", name=k) for k in others]), others
    return made


def pieces(report: Report, others: list[str], key: str, kind: str, word: str) -> set[str]:
    """The documents that have a fact in which a word stands."""
    return {key if p.where == "text" else others[p.index] for s in report.shared if s.kind == kind and word in s.text for p in s.places}


@pytest.mark.parametrize("key", ["000", "001", "004"])
@pytest.mark.parametrize("word", ["hope", "mutual willingness"])
def test_what_one_person_said_is_linked_across_coverage(key: str, word: str, covered: dict[str, tuple[Report, list[str]]]) -> None:
    assert pieces(*covered[key], key, "quotation", word) == {"000", "001", "004"}


@pytest.mark.parametrize(("surname", "where"), [("Coulter", {"000", "001"}), ("Darchiev", {"000", "001"}), ("Vance", {"000", "001"}), ("Lavrov", {*EXPECTED})])
@pytest.mark.parametrize("key", EXPECTED)
def test_people_are_linked_across_coverage(key: str, surname: str, where: set[str], covered: dict[str, tuple[Report, list[str]]]) -> None:
    assert pieces(*covered[key], key, "person", surname) == where


@pytest.mark.parametrize("key", EXPECTED)
def test_coverage_never_says_that_something_is_missing(key: str, covered: dict[str, tuple[Report, list[str]]]) -> None:
    assert not {f.rule for f in covered[key][0].findings} & {"missing-passage", "omission", "low-similarity"}
