"""The gate in CI: each output as its consumer reads it, baselines over an editor's edits, and every shell step of docs/ci.md."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

import tqcheck
from tqcheck.model import Report
from tqcheck.report import FORMATS

ROOT = Path(__file__).parent.parent
DAMAGED = (
    "# Harbour reopens\n\nThe harbour reopened on Monday, the port authority said.It had been closed for for two weeks.\n\n"
    "The director, Maria Lopez, thanked the crews: \"They worked day and night\". 100% of the cranes work, she said: \"a, b: c\".\n\n"
    "A third paragraph follows. The ferry leaves at nine.The ticket office opens at eight.\n"
)  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    folder = tmp_path_factory.mktemp("ci")
    (folder / "damaged, 100%.md").write_text(DAMAGED, "utf-8")
    (folder / "clean.txt").write_text("The council met on Tuesday. It agreed to repair the roof.\n")
    (folder / "bad.txt").write_bytes(b"\x00\x01\x02\x03" * 500)
    made = list(tqcheck.Checker({"gate": {"fail-on": "minor", "min-confidence": 0.5}}).check_all(tqcheck.read_all([folder])))
    assert any(r.findings for r in made)
    assert any(r.error for r in made)
    return made


def rendered(name: str, reports: list[Report]) -> str:
    return "".join(p if isinstance(p, str) else p.decode("latin-1") for p in FORMATS[name].render(reports))


def shown(reports: list[Report]) -> int:
    return sum(f.severity != "neutral" for r in reports for f in r.findings)


def test_sarif_follows_its_schema(reports: list[Report]) -> None:
    document = json.loads(rendered("sarif", reports))
    jsonschema.validate(document, json.loads((Path(__file__).parent / "sarif-subset.schema.json").read_text("utf-8")))
    Sarif.model_validate(document)
    run = document["runs"][0]
    assert len(run["results"]) == sum(len(r.findings) for r in reports)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert "%2C%20100%25.md" in json.dumps(run["results"])
    assert run["invocations"][0]["executionSuccessful"] is False


def test_junit_is_read(reports: list[Report]) -> None:
    xml = JUnitXml.fromstring(rendered("junit", reports).encode())
    suites = {suite.name.rsplit("/", 1)[-1]: suite for suite in xml}
    assert suites["clean.txt"].tests == 1
    assert suites["clean.txt"].failures == 0
    assert suites["bad.txt"].errors == 1
    assert suites["damaged, 100%.md"].failures == len(list(suites["damaged, 100%.md"]))


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "required": ["path", "lines"],
                "properties": {"lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}},
            },
        },
    },
}


def test_gitlab_follows_its_documentation(reports: list[Report]) -> None:
    issues = json.loads(rendered("gitlab", reports))
    jsonschema.validate(issues, GITLAB)
    assert len(issues) == shown(reports) + 1
    assert len({i["fingerprint"] for i in issues}) == len(issues)


def test_github_annotations_are_escaped(reports: list[Report]) -> None:
    lines = [line for line in rendered("github", reports).splitlines() if line.startswith("::")]
    for line in lines:
        assert re.match(r"::(error|warning|notice) file=[^,:]*(,\w+=[^,:]*)*::", line), line
    levels = [line.split(" ")[0] for line in lines]
    assert levels == sorted(levels, key=["::error", "::warning", "::notice"].index)
    assert any("100%25.md" in line for line in lines)


def test_rdjson_counts_bytes(reports: list[Report]) -> None:
    report = tqcheck.Checker().check("Ж ещё — the door was shut.It opened.", lang="en")
    [diagnostic] = [d for d in json.loads(rendered("rdjson", [report]))["diagnostics"] if d["code"]["value"] == "missing-space"]
    start, end = report.text.index("shut.It"), report.text.index("shut.It") + len("shut.It")
    assert diagnostic["location"]["range"]["start"]["column"] == len(report.text[:start].encode()) + 1
    assert diagnostic["location"]["range"]["end"]["column"] == len(report.text[:end].encode()) + 1
    assert diagnostic["suggestions"][0]["text"] == "shut. It"


def test_an_article_of_a_line_is_placed_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text('{"text": "All is well."}\n{"text": "The “door” was shut.It opened."}\n', "utf-8")
    made = list(tqcheck.Checker({"select": ["typography"], "lang": "en"}).check_all(tqcheck.read_all([path])))
    [diagnostic] = json.loads(rendered("rdjson", made))["diagnostics"]
    assert diagnostic["location"]["path"] == str(path)
    assert diagnostic["location"]["range"]["start"]["line"] == 2
    assert path.read_text("utf-8")[made[1].findings[0].raw[0] : made[1].findings[0].raw[1]] == "shut.It"  # type: ignore[index]


def test_markdown_takes_no_markup_from_the_article(reports: list[Report]) -> None:
    report = tqcheck.Checker().check("The <b>man</b> | left.The @team came.\n", lang="en")
    text = rendered("markdown", [report])
    assert "<b>" not in text
    assert " @team" not in text
    assert all(line.count("|") - line.count("\\|") == 7 for line in text.splitlines() if line.startswith("| "))


def test_tables_reopen(reports: list[Report], tmp_path: Path) -> None:
    import csv
    import io

    import pandas as pd

    rows = list(csv.DictReader(io.StringIO(rendered("csv", reports))))
    assert sum(bool(r["rule"]) for r in rows) == sum(len(r.findings) for r in reports)
    path = tmp_path / "findings.xlsx"
    path.write_bytes(rendered("xlsx", reports).encode("latin-1"))
    assert list(pd.read_excel(path)["rule"].dropna()) == [r["rule"] for r in rows if r["rule"]]


def test_formulas_stay_text() -> None:
    report = tqcheck.Checker().check("=HYPERLINK(1) is shut.It opened.", lang="en")
    assert all(not cell.startswith("=") for line in rendered("csv", [report]).splitlines() for cell in line.split(","))


EDITS: list[tuple[str, Callable[[str], str], set[str]]] = [
    ("nothing", lambda t: t, set()),
    ("a paragraph before", lambda t: t.replace("\n\n", "\n\nNews from the coast.\n\n", 1), set()),
    ("a moved paragraph", lambda t: "\n\n".join([*t.split("\n\n")[:1], *t.split("\n\n")[:0:-1]]), set()),
    ("a fixed finding", lambda t: t.replace("said.It", "said. It"), set()),
    ("another sentence edited", lambda t: t.replace("A third paragraph follows.", "One more paragraph follows here."), set()),
    ("a new finding", lambda t: t + "\nThe sea was calm.The crew slept.\n", {"calm.The"}),
    ("an old finding twice", lambda t: t + "\nThe ferry leaves at nine.The ticket office opens at eight.\n", {"nine.The"}),
    ("a deleted paragraph", lambda t: t.split("\n\n", 2)[0] + "\n\n" + t.split("\n\n", 2)[2], set()),
    ("another headline", lambda t: t.replace("# Harbour reopens", "# The harbour is open again"), set()),
    ("lines wrapped", lambda t: t.replace(" The ferry", "\nThe ferry"), set()),
]


@pytest.mark.parametrize(("name", "edit", "new"), EDITS, ids=[e[0] for e in EDITS])
def test_baseline_over_edits(name: str, edit: Callable[[str], str], new: set[str], tmp_path: Path) -> None:
    from tqcheck.findings.suppression import baseline

    settings = {"select": ["typography"]}
    before = tqcheck.Checker(settings).check(DAMAGED, lang="en")
    assert len(before.findings) >= 3
    path = tmp_path / "baseline.json"
    path.write_text(baseline([("old-name.md", before.findings)]))
    after = tqcheck.Checker(settings | {"baseline": str(path)}).check(tqcheck.Document(text=edit(DAMAGED), name="new-name.md"), lang="en")
    assert {f.text for f in after.findings if f.suppressed is None} == new


@pytest.mark.parametrize(
    ("comment", "left"),
    [("<!-- tqcheck: ignore missing-space -->", 1), ("<!-- tqcheck: ignore typography -->", 1), ("<!-- tqcheck: ignore-file missing-space -->", 0), ("<!-- tqcheck: ignore calque -->", 2),
     ("<!-- tqcheck: ignore mising-space -->", 2)],
)
def test_comments_settle_the_block_that_follows(comment: str, left: int, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{comment}\nThe sea was calm.The crew slept.\n\nThe sky was grey.The wind rose.\n")
    report = tqcheck.Checker().check(tqcheck.read(path), lang="en")
    assert sum(f.rule == "missing-space" and f.suppressed is None for f in report.findings) == left
    assert any("covers no such finding" in note for note in report.notes) == ("calque" in comment)
    assert any("line 1: the comment that ignores mising-space: there is no rule or family 'mising-space'; did you mean 'missing-space'?" in note for note in report.notes) == ("mising" in comment)


def steps() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)


def test_every_shell_step_of_the_documentation_runs(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.md").write_text("The council met on Tuesday. It agreed to repair the roof.\n")
    (tmp_path / "reviews").mkdir()
    review = {"schema": "tqcheck-review/1", "name": "a.md", "reviewer": "desk", "decisions": [{"fingerprint": "0", "rule": "calque", "decision": "leave"}]}
    (tmp_path / "reviews" / "desk.review.json").write_text(json.dumps(review))
    command = tmp_path / "bin" / "tqcheck"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tqcheck "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {"PATH": f"{command.parent}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": "/dev/null"}
    setup = "git init -q . && git add articles && git -c user.name=t -c user.email=t@example.org commit -qm one"
    subprocess.run(setup, shell=True, cwd=tmp_path, env=environment, check=True)
    assert len(steps()) >= 6
    script = "set -e\n" + "".join(steps())
    run = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "out" / "pages" / "index.html").exists()


def test_fix_writes_a_corrected_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(DAMAGED)
    run = subprocess.run(
        [sys.executable, "-m", "tqcheck", "fix", str(path), "--accept", "missing-space", "--lang", "en"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert path.read_text() == DAMAGED
    assert (tmp_path / "a.fixed.md").read_text() == DAMAGED.replace("said.It", "said. It").replace("nine.The", "nine. The")
