"""The public API: what callers rely on, whatever the rules find."""
from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tqcheck
from tqcheck.mqm import CATEGORIES, SEVERITIES
from tqcheck.report.json_report import dumps, from_dict

ARTICLES = sorted((Path(__file__).parent.parent / "seeds" / "articles").iterdir())
CHECKER = tqcheck.Checker()
EVERYTHING = tqcheck.Checker({"min-confidence": 0})
STATUSES = {"ran", "not covered for this language", "needs source", "needs references", "needs neural", "not selected", "failed"}

prose = st.text(alphabet="abcdefgh ABC.,!?\"'“”«»—–-()[]\n0123жщ漢字\u202e\u0000\ud800é", max_size=300)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.name)
def test_report_holds_together(path: Path) -> None:
    report = EVERYTHING.check(tqcheck.read(path))
    assert report.error is None
    assert [c for c in report.checks if c.status not in STATUSES or c.status == "failed"] == []
    for f in report.findings:
        assert report.text[f.start : f.end] == f.text
        assert f.text
        assert f.category in CATEGORIES
        assert f.severity in SEVERITIES
        assert 0 <= f.confidence <= 1
        assert f.fingerprint
        for related in f.related:
            if related.where == "text":
                assert report.text[related.start : related.end] == related.text
    assert [(f.start, f.end) for f in report.findings] == sorted((f.start, f.end) for f in report.findings)
    assert abs(sum(report.provenance.probabilities.values()) - 1) < 1e-6
    assert len({f.fingerprint for f in report.findings}) == len(report.findings)
    assert from_dict(json.loads(dumps(report))).findings == report.findings


@settings(deadline=None, max_examples=60)
@given(prose)
def test_any_text_gets_a_report(text: str) -> None:
    report = EVERYTHING.check(text, lang="en")
    assert report.text == text
    assert all(report.text[f.start : f.end] == f.text for f in report.findings)
    assert not [c for c in report.checks if c.status == "failed"]
    dumps(report).encode("utf-8")


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(ARTICLES))
def test_twice_is_the_same(path: Path) -> None:
    assert CHECKER.check(tqcheck.read(path)) == CHECKER.check(tqcheck.read(path))


@pytest.mark.parametrize("path", [p for p in ARTICLES if p.name.startswith(("ru-en", "uk-en", "de-en"))], ids=lambda p: p.name)
def test_a_clean_paragraph_below_removes_no_finding(path: Path) -> None:
    families = {"typography", "names", "gender", "language"}
    text = path.read_text("utf-8")
    before = {(f.rule, f.start) for f in CHECKER.check(text, lang="en").findings if f.family in families}
    more = text + "\nThe museum opens at ten on weekdays and stays open until six in the evening.\n"
    assert before <= {(f.rule, f.start) for f in CHECKER.check(more, lang="en").findings}


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.name)
def test_suggestions_fit_where_they_go(path: Path) -> None:
    """Put in place, a suggestion neither glues words together nor leaves two spaces."""
    report = EVERYTHING.check(tqcheck.read(path))
    for f in report.findings:
        for suggestion in f.suggestions:
            before, after = report.text[: f.start][-1:], report.text[f.end :][:1]
            joined = before + suggestion + after
            glued = (before.isalnum() and suggestion[:1].isalnum() and not f.text[:1].isalnum()) or (
                after.isalnum() and suggestion[-1:].isalnum() and not f.text[-1:].isalnum()
            )
            assert not glued, (f.rule, f.text, suggestion)
            assert "  " not in joined or "  " in before + f.text + after or not suggestion, (f.rule, f.text, suggestion)


def test_select_runs_only_that() -> None:
    report = tqcheck.Checker({"select": ["typography"]}).check(ARTICLES[0].read_text("utf-8"))
    assert {c.family for c in report.checks if c.status == "ran"} <= {"typography"}
    assert {f.family for f in report.findings} <= {"typography"}


def test_selecting_provenance_gives_the_label_of_a_full_run() -> None:
    only = tqcheck.Checker({"select": ["provenance"]})
    for path in ARTICLES:
        document = tqcheck.read(path)
        assert only.check(document).provenance == CHECKER.check(document).provenance


def test_references_may_be_a_string() -> None:
    one = CHECKER.check("The cat sat.", lang="en", references="The cat sat.")
    assert one.scores.document["BLEU"] == pytest.approx(100)
    assert one.scores == CHECKER.check("The cat sat.", lang="en", references=[tqcheck.Reference("The cat sat.")]).scores
    assert CHECKER.check("The cat sat.", lang="en").scores.document == {}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: CHECKER.check(b"bytes"), "bytes"),
        (lambda: CHECKER.check(None), "NoneType"),
        (lambda: CHECKER.check("a", source=3), "source"),
        (lambda: CHECKER.check("a", references=[3]), "text"),
        (lambda: CHECKER.check("a", lang="jp"), "lang: 'jp' is a country; its language is 'ja'"),
        (lambda: CHECKER.check("a", source_lang="xx"), "source_lang: 'xx' is no language"),
        (lambda: tqcheck.Person(""), "name"),
        (lambda: tqcheck.Person("A", gender="m"), "gender"),
        (lambda: tqcheck.Person("A", aliases="B"), "aliases"),
        (lambda: tqcheck.Reference("a", kind="x"), "kind"),
    ],
)
def test_wrong_arguments_are_named(call: object, says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(("code", "lang"), [("en_GB", "en-GB"), ("EN", "en"), ("en-GB", "en-GB")])
def test_a_language_is_the_same_however_its_code_is_written(code: str, lang: str) -> None:
    path = ARTICLES[0].with_name("en-library-roof.txt")
    report = CHECKER.check(path.read_text("utf-8"), lang=code)
    assert (report.lang, report.findings, report.provenance.label) == (lang, (), CHECKER.check(path.read_text("utf-8"), lang="en").provenance.label)


def test_a_bad_document_does_not_stop_the_batch() -> None:
    documents = [tqcheck.Document(text="", name="a", error="a: cannot be read"), "Fine text.", tqcheck.Document(text="More.", name="c")]
    reports = list(CHECKER.check_all(documents))
    assert [r.error for r in reports] == ["a: cannot be read", None, None]
    assert [r.text for r in reports] == ["", "Fine text.", "More."]


def test_jobs_keep_the_order() -> None:
    texts = [f"Text number {n}." for n in range(9)]
    assert [r.text for r in CHECKER.check_all(texts, jobs=2)] == texts


def test_threads_share_a_checker() -> None:
    checker, text, reports = tqcheck.Checker(), ARTICLES[-1].read_text("utf-8"), []
    threads = [threading.Thread(target=lambda: reports.append(checker.check(text, lang="en"))) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(reports) == 4
    assert all(r == reports[0] for r in reports)


def test_empty_text_passes_quietly() -> None:
    for text in ("", " \n\n ", "\ufeff"):
        report = CHECKER.check(text)
        assert report.findings == ()
        assert report.provenance.label == "inconclusive"


def test_notebooks_show_a_report() -> None:
    report = CHECKER.check("The <b>door</b> was shut.It opened.", lang="en", references="The door was shut. It opened.")
    assert "shut.It" in report._repr_html_()
    assert "<b>door" not in report._repr_html_()
    assert "BLEU" in report.scores._repr_html_()
    assert "No references" in CHECKER.check("A.").scores._repr_html_()
