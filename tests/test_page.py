"""The editor's page in a real browser: what it shows, how it is used, and that an article cannot do anything in it."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from browser import CHROMIUM

import tqcheck
from tqcheck import findings as arranging
from tqcheck.model import Document, Finding, Outcome, Provenance, Report, Surprisal
from tqcheck.report import page, words

TEXT = (
    "Harbour talks resume\n\nThe minister , said Jay Deer on Monday.It was a a long day. 😀 Then the the boat left.\n\n"
    "<script>document.title='hacked'</script> <img src=x onerror=\"document.title='hacked'\"> </script><b>bold</b> &lt;i&gt; \u202eevil\n"
    "[click](javascript:document.title='hacked') <style>body{display:none}</style> {{ 7*7 }} \u2028 --> ]]>\n"
)


def finding(word: str, family: str, rule: str, severity: str, *suggestions: str) -> Finding:
    start = TEXT.index(word)
    return Finding(
        rule=rule, family=family, category="fluency/punctuation", severity=severity, start=start, end=start + len(word), text=word,
        message=f"What is wrong with <b>{word}</b>", suggestions=suggestions, confidence=0.9,
    )  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    found = [
        finding("Jay Deer", "names", "misspelled-name", "major", "J. Deer", "</bdi><script>document.title='hacked'</script>"),
        finding("Monday.It", "typography", "missing-space", "minor", "Monday. It"),
        finding("a a", "typography", "doubled-word", "minor", "a"),
        finding("the the boat", "phrasing", "calque", "minor", "the boat"),
        finding("<script>document.title='hacked'</script>", "language", "untranslated-text", "neutral"),
    ]
    kept = arranging.arrange(found, Document(text=TEXT), min_confidence=0, severity={})
    made = tqcheck.Checker({"select": ["typography"]}).check(TEXT, lang="en", references=TEXT.replace("long", "short"))
    outcome = Outcome("fail", ("a <b>reason</b>",))
    return msgspec.structs.replace(made, findings=kept, outcome=outcome, document=Document(text=TEXT, name="a</title><script>1</script>.txt"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Any, report: Report, tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "page.html"
    path.write_text("".join(page.render([report])), "utf-8")
    tab = browser.new_page()
    tab.messages = []
    tab.on("console", lambda m: tab.messages.append(m.text))
    tab.on("request", lambda r: tab.messages.append(r.url) if not r.url.startswith(("file:", "blob:")) else None)
    tab.goto(path.as_uri())
    yield tab
    tab.close()


def test_every_finding_is_listed_and_marked(opened: Any, report: Report) -> None:
    assert opened.locator("li.finding").count() == len(report.findings)
    assert opened.locator("mark[id]").count() == len(report.findings)
    marked = {opened.locator(f"#m{n}").text_content() for n in range(len(report.findings))}
    assert marked == {f.text for f in report.findings}
    assert "FAIL" in opened.locator(".verdict").first.text_content()


def test_the_whole_article_stands_on_the_page(opened: Any) -> None:
    shown = "".join(opened.locator("#text").text_content().split())
    assert shown == "".join(TEXT.split())


def test_a_hostile_article_does_nothing(opened: Any) -> None:
    assert "hacked" not in opened.title()
    assert opened.locator("#text script, #text img, #text style, #text b, .side script").count() == 0
    assert opened.locator("a[href^=javascript]").count() == 0
    assert not [m for m in opened.messages if "Content Security Policy" in m or m.startswith("http")]
    assert "49" not in opened.locator("#text").text_content()


def test_keys_walk_and_decide(opened: Any) -> None:
    opened.keyboard.press("j")
    assert opened.locator("mark.current").text_content() == "Jay Deer"
    opened.keyboard.press("a")
    opened.keyboard.press("j")
    opened.keyboard.press("e")
    opened.keyboard.press("k")
    assert opened.locator("mark.current").text_content() == "Jay Deer"
    assert "2 of 5" in opened.locator("#progress").text_content()
    opened.keyboard.press("u")
    assert "1 of 5" in opened.locator("#progress").text_content()


def test_on_paper_marks_and_findings_share_numbers_and_controls_are_gone(opened: Any, report: Report) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.locator(".tools:visible, .filters:visible, details:not([open]):visible").count() == 0
    assert opened.locator("li.finding:visible").count() == len(report.findings)
    numbers = "e => [e.querySelector('.what').textContent, getComputedStyle(e.querySelector('.sev'), '::before').content]"
    listed = {tuple(opened.locator(f"#f{n}").evaluate(numbers)) for n in range(len(report.findings))}
    assert listed == {(f.text, f'"{n}. "') for n, f in enumerate(report.findings, 1)}
    assert opened.locator("#m0").evaluate("e => getComputedStyle(e, '::after').content") == '"1"'
    assert opened.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(("provenance", "sentence", "because"), [
    (
        Provenance(label="machine", probabilities={"machine": 0.998, "human": 0.002, "original": 0}, why="of its wording as a whole"),
        "Reads like raw machine translation (probability >99%).", "because of its wording as a whole",
    ),
    (Provenance(label="machine", credited=True, source_lang="ru", why="credit line: “X”"), "Says itself that it is a machine translation from Russian.", "credit line: “X”"),
    (Provenance(label="inconclusive", why="too short"), "Origin inconclusive: too short.", ""),
])  # fmt: skip
def test_the_sentence_about_the_origin(provenance: Provenance, sentence: str, because: str) -> None:
    assert words.provenance(provenance) == sentence
    assert words.because(provenance) == because


def test_filters_hide_list_and_marks(opened: Any) -> None:
    opened.locator("input[value=typography]").uncheck()
    assert opened.locator("li.finding:visible").count() == 3
    assert opened.locator("mark.hidden").count() == 2
    assert opened.locator("#count").text_content() == "3"


def decision(opened: Any, text: str) -> Any:
    return opened.get_by_role("group", name=f"Decision on {text}", exact=True)


def test_review_and_corrected_text_are_saved(opened: Any, report: Report, tmp_path: Path) -> None:
    opened.locator("#reviewer").fill("A. Editor")
    decision(opened, "Jay Deer").locator("button[data-do=accept]").first.click()
    decision(opened, "the the boat").locator("button[data-do=accept]").first.click()
    decision(opened, "Monday.It").locator("button[data-do='not-an-error']").click()
    with opened.expect_download() as saved:
        opened.locator("#save-text").click()
    assert Path(saved.value.path()).read_text("utf-8") == TEXT.replace("Jay Deer", "J. Deer").replace("the the boat", "the boat")
    with opened.expect_download() as saved:
        opened.locator("#save").click()
    review = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert review["schema"] == "tqcheck-review/1"
    assert review["reviewer"] == "A. Editor"
    assert {(d["rule"], d["decision"]) for d in review["decisions"]} == {
        ("misspelled-name", "accept"), ("calque", "accept"), ("missing-space", "not-an-error"),
    }  # fmt: skip
    assert {d["fingerprint"] for d in review["decisions"]} <= {f.fingerprint for f in report.findings}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violations(opened: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened.emulate_media(color_scheme=scheme)
    opened.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    results = Axe().run(opened)
    assert results.violations_count == 0, results.generate_report()


def test_phone(opened: Any) -> None:
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_surprisal_is_drawn_along_the_article(browser: Any, report: Report, tmp_path: Path) -> None:
    tokens = tuple(Surprisal(i, i + 1, 16.0 if i > len(TEXT) // 2 else 2.0) for i in range(len(TEXT)))
    path = tmp_path / "page.html"
    path.write_text("".join(page.render([msgspec.structs.replace(report, surprisal=tokens)])), "utf-8")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    heights = [float(r.get_attribute("height")) for r in tab.locator(".heat rect").all()]
    assert len(heights) > 50
    assert heights[0] < heights[-1] == 14
    tab.close()


def test_index_sorts(browser: Any, tmp_path: Path) -> None:
    entries = [
        page.Entry("<b>a</b>.txt", "<b>a</b>.txt", "a.html", "pass", "Reads like an original.", "x.org", 300, {"critical": 0, "major": 0, "minor": 9}, ()),
        page.Entry("b.txt", "A title", "b.html", "fail", "Reads like raw MT.", "", 1200, {"critical": 1, "major": 2, "minor": 10}, ("<i>why</i>",)),
    ]
    path = tmp_path / "index.html"
    path.write_text(page.index(entries), "utf-8")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("tbody tr").count() == 2
    assert "b.txt" in tab.locator("tbody tr").first.text_content()
    tab.locator("th button", has_text="Words").click()
    assert "b.txt" in tab.locator("tbody tr").first.text_content()
    tab.locator("th button", has_text="Article").click()
    assert "<b>a</b>.txt" in tab.locator("tbody tr").first.text_content()
    tab.close()
